import { expect, test } from "vitest";
import type { Verdict } from "../wire.ts";
import { difference, disputedFirst } from "./disagreement.ts";

const by = (...verdicts: (Verdict | null)[]) => verdicts.map((verdict, index) => ({ user: `u${index}`, verdict }));

test("all alike do not differ, all different do entirely", () => {
  expect(difference(by("confirmed", "confirmed", "confirmed"))).toBe(0);
  expect(difference(by("confirmed", "dismissed", "unsure"))).toBe(1);
  expect(difference(by("confirmed", "confirmed", "dismissed"))).toBeCloseTo(2 / 3);
});

test("who has not decided does not count", () => {
  expect(difference(by("confirmed", null, "confirmed"))).toBe(0);
  expect([difference(by(null, null)), difference(by("confirmed"))]).toEqual([0, 0]);
});

test("disputed ones first, else as they came", () => {
  const flags = [
    { flag: 1, rule: "2.1", by: by("confirmed", "confirmed") },
    { flag: 2, rule: "2.1", by: by("confirmed", "dismissed") },
    { flag: 3, rule: "2.1", by: by("unsure", "unsure") },
  ];
  expect(disputedFirst(flags).map(({ flag }) => flag)).toEqual([2, 1, 3]);
});
