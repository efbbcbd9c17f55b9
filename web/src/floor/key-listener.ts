/** Brings the keys of the window to the store, and the focus to where a key sends it. */
import { flushSync } from "svelte";
import { listenToKeys, pressOf } from "../house/keyboard.ts";
import { shortcutForKey, type KeyPress, type Shortcut } from "./keys.ts";
import type { PageStore } from "./page-store.svelte.ts";
import { VOLUME_STEP } from "./call-store.svelte.ts";
import { EVERYBODY } from "./board.ts";

/** Where the focus goes. Elements name themselves by `data-focus`. */
export type FocusTarget = "search" | "team" | "state" | "rule" | "note" | "tiles" | "alerts" | "assign";

/** Listens until the returned function is called. */
export function handleKeys(target: Window, store: PageStore): () => void {
  return listenToKeys(target, (event, focused) => {
    if (!store.floor) return;
    const shortcut = shortcutForKey({ ...pressOf(event), typing: isTyping(focused) }, store.keyContext);
    if (!shortcut || modalOpen(target.document, shortcut)) return;
    event.preventDefault();
    act(store, shortcut);
  });
}

/** What a shortcut or its button does. */
export function act(store: PageStore, shortcut: Shortcut): void {
  const { floor } = store;
  const alert = floor?.currentAlert;
  switch (shortcut) {
    case "language":
      return store.switchLanguage();
    case "help":
      store.help = !store.help;
      return;
    case "wall":
      return store.setWall(!store.wall);
    case "admin":
      return store.view === "admin" ? void (store.view = "floor") : store.openAdmin();
    case "close":
      return closeTopmost(store);
    case "sound":
      return floor?.setSound(!floor.sound);
    case "sort":
      return floor?.sortNow();
    case "clear":
      return floor?.setFilter(EVERYBODY);
    case "acknowledge":
      return alert && floor?.acknowledge(alert.id);
    case "assign":
      if (!floor || !alert) return;
      floor.assigning = alert.id;
      return focusOn("assign");
    case "listen":
      return floor?.opened?.listen(!floor.opened.listening);
    case "agent_quieter":
    case "agent_louder":
    case "customer_quieter":
    case "customer_louder":
      return turn(store, shortcut);
    default:
      return focusOn(shortcut);
  }
}

/** Gives the keyboard to a part of the view at once, so that the next key is not lost; what was just changed is drawn first. */
export function focusOn(target: FocusTarget): void {
  flushSync();
  const element = document.querySelector<HTMLElement>(`[data-focus="${target}"]`);
  element?.focus();
  if (element instanceof HTMLInputElement) element.select();
}

type VolumeKey = "agent_quieter" | "agent_louder" | "customer_quieter" | "customer_louder";

function turn({ floor }: PageStore, key: VolumeKey): void {
  const channel = key.startsWith("agent") ? "agent" : "customer";
  const step = key.endsWith("louder") ? VOLUME_STEP : -VOLUME_STEP;
  const opened = floor?.opened;
  opened?.setVolume(channel, opened.volume[channel] + step);
}

/** Esc leaves what was entered last: a field, the help, a form, the call, another view. */
function closeTopmost(store: PageStore): void {
  const { floor } = store;
  const focused = document.activeElement;
  if (store.help) store.help = false;
  else if (floor?.assigning !== undefined) floor.assigning = undefined;
  else if (isTyping(focused)) (focused as HTMLElement).blur();
  else if (store.view === "admin") store.view = "floor";
  else if (store.wall) store.setWall(false);
  else if (floor?.opened) floor.closeCall();
  else (focused as HTMLElement | null)?.blur();
}

/** While a dialog is open, the keys belong to it; it closes itself on Esc. */
function modalOpen(document: Document, shortcut: Shortcut): boolean {
  return document.querySelector("dialog[open]") !== null && shortcut !== "help";
}

// By tag name: where a letter is typed or chosen, it is no shortcut.
function isTyping(element: Element | null): KeyPress["typing"] {
  return ["INPUT", "TEXTAREA", "SELECT"].includes(element?.tagName ?? "");
}
