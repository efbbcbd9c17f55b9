import { expect, test } from "vitest";
import { clauses, fullWidth, SCALES, scaleFor } from "./typeset.ts";

test.each([
  ["您好,请问", "您好\uff0c请问"],
  ["喂!听懂了吧?", "喂\uff01听懂了吧\uff1f"],
  ["10:30 到,1,024 号", "10:30 到\uff0c1,024 号"],
  ["Hello, world!", "Hello, world!"],
  ["", ""],
])("fullWidth(%s) is %s", (text, set) => {
  expect(fullWidth(text)).toBe(set);
});

test.each([
  ["您好,请问有什么可以帮您?", ["您好\uff0c", "请问有什么可以帮您\uff1f"]],
  ["喂、喂", ["喂、", "喂"]],
  ["\u2026\u2026再见", ["\u2026\u2026再见"]],
  ["\u2026\u2026", ["\u2026\u2026"]],
  ["", []],
])("clauses(%s) is %j", (text, parts) => {
  expect(clauses(text)).toEqual(parts);
});

test("no character of a cue is lost between its clauses", () => {
  const cue = "很抱歉,您的电话没有声音:请您挂机后重新拨打;此次通话将被挂机。感谢您的来电,再见!";
  expect(clauses(cue).join("")).toBe(fullWidth(cue));
});

test("longer words are set smaller, never larger", () => {
  const scales = Array.from({ length: 120 }, (_, n) => SCALES.indexOf(scaleFor("字".repeat(n))));
  expect(scales).toEqual(scales.toSorted((a, b) => a - b));
  expect(new Set(scales).size).toBe(SCALES.length);
});
