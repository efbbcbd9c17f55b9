/** Keys of the review room: each view offers its own; the same list labels the buttons and fills the help. */

/** Something that a key, or its button, does. */
export interface KeyAct {
  /** As `keyName` names them; the first is the one on the button. */
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
export interface KeyPress {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
  isComposing: boolean;
  /** The focus is where letters are typed or chosen. */
  typing: boolean;
  /** The focus is on a button or a link, which Enter and Space belong to. */
  on_button: boolean;
}

/** What a key press asks for, if anything. */
export function actForKey(press: KeyPress, acts: readonly KeyAct[]): KeyAct | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey || press.isComposing) return undefined;
  const name = keyName(press);
  if (press.on_button && (name === "Enter" || name === "空格")) return undefined;
  const found = acts.find(({ keys, always = false, available }) => keys.includes(name) && (always || !press.typing) && (available?.() ?? true));
  return found && (!press.repeat || found.repeats) ? found : undefined;
}

const NAMES: Readonly<Record<string, string>> = {
  Escape: "Esc", " ": "空格", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓",
  // A Chinese keyboard layout types full-width marks in their place.
  "？": "?", "、": "/", "【": "[", "】": "]", "「": "[", "」": "]",
};

/** A Chinese input method reports `Process` for letters: their place on the keyboard tells them. */
export function keyName({ key, code }: Pick<KeyPress, "key" | "code">): string {
  const named = NAMES[key];
  if (named !== undefined) return named;
  if (key.length === 1) return key.toUpperCase();
  return code.startsWith("Key") ? code.slice(3) : key;
}
