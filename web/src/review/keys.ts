/** Keys of the review room: each view offers its own; the same list labels the buttons and fills the help. */
import { isForOthers, keyName, type Press } from "../house/keyboard.ts";

/** Beside those that all pages have. */
const NAMES: Readonly<Record<string, string>> = {
  " ": "空格", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "【": "[", "】": "]", "「": "[", "」": "]",
};

/** Something that a key, or its button, does. */
export interface KeyAct {
  /** By their names here; the first is the one on the button. */
  keys: readonly string[];
  label: string;
  /** Goes on while the key is held. */
  repeats?: boolean;
  /** Works while typing too, such as Esc. */
  always?: boolean;
  available?: () => boolean;
  act(): void;
}

/** What of a key event counts. */
export interface KeyPress extends Press {
  /** The focus is where letters are typed or chosen. */
  typing: boolean;
  /** The focus is on a button or a link, which Enter and Space belong to. */
  on_button: boolean;
}

/** What a key press asks for, if anything. */
export function actForKey(press: KeyPress, acts: readonly KeyAct[]): KeyAct | undefined {
  if (isForOthers(press)) return undefined;
  const name = keyName(press, NAMES);
  if (press.on_button && (name === "Enter" || name === "空格")) return undefined;
  const found = acts.find(({ keys, always = false, available }) => keys.includes(name) && (always || !press.typing) && (available?.() ?? true));
  return found && (!press.repeat || found.repeats) ? found : undefined;
}
