import { describe, expect, it } from "vitest";
import type { Finding } from "../../api/types";
import { indexesOfBytes, spansOf } from "./spans";

const bytes = (text: string) => new TextEncoder().encode(text).length;

function finding(text: string, words: string, level = 3): Finding {
  const begin = bytes(text.slice(0, text.indexOf(words)));
  return { category: "verbal_abuse", level, turn: 0, begin, end: begin + bytes(words), text: words, criterion: "c", basis: "b", counter_evidence: [], score: 1 };
}

describe("byte offsets into Japanese text", () => {
  it("finds the words again", () => {
    const text = "おまえ、ばかか。早くしろ";
    expect(spansOf(text, [finding(text, "ばかか")]).map((s) => s.text)).toEqual(["おまえ、", "ばかか", "。早くしろ"]);
  });
  it("counts four bytes and two UTF-16 units for characters outside the plane", () => {
    const text = "𠮷野家で😠怒る";
    expect(spansOf(text, [finding(text, "怒る")]).at(-1)).toMatchObject({ text: "怒る", findings: [{ text: "怒る" }] });
    expect(spansOf(text, [finding(text, "😠")]).map((s) => s.text)).toEqual(["𠮷野家で", "😠", "怒る"]);
  });
  it("takes the end of the text as an offset", () => {
    expect(indexesOfBytes("あa", [0, 3, 4, 99])).toEqual([0, 1, 2, 2]);
  });
  it("goes to the beginning of a character when an offset lies inside it", () => {
    expect(indexesOfBytes("あい", [1, 4])).toEqual([0, 1]);
  });
  it("keeps overlapping findings, the gravest first", () => {
    const text = "死ねばかやろう";
    const spans = spansOf(text, [finding(text, "死ねばか", 2), finding(text, "ばかやろう", 3)]);
    expect(spans.map((s) => [s.text, s.findings.map((f) => f.level)])).toEqual([["死ね", [2]], ["ばか", [3, 2]], ["やろう", [3]]]);
  });
  it("marks nothing for findings that do not fit the text", () => {
    const wrong = { ...finding("ばか", "ばか"), begin: 50, end: 60 };
    expect(spansOf("はい", [wrong])).toEqual([{ text: "はい", findings: [] }]);
    expect(spansOf("", [wrong])).toEqual([]);
  });
});
