/** The page's line to the floor, admitted by the session's cookie. */
import { FLOOR_PROTOCOL, parseLeadFrame, parseLiveAudio, type FromLead, type LiveAudio, type ToLead } from "../floor-wire.ts";
import { holdLine, type Line, type LineStatus, type Socket, type Surroundings } from "../house/returning-line.ts";

export interface LinkParts extends Surroundings {
  openSocket(protocol: string): Socket;
  onMessage(message: ToLead): void;
  onAudio(audio: LiveAudio): void;
  onStatus(status: LineStatus): void;
  /** The line ended before it stood: the session may be over. */
  onRejected(): void;
}

export type FloorLink = Line<FromLead>;

export function connect(parts: LinkParts): FloorLink {
  return holdLine({ ...parts, openSocket: () => parts.openSocket(FLOOR_PROTOCOL), onFrame: (data) => hear(parts, data) });
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
