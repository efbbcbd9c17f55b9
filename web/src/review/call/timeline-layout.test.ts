import { expect, test } from "vitest";
import { reviewSample } from "../../../tests/mock-review-sample.ts";
import { nudged, placed, seen, skipTo, ticksOf, timelineOf } from "./timeline-layout.ts";

const line = timelineOf(reviewSample("call", 0), 60_200);

test("a wait that was cut short says by how much, one that lasted does not", () => {
  const waits = line.waits.map(({ rule, from_ms, to_ms, short_ms }) => [rule, from_ms, to_ms, short_ms]);
  expect(waits).toEqual([
    ["1.5", 9_000, 12_000, 0],
    ["1.5", 12_000, 13_100, 1_900],
    ["6.3", 56_000, 59_000, 0],
  ]);
});

test("a wait that the customer ended is no breach", () => {
  const unflagged = reviewSample("call", 0).filter(({ type }) => type !== "flag");
  expect(timelineOf(unflagged, 60_200).waits.map(({ short_ms }) => short_ms)).toEqual([0, 0, 0]);
});

test("hold, lost audio and quiet stretches have their spans", () => {
  expect(line.hold).toEqual([{ from_ms: 38_500, to_ms: 44_000 }]);
  expect(line.lost).toEqual([{ from_ms: 28_000, to_ms: 31_000, channel: "customer" }]);
  expect(line.mute).toEqual([]);
  expect(line.quiet[0]).toEqual({ from_ms: 3_100, to_ms: 7_400 });
  expect(line.quiet.every(({ from_ms, to_ms }) => to_ms - from_ms >= 2_000)).toBe(true);
});

test("a hold that nobody ended lasts to the end", () => {
  const open = reviewSample("call", 0).filter(({ type }) => type !== "hold_ended");
  expect(timelineOf(open, 60_200).hold).toEqual([{ from_ms: 38_500, to_ms: 60_200 }]);
});

test("cues know how they ended", () => {
  expect(line.cues.find(({ id }) => id === "1.5#2")).toMatchObject({ at_ms: 12_000, due_ms: 15_000, done_ms: 14_500, outcome: "cancelled" });
});

test("silence is skipped to just before the next words, and speech is not skipped", () => {
  expect(skipTo(line.quiet, 4_000)).toBe(7_150);
  expect(skipTo(line.quiet, 7_200)).toBeUndefined();
  expect(skipTo(line.quiet, 1_000)).toBeUndefined();
});

test("what is outside the view has no place, what reaches into it is clipped", () => {
  const view = { from_ms: 10_000, px_per_s: 10, width_px: 100 };
  expect(placed({ from_ms: 0, to_ms: 5_000 }, view)).toBeUndefined();
  expect(placed({ from_ms: 12_000, to_ms: 14_000 }, view)).toEqual({ left_px: 20, width_px: 20 });
  expect(placed({ from_ms: 0, to_ms: 60_000 }, view)).toEqual({ left_px: -1, width_px: 102 });
  expect(placed({ from_ms: 12_000, to_ms: 12_000 }, view)?.width_px).toBe(1);
  expect(seen([{ from_ms: 0, to_ms: 1 }, { from_ms: 11_000, to_ms: 11_500 }], view)).toHaveLength(1);
});

test("labels stand behind one another; one that would stand far from its place is a pin", () => {
  expect(nudged([0, 5, 10, 15, 300], 40)).toEqual([0, 40, 80, undefined, 300]);
});

test("ticks are round and have room", () => {
  expect(ticksOf({ from_ms: 1_500, px_per_s: 20, width_px: 200 })).toEqual([5_000, 10_000]);
  expect(ticksOf({ from_ms: 0, px_per_s: 0.35, width_px: 1_260 })[1]).toBe(300_000);
});
