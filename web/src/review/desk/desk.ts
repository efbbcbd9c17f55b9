/** What the desk's views need of the room that they stand in; a test can give them another. */
import type { Language } from "../../agent/texts.ts";
import type { Answer, Fault } from "../../house/request.ts";
import type { Act, Me } from "../../house/session-api.ts";
import type { ReviewApi } from "../api.ts";
import type { KeyAct } from "../keys.ts";
import type { RoomStore } from "../room-store.svelte.ts";

export interface Desk {
  readonly api: ReviewApi;
  readonly language: Language;
  readonly user: Pick<Me, "name" | "teams" | "agent">;
  may(act: Act): boolean;
  /** Shows a short message. */
  say(text: Pick<Fault, "zh" | "en">): void;
  /** Says what went wrong; the end of the session leads to the log-in. */
  tell(fault: Fault): void;
  /** Wall clock, ms since 1970. */
  now(): number;
  /** Calls back once; the returned function calls it off. */
  after(delay_ms: number, act: () => void): () => void;
  /** Leads to another place, such as `#/scores`. */
  go(hash: string): void;
  /** Keys of the open view; the returned function takes them back. */
  offer(keys: readonly KeyAct[]): () => void;
}

/** One for each log-in: what hangs on it ends with the session. */
const desks = new WeakMap<Me, Desk>();

export function deskOf(room: RoomStore): Desk {
  const me = room.me;
  if (!me) throw new Error("nobody is logged in");
  const desk = desks.get(me) ?? newDesk(room, me);
  desks.set(me, desk);
  return desk;
}

function newDesk(room: RoomStore, user: Me): Desk {
  return {
    api: room.api,
    get language() {
      return room.language;
    },
    user,
    may: (act) => user.may.includes(act),
    say: (text) => room.say(text),
    tell: (fault) => room.tell(fault),
    now: () => room.parts.now(),
    after: (delay_ms, act) => room.parts.after(delay_ms, act),
    go: (hash) => room.go(hash),
    offer: (keys) => room.offer(keys),
  };
}

/** The value of an answer; undefined where there is none, and the reader has been told why. */
export async function valueOf<T>(desk: Pick<Desk, "tell">, asked: Promise<Answer<T>>): Promise<T | undefined> {
  const answer = await asked;
  if (answer.ok) return answer.value;
  desk.tell(answer.fault);
  return undefined;
}
