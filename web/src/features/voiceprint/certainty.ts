// A log likelihood ratio in words, after the verbal scale of forensic science (ENFSI 2015): how much the voice speaks for one
// person, not how probable it is. Pure.
import type { Entry } from "../../api/types";

export type Certainty = "weak" | "moderate" | "strong";

export function certaintyOf(llr: number): Certainty {
  return llr >= Math.log(1000) ? "strong" : llr >= Math.log(100) ? "moderate" : "weak";
}

export interface Match {
  number: number;
  llr: number;
  seconds: number;
}

/** The last match in a contact's journal; nothing once its content was erased. */
export function lastMatch(events: readonly Entry[]): Match | null {
  const found = events.filter((e) => e.kind === "voiceprint_match").at(-1)?.content;
  const number = found?.["number"];
  const llr = found?.["llr"];
  const seconds = found?.["seconds"];
  return typeof number === "number" && typeof llr === "number" && typeof seconds === "number" ? { number, llr, seconds } : null;
}
