/** The queue: its rows, its filters, and what can be done with a row without opening it. */
import type { RoomStore } from "../room-store.svelte.ts";
import { callHash, hashOf } from "../route.ts";
import type { Person, QueueQuery, QueueRow, RuleCard, SampleDrawn, SampleOrder, SavedFilter } from "../wire.ts";
import { PAGE_ROWS, routeOfQuery, rowToSelect, stepRow } from "./queue-state.ts";

export class QueueStore {
  query: QueueQuery = $state.raw({ view: "open" });
  rows: readonly QueueRow[] = $state.raw([]);
  count = $state(0);
  busy = $state(false);
  /** Rows have come at least once. */
  loaded = $state(false);
  selected = $state(0);
  filters: readonly SavedFilter[] = $state.raw([]);
  people: readonly Person[] = $state.raw([]);
  rules: readonly RuleCard[] = $state.raw([]);
  sampling = $state(false);
  /** How the last sample was drawn. */
  drawn: SampleDrawn | undefined = $state.raw();
  next: string | null = $state(null);

  readonly #room: RoomStore;
  /** Answers of a question that is no longer asked are let fall. */
  #asked = 0;

  constructor(room: RoomStore) {
    this.#room = room;
  }

  get row(): QueueRow | undefined {
    return this.rows[this.selected];
  }

  /** What is there to choose from. */
  async loadChoices(): Promise<void> {
    const { api } = this.#room;
    const [filters, people, rules] = await Promise.all([api.filters(), api.people(), api.rules()]);
    if (filters.ok) this.filters = filters.value;
    if (people.ok) this.people = people.value;
    if (rules.ok) this.rules = rules.value;
  }

  /** The first page for these filters. */
  async load(query: QueueQuery): Promise<void> {
    this.query = query;
    const page = await this.#page({ ...query, limit: PAGE_ROWS });
    if (!page) return;
    this.#take(page.rows);
    this.count = page.count;
    this.next = page.next;
    this.selected = rowToSelect(page.rows, this.#room.last_call, this.#room.me?.name ?? "");
    this.loaded = true;
  }

  async more(): Promise<void> {
    if (this.next === null || this.busy) return;
    const page = await this.#page({ ...this.query, after: this.next, limit: PAGE_ROWS });
    if (!page) return;
    this.#take([...this.rows, ...page.rows]);
    this.next = page.next;
  }

  /** Narrows or widens the list; the address keeps it. */
  filter(change: { [Name in keyof QueueQuery]?: QueueQuery[Name] | undefined }): void {
    this.#room.go(hashOf("queue", [], routeOfQuery({ ...this.query, ...change } as QueueQuery)), true);
  }

  show(query: QueueQuery): void {
    this.#room.go(hashOf("queue", [], routeOfQuery(query)), true);
  }

  step(steps: number): void {
    this.selected = stepRow(this.rows.length, this.selected, steps);
    if (this.selected >= this.rows.length - 3) void this.more();
  }

  open(row: QueueRow | undefined): void {
    if (row) this.#room.go(callHash(row.call));
  }

  async assign(row: QueueRow, to: string): Promise<void> {
    const answer = await this.#room.api.assign(row.call, { to });
    if (!answer.ok) return this.#room.tell(answer.fault);
    this.rows = this.rows.map((each) => (each.call === row.call ? { ...each, assigned_to: to } : each));
  }

  async saveFilter(name: string): Promise<void> {
    const { after: _after, limit: _limit, ...filter } = this.query;
    const answer = await this.#room.api.saveFilter({ name, filter });
    if (!answer.ok) return this.#room.tell(answer.fault);
    this.filters = [...this.filters.filter((each) => each.name !== name), { name, filter }];
  }

  async dropFilter(name: string): Promise<void> {
    const answer = await this.#room.api.dropFilter(name);
    if (!answer.ok) return this.#room.tell(answer.fault);
    this.filters = this.filters.filter((each) => each.name !== name);
  }

  async sample(order: SampleOrder): Promise<void> {
    this.busy = true;
    this.drawn = await this.#room.done(this.#room.api.sample(order));
    this.busy = false;
    if (this.drawn) await this.load(this.query);
  }

  #take(rows: readonly QueueRow[]): void {
    this.rows = rows;
    this.#room.calls = rows.map(({ call }) => call);
  }

  async #page(query: QueueQuery) {
    const asked = ++this.#asked;
    this.busy = true;
    const page = await this.#room.done(this.#room.api.queue(query));
    if (asked !== this.#asked) return undefined;
    this.busy = false;
    return page;
  }
}
