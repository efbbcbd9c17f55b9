import { expect, test } from "vitest";
import { linesOf, spanOfLine } from "./script-place.ts";

const TEXT = "一行\n\nthird = 3";

test("a line is found by its number", () => {
  expect([1, 2, 3].map((line) => TEXT.slice(spanOfLine(TEXT, line).from, spanOfLine(TEXT, line).to))).toEqual(["一行", "", "third = 3"]);
  expect(linesOf(TEXT)).toBe(3);
});

test("lines that there are not are the nearest", () => {
  expect(spanOfLine(TEXT, 0)).toEqual({ from: 0, to: 2 });
  expect(spanOfLine(TEXT, 99)).toEqual(spanOfLine(TEXT, 3));
  expect(spanOfLine("", 1)).toEqual({ from: 0, to: 0 });
});
