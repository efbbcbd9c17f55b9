/** Brings the keys of the window to the open view. */
import { listenToKeys, pressOf } from "../house/keyboard.ts";
import { actForKey } from "./keys.ts";
import type { RoomStore } from "./room-store.svelte.ts";

/** Listens until the returned function is called. */
export function handleKeys(target: Window, room: RoomStore): () => void {
  return listenToKeys(target, (event, focused) => {
    if (!room.me || event.defaultPrevented) return;
    // While a dialog is open, the keys belong to it; it closes itself on Esc.
    if (target.document.querySelector("dialog[open]") !== null) return;
    const found = actForKey({ ...pressOf(event), typing: isTyping(focused), on_button: isButton(focused) }, room.allKeys);
    if (!found) return;
    event.preventDefault();
    found.act();
  });
}

function isTyping(element: Element | null): boolean {
  if (element?.tagName === "INPUT") return !["checkbox", "radio", "range"].includes((element as HTMLInputElement).type);
  return ["TEXTAREA", "SELECT"].includes(element?.tagName ?? "");
}

function isButton(element: Element | null): boolean {
  return ["BUTTON", "A", "SUMMARY"].includes(element?.tagName ?? "");
}
