import { expect, test } from "vitest";
import { isForOthers, keyName, type Press } from "./keyboard.ts";

const PRESS: Press = { key: "c", code: "KeyC", ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false };

test("a key has one name, whatever layout or input method it comes through", () => {
  for (const [key, code, name] of [
    ["c", "KeyC", "C"],
    ["Process", "KeyC", "C"],
    ["？", "Slash", "?"],
    ["、", "Slash", "/"],
    ["/", "Slash", "/"],
    ["Escape", "Escape", "Esc"],
    ["Enter", "Enter", "Enter"],
  ] as const)
    expect(keyName({ key, code })).toBe(name);
  expect(keyName({ key: " ", code: "Space" }, { " ": "空格" })).toBe("空格");
});

test("what the browser or an input method waits for is not listened to", () => {
  expect(isForOthers(PRESS)).toBe(false);
  for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { isComposing: true }]) expect(isForOthers({ ...PRESS, ...held })).toBe(true);
});
