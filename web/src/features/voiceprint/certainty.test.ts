import { describe, expect, it } from "vitest";
import type { Entry } from "../../api/types";
import { certaintyOf, lastMatch } from "./certainty";

const entry = (kind: string, content: object): Entry => ({ seq: 1, at: 0, kind, facts: {}, content: content as Entry["content"], content_erased: false, hash: "" });

describe("a voice that may be known", () => {
  it("is said on a scale, not as a percentage", () => {
    expect([4, 5, 8].map(certaintyOf)).toEqual(["weak", "moderate", "strong"]);
  });
  it("is what was found last, and nothing after erasure", () => {
    expect(lastMatch([entry("voiceprint_match", { number: 3, llr: 4, seconds: 6 }), entry("voiceprint_match", { number: 5, llr: 6, seconds: 12 })])).toEqual({ number: 5, llr: 6, seconds: 12 });
    expect(lastMatch([entry("voiceprint_match", {})])).toBeNull();
    expect(lastMatch([])).toBeNull();
  });
});
