/**
 * The page's line to the floor: one WebSocket that comes back by itself, admitted by the session's cookie. The socket and
 * the timer are handed in, so that tests need neither a network nor time.
 */
import { backoffMs } from "../agent/station-link.ts";
import { FLOOR_PROTOCOL, parseLeadFrame, parseLiveAudio, type FromLead, type LiveAudio, type ToLead } from "../floor-wire.ts";

export type LinkStatus =
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

export interface LinkParts {
  openSocket(protocol: string): Socket;
  /** Runs `act` once after a delay; the returned function calls it off. */
  after(delay_ms: number, act: () => void): () => void;
  /** 0 to 1, so that many pages do not come back at the same moment. */
  random(): number;
  onMessage(message: ToLead): void;
  onAudio(audio: LiveAudio): void;
  onStatus(status: LinkStatus): void;
  /** The line ended before it stood: the session may be over. */
  onRejected(): void;
}

export interface FloorLink {
  /** False if there is no line: nothing is kept for later. */
  send(request: FromLead): boolean;
  close(): void;
}

export function connect(parts: LinkParts): FloorLink {
  let attempt = 0;
  let socket: Socket | undefined;
  let open = false;
  let cancelRetry = (): void => undefined;

  const retry = (): void => {
    if (!open) parts.onRejected();
    open = false;
    attempt += 1;
    const wait_ms = backoffMs(attempt, parts.random());
    parts.onStatus({ kind: "retrying", attempt, wait_ms });
    cancelRetry = parts.after(wait_ms, dial);
  };
  function dial(): void {
    socket = parts.openSocket(FLOOR_PROTOCOL);
    socket.onopen = () => {
      attempt = 0;
      open = true;
      parts.onStatus({ kind: "open" });
    };
    socket.onmessage = ({ data }) => hear(parts, data);
    socket.onclose = retry;
  }

  parts.onStatus({ kind: "connecting" });
  dial();
  return {
    send(request) {
      if (open) socket?.send(JSON.stringify(request));
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

function hear(parts: LinkParts, data: unknown): void {
  if (data instanceof ArrayBuffer) {
    const audio = parseLiveAudio(data);
    if (audio) parts.onAudio(audio);
    return;
  }
  const message = parseLeadFrame(data);
  if (message) parts.onMessage(message);
}
