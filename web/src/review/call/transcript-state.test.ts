import { expect, test } from "vitest";
import { reviewSample } from "../../../tests/mock-review-sample.ts";
import { clausesOf, lineAt, linesOf, overlaps } from "./transcript-state.ts";

test("clauses share the time by their characters, and lose none of the text", () => {
  const clauses = clausesOf("没有了,谢谢你!", 1_000, 2_200);
  expect(clauses).toEqual([
    { text: "没有了,", from_ms: 1_000, to_ms: 1_600 },
    { text: "谢谢你!", from_ms: 1_600, to_ms: 2_200 },
  ]);
  for (const text of ["喂", "…嗯?!好,", "a.b", "，，"]) expect(clausesOf(text, 0, 10).map((clause) => clause.text).join("")).toBe(text);
});

test("the line of a moment", () => {
  const lines = linesOf(reviewSample("call", 0));
  expect(lineAt(lines, 0)).toBe(-1);
  expect(lines[lineAt(lines, 13_500)]!.clauses[0]!.text).toBe("喂,");
  expect(lineAt(lines, 99_000)).toBe(lines.length - 1);
});

test("what only touches does not overlap", () => {
  expect(overlaps({ from_ms: 0, to_ms: 10 }, { from_ms: 10, to_ms: 20 })).toBe(false);
  expect(overlaps({ from_ms: 0, to_ms: 11 }, { from_ms: 10, to_ms: 20 })).toBe(true);
});
