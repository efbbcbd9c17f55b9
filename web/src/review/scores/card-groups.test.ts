import { expect, test } from "vitest";
import type { Appeal, ScoreLine } from "../wire.ts";
import { groupsOf, isOpenAppeal, lineKey, sumsOf } from "./card-groups.ts";

const line = (fields: Partial<ScoreLine>): ScoreLine => ({ date: "2026-11-03", item: "A4", points: -2, reason: "", call: "c1", flag: 7, entry: null, who: "", appeal: null, void: false, proposed: false, ...fields });
const appeal = (fields: Partial<Appeal>): Appeal => ({ answer: "appealed", reason: "", answered_by: "", answered_ms: 0, decision: null, decided_by: "", decided_ms: null, decision_note: "", ...fields });

test("groups come in the card's order, lines oldest first, void lines with their item", () => {
  const lines = [line({ date: "2026-11-09" }), line({ item: "A3", points: 5 }), line({ date: "2026-11-02", void: true }), line({ item: "A10", void: true })];
  const by_item = [{ item: "A3", text: "特约服务", count: 1, points: 5 }, { item: "A4", text: "接待", count: 1, points: -2 }];
  const groups = groupsOf({ lines, by_item });
  expect(groups.map(({ item, count, points }) => [item, count, points])).toEqual([["A3", 1, 5], ["A4", 1, -2], ["A10", 0, 0]]);
  expect(groups[1]!.lines.map(({ date }) => date)).toEqual(["2026-11-02", "2026-11-09"]);
});

test("an item without a line is no group", () => {
  expect(groupsOf({ lines: [], by_item: [{ item: "A3", text: "", count: 0, points: 0 }] })).toEqual([]);
});

test("void and proposed lines do not count, open appeals are counted", () => {
  const lines = [line({}), line({ points: 5 }), line({ void: true }), line({ proposed: true }), line({ appeal: appeal({}) }), line({ appeal: appeal({ decision: "upheld" }) })];
  expect(sumsOf(lines)).toEqual({ deductions: -6, bonuses: 5, open_appeals: 1 });
  expect(isOpenAppeal(line({ appeal: appeal({ answer: "accepted" }) }))).toBe(false);
});

test("keys of lines differ", () => {
  const keys = [line({}), line({ flag: 8 }), line({ entry: 1 }), line({ entry: 2 })].map(lineKey);
  expect(new Set(keys).size).toBe(keys.length);
});
