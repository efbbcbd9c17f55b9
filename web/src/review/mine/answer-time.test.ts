import { expect, test } from "vitest";
import { timeLeft } from "./answer-time.ts";

const HOUR_MS = 3_600_000;

test("days, then hours, then minutes, rounded down", () => {
  expect(timeLeft(71 * HOUR_MS, 0)).toEqual({ unit: "days", n: 2, urgent: false });
  expect(timeLeft(24 * HOUR_MS, 0)).toEqual({ unit: "days", n: 1, urgent: false });
  expect(timeLeft(24 * HOUR_MS - 1, 0)).toEqual({ unit: "hours", n: 23, urgent: true });
  expect(timeLeft(30_000, 0)).toEqual({ unit: "minutes", n: 0, urgent: true });
});

test("at the very moment it is over", () => {
  expect([timeLeft(5, 5), timeLeft(5, 6)]).toEqual(["over", "over"]);
});
