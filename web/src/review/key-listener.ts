/** Brings the keys of the window to the open view. */
import { actForKey } from "./keys.ts";
import type { RoomStore } from "./room-store.svelte.ts";

/** Listens until the returned function is called. */
export function handleKeys(target: Window, room: RoomStore): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (!room.me || event.defaultPrevented) return;
    const focused = target.document.activeElement;
    // While a dialog is open, the keys belong to it; it closes itself on Esc.
    if (target.document.querySelector("dialog[open]") !== null) return;
    const { key, code, shiftKey, ctrlKey, altKey, metaKey, repeat, isComposing } = event;
    const found = actForKey({ key, code, shiftKey, ctrlKey, altKey, metaKey, repeat, isComposing, typing: isTyping(focused), on_button: isButton(focused) }, room.allKeys);
    if (!found) return;
    event.preventDefault();
    found.act();
  };
  // A button that was clicked would keep the focus, and the next Space would press it again.
  const onClick = (event: MouseEvent): void => {
    const focused = target.document.activeElement;
    if (event.detail > 0 && focused?.tagName === "BUTTON") (focused as HTMLElement).blur();
  };
  target.addEventListener("keydown", onKey);
  target.addEventListener("click", onClick);
  return () => {
    target.removeEventListener("keydown", onKey);
    target.removeEventListener("click", onClick);
  };
}

function isTyping(element: Element | null): boolean {
  if (element?.tagName === "INPUT") return !["checkbox", "radio", "range"].includes((element as HTMLInputElement).type);
  return ["TEXTAREA", "SELECT"].includes(element?.tagName ?? "");
}

function isButton(element: Element | null): boolean {
  return ["BUTTON", "A", "SUMMARY"].includes(element?.tagName ?? "");
}
