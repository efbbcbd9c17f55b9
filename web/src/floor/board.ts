/**
 * The tiles as plain data: what a change does to one, which are shown, and in which order. Nothing here reads a clock
 * or touches the page.
 */
import type { AgentStatus, Tile, TileChange } from "../floor-wire.ts";

/** All states in the order in which the view lists them. */
export const STATUSES: readonly AgentStatus[] = ["silence", "hold", "waiting", "muted", "talking", "ringing", "free", "offline"];

/** How much an agent needs somebody, in three steps that can be told apart without colour. */
export type Need = "urgent" | "watch" | "calm";

export function needOf(urgency: number): Need {
  return urgency >= 70 ? "urgent" : urgency >= 40 ? "watch" : "calm";
}

/** The tile after a change. The same object if nothing is different, so that nothing is drawn again. */
export function changed(tile: Tile, change: TileChange): Tile {
  const different = (Object.keys(change) as (keyof Tile)[]).some((field) => tile[field] !== change[field]);
  return different ? { ...tile, ...change } : tile;
}

/** Which tiles are wanted; an empty field wants all. */
export interface Filter {
  /** Part of the agent's number, name, or team. */
  words: string;
  team: string;
  state: AgentStatus | "";
  /** Rule of the newest flag or of the cue shown. */
  rule: string;
}

export const EVERYBODY: Filter = { words: "", team: "", state: "", rule: "" };

export function wantsAll(filter: Filter): boolean {
  return Object.values(filter).every((field) => field === "");
}

export function wants(filter: Filter, tile: Tile): boolean {
  const words = filter.words.trim().toLowerCase();
  return (
    (filter.team === "" || tile.team === filter.team) &&
    (filter.state === "" || tile.state === filter.state) &&
    (filter.rule === "" || tile.flag_rule === filter.rule || tile.cue_rule === filter.rule) &&
    (words === "" || [tile.agent, tile.name, tile.team].some((text) => text.toLowerCase().includes(words)))
  );
}

/** Differences within so many points are not worth a move: a silence that grows by a second would move its tile all the time. */
const STEP = 5;

/** Who needs help first, in steps; of equals the lower station number, so that equal tiles never change places. */
export function byNeed(a: Tile, b: Tile): number {
  return Math.floor(b.urgency / STEP) - Math.floor(a.urgency / STEP) || a.station - b.station;
}

/**
 * Stations in the order of the view. While `held` (the pointer or the keyboard is on the tiles) every station keeps its
 * place: new ones come last, and one that is gone leaves its place empty.
 */
export function arranged(tiles: readonly Tile[], before: readonly number[], held: boolean): readonly number[] {
  const wanted = tiles.toSorted(byNeed).map((tile) => tile.station);
  if (!held) return same(wanted, before) ? before : wanted;
  const there = new Set(before);
  const added = wanted.filter((station) => !there.has(station));
  return added.length === 0 ? before : [...before, ...added];
}

/** How many tiles stand elsewhere than they would by need. */
export function misplaced(tiles: readonly Tile[], order: readonly number[]): number {
  const wanted = tiles.toSorted(byNeed);
  return wanted.filter((tile, place) => order[place] !== tile.station).length;
}

/** How many tiles there are of each state. */
export function countByStatus(tiles: Iterable<Tile>): Record<AgentStatus, number> {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<AgentStatus, number>;
  for (const tile of tiles) counts[tile.state] += 1;
  return counts;
}

/** Rule numbers such as 3.10 in the order of the script: by their numbers, not as text. */
export function byRuleNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((station, place) => station === b[place]);
}
