import { expect, test } from "vitest";
import { sampleCall } from "../../tests/sample-call.ts";
import type { StampedEvent } from "../wire.ts";
import { flaggedWords, followed, followFrom, nextFromMs, withMoment, type FollowedCall } from "./follow.ts";

const EVENTS = sampleCall().flatMap(({ message }) => ("seq" in message ? [message as StampedEvent] : []));
const CALL = EVENTS[0]!.call;

function playAll(events: readonly StampedEvent[], from: FollowedCall = followFrom(CALL)): FollowedCall {
  return events.reduce((call, event) => {
    const next = followed(call, event);
    if (next === "gap") throw new Error(`gap before ${event.seq}`);
    return next;
  }, from);
}

test("a call that is sent again changes nothing", () => {
  const once = playAll(EVENTS);
  expect(once.seq).toBe(EVENTS.length);
  const half = playAll(EVENTS.slice(0, 20));
  expect(playAll(EVENTS, half).state).toEqual(once.state);
  expect(playAll(EVENTS, once)).toBe(once);
});

test("a gap is told, an event of another call is not taken", () => {
  const call = playAll(EVENTS.slice(0, 3));
  expect(followed(call, EVENTS[5]!)).toBe("gap");
  expect(followed(call, { ...EVENTS[5]!, call: "other" })).toBe(call);
});

test("running words and levels of this call only", () => {
  const call = playAll(EVENTS.slice(0, 3));
  const lag = { type: "lag", text_ms: 1_000 } as const;
  expect(withMoment(call, CALL, lag).state.lag_ms).toBe(1_000);
  expect(withMoment(call, "other", lag)).toBe(call);
});

test("flagged words are cut out of their own line", () => {
  const { call } = playAll(EVENTS).state;
  const lines = call!.lines;
  const place = lines.findIndex((line) => line.kind === "speech" && line.committed.includes("大点声"));
  const line = lines[place]!;
  if (line.kind !== "speech") throw new Error("not speech");
  const words = flaggedWords(line, nextFromMs(lines, place, "agent"), call!.flags);
  expect(words.map(({ text, flag }) => [text, flag?.rule])).toEqual([["喂,大点声", "2.1"], ["!", undefined]]);
  const other = lines.find((each) => each.kind === "speech" && each.channel === "customer")!;
  if (other.kind !== "speech") throw new Error("not speech");
  expect(flaggedWords(other, Infinity, call!.flags)).toEqual([{ text: other.committed }]);
});
