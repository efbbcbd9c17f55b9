import { expect, test } from "vitest";
import { RULES } from "../../../tests/mock-review-world.ts";
import { rulesFor } from "./rule-filter.ts";

test("by number, by title, by words", () => {
  const found = (words: string): string[] => rulesFor(RULES, words).map(({ rule }) => rule);
  expect(found("")).toEqual(RULES.map(({ rule }) => rule));
  expect(found("1.")).toEqual(["1.5"]);
  expect(found("嫌慢")).toEqual(["4.3"]);
  expect(found("大点声")).toEqual(["2.1"]);
  expect(found("没有这样的话")).toEqual([]);
});
