import { expect, test } from "vitest";
import { curvePath, hoursShown, peakOf } from "./hour-curve.ts";

const hours = (at: Record<number, number>): number[] => Array.from({ length: 24 }, (_, hour) => at[hour] ?? 0);

test("office hours, and earlier or later ones with calls in them", () => {
  expect(hoursShown(hours({}))).toEqual([8, 18]);
  expect(hoursShown(hours({ 3: 1, 22: 4 }))).toEqual([3, 22]);
});

test("a line from the first hour to the last, highest at the top", () => {
  const day = hours({ 8: 1, 9: 4, 10: 2 });
  expect(peakOf(day)).toBe(4);
  expect(curvePath(day, [8, 10], 4, { width: 100, height: 20 })).toBe("M0 15 L50 0 L100 10");
  expect(curvePath(hours({}), [8, 9], peakOf(hours({})), { width: 10, height: 20 })).toBe("M0 20 L10 20");
});
