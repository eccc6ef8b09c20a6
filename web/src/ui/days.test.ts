import { expect, it } from "vitest";
import { beginOf, dayOf, endOf } from "./days";

it("a day begins at midnight here and ends where the next one begins", () => {
  expect(beginOf("2026-04-01")).toBe(new Date(2026, 3, 1).getTime());
  expect(endOf("2026-12-31")).toBe(new Date(2027, 0, 1).getTime());
  expect(endOf("2028-02-28")).toBe(beginOf("2028-02-29"));
  expect(dayOf(beginOf("2026-04-01"))).toBe("2026-04-01");
  expect(dayOf(endOf("2026-04-01") - 1)).toBe("2026-04-01");
});
