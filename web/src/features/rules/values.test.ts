import { expect, it } from "vitest";
import { freshId, linesOf, tidy } from "./values";

it("leaves out what says nothing, and keeps false and 0", () => {
  expect(tidy({ version: "9", name: "", thresholds: { notice_minutes: 30 }, category: { threat: { enabled: false, note: "" } }, phrase: [], limits: { disconnect: 0 } }))
    .toEqual({ thresholds: { notice_minutes: 30 }, category: { threat: { enabled: false } }, limits: { disconnect: 0 } });
});

it("reads one line, number or name each", () => {
  expect(linesOf(" 0312*\n\n 代表、窓口A")).toEqual(["0312*", "代表", "窓口A"]);
});

it("gives a rule an id of its own", () => {
  const rule = (id: string) => ({ id, action: "open_case" as const, mode: "confirm" as const });
  expect(freshId([rule("warn"), rule("rule-3")])).toBe("rule-4");
});
