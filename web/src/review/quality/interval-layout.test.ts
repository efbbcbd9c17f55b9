import { expect, test } from "vitest";
import { intervalBar } from "./interval-layout.ts";

test("shares become places", () => {
  expect(intervalBar({ low: 0.5, high: 0.9, precision: 0.75 }, 200)).toEqual({ from: 100, to: 180, at: 150 });
});

test("nothing known, nothing drawn", () => {
  expect(intervalBar({ low: null, high: null, precision: null }, 200)).toBeUndefined();
});

test("a bar stays inside and can be seen", () => {
  expect(intervalBar({ low: 1, high: 1, precision: 1 }, 200)).toEqual({ from: 198, to: 200, at: 200 });
});
