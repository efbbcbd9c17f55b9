/** Keyboard: which key does what, as data. The same table labels the buttons and fills the help. */
import { isForOthers, keyName, type Press } from "../house/keyboard.ts";
import type { CallAct } from "../wire.ts";

export type Action =
  | { do: "call"; act: CallAct }
  | { do: "put_away"; wrong: boolean }
  | { do: "pick" | "panel" | "language" | "help" | "close" | "play_again" | "note" };

/** Names of the things a key can do; what exactly depends on the state of the call. */
export type Shortcut =
  | "start" | "hold" | "mute" | "transfer" | "record" | "end_by_agent" | "end_by_customer"
  | "dismiss" | "wrong" | "note" | "pick" | "panel" | "language" | "help" | "play_again" | "close";

/** Keys in the order of the help; the first is the one on the button. */
export const KEYS: Readonly<Record<Shortcut, readonly string[]>> = {
  dismiss: ["D", "Space"],
  wrong: ["X"],
  note: ["N"],
  pick: ["F", "/"],
  start: ["S"],
  hold: ["H"],
  mute: ["M"],
  transfer: ["T"],
  record: ["V"],
  end_by_agent: ["E"],
  end_by_customer: ["C"],
  panel: ["P"],
  language: ["L"],
  play_again: ["R"],
  help: ["?"],
  close: ["Esc"],
};

/** What of a key event counts. */
export interface KeyPress extends Press {
  /** What has the focus: typing goes to `text`, Space to `button`. */
  focus: "page" | "button" | "text";
}

/** What the keys may do at this moment. */
export interface KeyContext {
  in_call: boolean;
  on_hold: boolean;
  muted: boolean;
  /** Nothing is recorded now. */
  paused: boolean;
  demo: boolean;
  /** A lead's line is there to be read. */
  note: boolean;
}

/** What a key press asks for, if anything. Esc works everywhere, the others not while typing. */
export function actionForKey(press: KeyPress, context: KeyContext): Action | undefined {
  if (isForOthers(press)) return undefined;
  const name = keyName(press, { " ": "Space" });
  if (name === "Esc") return { do: "close" };
  if (press.repeat || press.focus === "text" || (press.focus === "button" && name === "Space")) return undefined;
  const shortcut = (Object.keys(KEYS) as Shortcut[]).find((candidate) => KEYS[candidate].includes(name));
  return shortcut && actionFor(shortcut, context);
}

/** What a shortcut or its button does now; undefined where it makes no sense. */
export function actionFor(shortcut: Shortcut, { in_call, on_hold, muted, paused, demo, note }: KeyContext): Action | undefined {
  const call = (act: CallAct): Action | undefined => (in_call ? { do: "call", act } : undefined);
  switch (shortcut) {
    case "start":
      return in_call ? undefined : { do: "call", act: "start" };
    case "hold":
      return call(on_hold ? "hold_end" : "hold_start");
    case "mute":
      return call(muted ? "mute_end" : "mute_start");
    case "record":
      return call(paused ? "recording_resume" : "recording_pause");
    case "transfer":
    case "end_by_agent":
    case "end_by_customer":
      return call(shortcut);
    case "dismiss":
    case "wrong":
      return in_call ? { do: "put_away", wrong: shortcut === "wrong" } : undefined;
    case "note":
      return note ? { do: "note" } : undefined;
    case "pick":
      return in_call ? { do: "pick" } : undefined;
    case "play_again":
      return demo && !in_call ? { do: "play_again" } : undefined;
    default:
      return { do: shortcut };
  }
}
