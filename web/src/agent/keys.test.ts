import { describe, expect, test } from "vitest";
import { actionForKey, KEYS, type KeyContext, type KeyPress } from "./keys.ts";

const idle: KeyContext = { in_call: false, on_hold: false, muted: false, paused: false, demo: false, note: false };
const in_call: KeyContext = { ...idle, in_call: true };

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key, code: "", ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false, focus: "page", ...more };
}

describe("in a call", () => {
  test.each([
    ["h", in_call, { do: "call", act: "hold_start" }],
    ["H", { ...in_call, on_hold: true }, { do: "call", act: "hold_end" }],
    ["m", in_call, { do: "call", act: "mute_start" }],
    ["m", { ...in_call, muted: true }, { do: "call", act: "mute_end" }],
    ["v", in_call, { do: "call", act: "recording_pause" }],
    ["v", { ...in_call, paused: true }, { do: "call", act: "recording_resume" }],
    ["t", in_call, { do: "call", act: "transfer" }],
    ["e", in_call, { do: "call", act: "end_by_agent" }],
    ["c", in_call, { do: "call", act: "end_by_customer" }],
    ["d", in_call, { do: "put_away", wrong: false }],
    [" ", in_call, { do: "put_away", wrong: false }],
    ["x", in_call, { do: "put_away", wrong: true }],
    ["n", { ...in_call, note: true }, { do: "note" }],
    ["n", in_call, undefined],
    ["/", in_call, { do: "pick" }],
    ["?", in_call, { do: "help" }],
    ["\uff1f", in_call, { do: "help" }],
    ["p", in_call, { do: "panel" }],
    ["s", in_call, undefined],
    ["r", { ...in_call, demo: true }, undefined],
    ["q", in_call, undefined],
  ] as const)("%s", (key, context, action) => {
    expect(actionForKey(press(key), context)).toEqual(action);
  });
});

test("between calls only a start makes sense, and in a demo another play", () => {
  expect(actionForKey(press("s"), idle)).toEqual({ do: "call", act: "start" });
  expect(actionForKey(press("r"), idle)).toBeUndefined();
  expect(actionForKey(press("r"), { ...idle, demo: true })).toEqual({ do: "play_again" });
  for (const key of ["h", "m", "t", "e", "c", "d", "x", "f"]) expect(actionForKey(press(key), idle)).toBeUndefined();
});

test("a letter is known by its place while a Chinese input method is on", () => {
  expect(actionForKey(press("Process", { code: "KeyH" }), in_call)).toEqual({ do: "call", act: "hold_start" });
});

test.each(["ctrlKey", "altKey", "metaKey", "repeat", "isComposing"] as const)("%s: not for us", (modifier) => {
  expect(actionForKey(press("h", { [modifier]: true }), in_call)).toBeUndefined();
});

test("typing is left alone but for Esc; Space on a button presses the button", () => {
  expect(actionForKey(press("h", { focus: "text" }), in_call)).toBeUndefined();
  expect(actionForKey(press("Escape", { focus: "text" }), in_call)).toEqual({ do: "close" });
  expect(actionForKey(press(" ", { focus: "button" }), in_call)).toBeUndefined();
  expect(actionForKey(press("h", { focus: "button" }), in_call)).toEqual({ do: "call", act: "hold_start" });
});

test("no key does two things", () => {
  const keys = Object.values(KEYS).flat();
  expect(new Set(keys).size).toBe(keys.length);
});
