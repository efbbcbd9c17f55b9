/** A made-up room of agents for the mock floor: seeded, so that the same seed plays the same day. */
import type { AgentStatus, AlertCard, Day, Speaking, Tile, TileChange } from "../src/floor-wire.ts";

/** Numbers from 0 to below 1 that a seed determines (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SURNAMES = [..."王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"];
const GIVEN = ["芳", "伟", "敏", "静", "磊", "婷", "强", "洋", "艳", "杰", "娜", "勇", "秀英", "建国", "晓明", "欣怡"];
const TEAMS = ["一组", "二组", "三组", "夜班组"];
const RULES: readonly (readonly [rule: string, cue: string])[] = [
  ["1.1", "您好，中铁物流集团为您服务"],
  ["1.5", "您好，请问有什么可以帮您？"],
  ["2.1", "很抱歉，您的声音太小"],
  ["3.8", "麻烦您等待一下，我帮您查看，好吗？"],
  ["4.2", "我非常理解您的心情"],
  ["4.4", "很抱歉给您带来不便"],
  ["4.5", "请您消消气，我马上为您处理"],
  ["6.2", "请问还有什么可以帮助您？"],
];
const BUSY: readonly AgentStatus[] = ["talking", "talking", "talking", "talking", "talking", "waiting", "hold", "muted", "silence"];
const SPEAKING: readonly Speaking[] = ["nobody", "agent", "customer", "both"];

export class MockRoom {
  readonly tiles: Tile[];
  readonly #random: () => number;

  constructor(stations: number, seed: number, now_ms: number) {
    this.#random = randomFrom(seed);
    this.tiles = Array.from({ length: stations }, (_, index) => this.#tile(index + 1, now_ms));
  }

  /** So many events, each at a station by chance, as the floor would tell them together. */
  step(events: number, now_ms: number): TileChange[] {
    const changes = new Map<number, TileChange>();
    for (let event = 0; event < events; event += 1) {
      const tile = this.#pick(this.tiles);
      const change = this.#event(tile, now_ms);
      Object.assign(tile, change);
      tile.urgency = urgencyOf(tile);
      changes.set(tile.station, { ...changes.get(tile.station), ...change, station: tile.station, seq: tile.seq, urgency: tile.urgency });
    }
    return [...changes.values()];
  }

  #event(tile: Tile, now_ms: number): Partial<Tile> {
    const seq = tile.seq + 1;
    if (tile.state === "offline") return { seq };
    if (tile.call === "") return this.#chance(0.02) ? { seq, ...this.#callStart(tile, now_ms) } : { seq };
    const dice = this.#random();
    if (dice < 0.55) return { seq, speaking: tile.state === "talking" ? this.#pick(SPEAKING) : "nobody", talk_share_pct: this.#between(20, 80) };
    if (dice < 0.7) return { seq, ...this.#status(this.#pick(BUSY), now_ms) };
    if (dice < 0.85) return { seq, ...this.#cue() };
    if (dice < 0.9) return { seq, lag_ms: this.#chance(0.3) ? this.#between(1_000, 4_000) : 0 };
    if (dice < 0.92) return { seq, flags_light: tile.flags_light + 1, flag_rule: this.#pick(RULES)[0] };
    if (dice < 0.925) return { seq, flags_grave: tile.flags_grave + 1, flag_rule: this.#pick(RULES)[0] };
    if (dice < 0.94) return { seq, ...CALL_OVER, state: "free", state_since_ms: now_ms };
    return { seq };
  }

  #tile(station: number, now_ms: number): Tile {
    const state = this.#chance(0.12) ? "free" : this.#chance(0.05) ? "offline" : this.#chance(0.05) ? "ringing" : this.#pick(BUSY);
    const busy = BUSY.includes(state);
    const tile: Tile = {
      station,
      agent: String(1000 + station),
      name: this.#pick(SURNAMES) + this.#pick(GIVEN),
      team: TEAMS[(station - 1) % TEAMS.length]!,
      state,
      state_since_ms: now_ms - this.#between(1, 40) * 1_000,
      ...CALL_OVER,
      ...(busy && this.#callStart({ station } as Tile, now_ms - this.#between(45, 600) * 1_000)),
      seq: this.#between(1, 90),
      behind: state === "offline" ? this.#between(0, 40) : 0,
      urgency: 0,
      notice: null,
    };
    if (busy) {
      Object.assign(tile, { state, state_since_ms: now_ms - this.#between(1, 40) * 1_000, talk_share_pct: this.#between(25, 75) });
      tile.speaking = state === "talking" ? this.#pick(SPEAKING) : "nobody";
      if (this.#chance(0.4)) Object.assign(tile, this.#cue());
      if (this.#chance(0.15)) Object.assign(tile, { flags_light: this.#between(1, 3), flag_rule: this.#pick(RULES)[0] });
      if (this.#chance(0.04)) Object.assign(tile, { flags_grave: 1, flag_rule: this.#chance(0.5) ? "4.4" : "4.2" });
      if (this.#chance(0.04)) tile.lag_ms = this.#between(1_000, 4_000);
      if (this.#chance(0.03)) tile.audio_lost = this.#chance(0.5) ? "customer" : "agent";
    }
    tile.urgency = urgencyOf(tile);
    return tile;
  }

  #callStart(tile: Tile, now_ms: number): Partial<Tile> {
    return { state: "talking", state_since_ms: now_ms, call: `2026-11-26-${tile.station}-${Math.round(now_ms / 1000)}`, call_since_ms: now_ms, speaking: "agent", talk_share_pct: 100 };
  }

  #status(state: AgentStatus, now_ms: number): Partial<Tile> {
    return { state, state_since_ms: now_ms, speaking: state === "talking" ? this.#pick(SPEAKING) : "nobody" };
  }

  #cue(): Partial<Tile> {
    const [cue_rule, cue_text] = this.#pick(RULES);
    return { cue_rule, cue_text };
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }
}

const CALL_OVER = {
  call: "", call_since_ms: 0, speaking: "nobody", flags_grave: 0, flags_light: 0, flag_rule: "", cue_rule: "", cue_text: "", talk_share_pct: null, lag_ms: 0,
  audio_lost: "", listeners: [] as string[],
} satisfies Partial<Tile>;

/** By the same steps as the floor's. */
function urgencyOf(tile: Tile): number {
  if (tile.flags_grave > 0) return 70 + Math.min(9, tile.flags_grave);
  if (tile.state === "silence") return 50;
  if (tile.audio_lost !== "") return 45;
  if (tile.state === "hold") return 40;
  return tile.flags_light > 0 ? 20 + Math.min(9, tile.flags_light) : 0;
}

export const DAY: Day = {
  date: "2026-11-26",
  calls: 1284,
  due: 9312,
  met: 8807,
  flags: 143,
  broken: [
    { rule: "1.1", flags: 41 },
    { rule: "3.8", flags: 28 },
    { rule: "6.2", flags: 22 },
    { rule: "2.1", flags: 15 },
    { rule: "4.4", flags: 9 },
  ],
  calls_by_hour: [0, 0, 0, 0, 0, 0, 0, 0, 64, 142, 171, 158, 93, 120, 149, 161, 138, 88, 0, 0, 0, 0, 0, 0],
  flags_by_hour: [0, 0, 0, 0, 0, 0, 0, 0, 6, 14, 22, 17, 8, 15, 19, 21, 13, 8, 0, 0, 0, 0, 0, 0],
};

/** An alert of a tile. */
export function alertOf(tile: Tile, id: number, raised_ms: number, fields: Partial<AlertCard>): AlertCard {
  return {
    id,
    station: tile.station,
    agent: tile.agent,
    team: tile.team,
    call: tile.call,
    at_ms: Math.max(0, raised_ms - tile.call_since_ms),
    rule: "4.4",
    kind: "rule",
    text: "客户投诉服务态度，请组长留意",
    raised_ms,
    assigned_to: "",
    passed_on: 0,
    acknowledged_by: "",
    settled: false,
    ...fields,
  };
}
