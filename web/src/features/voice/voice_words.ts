// The caller's voice in words, and its curve read from a contact's journal. Pure.
import type { Entry, VoiceCue, VoiceRise } from "../../api/types";
import type { Words } from "../../i18n/ja";

export type Mood = "calm" | "raised" | "shouting";

export interface VoicePoint {
  at: number;
  arousal: number;
  shouting: number;
  rises: readonly VoiceRise[];
  interruptions: number;
}

/** From when on a voice is called raised or shouting: the same lines everywhere. */
export const RAISED = 0.6;

export function moodOf(cue: Pick<VoiceCue, "arousal" | "shouting">): Mood {
  return cue.shouting >= RAISED ? "shouting" : cue.arousal >= RAISED ? "raised" : "calm";
}

/** "声が高い +5.2半音" */
export function riseText(rise: VoiceRise, t: Words): string {
  return `${t.voice.what[rise.what] ?? rise.what} +${rise.by.toFixed(1)}${/^[a-z]/i.test(t.voice.unit[rise.what]) ? " " : ""}${t.voice.unit[rise.what]}`;
}

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

/** The curve as it was kept: one point every two seconds. Entries of an older version have no rises. */
export function pointsOf(events: readonly Entry[]): VoicePoint[] {
  return events.filter((e) => e.kind === "voice").map((e) => ({
    at: number(e.facts["at"]), arousal: number(e.facts["arousal"]), shouting: number(e.facts["shouting"]),
    rises: Array.isArray(e.facts["rises"]) ? (e.facts["rises"] as VoiceRise[]) : [], interruptions: number(e.facts["interruptions"]),
  }));
}

export interface VoiceSpan {
  from: number;
  to: number;
  mood: Mood;
  /** The strongest of each kind within the span. */
  rises: VoiceRise[];
}

/** Stretches in which the voice was raised; two points at most ten seconds apart belong together. */
export function spansOf(points: readonly VoicePoint[]): VoiceSpan[] {
  const spans: VoiceSpan[] = [];
  for (const p of points) {
    const mood = moodOf(p);
    if (mood === "calm") continue;
    let span = spans.at(-1);
    if (!span || p.at - span.to > 10) {
      span = { from: Math.max(0, p.at - 2), to: p.at, mood, rises: [] };
      spans.push(span);
    }
    span.to = p.at;
    if (mood === "shouting") span.mood = "shouting";
    for (const r of p.rises) {
      const known = span.rises.find((k) => k.what === r.what);
      if (!known) span.rises.push({ ...r });
      else if (r.by > known.by) Object.assign(known, r);
    }
  }
  return spans;
}
