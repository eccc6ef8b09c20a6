// A contact's journal, read as a story: the transcript with its findings, and what was judged and done when. Pure.
import type { Category, CounterEvidence, Entry, Finding, SecondPass, Turn } from "../../api/types";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

function counterOf(value: unknown): CounterEvidence {
  const c = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const ground = text(c["ground"]) as NonNullable<CounterEvidence["ground"]>;
  return { kind: (text(c["kind"]) || "other") as CounterEvidence["kind"], ...(ground && { ground }), begin: number(c["begin"]), end: number(c["end"]), text: text(c["text"]), why: text(c["why"]), why_en: text(c["why_en"]) };
}

function findingOf(e: Entry): Finding {
  const f = { ...e.facts, ...e.content }; // what quotes the caller is content, and may have been erased
  const influences = Array.isArray(f["influences"]) ? (f["influences"] as Record<string, unknown>[]) : [];
  return {
    category: text(f["category"]) as Category, level: number(f["level"]), turn: number(f["turn"]), begin: number(f["begin"]), end: number(f["end"]), text: text(f["text"]),
    criterion: text(f["criterion"]), basis: text(f["basis"]), counter_evidence: Array.isArray(f["counter_evidence"]) ? f["counter_evidence"].map(counterOf) : [], score: number(f["score"]),
    why: text(f["why"]), why_en: text(f["why_en"]), lower: text(f["lower"]), lower_en: text(f["lower_en"]), influences: influences.map((i) => ({ what: text(i["what"]), weight: number(i["weight"]) })),
  };
}

export function findingsOf(events: readonly Entry[]): Finding[] {
  return events.filter((e) => e.kind === "finding").map(findingOf);
}

/** The turns as they were heard; erased words are empty. */
export function turnsOf(events: readonly Entry[]): Turn[] {
  const turns = events.filter((e) => e.kind === "utterance").map((e): Turn => ({
    turn: number(e.facts["turn"]), speaker: text(e.facts["speaker"]) as Turn["speaker"], start: number(e.facts["start"]), end: number(e.facts["end"]), text: text(e.content["text"]),
    phonemes: "", confidence: number(e.facts["confidence"]), engine: text(e.facts["engine"]), findings: [],
  }));
  for (const f of findingsOf(events)) {
    // A spotted phrase belongs to the turn being spoken; its bytes are not those of the recognised text.
    if (f.criterion !== "spotted") turns.find((t) => t.turn === f.turn)?.findings.push(f);
  }
  return turns;
}

/** The turn being spoken at `seconds`: the last that has begun, until half a second after its end. */
export function turnAt(turns: readonly Turn[], seconds: number): number | null {
  let found: Turn | null = null;
  for (const t of turns) {
    if (t.start <= seconds + 0.05 && seconds <= t.end + 0.5 && (!found || t.start >= found.start)) found = t;
  }
  return found ? found.turn : null;
}

export interface HeardAgain {
  turn: number;
  speaker: Turn["speaker"];
  start: number;
  end: number;
  text: string;
  /** The worst finding of what was said at that time in the first transcript, when it is of a kind that is masked. */
  masked: Finding | null;
}

/** The second transcript. It has no findings of its own: what was masked in the first stays masked at that time. */
export function heardAgain(pass: SecondPass | null, turns: readonly Turn[], abusive: (f: Finding) => boolean): HeardAgain[] {
  return [...(pass?.utterances ?? [])].sort((a, b) => a.start - b.start).map((u) => {
    const worst = turns.filter((t) => t.speaker === u.speaker && t.start < u.end && u.start < t.end).flatMap((t) => t.findings).filter(abusive).sort((a, b) => b.level - a.level)[0];
    return { turn: u.turn, speaker: u.speaker as Turn["speaker"], start: u.start, end: u.end, text: u.text, masked: worst ?? null };
  });
}

export interface Verdict {
  reason: string;
  reason_en: string;
  /** 要求態様, 要求内容, 時間・回数: the highest level on each; null for a judgement from before they were kept. */
  axes: { manner: number; content: number; time: number } | null;
  /** What speaks for the customer: ids of grounds. */
  grounds: string[];
}
export function lastVerdict(events: readonly Entry[]): Verdict {
  const last = events.filter((e) => e.kind === "assessment").at(-1);
  const v = last?.facts["verdict"] as Record<string, unknown> | undefined;
  return {
    reason: text(last?.content["reason"]), reason_en: text(last?.content["reason_en"]),
    axes: v ? { manner: number(v["manner"]), content: number(v["content"]), time: number(v["time"]) } : null,
    grounds: Array.isArray(v?.["grounds"]) ? (v["grounds"] as unknown[]).map(text) : [],
  };
}

export interface Feedback {
  by: string;
  at: number;
  right: boolean;
  level: number;
  because: string;
}
/** What people said of the judgement of the whole contact, the newest word last. */
export function feedbackOf(events: readonly Entry[]): Feedback[] {
  return events.filter((e) => e.kind === "feedback" && typeof e.facts["turn"] !== "number")
    .map((e) => ({ by: text(e.facts["by"]), at: e.at, right: e.facts["right"] === true, level: number(e.facts["level"]), because: text(e.content["because"]) }));
}

/** What a reader of the timeline wants: not the curve of the voice, and one line per reader, not per look. */
export function timelineOf(events: readonly Entry[], acts: boolean): Entry[] {
  const seen = new Set<string>();
  return events.filter((e) => {
    if (e.kind === "voice" || e.kind === "utterance_again") return false;
    if (acts && ["utterance", "state", "read", "lag", "prompt", "voiceprint_compared"].includes(e.kind)) return false;
    if (e.kind === "read") {
      const key = `${text(e.facts["by"])}|${text(e.facts["what"])}`;
      if (seen.has(key)) return false;
      seen.add(key);
    }
    return true;
  });
}
