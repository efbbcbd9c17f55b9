import { expect, test } from "vitest";
import { actForKey, type KeyAct, type KeyPress } from "./keys.ts";

const PRESS: KeyPress = { key: "c", code: "KeyC", ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false, typing: false, on_button: false };
const act = (keys: string[], more: Partial<KeyAct> = {}): KeyAct => ({ keys, label: keys[0]!, act: () => undefined, ...more });

test("a key finds its act, and a key of a Chinese input method as well", () => {
  const acts = [act(["C"]), act(["["])];
  expect(actForKey(PRESS, acts)).toBe(acts[0]);
  expect(actForKey({ ...PRESS, key: "Process" }, acts)).toBe(acts[0]);
  expect(actForKey({ ...PRESS, key: "【", code: "BracketLeft" }, acts)).toBe(acts[1]);
  expect(actForKey({ ...PRESS, key: " ", code: "Space" }, [act(["空格"])])).toBeDefined();
});

test("typing, shortcuts of the browser and a held key are left alone", () => {
  const acts = [act(["C"]), act(["Esc"], { always: true }), act(["→"], { repeats: true })];
  for (const other of [{ typing: true }, { ctrlKey: true }, { isComposing: true }, { repeat: true }]) expect(actForKey({ ...PRESS, ...other }, acts)).toBeUndefined();
  expect(actForKey({ ...PRESS, key: "Escape", typing: true }, acts)).toBe(acts[1]);
  expect(actForKey({ ...PRESS, key: "ArrowRight", repeat: true }, acts)).toBe(acts[2]);
});

test("what is not available has no key, and a button keeps its Space", () => {
  expect(actForKey(PRESS, [act(["C"], { available: () => false })])).toBeUndefined();
  expect(actForKey({ ...PRESS, key: " ", on_button: true }, [act(["空格"])])).toBeUndefined();
});
