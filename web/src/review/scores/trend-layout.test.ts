import { expect, test } from "vitest";
import { rangeOf, trendLayout } from "./trend-layout.ts";

const SIZE = { width: 100, height: 50 };

test("the range is in whole fives, and never narrower than ten", () => {
  expect(rangeOf([98, 96])).toEqual([90, 100]);
  expect(rangeOf([81, null, 103])).toEqual([80, 105]);
  expect(rangeOf([null])).toEqual([90, 100]);
  expect(rangeOf([100])).toEqual([90, 100]);
});

test("a line from left to right, high values above", () => {
  const { path, dots, grid } = trendLayout([{ month: "2026-10", value: 90 }, { month: "2026-11", value: 100 }], [90, 100], SIZE);
  expect(path).toBe("M0 50 L100 0");
  expect(dots.map(({ value }) => value)).toEqual([90, 100]);
  expect(grid).toEqual([{ y: 50, value: 90 }, { y: 25, value: 95 }, { y: 0, value: 100 }]);
});

test("the line breaks at a month that is not known", () => {
  const points = [95, 95, null, 95].map((value, index) => ({ month: `2026-0${index + 1}`, value }));
  const { path, months } = trendLayout(points, [90, 100], SIZE);
  expect(path).toBe("M0 25 L33.3 25 M100 25");
  expect(months).toHaveLength(4);
});

test("one month alone stands at the left, and nothing is divided by nothing", () => {
  expect(trendLayout([{ month: "2026-11", value: 95 }], [90, 100], SIZE).path).toBe("M0 25");
});
