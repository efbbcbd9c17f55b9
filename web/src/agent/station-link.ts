/** The page's line to the station, admitted by the token that the page was opened with. */
import { holdLine, type Line, type LineStatus, type Socket, type Surroundings } from "../house/returning-line.ts";
import { parseFrame, type ToPage, type ToStation } from "../wire.ts";

export type LinkStatus =
  | LineStatus
  /** The page was opened without the station's token. */
  | { kind: "no_token" };

/** Name and version of the protocol, offered beside the token; the station answers with it. */
export const PROTOCOL = "callcue.v1";

export interface LinkParts extends Surroundings {
  token: string | undefined;
  openSocket(protocols: string[]): Socket;
  onMessage(message: ToPage): void;
  onStatus(status: LinkStatus): void;
}

export type StationLink = Line<ToStation>;

export function connect(parts: LinkParts): StationLink {
  const { token } = parts;
  if (token === undefined) {
    parts.onStatus({ kind: "no_token" });
    return { send: () => false, close: () => undefined };
  }
  return holdLine({
    ...parts,
    openSocket: () => parts.openSocket([PROTOCOL, `callcue.token.${token}`]),
    onFrame(data) {
      const message = parseFrame(data);
      if (message) parts.onMessage(message);
    },
  });
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
