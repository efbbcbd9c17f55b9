import { expect, test } from "vitest";
import { MockRoom } from "../../tests/mock-room.ts";
import type { Tile } from "../floor-wire.ts";
import { arranged, byRuleNumber, changed, countByStatus, EVERYBODY, misplaced, needOf, wants, wantsAll } from "./board.ts";

const [TILE] = new MockRoom(1, 1, 1_000_000).tiles as [Tile];

function tiles(...urgencies: number[]): Tile[] {
  return urgencies.map((urgency, index) => ({ ...TILE, station: index + 1, urgency }));
}

test("a change makes a new tile only where something is different", () => {
  expect(changed(TILE, { station: TILE.station, state: TILE.state })).toBe(TILE);
  const silent = changed(TILE, { station: TILE.station, state: "silence", talk_share_pct: null });
  expect(silent).toEqual({ ...TILE, state: "silence", talk_share_pct: null });
});

test("who needs help comes first, equals by number", () => {
  expect(arranged(tiles(0, 70, 0, 90, 70), [], false)).toEqual([4, 2, 5, 1, 3]);
  // A little more is not worth a move.
  expect(arranged(tiles(51, 54, 55), [], false)).toEqual([3, 1, 2]);
});

test("an order that is right stays the same object", () => {
  const order = [2, 1];
  expect(arranged(tiles(1, 9), order, false)).toBe(order);
});

test("while held nobody moves: new ones come last, gone ones leave a gap", () => {
  expect(arranged(tiles(0, 90, 50), [1, 9, 2], true)).toEqual([1, 9, 2, 3]);
  const order = [1, 2, 3];
  expect(arranged(tiles(0, 90, 50), order, true)).toBe(order);
  expect(misplaced(tiles(0, 90, 50), order)).toBe(3);
  expect(misplaced(tiles(90, 50, 0), order)).toBe(0);
});

test("filters", () => {
  const tile: Tile = { ...TILE, agent: "1024", name: "王芳", team: "一组", state: "hold", flag_rule: "4.2", cue_rule: "3.8" };
  expect(wants(EVERYBODY, tile)).toBe(true);
  expect([wantsAll(EVERYBODY), wantsAll({ ...EVERYBODY, rule: "1.1" })]).toEqual([true, false]);
  for (const words of ["102", "王", "一组", " 1024 "]) expect(wants({ ...EVERYBODY, words }, tile)).toBe(true);
  expect(wants({ ...EVERYBODY, words: "1025" }, tile)).toBe(false);
  expect(wants({ ...EVERYBODY, team: "二组" }, tile)).toBe(false);
  expect(wants({ ...EVERYBODY, state: "hold", rule: "3.8" }, tile)).toBe(true);
  expect(wants({ ...EVERYBODY, rule: "4.4" }, tile)).toBe(false);
});

test("needs have three steps", () => {
  expect([0, 39, 40, 69, 70, 100].map(needOf)).toEqual(["calm", "calm", "watch", "watch", "urgent", "urgent"]);
});

test("rules in the order of the script", () => {
  expect(["3.10", "1.1", "3.9", "3.1"].toSorted(byRuleNumber)).toEqual(["1.1", "3.1", "3.9", "3.10"]);
});

test("every state is counted", () => {
  const counts = countByStatus((["hold", "hold", "offline"] as const).map((state) => ({ ...TILE, state })));
  expect([counts.hold, counts.offline, counts.free]).toEqual([2, 1, 0]);
  expect(Object.keys(counts)).toHaveLength(8);
});
