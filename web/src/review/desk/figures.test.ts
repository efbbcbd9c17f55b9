import { expect, test } from "vitest";
import { bytesText, grouped, leftText, lengthText, percent, plain, signed } from "./figures.ts";

test("points carry their sign, with a true minus", () => {
  expect([signed(5), signed(-2), signed(0)]).toEqual(["+5", "−2", "0"]);
});

test("means keep one digit, whole ones none", () => {
  expect([plain(96), plain(93.44), plain(95.96), plain(-1.5), plain(-0.04)]).toEqual(["96", "93.4", "96", "−1.5", "0"]);
});

test("percent claims neither all nor nothing too early", () => {
  expect([null, 0, 0.001, 0.5, 0.999, 1].map(percent)).toEqual(["–", "0%", "1%", "50%", "99%", "100%"]);
});

test("lengths of calls", () => {
  expect([lengthText(0), lengthText(185_999), lengthText(3_729_000)]).toEqual(["0:00", "3:05", "1:02:09"]);
});

test("time left is no finer than it can be known", () => {
  expect([null, 3, 42, 61, 3_600, 5_400].map((left_s) => leftText(left_s, "zh"))).toEqual(["剩余时间估算中", "即将完成", "还需约 50 秒", "还需约 2 分钟", "还需约 1 小时", "还需约 1 小时 30 分钟"]);
});

test("sizes and counts", () => {
  expect([bytesText(999), bytesText(64_400), bytesText(1_234_567), grouped(999), grouped(1_234_567)]).toEqual(["999 B", "64 KB", "1.2 MB", "999", "1,234,567"]);
});
