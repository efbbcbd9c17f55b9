/**
 * A page's line to its server: one WebSocket that comes back by itself. The socket and the timer are handed in, so that tests need
 * neither a network nor time.
 */

export type LineStatus =
  | { kind: "connecting" }
  | { kind: "open" }
  /** Lost, or never there; tried again after `wait_ms`. */
  | { kind: "retrying"; attempt: number; wait_ms: number };

/** What of a `WebSocket` is used; binary frames come as `ArrayBuffer`. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(frame: string): void;
  close(): void;
}

/** What is not the line's own. */
export interface Surroundings {
  /** Runs `act` once after a delay; the returned function calls it off. */
  after(delay_ms: number, act: () => void): () => void;
  /** 0 to 1, so that many pages do not come back at the same moment. */
  random(): number;
}

export interface LineParts extends Surroundings {
  openSocket(): Socket;
  onFrame(data: unknown): void;
  onStatus(status: LineStatus): void;
  /** The line ended before it stood. */
  onRejected?(): void;
}

export interface Line<Message> {
  /** As JSON. False if there is no line: nothing is kept for later, a late “hold” would be worse than none. */
  send(message: Message): boolean;
  close(): void;
}

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 5_000;

/** Delay before the n-th try in a row (from 1): doubling, at most 5 s, a quarter of it by chance. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.75 + 0.25 * random));
}

/** Holds it until it is closed. */
export function holdLine<Message>(parts: LineParts): Line<Message> {
  let attempt = 0;
  let socket: Socket | undefined;
  let open = false;
  let cancelRetry = (): void => undefined;

  const retry = (): void => {
    if (!open) parts.onRejected?.();
    open = false;
    attempt += 1;
    const wait_ms = backoffMs(attempt, parts.random());
    parts.onStatus({ kind: "retrying", attempt, wait_ms });
    cancelRetry = parts.after(wait_ms, dial);
  };
  function dial(): void {
    socket = parts.openSocket();
    socket.onopen = () => {
      attempt = 0;
      open = true;
      parts.onStatus({ kind: "open" });
    };
    socket.onmessage = ({ data }) => parts.onFrame(data);
    socket.onclose = retry;
  }

  parts.onStatus({ kind: "connecting" });
  dial();
  return {
    send(message) {
      if (open) socket?.send(JSON.stringify(message));
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
