/** Brings the keys of a window to the store. */
import { listenToKeys, pressOf } from "../house/keyboard.ts";
import type { AgentStore } from "./agent-store.svelte.ts";
import { actionForKey, type KeyPress } from "./keys.ts";

/** Listens until the returned function is called. */
export function handleKeys(target: Window, store: AgentStore): () => void {
  return listenToKeys(target, (event, focused) => {
    const action = actionForKey({ ...pressOf(event), focus: focusOf(focused) }, store.keyContext);
    if (!action) return;
    event.preventDefault();
    store.act(action);
  });
}

// By tag name: an element of another window is no instance of this window's classes.
function focusOf(element: Element | null): KeyPress["focus"] {
  const tag = element?.tagName ?? "";
  if (tag === "INPUT" || tag === "TEXTAREA" || tag === "SELECT") return "text";
  return tag === "BUTTON" || tag === "SUMMARY" ? "button" : "page";
}
