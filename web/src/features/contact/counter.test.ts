import { describe, expect, it } from "vitest";
import type { CounterEvidence, Finding } from "../../api/types";
import { counterSide, sentenceOf } from "./counter";

const counter = (c: Partial<CounterEvidence>): CounterEvidence => ({ kind: "other", begin: 0, end: 0, text: "", why: "", why_en: "", ...c });
const finding = (...counter_evidence: CounterEvidence[]): Finding => ({ category: "threat", level: 3, turn: 0, begin: 0, end: 3, text: "殺", criterion: "c", basis: "b", counter_evidence, score: 1 });

describe("what speaks against", () => {
  const quotation = counter({ kind: "quotation", text: "死ね", why: "引用: 暴言", why_en: "A quotation: abuse" });
  it("is told apart by its kind, not by its words: grounds in one line, the rest once each", () => {
    const side = counterSide([finding(counter({ kind: "ground", ground: "rule", why: "x" }), quotation), finding(quotation)], ["defect"]);
    expect(side).toEqual({ grounds: ["defect", "rule"], against: [quotation] });
    expect(counterSide([finding(counter({ kind: "ground", why: "申し出の根拠: 昔の名前" }))], []).against).toHaveLength(1);
  });
  it("is read in the reader's language, and in Japanese where there is no English yet", () => {
    expect(sentenceOf(quotation, "ja")).toEqual({ text: "引用: 暴言", language: "ja" });
    expect(sentenceOf(quotation, "en")).toEqual({ text: "A quotation: abuse", language: "en" });
    expect(sentenceOf(counter({ why: "引用: 暴言" }), "en")).toEqual({ text: "引用: 暴言", language: "ja" });
  });
});
