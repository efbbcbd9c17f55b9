import { expect, test } from "vitest";
import { APPEALED_CALL, FIRST_CALL, MockWorld } from "../../../tests/mock-review-world.ts";
import { firstFlag, leadIn, mayDecideAppeal, mayReopen, nextUndecided, stepFrom, undecided } from "./flag-state.ts";

const world = new MockWorld();
const { flags } = world.call(FIRST_CALL)!.review;
const [one, two, three, four] = flags.map(({ flag }) => flag);

test("a call opens at the flag asked for, else at the first undecided one", () => {
  expect(firstFlag(flags, three)).toBe(three);
  expect(firstFlag(flags, 9_999)).toBe(one);
  expect(firstFlag([], undefined)).toBeUndefined();
});

test("next and previous hold at the ends, and go by time where none is open", () => {
  expect(stepFrom(flags, one, 1, 0)).toBe(two);
  expect(stepFrom(flags, one, -1, 0)).toBe(one);
  expect(stepFrom(flags, four, 1, 0)).toBe(four);
  expect(stepFrom(flags, undefined, 1, 20_000)).toBe(three);
  expect(stepFrom(flags, undefined, -1, 20_000)).toBe(two);
});

test("after a verdict comes the next open flag, and round to the first", () => {
  expect(nextUndecided(flags, two)).toBe(three);
  expect(nextUndecided(flags, four)).toBe(one);
  expect(undecided(flags)).toBe(4);
});

test("evidence is heard from a second before, but not from before the call", () => {
  expect(leadIn({ from_ms: 5_000 })).toBe(4_000);
  expect(leadIn({ from_ms: 300 })).toBe(0);
});

test("an appeal is decided by somebody else than who decided first; an answered call stays finished", () => {
  const call = world.call(APPEALED_CALL)!.review;
  const flag = call.flags.find(({ appeal }) => appeal !== null)!;
  expect(mayDecideAppeal(flag, "gao", true)).toBe(true);
  expect(mayDecideAppeal(flag, "qiu", true)).toBe(false);
  expect(mayDecideAppeal(flag, "gao", false)).toBe(false);
  expect(mayReopen(call)).toBe(false);
});
