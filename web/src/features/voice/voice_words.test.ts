import { describe, expect, it } from "vitest";
import type { Entry } from "../../api/types";
import { en } from "../../i18n/en";
import { ja } from "../../i18n/ja";
import { moodOf, pointsOf, riseText, spansOf } from "./voice_words";

const voice = (at: number, arousal: number, shouting = 0, more: object = {}): Entry => ({
  seq: at, at: 0, kind: "voice", facts: { at, arousal, shouting, ...more }, content: {}, content_erased: false, hash: "",
});

describe("the voice in words", () => {
  it("names shouting before a raised voice", () => {
    expect(moodOf({ arousal: 0.9, shouting: 0.9 })).toBe("shouting");
    expect(moodOf({ arousal: 0.9, shouting: 0.1 })).toBe("raised");
    expect(moodOf({ arousal: 0.2, shouting: 0.1 })).toBe("calm");
  });
  it("joins what lies together and keeps the strongest of each kind", () => {
    const spans = spansOf(pointsOf([
      voice(2, 0.1), voice(4, 0.7, 0, { rises: [{ what: "pitch", by: 3, own: true }] }), voice(8, 0.9, 0.8, { rises: [{ what: "pitch", by: 5, own: true }] }), voice(30, 0.7),
    ]));
    expect(spans).toEqual([
      { from: 2, to: 8, mood: "shouting", rises: [{ what: "pitch", by: 5, own: true }] },
      { from: 28, to: 30, mood: "raised", rises: [] },
    ]);
  });
  it("reads entries kept before there was evidence", () => {
    expect(pointsOf([voice(2, 0.4)])[0]).toMatchObject({ at: 2, rises: [], interruptions: 0 });
  });
  it("says by how much in both languages", () => {
    expect(riseText({ what: "pitch", by: 5.24, own: true }, ja)).toBe("声が高い +5.2半音");
    expect(riseText({ what: "loudness", by: 9, own: true }, en)).toBe("louder +9.0 dB");
  });
});
