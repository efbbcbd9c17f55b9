import { expect, test } from "vitest";
import { kappaSentence, kappaText, kappaWord } from "./kappa-reading.ts";

test("a figure and what it means", () => {
  expect(kappaSentence(0.72, "zh")).toBe("一致性 0.72：较好");
  expect(kappaSentence(-0.2, "zh")).toBe("一致性 −0.20：不如随机判断");
  expect(kappaSentence(1, "en")).toBe("Agreement 1.00: almost perfect");
});

test("the word fits the figure that is shown, at each border", () => {
  expect([0.806, 0.804, 0.605, 0.41, 0.21, 0.2, 0, -0.004, -0.006].map((kappa) => kappaWord(kappa, "en"))).toEqual([
    "almost perfect", "substantial", "substantial", "moderate", "fair", "slight", "slight", "slight", "worse than chance",
  ]);
  expect(kappaText(-0.004)).toBe("0.00");
});

test("no kappa is said in words", () => {
  expect(kappaText(null)).toBe("–");
  expect(kappaSentence(null, "zh")).toContain("无法计算");
});
