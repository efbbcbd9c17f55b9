import { expect, test } from "vitest";
import { inOrder, orderAfter, type TeamRow } from "./team-order.ts";

const row = (agent: string, total: number): TeamRow => ({ agent, agent_name: "", total, deductions: total - 100, bonuses: 0, open_appeals: 0, calls: 1 });
const rows = [row("1010", 98), row("999", 90), row("1002", 98)];

test("numbers of agents count as numbers", () => {
  expect(inOrder(rows, { column: "agent", descending: false }).map(({ agent }) => agent)).toEqual(["999", "1002", "1010"]);
});

test("equal totals stay in the order of agents, whichever way", () => {
  expect(inOrder(rows, { column: "total", descending: false }).map(({ agent }) => agent)).toEqual(["999", "1002", "1010"]);
  expect(inOrder(rows, { column: "total", descending: true }).map(({ agent }) => agent)).toEqual(["1002", "1010", "999"]);
});

test("a second press turns the order round; appeals begin with the most", () => {
  const first = orderAfter({ column: "total", descending: false }, "open_appeals");
  expect(first).toEqual({ column: "open_appeals", descending: true });
  expect(orderAfter(first, "open_appeals").descending).toBe(false);
  expect(orderAfter(first, "total").descending).toBe(false);
});

test("the rows that were given stay as they are", () => {
  inOrder(rows, { column: "agent", descending: false });
  expect(rows[0]!.agent).toBe("1010");
});
