/** Search in what was said: the question, its hits, and the way to the spot. */
import type { SearchQuery } from "../api.ts";
import { stepRow } from "../queue/queue-state.ts";
import type { RoomStore } from "../room-store.svelte.ts";
import { callHash, hashOf } from "../route.ts";
import type { SearchHit } from "../wire.ts";
import { PAGE_HITS, routeOfSearch } from "./search-state.ts";

/** A hit plays from a little before its line. */
const LEAD_MS = 500;

export class SearchStore {
  query: SearchQuery = $state.raw({ words: "" });
  hits: readonly SearchHit[] = $state.raw([]);
  next: number | null = $state(null);
  busy = $state(false);
  /** An answer for this question has come. */
  answered = $state(false);
  selected = $state(0);

  readonly #room: RoomStore;
  #asked = 0;

  constructor(room: RoomStore) {
    this.#room = room;
  }

  get hit(): SearchHit | undefined {
    return this.hits[this.selected];
  }

  /** Asks what the address asks. */
  async load(query: SearchQuery): Promise<void> {
    this.query = query;
    const page = query.words === "" ? undefined : await this.#ask({ ...query, limit: PAGE_HITS });
    if (query.words !== "" && !page) return;
    this.hits = page?.hits ?? [];
    this.next = page?.next ?? null;
    this.answered = page !== undefined;
    this.selected = Math.max(0, this.hits.findIndex(({ call }) => call === this.#room.last_call));
    this.#room.calls = [...new Set(this.hits.map(({ call }) => call))];
  }

  async more(): Promise<void> {
    if (this.next === null || this.busy) return;
    const page = await this.#ask({ ...this.query, before: this.next, limit: PAGE_HITS });
    if (!page) return;
    this.hits = [...this.hits, ...page.hits];
    this.next = page.next;
  }

  find(query: SearchQuery): void {
    this.#room.go(hashOf("search", [], routeOfSearch(query)), true);
  }

  step(steps: number): void {
    this.selected = stepRow(this.hits.length, this.selected, steps);
  }

  open(hit: SearchHit | undefined): void {
    if (hit) this.#room.go(spotOf(hit));
  }

  async #ask(query: SearchQuery) {
    const asked = ++this.#asked;
    this.busy = true;
    const page = await this.#room.done(this.#room.api.search(query));
    if (asked !== this.#asked) return undefined;
    this.busy = false;
    return page;
  }
}

/** The address of the player where the line is said. */
export function spotOf({ call, from_ms }: SearchHit): string {
  return callHash(call, { at_ms: Math.max(0, from_ms - LEAD_MS) });
}
