import { describe, expect, test } from "vitest";
import { clockText, meterFraction, RING_LENGTH, ringAt, type RingSpan } from "./ring-layout.ts";

const span: RingSpan = { kind: "wait", key: "1.5/1", from_ms: 9_000, until_ms: 12_000 };

describe("ringAt", () => {
  test.each([
    [9_000, 3, 0],
    [10_500, 2, 0.5],
    [11_999, 1, 0.9997],
    [12_000, 0, 1],
    [15_000, 0, 1],
    // A message that is late by a little: the ring is full, not more than full.
    [8_800, 4, 0],
  ])("stands still at %i ms", (at_ms, left_s, gone) => {
    const ring = ringAt(span, at_ms, false);
    expect(ring.left_s).toBe(left_s);
    expect(ring.dash_offset / RING_LENGTH).toBeCloseTo(gone, 3);
    expect(ring.over).toBe(at_ms >= span.until_ms);
  });

  test("aims at where it will be when the next levels come, while time runs", () => {
    expect(ringAt(span, 9_000, true).dash_offset).toBeCloseTo(ringAt(span, 9_100, false).dash_offset);
  });

  test("a span without length is over, not endless", () => {
    expect(ringAt({ ...span, until_ms: 9_000 }, 9_000, true)).toEqual({ left_s: 0, dash_offset: RING_LENGTH, over: true });
  });
});

test.each([
  [0, 1],
  [-30, 0.5],
  [-60, 0],
  [-120, 0],
  [3, 1],
  [Number.NEGATIVE_INFINITY, 0],
  [undefined, 0],
])("meterFraction(%s) is %f", (level_dbfs, fraction) => {
  expect(meterFraction(level_dbfs)).toBeCloseTo(fraction);
});

test.each([
  [0, "0:00"],
  [59_999, "0:59"],
  [60_000, "1:00"],
  [3_600_000, "1:00:00"],
  [36_125_000, "10:02:05"],
])("clockText(%i) is %s", (at_ms, text) => {
  expect(clockText(at_ms)).toBe(text);
});
