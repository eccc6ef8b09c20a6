// What speaks against findings, as a reader wants it: the grounds of the customer in one line, the rest one by one. Pure.
import type { CounterEvidence, Finding } from "../../api/types";

/** The sentence in the reader's language; a record from before there was English has Japanese only. */
export function sentenceOf(c: CounterEvidence, language: "ja" | "en"): { text: string; language: "ja" | "en" } {
  return language === "en" && c.why_en ? { text: c.why_en, language: "en" } : { text: c.why, language: "ja" };
}

export interface CounterSide {
  /** Ids of grounds, those of the verdict first. */
  grounds: string[];
  /** Everything else, each sentence once. */
  against: CounterEvidence[];
}

/** `grounds`: of the verdict, which knows all turns; a finding knows those of its own. */
export function counterSide(findings: readonly Finding[], grounds: readonly string[]): CounterSide {
  const ids = new Set(grounds);
  const against = new Map<string, CounterEvidence>();
  for (const c of findings.flatMap((f) => f.counter_evidence)) {
    if (c.kind === "ground" && c.ground) ids.add(c.ground);
    else if (c.why && !against.has(c.why)) against.set(c.why, c);
  }
  return { grounds: [...ids], against: [...against.values()] };
}
