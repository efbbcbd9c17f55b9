/** Who is in the room, and where in it: what all views share. */
import type { Fault, Answer } from "../house/request.ts";
import type { Me } from "../house/session-api.ts";
import { SessionStore, type SessionParts } from "../house/session-store.svelte.ts";
import type { ReviewApi } from "./api.ts";
import type { KeyAct } from "./keys.ts";
import { maySee, placesFor, type Place } from "./places.ts";
import { routeOf, type Route } from "./route.ts";

/** The edges of the page; `main.ts` has the real ones. */
export type RoomParts = SessionParts & {
  api: ReviewApi;
  every(period_ms: number, act: () => void): () => void;
  /** Wall clock, ms since 1970. */
  now(): number;
  /** What the address bar says behind `#`, and changes of it by a link, a key or the browser. */
  hash(): string;
  setHash(hash: string, replace: boolean): void;
};

export class RoomStore extends SessionStore {
  /** Undefined: the address leads nowhere, or where the reader may not go. */
  route: Route | undefined = $state.raw();
  help = $state(false);
  /** Keys of the open view. */
  keys: readonly KeyAct[] = $state.raw([]);
  /** The list from which the open call was opened, as an address: Esc leads back to it. */
  back = "";
  /** Calls of that list, in its order: the next one is a key away. */
  calls: readonly string[] = [];
  /** The call that was open last: its row is found again in the list. */
  last_call = "";
  /** What the open view gives back when the page goes away. */
  leaving: (() => void) | undefined;
  readonly parts: RoomParts;

  constructor(parts: RoomParts) {
    super(parts);
    this.parts = parts;
    this.language = "zh";
    void this.begin();
  }

  get api(): ReviewApi {
    return this.parts.api;
  }

  get places(): Place[] {
    return this.me ? placesFor(this.me.may, this.me.role === "agent") : [];
  }

  /** Follows a change of the address. */
  follow(): void {
    if (!this.me) return;
    const hash = this.parts.hash();
    const first = this.places[0];
    if (hash.replace(/^#?\/?/, "") === "" && first) return this.go(`#/${first.view}`, true);
    const from = this.route;
    const to = routeOf(hash);
    if (from && from.view !== "call" && to?.view === "call") this.back = this.#shown;
    if (to?.view === "call") this.last_call = to.path[0] ?? "";
    this.route = to && maySee(to.view, this.me.may) ? to : undefined;
    this.#shown = hash;
  }

  #shown = "";

  /** Leads to another place; `replace`: the browser's way back skips the one left. */
  go(hash: string, replace = false): void {
    this.parts.setHash(hash, replace);
    this.follow();
  }

  /** The value of an answer; what went wrong is told at the foot of the page, and the end of the session leads to the log-in. */
  async done<T>(asked: Promise<Answer<T>>): Promise<T | undefined> {
    const answer = await asked;
    if (answer.ok) return answer.value;
    this.tell(answer.fault);
    return undefined;
  }

  tell(fault: Fault): void {
    if (fault.status === 401) this.leave(true);
    else this.say(fault);
  }

  /** A view's keys, while it is open; the returned function takes them back. */
  offer(keys: readonly KeyAct[]): () => void {
    this.keys = keys;
    return () => {
      if (this.keys === keys) this.keys = [];
    };
  }

  /** Keys of everywhere, behind those of the view. */
  get allKeys(): KeyAct[] {
    return [...this.keys, { keys: ["?"], label: "帮助", act: () => (this.help = !this.help) }];
  }

  protected onIn(_me: Me): void {
    this.follow();
  }

  protected onOut(): void {
    this.route = undefined;
    this.help = false;
  }
}
