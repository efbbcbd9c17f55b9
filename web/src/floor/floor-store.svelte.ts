/** The floor view's one owner of change: it gathers what the floor tells and brings it to the screen a few times a second. */
import type { AgentStatus, AlertCard, Day, FromLead, LeadMessage, Tile, TileChange, ToLead } from "../floor-wire.ts";
import type { Alarm } from "./alarm.ts";
import type { Api, Assignee } from "./api.ts";
import { isMine, shownFeed, sounds, withAlerts } from "./alerts.ts";
import { arranged, byRuleNumber, changed, countByStatus, EVERYBODY, misplaced, wants, wantsAll, type Filter } from "./board.ts";
import { CallStore, type CallParts, type SentNote } from "./call-store.svelte.ts";
import type { LineStatus } from "../house/returning-line.ts";
import { connect, type FloorLink, type LinkParts } from "./floor-link.ts";

/** The page's pulse. What is to be drawn takes turns on its beats, so that no single task is long on a weak machine. */
const BEAT_MS = 50;
/** Each tile is brought up to date every so many beats: an eye follows no faster. */
const DRAW_BEATS = 4;
/** The clock of each tile moves every so many beats: once a second. */
const CLOCK_BEATS = 20;
/** Tiles are put in order every so many beats, while nobody is on them; on the one named, which counts nothing. */
const SORT_BEATS = 60;
const SORT_BEAT = 10;
/** Lines to agents that the page remembers. */
const NOTES_MAX = 100;

export type FloorParts = Pick<LinkParts, "openSocket" | "random"> &
  Pick<CallParts, "api" | "openPlayer" | "after"> & {
    api: Pick<Api, "rules" | "assignees">;
    every(period_ms: number, act: () => void): () => void;
    /** Wall clock of this machine, ms since 1970. */
    now(): number;
    openAlarm(): Alarm;
    /** Log-in name of the user. */
    me: string;
    /** Which of the two is shown is the caller's affair. */
    say(text: { zh: string; en: string } | "not_sent"): void;
    onRejected(): void;
  };

/** One tile on the screen: drawn again only when its own data change. */
export class TileCell {
  tile: Tile = $state.raw() as Tile;
  /** No longer to be seen; its place stays empty until the tiles are put in order. */
  gone = $state(false);

  constructor(tile: Tile) {
    this.tile = tile;
  }
}

export class FloorStore {
  status: LineStatus = $state.raw({ kind: "connecting" });
  /** The floor has told everything once. */
  ready = $state(false);
  /** Wall clock of the floor, once a second. */
  now_ms = $state(0);
  /** Stations in the order of the view. */
  shown: readonly number[] = $state.raw([]);
  total = $state(0);
  /** How many shown tiles would stand elsewhere, while the order is held. */
  waiting_moves = $state(0);
  counts: Record<AgentStatus, number> = $state.raw(countByStatus([]));
  teams: readonly string[] = $state.raw([]);
  rules: readonly string[] = $state.raw([]);
  filter: Filter = $state.raw(EVERYBODY);
  /** Titles of the script's rules by their numbers, as far as the floor has told them. */
  titles: ReadonlyMap<string, string> = $state.raw(new Map());
  alerts: readonly AlertCard[] = $state.raw([]);
  /** The feed as it is drawn: held still while somebody is on it. */
  feed: readonly AlertCard[] = $state.raw([]);
  /** The alert that has the keyboard. */
  focused_alert: number | undefined = $state();
  /** The alert that is being handed to somebody. */
  assigning: number | undefined = $state();
  day: Day | undefined = $state.raw();
  sound = $state(false);
  opened: CallStore | undefined = $state.raw();
  notes: readonly SentNote[] = $state.raw([]);

  readonly me: string;
  readonly #parts: FloorParts;
  readonly #link: FloorLink;
  readonly #cells = new Map<number, TileCell>();
  readonly #pending = new Map<number, TileChange>();
  readonly #holds = new Set<string>();
  readonly #stop: () => void;
  /** Wall clock of the floor as the tiles show it whose clocks move on the same beat. */
  readonly #clocks_ms: number[] = $state(Array<number>(CLOCK_BEATS).fill(0));
  #beat = 0;
  #feed_held = false;
  #ahead_ms = 0;
  #alarm: Alarm | undefined;

  /** The newest open alert of each station. */
  readonly #open_alerts = $derived(new Map(this.alerts.filter((card) => !card.settled).toReversed().map((card) => [card.station, card])));

  constructor(parts: FloorParts) {
    this.#parts = parts;
    this.me = parts.me;
    this.#stop = parts.every(BEAT_MS, () => this.#onBeat());
    void this.#learnTitles();
    this.#link = connect({
      ...parts,
      onMessage: (message) => this.#hear(message),
      onAudio: (audio) => this.opened?.onAudio(audio),
      onStatus: (status) => (this.status = status),
    });
  }

  cell(station: number): TileCell | undefined {
    return this.#cells.get(station);
  }

  /** Wall clock of the floor for a station's tile. */
  clockOf(station: number): number {
    return this.#clocks_ms[station % CLOCK_BEATS]!;
  }

  openAlertOf(station: number): AlertCard | undefined {
    return this.#open_alerts.get(station);
  }

  /** Keeps the tiles in their places, for as long as one reason to do so lasts. */
  hold(reason: "pointer" | "focus", on: boolean): void {
    if (on) this.#holds.add(reason);
    else this.#holds.delete(reason);
  }

  holdFeed(on: boolean): void {
    this.#feed_held = on;
    this.feed = shownFeed(this.alerts, this.feed, on);
  }

  setFilter(change: Partial<Filter>): void {
    const filter = { ...this.filter, ...change };
    this.filter = wantsAll(filter) ? EVERYBODY : filter;
    this.sortNow();
  }

  sortNow(): void {
    this.#arrange(false);
  }

  open(station: number): void {
    if (this.opened?.station === station) return;
    const tile = this.#cells.get(station)?.tile;
    if (!tile) return;
    this.opened?.close();
    this.opened = new CallStore({ ...this.#parts, send: (request) => this.#send(request) }, tile);
  }

  closeCall(): void {
    this.opened?.close();
    this.opened = undefined;
  }

  /** The alert that a key acts on: the one with the keyboard, or else the newest of this user's. */
  get currentAlert(): AlertCard | undefined {
    const focused = this.feed.find((card) => card.id === this.focused_alert && !card.settled);
    return focused ?? this.feed.find((card) => isMine(card, this.me));
  }

  /** A rule as people read it: `3.8 等待`; the number alone where the floor's script has no such rule. */
  ruleText(rule: string): string {
    const title = this.titles.get(rule);
    return title ? `${rule} ${title}` : rule;
  }

  /** Others who may see to alerts of a team. */
  async assignees(team: string): Promise<readonly Assignee[]> {
    const answer = await this.#parts.api.assignees(team);
    if (answer.ok) return answer.value.filter(({ name }) => name !== this.me);
    this.#parts.say(answer.fault);
    return [];
  }

  acknowledge(alert: number): void {
    this.#send({ type: "acknowledge", alert });
  }

  assign(alert: number, to: string): void {
    if (this.#send({ type: "assign", alert, to })) this.assigning = undefined;
  }

  /** To be called from a click or a key press, else the browser keeps silent. */
  setSound(on: boolean): void {
    this.#alarm?.close();
    this.#alarm = on ? this.#parts.openAlarm() : undefined;
    this.#alarm?.ring();
    this.sound = on;
  }

  close(): void {
    this.opened?.close();
    this.#alarm?.close();
    this.#stop();
    this.#link.close();
  }

  async #learnTitles(): Promise<void> {
    const answer = await this.#parts.api.rules();
    // Without an answer the numbers stand alone.
    if (answer.ok) this.titles = new Map(answer.value.map(({ rule, title }) => [rule, title]));
  }

  #hear(message: ToLead): void {
    switch (message.type) {
      case "floor":
        return this.#start(message);
      case "changes":
        return this.#change(message);
      case "call_event":
        return this.opened?.onEvent(message.event);
      case "call_moment":
        return this.opened?.onMoment(message.call, message.moment);
      case "note":
        this.notes = [...this.notes.filter((note) => note.id !== message.id), message].slice(-NOTES_MAX);
        return;
      case "refused":
        this.opened?.refuseListening();
        return this.#parts.say(message);
    }
  }

  #start({ now_ms, tiles, alerts, day }: LeadMessage<"floor">): void {
    this.#setClock(now_ms);
    this.#pending.clear();
    const there = new Set(tiles.map((tile) => tile.station));
    for (const station of this.#cells.keys()) if (!there.has(station)) this.#remove(station);
    for (const tile of tiles) this.#put(tile);
    // What is settled here and no longer told of is kept to be looked at; what was open and is not told of is over.
    const told = new Set(alerts.map((card) => card.id));
    const over = this.alerts.map((card) => (told.has(card.id) || card.settled ? card : { ...card, settled: true }));
    this.#news(over, alerts, this.ready);
    this.day = day;
    this.ready = true;
    this.#clocks_ms.fill(this.#wallClock());
    this.#tick();
    this.#arrange();
    this.opened?.resume();
  }

  #change({ now_ms, tiles = [], gone = [], alerts, day }: LeadMessage<"changes">): void {
    this.#setClock(now_ms);
    for (const change of tiles) this.#pending.set(change.station, { ...this.#pending.get(change.station), ...change });
    for (const station of gone) {
      this.#pending.delete(station);
      this.#remove(station);
    }
    if (gone.length > 0) this.#arrange();
    if (alerts) this.#news(this.alerts, alerts, true);
    if (day) this.day = day;
  }

  /** Brings what has gathered to those tiles whose turn it is. */
  #draw(): void {
    let added = false;
    for (const [station, change] of this.#pending) {
      if (station % DRAW_BEATS !== this.#beat % DRAW_BEATS) continue;
      this.#pending.delete(station);
      const cell = this.#cells.get(station);
      if (cell) cell.tile = changed(cell.tile, change);
      else added = this.#added(change) || added;
    }
    if (added) this.#arrange();
    const opened = this.opened && this.#cells.get(this.opened.station);
    if (opened) this.opened?.onTile(opened.tile);
  }

  /** A station that is new comes with all its fields; a part of one that is not known can not be shown. */
  #added(change: TileChange): boolean {
    const whole = change.agent !== undefined && change.state !== undefined && change.team !== undefined;
    if (whole) this.#put({ ...BLANK, ...change });
    return whole;
  }

  #put(tile: Tile): void {
    const cell = this.#cells.get(tile.station);
    if (cell) cell.tile = tile;
    else this.#cells.set(tile.station, new TileCell(tile));
  }

  #remove(station: number): void {
    const cell = this.#cells.get(station);
    if (cell) cell.gone = true;
    this.#cells.delete(station);
  }

  #news(feed: readonly AlertCard[], news: readonly AlertCard[], audible: boolean): void {
    if (audible && this.sound && sounds(feed, news, this.me)) this.#alarm?.ring();
    this.alerts = withAlerts(feed, news);
    this.feed = shownFeed(this.alerts, this.feed, this.#feed_held);
  }

  #setClock(now_ms: number): void {
    this.#ahead_ms = now_ms - this.#parts.now();
  }

  #onBeat(): void {
    this.#beat = (this.#beat + 1) % SORT_BEATS;
    this.#clocks_ms[this.#beat % CLOCK_BEATS] = this.#wallClock();
    this.#draw();
    if (this.#beat % CLOCK_BEATS === 0) this.#tick();
    if (this.#beat === SORT_BEAT) this.#arrange();
  }

  #wallClock(): number {
    return this.#parts.now() + this.#ahead_ms;
  }

  #tick(): void {
    this.now_ms = this.#wallClock();
    const tiles = this.#tiles();
    this.total = tiles.length;
    this.counts = countByStatus(tiles);
    this.teams = listed(this.teams, tiles.map((tile) => tile.team), (a, b) => a.localeCompare(b, "zh"));
    this.rules = listed(this.rules, tiles.flatMap((tile) => [tile.flag_rule, tile.cue_rule]), byRuleNumber);
  }

  #arrange(held = this.#holds.size > 0): void {
    const tiles = this.#tiles().filter((tile) => wants(this.filter, tile));
    this.shown = arranged(tiles, this.shown, held);
    this.waiting_moves = held ? misplaced(tiles, this.shown) : 0;
  }

  #tiles(): Tile[] {
    return [...this.#cells.values()].map((cell) => cell.tile);
  }

  #send(request: FromLead): boolean {
    const sent = this.#link.send(request);
    if (!sent) this.#parts.say("not_sent");
    return sent;
  }
}

/** The values there are, each once, in order; the same list if nothing is different. */
function listed(before: readonly string[], values: readonly string[], order: (a: string, b: string) => number): readonly string[] {
  const now = [...new Set(values)].filter((value) => value !== "").sort(order);
  return now.length === before.length && now.every((value, place) => value === before[place]) ? before : now;
}

const BLANK: Omit<Tile, "station"> = {
  agent: "", name: "", team: "", state: "offline", state_since_ms: 0, call: "", call_since_ms: 0, seq: 0, speaking: "nobody", flags_grave: 0, flags_light: 0,
  flag_rule: "", cue_rule: "", cue_text: "", talk_share_pct: null, lag_ms: 0, audio_lost: "", behind: 0, urgency: 0, listeners: [], notice: null,
};
