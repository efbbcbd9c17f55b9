import { expect, test } from "vitest";
import { decisionText } from "./history-text.ts";

test("a decision says what counted before and after", () => {
  const after = { verdict: "confirmed", points: -2, note: "语气生硬" };
  expect(decisionText({ act: "verdict", before: null, after })).toBe("未判定 → 成立，−2 分：语气生硬");
  expect(decisionText({ act: "overturned", before: after, after: { verdict: "dismissed", points: 0, note: "" } })).toBe("成立，−2 分：语气生硬 → 不成立，0 分");
});

test("names, remarks, and what has an unknown shape", () => {
  expect(decisionText({ act: "assigned", before: "", after: "qiu" })).toBe("无人 → qiu");
  expect(decisionText({ act: "appealed", before: null, after: { reason: "客户听不见" } })).toBe("客户听不见");
  expect(decisionText({ act: "finished", before: null, after: null })).toBe("");
  expect(decisionText({ act: "verdict", before: 3, after: "x" })).toBe("未判定 → 未判定");
});
