/** What the keyboards of all pages share: how a key is called, and what is not listened to. */

/** What of a key event counts wherever the focus is. */
export interface Press {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
  isComposing: boolean;
}

/** Names of keys as help and buttons show them. A Chinese keyboard layout types full-width marks in their place. */
const NAMES: Readonly<Record<string, string>> = { Escape: "Esc", "？": "?", "、": "/" };

/** Name of the key, by `names` first. A Chinese input method reports `Process` for letters: their place on the keyboard tells them. */
export function keyName({ key, code }: Pick<Press, "key" | "code">, names: Readonly<Record<string, string>> = {}): string {
  const named = names[key] ?? NAMES[key];
  if (named !== undefined) return named;
  if (key.length === 1) return key.toUpperCase();
  return code.startsWith("Key") ? code.slice(3) : key;
}

/** Belongs to the browser, the system or an input method. */
export function isForOthers({ ctrlKey, altKey, metaKey, isComposing }: Press): boolean {
  return ctrlKey || altKey || metaKey || isComposing;
}

/** What counts of an event. */
export function pressOf({ key, code, ctrlKey, altKey, metaKey, repeat, isComposing }: KeyboardEvent): Press {
  return { key, code, ctrlKey, altKey, metaKey, repeat, isComposing };
}

/** Hands on the keys of a window, with what has the focus, until the returned function is called. */
export function listenToKeys(target: Window, onKey: (event: KeyboardEvent, focused: Element | null) => void): () => void {
  const onKeydown = (event: KeyboardEvent): void => onKey(event, target.document.activeElement);
  // A button that was clicked would keep the focus, and the next Space or Enter would press it again.
  const onClick = (event: MouseEvent): void => {
    const focused = target.document.activeElement;
    if (event.detail > 0 && focused?.tagName === "BUTTON") (focused as HTMLElement).blur();
  };
  target.addEventListener("keydown", onKeydown);
  target.addEventListener("click", onClick);
  return () => {
    target.removeEventListener("keydown", onKeydown);
    target.removeEventListener("click", onClick);
  };
}
