import { expect, test } from "vitest";
import { dateField, dayStart, isFiltered, isSameQuery, queryOfRoute, routeOfQuery, rowToSelect, stepRow } from "./queue-state.ts";
import type { QueueRow } from "../wire.ts";

test("filters go into the address and come back", () => {
  const query = { view: "mine", rule: "2.1", points_min: 5, sure: "unsure", sampled: true, from_ms: 1_000 } as const;
  expect(queryOfRoute(routeOfQuery(query))).toEqual(query);
  expect(routeOfQuery({ view: "open" })).toEqual({});
  expect(isFiltered({ view: "mine" })).toBe(false);
  expect(isFiltered({ view: "open", sampled: false })).toBe(true);
});

test("what makes no sense in an address is no filter", () => {
  expect(queryOfRoute({ view: "nowhere", points_min: "x", sure: "perhaps", from_ms: "-3", sampled: "maybe" })).toEqual({ view: "open" });
});

test("a saved filter is known again, whatever the order of its fields", () => {
  expect(isSameQuery({ view: "open", rule: "2.1", team: "一组" }, { team: "一组", rule: "2.1", view: "open" })).toBe(true);
  expect(isSameQuery({ view: "open", rule: "2.1" }, { view: "open", rule: "2.1", team: "一组" })).toBe(false);
  expect(isSameQuery({ view: "mine" }, { view: "open" })).toBe(false);
});

test("steps hold at the ends", () => {
  expect([stepRow(3, 0, -1), stepRow(3, 0, 1), stepRow(3, 2, 1), stepRow(0, 0, 1)]).toEqual([0, 1, 2, 0]);
});

test("the last call is found again, else the first free one", () => {
  const rows = [{ call: "a", locked_by: "gao" }, { call: "b", locked_by: "" }, { call: "c", locked_by: "" }] as QueueRow[];
  expect([rowToSelect(rows, "c", "qiu"), rowToSelect(rows, "x", "qiu"), rowToSelect(rows, "x", "gao"), rowToSelect([], "x", "gao")]).toEqual([2, 1, 0, 0]);
});

test("days of date fields, the last one counted whole", () => {
  const from_ms = dayStart("2026-11-26");
  const to_ms = dayStart("2026-11-26", 1);
  expect(dateField(from_ms)).toBe("2026-11-26");
  expect(dateField(to_ms, -1)).toBe("2026-11-26");
  expect(dayStart("")).toBeUndefined();
});
