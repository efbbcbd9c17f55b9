/** Brings the keys of a window to the store. */
import type { AgentStore } from "./agent-store.svelte.ts";
import { actionForKey, type KeyPress } from "./keys.ts";

/** Listens until the returned function is called. */
export function handleKeys(target: Window, store: AgentStore): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const { key, code, ctrlKey, altKey, metaKey, repeat, isComposing } = event;
    const focus = focusOf(target.document.activeElement);
    const action = actionForKey({ key, code, ctrlKey, altKey, metaKey, repeat, isComposing, focus }, store.keyContext);
    if (!action) return;
    event.preventDefault();
    store.act(action);
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

// By tag name: an element of another window is no instance of this window's classes.
function focusOf(element: Element | null): KeyPress["focus"] {
  const tag = element?.tagName ?? "";
  if (tag === "INPUT" || tag === "TEXTAREA" || tag === "SELECT") return "text";
  return tag === "BUTTON" || tag === "SUMMARY" ? "button" : "page";
}
