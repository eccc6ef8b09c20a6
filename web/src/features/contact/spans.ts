// Findings name their words by UTF-8 byte offsets; the screen needs pieces of a UTF-16 string.
import type { Finding } from "../../api/types";

export interface Span {
  text: string;
  /** The findings that cover this piece; the gravest first. */
  findings: Finding[];
}

/** The UTF-16 index of each byte offset asked for. An offset inside a character goes to the character's beginning. */
export function indexesOfBytes(text: string, offsets: readonly number[]): number[] {
  const order = offsets.map((offset, i) => ({ offset, i })).sort((a, b) => a.offset - b.offset);
  const out = new Array<number>(offsets.length).fill(text.length);
  let bytes = 0;
  let index = 0;
  let next = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    while (next < order.length && order[next]!.offset < bytes + size) out[order[next++]!.i] = index;
    bytes += size;
    index += character.length;
  }
  return out;
}

/** Cuts `text` at the edges of the findings. Findings outside the text, or empty, mark nothing. */
export function spansOf(text: string, findings: readonly Finding[]): Span[] {
  if (findings.length === 0) return text ? [{ text, findings: [] }] : [];
  const edges = indexesOfBytes(text, findings.flatMap((f) => [f.begin, f.end]));
  const ranges = findings
    .map((finding, i) => ({ finding, from: edges[2 * i]!, to: edges[2 * i + 1]! }))
    .filter((r) => r.from < r.to);
  const cuts = [...new Set([0, text.length, ...ranges.flatMap((r) => [r.from, r.to])])].sort((a, b) => a - b);
  const out: Span[] = [];
  for (let i = 0; i + 1 < cuts.length; ++i) {
    const from = cuts[i]!;
    const to = cuts[i + 1]!;
    const covering = ranges.filter((r) => r.from <= from && r.to >= to).map((r) => r.finding);
    covering.sort((a, b) => b.level - a.level);
    out.push({ text: text.slice(from, to), findings: covering });
  }
  return out;
}
