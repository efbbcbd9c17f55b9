import { expect, test } from "vitest";
import { filterSituations } from "./situation-filter.ts";

const SITUATIONS = [
  { rule: "1.5", title: "无声电话", declared_only: false },
  { rule: "2.4", title: "客户讲方言", declared_only: true },
  { rule: "4.2", title: "客户说粗话", declared_only: false },
  { rule: "5.2", title: "设备故障", declared_only: true },
];

test.each([
  ["", ["2.4", "5.2", "1.5", "4.2"]],
  ["客户", ["2.4", "4.2"]],
  [" 5.2 ", ["5.2"]],
  // A number is typed from its start: 2 is section two, not 4.2.
  ["2", ["2.4"]],
  ["5\u30022", ["5.2"]],
  ["没有", []],
])("%j finds %j", (typed, rules) => {
  expect(filterSituations(SITUATIONS, typed).map(({ rule }) => rule)).toEqual(rules);
});
