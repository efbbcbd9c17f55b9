import { expect, test } from "vitest";
import type { MyCall } from "../wire.ts";
import { sumOf } from "./month-sum.ts";

const row = (fields: Partial<MyCall>): MyCall => ({ call: "a", started_ms: 0, length_ms: 60_000, confirmed: 0, points: 0, unanswered: 0, appeal_until_ms: 100, ...fields });

test("only what can still be answered waits; the first that runs out is named", () => {
  const rows = [row({ confirmed: 2, points: -4, unanswered: 2, appeal_until_ms: 90 }), row({ confirmed: 1, points: -2, unanswered: 1, appeal_until_ms: 10 }), row({ appeal_until_ms: 60 })];
  expect(sumOf(rows, 50)).toEqual({ calls: 3, confirmed: 3, points: -6, to_answer: 2, first_until_ms: 90 });
});

test("an empty month", () => {
  expect(sumOf([], 50)).toEqual({ calls: 0, confirmed: 0, points: 0, to_answer: 0, first_until_ms: undefined });
});
