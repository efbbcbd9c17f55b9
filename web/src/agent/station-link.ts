/**
 * The page's line to the station: one WebSocket that comes back by itself. The socket and the timer are handed in,
 * so that tests need neither a network nor time.
 */
import { parseFrame, type ToPage, type ToStation } from "../wire.ts";

export type LinkStatus =
  | { kind: "connecting" }
  | { kind: "open" }
  /** Lost, or never there; tried again after `wait_ms`. */
  | { kind: "retrying"; attempt: number; wait_ms: number }
  /** The page was opened without the station's token. */
  | { kind: "no_token" };

/** Name and version of the protocol, offered beside the token; the station answers with it. */
export const PROTOCOL = "callcue.v1";

/** What of a `WebSocket` is used. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(frame: string): void;
  close(): void;
}

export interface LinkParts {
  token: string | undefined;
  openSocket(protocols: string[]): Socket;
  /** Runs `act` once after a delay; the returned function calls it off. */
  after(delay_ms: number, act: () => void): () => void;
  /** 0 to 1, so that many pages do not come back at the same moment. */
  random(): number;
  onMessage(message: ToPage): void;
  onStatus(status: LinkStatus): void;
}

export interface StationLink {
  /** False if there is no line: nothing is kept for later, a late “hold” would be worse than none. */
  send(command: ToStation): boolean;
  close(): void;
}

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 5_000;

/** Delay before the n-th try in a row (from 1): doubling, at most 5 s, a quarter of it by chance. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.75 + 0.25 * random));
}

export function connect(parts: LinkParts): StationLink {
  const { token } = parts;
  if (token === undefined) {
    parts.onStatus({ kind: "no_token" });
    return { send: () => false, close: () => undefined };
  }
  let attempt = 0;
  let socket: Socket | undefined;
  let open = false;
  let cancelRetry = (): void => undefined;

  const retry = (): void => {
    open = false;
    attempt += 1;
    const wait_ms = backoffMs(attempt, parts.random());
    parts.onStatus({ kind: "retrying", attempt, wait_ms });
    cancelRetry = parts.after(wait_ms, dial);
  };
  function dial(): void {
    socket = parts.openSocket([PROTOCOL, `callcue.token.${token}`]);
    socket.onopen = () => {
      attempt = 0;
      open = true;
      parts.onStatus({ kind: "open" });
    };
    socket.onmessage = ({ data }) => {
      const message = parseFrame(data);
      if (message) parts.onMessage(message);
    };
    socket.onclose = retry;
  }

  parts.onStatus({ kind: "connecting" });
  dial();
  return {
    send(command) {
      if (open) socket?.send(JSON.stringify(command));
      return open;
    },
    close() {
      cancelRetry();
      if (socket) socket.onclose = null;
      socket?.close();
      open = false;
    },
  };
}

const TOKEN_KEY = "callcue.token";

/**
 * The token that the page was opened with (`#token=…`). It leaves the address bar at once, so that no screenshot and
 * no history shows it, and stays with this tab for a reload.
 */
export function takeToken(place: Pick<Location, "hash" | "pathname">, history: Pick<History, "replaceState">, tab: Pick<Storage, "getItem" | "setItem">): string | undefined {
  const given = new URLSearchParams(place.hash.slice(1)).get("token");
  if (given) {
    tab.setItem(TOKEN_KEY, given);
    history.replaceState(null, "", place.pathname);
  }
  return given ?? tab.getItem(TOKEN_KEY) ?? undefined;
}
