import { describe, expect, it } from "vitest";
import type { LiveContact, LiveContactFull, LiveMessage, Turn } from "../../api/types";
import { EMPTY, reduce, type LiveState } from "./live_state";
import { arrange, byRisk } from "./order";

export function contact(id: string, more: Partial<LiveContactFull> = {}): LiveContactFull {
  return {
    id, medium: "phone", line: "1000", agent: "1001", party: "0312345678", state: "bridged", started_at: 1000, answered_at: 2000, ended_at: 0,
    end_reason: "", level: 0, categories: [], flags: [], keep_line: false, criteria_version: "v", reason: "", reason_en: "", first_level3_turn: null,
    engine: "built-in", engine_problem: "", speech_behind_ms: 0, prompt: "", warnings: 0, notified_at: 0, acknowledged_by: "", contacts_on_matter: 1, many_contacts: false, trend: 0, shouting: [], voice: null, voice_match: null,
    evidence: null, actions: [], forbidden: {}, transcript: [], partials: [], ...more,
  };
}
const turn = (n: number, text: string, more: Partial<Turn> = {}): Turn => ({
  turn: n, speaker: "customer", start: n, end: n + 1, text, phonemes: "", confidence: 1, engine: "e", findings: [], ...more,
});
const health = { status: "ok", version: "0", media: {}, speech: {}, journal: {}, disk: {} } as unknown as NonNullable<LiveState["health"]>;
const play = (...messages: LiveMessage[]): LiveState => messages.reduce((s, m, i) => reduce(s, m, i + 1), EMPTY);
const snapshot = (...contacts: LiveContactFull[]): LiveMessage => ({ type: "snapshot", contacts, health, policy: "p" });
const row = (c: LiveContactFull): LiveContact => {
  const { transcript: _t, partials: _p, ...rest } = c;
  return rest;
};

describe("the live feed", () => {
  it("takes the snapshot as everything there is", () => {
    const state = play(snapshot(contact("a"), contact("b")), snapshot(contact("b")));
    expect([...state.contacts.keys()]).toEqual(["b"]);
    expect(state).toMatchObject({ ready: true, policy: "p", heardAt: 2 });
  });
  it("keeps the transcript when a row without one comes", () => {
    const state = play(snapshot(contact("a", { transcript: [turn(0, "もしもし")] })), { type: "contact", contact: row(contact("a", { level: 2 })) });
    expect(state.contacts.get("a")).toMatchObject({ level: 2, transcript: [{ text: "もしもし" }] });
  });
  it("replaces partial words by the turn of the same speaker only", () => {
    const state = play(
      snapshot(contact("a")),
      { type: "partial", contact: "a", utterance: turn(0, "いつま") },
      { type: "partial", contact: "a", utterance: turn(0, "申し訳", { speaker: "agent" }) },
      { type: "utterance", contact: "a", utterance: turn(0, "いつまで待たせるんだ") },
    );
    const a = state.contacts.get("a")!;
    expect(a.transcript.map((t) => t.text)).toEqual(["いつまで待たせるんだ"]);
    expect(a.partials.map((p) => p.text)).toEqual(["申し訳"]);
  });
  it("hears the same turn twice without showing it twice", () => {
    const state = play(snapshot(contact("a", { transcript: [turn(0, "一")] })), { type: "utterance", contact: "a", utterance: turn(0, "一") });
    expect(state.contacts.get("a")!.transcript).toHaveLength(1);
  });
  it("gives a finding to the turn it speaks of", () => {
    const f = { category: "repetition", level: 2, turn: 0, begin: 0, end: 3, text: "一", criterion: "", basis: "", counter_evidence: [], score: 1 } as const;
    const state = play(snapshot(contact("a", { transcript: [turn(0, "一")] })), {
      type: "utterance", contact: "a", utterance: turn(1, "二", { findings: [{ ...f, counter_evidence: [] }] }),
    });
    expect(state.contacts.get("a")!.transcript.map((t) => t.findings.length)).toEqual([1, 0]);
  });
  it("keeps forty voice values", () => {
    const cues = Array.from({ length: 50 }, (_, i): LiveMessage => ({
      type: "cue", contact: "a", cue: { at: i, speaker: "customer", loudness_db: 0, f0_hz: 0, arousal: 0, shouting: i, pitch_st: 0, effort_db: 0, rate: 0, rises: [], overlap: 0, interruptions: 0, silence: 0 },
    }));
    const curve = play(snapshot(contact("a")), ...cues).contacts.get("a")!.shouting;
    expect([curve.length, curve[0], curve.at(-1)]).toEqual([40, 10, 49]);
  });
  it("keeps an alert until somebody answers it", () => {
    const alert: LiveMessage = { type: "alert", contact: "a", level: 3, reason: "", reason_en: "", distress: false, rule: "r", at: 5 };
    const before = play(snapshot(contact("a")), alert, alert);
    expect(before.alerts).toHaveLength(1);
    expect(reduce(before, { type: "contact", contact: row(contact("a", { acknowledged_by: "sato" })) }, 9).alerts).toHaveLength(0);
    expect(reduce(before, { type: "removed", contact: "a" }, 9).alerts).toHaveLength(0);
  });
  it("finds unanswered alerts again after a reconnection", () => {
    const state = play(snapshot(contact("a", { notified_at: 7, level: 3 }), contact("b", { notified_at: 8, acknowledged_by: "x" })));
    expect(state.alerts.map((a) => a.contact)).toEqual(["a"]);
  });
  it("ignores what it does not know", () => {
    const state = play(snapshot(contact("a")));
    expect(reduce(state, { type: "weather" } as unknown as LiveMessage, 3).contacts).toBe(state.contacts);
    expect(reduce(state, { type: "partial", contact: "gone", utterance: turn(0, "x") }, 3).contacts).toBe(state.contacts);
  });
});

describe("the order of the wall", () => {
  it("is level, then distress, then who still calls, then the longer call", () => {
    const all = [
      contact("quiet"), contact("older3", { level: 3, started_at: 1, acknowledged_by: "x", notified_at: 2 }), contact("calling3", { level: 3, started_at: 9, notified_at: 10 }),
      contact("care", { level: 0, flags: ["distress"] }), contact("over4", { level: 4, ended_at: 50 }), contact("four", { level: 4 }),
    ];
    expect(byRisk(all).map((c) => c.id)).toEqual(["four", "care", "calling3", "older3", "quiet", "over4"]);
  });
  it("does not depend on the order it is given", () => {
    const all = ["a", "b", "c", "d"].map((id) => contact(id));
    expect(byRisk([...all].reverse()).map((c) => c.id)).toEqual(["a", "b", "c", "d"]);
  });
  it("moves nothing while it is held; new ones wait at the end", () => {
    const contacts = new Map([contact("a"), contact("b", { level: 4 }), contact("new", { level: 3 })].map((c) => [c.id, c]));
    expect(arrange(["a", "gone", "b"], contacts, true)).toEqual(["a", "b", "new"]);
    expect(arrange(["a", "gone", "b"], contacts, false)).toEqual(["b", "new", "a"]);
  });
});
