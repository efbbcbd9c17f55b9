/** Keyboard of the floor view: which key does what, as data. The same table labels the buttons and fills the help. */
import { isForOthers, keyName, type Press } from "../house/keyboard.ts";

/** Names of the things a key can do. */
export type Shortcut =
  | "search" | "team" | "state" | "rule" | "clear" | "tiles" | "alerts" | "sort"
  | "acknowledge" | "assign" | "note" | "listen"
  | "agent_quieter" | "agent_louder" | "customer_quieter" | "customer_louder"
  | "sound" | "wall" | "admin" | "language" | "help" | "close";

/** Keys in the order of the help; the first is the one on the button. */
export const KEYS: Readonly<Record<Shortcut, readonly string[]>> = {
  search: ["/"],
  team: ["T"],
  state: ["F"],
  rule: ["B"],
  clear: ["0"],
  tiles: ["G"],
  alerts: ["A"],
  sort: ["R"],
  acknowledge: ["K"],
  assign: ["S"],
  note: ["N"],
  listen: ["V"],
  agent_quieter: ["1"],
  agent_louder: ["2"],
  customer_quieter: ["3"],
  customer_louder: ["4"],
  sound: ["M"],
  wall: ["W"],
  admin: ["U"],
  language: ["L"],
  help: ["?"],
  close: ["Esc"],
};

/** What of a key event counts. */
export interface KeyPress extends Press {
  /** True while the focus is where typing goes. */
  typing: boolean;
}

/** What the keys may do at this moment. */
export interface KeyContext {
  /** A tile is open beside the others. */
  opened: boolean;
  /** The opened tile has a running call. */
  in_call: boolean;
  listening: boolean;
  /** An alert has the keyboard, or there is an open one to take. */
  alert: boolean;
  administrator: boolean;
  /** May write to agents, listen in, and see to alerts. */
  coach: boolean;
}

/** What a key press asks for, if anything. Esc works everywhere, the others not while typing. */
export function shortcutForKey(press: KeyPress, context: KeyContext): Shortcut | undefined {
  if (isForOthers(press)) return undefined;
  const name = keyName(press);
  if (name === "Esc") return "close";
  if (press.typing || (press.repeat && !isVolume(name))) return undefined;
  const shortcut = (Object.keys(KEYS) as Shortcut[]).find((candidate) => KEYS[candidate].includes(name));
  return shortcut && available(shortcut, context) ? shortcut : undefined;
}

/** Whether a shortcut or its button makes sense now. */
export function available(shortcut: Shortcut, { opened, in_call, listening, alert, administrator, coach }: KeyContext): boolean {
  switch (shortcut) {
    case "acknowledge":
    case "assign":
      return alert && coach;
    case "note":
      return opened && coach;
    case "listen":
      return (in_call && coach) || listening;
    case "agent_quieter":
    case "agent_louder":
    case "customer_quieter":
    case "customer_louder":
      return listening;
    case "admin":
      return administrator;
    default:
      return true;
  }
}

function isVolume(name: string): boolean {
  return name >= "1" && name <= "4";
}
