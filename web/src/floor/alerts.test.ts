import { expect, test } from "vitest";
import { alertOf, MockRoom } from "../../tests/mock-room.ts";
import type { AlertCard } from "../floor-wire.ts";
import { isMine, SETTLED_MAX, shownFeed, sounds, withAlerts } from "./alerts.ts";

const [TILE] = new MockRoom(1, 1, 1_000_000).tiles as [MockRoom["tiles"][number]];
const card = (id: number, fields: Partial<AlertCard> = {}): AlertCard => alertOf(TILE, id, 1_000_000 + id, fields);
const ids = (feed: readonly AlertCard[]): number[] => feed.map(({ id }) => id);

test("newest first, open before settled, and not too many settled", () => {
  const feed = withAlerts([card(1), card(2, { settled: true })], [card(3), card(1, { settled: true })]);
  expect(ids(feed)).toEqual([3, 2, 1]);
  const many = Array.from({ length: 40 }, (_, id) => card(id, { settled: true }));
  expect(withAlerts([], many)).toHaveLength(SETTLED_MAX);
});

test("mine is what nobody has, or what I was given", () => {
  expect(isMine(card(1), "wang")).toBe(true);
  expect(isMine(card(1, { assigned_to: "wang" }), "wang")).toBe(true);
  expect(isMine(card(1, { assigned_to: "li" }), "wang")).toBe(false);
  expect(isMine(card(1, { settled: true }), "wang")).toBe(false);
});

test("a sound for what has become mine, and once", () => {
  expect(sounds([], [card(1)], "wang")).toBe(true);
  expect(sounds([card(1)], [card(1, { text: "…" })], "wang")).toBe(false);
  expect(sounds([], [card(1, { assigned_to: "li" })], "wang")).toBe(false);
  expect(sounds([card(1, { assigned_to: "li" })], [card(1, { assigned_to: "wang", passed_on: 1 })], "wang")).toBe(true);
  expect(sounds([card(1)], [card(1, { settled: true })], "wang")).toBe(false);
});

test("while held, cards change in place and new ones wait", () => {
  const before = [card(2), card(1)];
  const feed = withAlerts(before, [card(3), card(2, { settled: true })]);
  const shown = shownFeed(feed, before, true);
  expect(ids(shown)).toEqual([2, 1]);
  expect(shown[0]!.settled).toBe(true);
  expect(shownFeed(feed, before, false)).toBe(feed);
});
