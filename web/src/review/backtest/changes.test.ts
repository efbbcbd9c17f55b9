import { expect, test } from "vitest";
import type { BacktestChange } from "../wire.ts";
import { mostChangedFirst, narrowed } from "./changes.ts";

const change = (fields: Partial<BacktestChange>): BacktestChange => ({ change: "gained", call: "a", agent: "", team: "", started_ms: 0, rule: "2.1", kind: "forbidden", from_ms: 0, to_ms: 0, text: "", ...fields });

test("narrowed by kind of change and by rule", () => {
  const changes = [change({}), change({ change: "lost" }), change({ rule: "3.2" })];
  expect(narrowed(changes, { change: "all", rule: "" })).toHaveLength(3);
  expect(narrowed(changes, { change: "gained", rule: "2.1" })).toEqual([changes[0]]);
  expect(narrowed(changes, { change: "lost", rule: "3.2" })).toEqual([]);
});

test("what changed most comes first, equal ones by number", () => {
  const rules = [{ rule: "1.10", gained: 0, lost: 0, unchanged: 9 }, { rule: "1.9", gained: 0, lost: 0, unchanged: 1 }, { rule: "3.2", gained: 1, lost: 4, unchanged: 0 }];
  expect(mostChangedFirst(rules).map(({ rule }) => rule)).toEqual(["3.2", "1.9", "1.10"]);
});
