import { expect, test } from "vitest";
import { KEYS, shortcutForKey, type KeyContext, type KeyPress } from "./keys.ts";

const PRESS: KeyPress = { key: "", code: "", ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false, typing: false };
const ALL: KeyContext = { opened: true, in_call: true, listening: true, alert: true, administrator: true, coach: true };
const NONE: KeyContext = { opened: false, in_call: false, listening: false, alert: false, administrator: false, coach: false };
const press = (key: string, fields: Partial<KeyPress> = {}, context = ALL) => shortcutForKey({ ...PRESS, key, ...fields }, context);

test("no key has two meanings", () => {
  const keys = Object.values(KEYS).flat();
  expect(new Set(keys).size).toBe(keys.length);
});

test("keys, with the marks of Chinese layouts and input methods", () => {
  expect([press("k"), press("K"), press("/"), press("、"), press("？"), press("Escape")]).toEqual(["acknowledge", "acknowledge", "search", "search", "help", "close"]);
  expect(press("Process", { code: "KeyV" })).toBe("listen");
  expect(press("z")).toBeUndefined();
});

test("nothing while typing but Esc, nothing with a modifier", () => {
  expect(press("k", { typing: true })).toBeUndefined();
  expect(press("Escape", { typing: true })).toBe("close");
  expect(press("r", { ctrlKey: true })).toBeUndefined();
  expect(press("Enter", { isComposing: true })).toBeUndefined();
});

test("only loudness repeats", () => {
  expect(press("k", { repeat: true })).toBeUndefined();
  expect(press("2", { repeat: true })).toBe("agent_louder");
});

test("only what makes sense now", () => {
  for (const key of ["k", "s", "n", "v", "1", "u"]) expect(press(key, {}, NONE)).toBeUndefined();
  expect(press("v", {}, { ...NONE, listening: true })).toBe("listen");
  expect(press("/", {}, NONE)).toBe("search");
});
