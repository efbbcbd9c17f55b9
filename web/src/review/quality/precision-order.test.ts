import { expect, test } from "vitest";
import { inOrder, type PrecisionRow } from "./precision-order.ts";

const row = (rule: string, flags: number, high: number | null, phrase?: string): PrecisionRow => ({
  rule, flags, confirmed: 0, dismissed: 0, unsure: 0, added: 0, marked_wrong: 0, precision: high, low: high, high, ...(phrase !== undefined && { phrase }),
});
const rows = [row("2.1", 3, 0.9), row("1.10", 80, 0.4), row("1.9", 5, null), row("3.2", 5, 0.4)];

test("the least right first, equal ones by rule, undecided ones last", () => {
  expect(inOrder(rows, "least_right").map(({ rule }) => rule)).toEqual(["1.10", "3.2", "2.1", "1.9"]);
});

test("by flags, by rule as numbers", () => {
  expect(inOrder(rows, "most_flags").map(({ rule }) => rule)).toEqual(["1.10", "1.9", "3.2", "2.1"]);
  expect(inOrder(rows, "rule").map(({ rule }) => rule)).toEqual(["1.9", "1.10", "2.1", "3.2"]);
});
