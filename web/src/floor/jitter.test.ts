import { expect, test } from "vitest";
import { randomFrom } from "../../tests/mock-room.ts";
import { BACKLOG_MAX_S, DELAY_S, place, type JitterState } from "./jitter.ts";

test("pieces that come evenly are played without a seam", () => {
  let state: JitterState;
  for (let piece = 0; piece < 50; piece += 1) {
    const placed = place(state, 9_000 + piece * 100, 100, 5 + piece * 0.1);
    state = placed.state;
    expect(placed.start_s).toBeCloseTo(5 + DELAY_S + piece * 0.1, 6);
  }
});

test("pieces late by less than the delay leave no gap (seed 3)", () => {
  const random = randomFrom(3);
  let state: JitterState;
  for (let piece = 0; piece < 200; piece += 1) {
    const placed = place(state, piece * 100, 100, 1 + piece * 0.1 + random() * DELAY_S * 0.9);
    const first = state === undefined;
    state = placed.state;
    if (!first) expect(placed.start_s).toBeCloseTo(state!.offset_s + piece * 0.1, 6);
  }
});

test("after a break the delay is there again", () => {
  const { state } = place(undefined, 0, 100, 1);
  expect(place(state, 100, 100, 4).start_s).toBeCloseTo(4 + DELAY_S, 6);
});

test("a page that lags behind jumps ahead", () => {
  const { state } = place(undefined, 0, 100, 1);
  const ahead_ms = (BACKLOG_MAX_S + 1) * 1_000;
  expect(place(state, ahead_ms, 100, 1).start_s).toBeCloseTo(1 + DELAY_S, 6);
});

test("what came already is not played twice; another call starts anew", () => {
  const { state } = place(undefined, 60_000, 100, 1);
  expect(place(state, 60_000, 100, 1.1)).toEqual({ state, start_s: undefined });
  expect(place(state, 0, 100, 2).start_s).toBeCloseTo(2 + DELAY_S, 6);
});
