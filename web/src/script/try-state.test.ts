import { expect, test } from "vitest";
import type { Happening, TryAnswer } from "./answer.ts";
import { alignedText, blocksOf, countsOf, flagLines, lineAt, marksOf, preciseClock, rangeOfLine } from "./try-state.ts";

const said = (line: number, channel: "agent" | "customer", text: string): Happening => ({
  type: "transcript",
  line,
  at_ms: line * 1_000,
  channel,
  from_ms: line * 1_000 - 500,
  to_ms: line * 1_000,
  text,
  final: true,
});
const flag = (line: number, points: number, review?: true): Happening => ({
  type: "flag",
  line,
  at_ms: line * 1_000,
  rule: "4.3",
  kind: "missing",
  channel: "agent",
  from_ms: 0,
  to_ms: 1,
  text: "",
  phrase: "",
  item: "A10",
  points,
  ...(review && { review }),
});
const answer = (happenings: Happening[]): TryAnswer => ({
  file: "f",
  script: "s",
  script_mistakes: [],
  happenings,
  mistakes: [{ line: 4, column: 1, message: "", zh: "看不懂" }],
});
const EXAMPLE = answer([
  { type: "call_started", line: 1, at_ms: 0, agent: "1024" },
  said(1, "agent", "您好"),
  said(2, "customer", "怎么这么慢"),
  { type: "situation_heard", line: 2, at_ms: 2_000, rule: "4.3", text: "怎么这么慢" },
  { type: "silence", line: 3, at_ms: 5_000, since_ms: 2_000, length_ms: 3_000 },
  flag(5, -5),
  flag(5, 0, true),
  said(5, "agent", "在查"),
]);

test("what came is put together by lines, without what says nothing", () => {
  expect(blocksOf(EXAMPLE).map(({ line, said, items, mistakes }) => [line, said?.text, items.map(({ type }) => type), mistakes.length])).toEqual([
    [1, "您好", [], 0],
    [2, "怎么这么慢", ["situation_heard"], 0],
    [4, undefined, [], 1],
    [5, "在查", ["flag", "flag"], 0],
  ]);
});

test("the margin shows the gravest thing of a line", () => {
  expect([...marksOf(EXAMPLE)].sort()).toEqual([
    [2, "situation"],
    [4, "mistake"],
    [5, "flag"],
  ]);
});

test("flags are counted, and those that a person has to look at", () => {
  expect(countsOf(EXAMPLE)).toEqual({ flags: 2, review: 1, cues: 0, situations: 1, points: -5 });
  expect(flagLines(EXAMPLE)).toEqual([5]);
});

test("times are told in tenths, and lines found in the text", () => {
  expect([0, 59_940, 61_200].map(preciseClock)).toEqual(["0:00.0", "0:59.9", "1:01.2"]);
  const text = "客服: 您好\n客户: 嗯\n";
  expect([0, 6, 7, text.length].map((index) => lineAt(text, index))).toEqual([1, 1, 2, 3]);
  expect(text.slice(rangeOfLine(text, 2).from, rangeOfLine(text, 2).to)).toBe("客户: 嗯");
  expect(rangeOfLine(text, 99)).toEqual({ from: text.length, to: text.length });
});

test("how a syllable was heard is said in words", () => {
  expect(alignedText({ phrase: "声", said: "森", how: "near" })).toBe("近音，应为「声」");
  expect(alignedText({ phrase: "话", said: "法", how: "wrong" })).toBe("听成「法」，应为「话」");
  expect(alignedText({ said: "嗯", how: "filler" })).toBe("语气词「嗯」");
});
