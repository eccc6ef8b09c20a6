import { describe, expect, it } from "vitest";
import type { Entry } from "../../api/types";
import { parsePeaks } from "./peaks";
import { feedbackOf, findingsOf, heardAgain, lastVerdict, timelineOf, turnAt, turnsOf } from "./story";

let seq = 0;
const entry = (kind: string, facts: Entry["facts"], content: Entry["content"] = {}): Entry => ({ seq: ++seq, at: seq, kind, facts, content, content_erased: false, hash: "" });
const said = (turn: number, start: number, end: number, text: string) => entry("utterance", { turn, speaker: "customer", start, end, confidence: 1, engine: "e" }, { text });

describe("a contact's journal", () => {
  const events = [
    said(0, 1, 3, "もしもし"), said(1, 4, 6, "ばか"), entry("finding", { category: "verbal_abuse", level: 2, turn: 1, begin: 0, end: 6, criterion: "c", basis: "b", score: 1 }, { text: "ばか", counter_evidence: [{ kind: "ground", ground: "defect", begin: 3, end: 9, text: "壊れ", why: "根拠", why_en: "ground" }] }),
    entry("finding", { category: "threat", level: 4, turn: 1, begin: 0, end: 0, criterion: "spotted", basis: "b", counter_evidence: [], score: 1 }, { text: "殺す" }),
    entry("voice", {}), entry("assessment", { level: 2 }, { reason: "一", reason_en: "one" }), entry("assessment", { level: 4 }, { reason: "二", reason_en: "two" }),
    entry("read", { by: "a", what: "contact" }), entry("read", { by: "a", what: "contact" }), entry("read", { by: "b", what: "contact" }),
  ];
  it("gives findings to their turns, but not a spotted phrase, whose bytes are not the text's", () => {
    expect(turnsOf(events).map((t) => t.findings.map((f) => f.category))).toEqual([[], ["verbal_abuse"]]);
  });
  it("reads what speaks against a finding, and nothing where the words were erased", () => {
    expect(turnsOf(events)[1]!.findings[0]!.counter_evidence).toEqual([{ kind: "ground", ground: "defect", begin: 3, end: 9, text: "壊れ", why: "根拠", why_en: "ground" }]);
    expect(findingsOf([entry("finding", { category: "threat", level: 4, turn: 1 })])[0]!.counter_evidence).toEqual([]);
  });
  it("knows who speaks at a moment of the recording", () => {
    const turns = turnsOf(events);
    expect([0, 1, 2.9, 3.4, 3.7, 4, 6.4, 9].map((s) => turnAt(turns, s))).toEqual([null, 0, 0, 0, null, 1, 1, null]);
  });
  it("says why, as judged last", () => {
    expect(lastVerdict(events)).toEqual({ reason: "二", reason_en: "two", axes: null, grounds: [] });
    expect(lastVerdict([])).toEqual({ reason: "", reason_en: "", axes: null, grounds: [] });
    const judged = entry("assessment", { level: 3, verdict: { manner: 3, content: 0, time: 2, grounds: ["defect"] } }, { reason: "一" });
    expect(lastVerdict([judged])).toMatchObject({ axes: { manner: 3, content: 0, time: 2 }, grounds: ["defect"] });
  });
  it("knows what people said of the whole contact", () => {
    const said = [entry("feedback", { by: "sato", right: false, level: 0, turn: null }, { because: "引用" }), entry("feedback", { by: "ito", right: true, level: 3, turn: 2 })];
    expect(feedbackOf(said)).toMatchObject([{ by: "sato", right: false, because: "引用" }]);
  });
  it("keeps masked in the second transcript what was masked in the first", () => {
    const pass = {
      at: 1, engine: "better", took_ms: 1, error: "", utterances: [
        { turn: 1, speaker: "customer" as const, start: 4.2, end: 6.1, text: "馬鹿", confidence: 1, engine: "better" },
        { turn: 0, speaker: "customer" as const, start: 1, end: 3, text: "もしもし", confidence: 1, engine: "better" },
        { turn: 2, speaker: "agent" as const, start: 4, end: 6, text: "はい", confidence: 1, engine: "better" },
      ],
    };
    expect(heardAgain(pass, turnsOf(events), () => true).map((u) => [u.text, u.masked?.category ?? null])).toEqual([["もしもし", null], ["はい", null], ["馬鹿", "verbal_abuse"]]);
    expect(heardAgain(pass, turnsOf(events), () => false).every((u) => u.masked === null)).toBe(true);
    expect(heardAgain(null, [], () => true)).toEqual([]);
    expect(timelineOf([entry("utterance_again", {}), entry("second_pass", {})], true).map((e) => e.kind)).toEqual(["second_pass"]);
  });
  it("leaves the voice out and counts each reader once", () => {
    expect(timelineOf(events, false).filter((e) => e.kind === "read")).toHaveLength(2);
    expect(timelineOf(events, true).map((e) => e.kind)).toEqual(["finding", "finding", "assessment", "assessment"]);
  });
});

describe("the waveform file", () => {
  const file = (...tail: number[]) => {
    const bytes = new Uint8Array(16 + tail.length);
    bytes.set([0x4d, 0x50, 0x4b, 0x31]);
    const view = new DataView(bytes.buffer);
    view.setUint32(4, 8000, true);
    view.setUint32(8, 800, true);
    view.setUint32(12, 2, true);
    bytes.set(tail, 16);
    return bytes.buffer;
  };
  it("has ten buckets a second", () => {
    expect(parsePeaks(file(...Array.from({ length: 40 }, () => 1)))).toMatchObject({ count: 10, seconds: 1 });
  });
  it("reads signed values and leaves a cut-off bucket out", () => {
    const peaks = parsePeaks(file(0x80, 0x7f, 0, 0, 1, 2));
    expect([peaks.count, ...peaks.values]).toEqual([1, -128, 127, 0, 0]);
  });
  it("refuses other files", () => {
    expect(() => parsePeaks(new ArrayBuffer(4))).toThrow();
    expect(() => parsePeaks(new ArrayBuffer(32))).toThrow();
  });
});
