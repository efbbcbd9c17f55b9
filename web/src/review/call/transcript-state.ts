/** What was said, cut into clauses that can be clicked: the time within a line is by the share of its characters. */
import type { Channel, StampedEvent } from "../../wire.ts";

export interface Clause {
  text: string;
  from_ms: number;
  to_ms: number;
}

export interface Line {
  seq: number;
  channel: Channel;
  from_ms: number;
  to_ms: number;
  clauses: readonly Clause[];
}

/** The final lines, in the order in which they were begun. */
export function linesOf(events: readonly StampedEvent[]): Line[] {
  const lines = events.flatMap((event) => {
    if (event.type !== "transcript" || !event.final) return [];
    const { seq, channel, from_ms, to_ms, text } = event;
    return [{ seq, channel, from_ms, to_ms, clauses: clausesOf(text, from_ms, to_ms) }];
  });
  return lines.sort((a, b) => a.from_ms - b.from_ms || a.seq - b.seq);
}

/** A clause ends with its marks. */
const CLAUSE = /[^,，。.!！?？;；、…]*[,，。.!！?？;；、…]+|[^,，。.!！?？;；、…]+$/gu;

export function clausesOf(text: string, from_ms: number, to_ms: number): Clause[] {
  const parts = text.match(CLAUSE) ?? [text];
  const spoken = parts.map((part) => charactersOf(part));
  const all = Math.max(1, spoken.reduce((sum, each) => sum + each, 0));
  let before = 0;
  return parts.map((part, index) => {
    const start = before;
    before += spoken[index]!;
    const at = (share: number): number => Math.round(from_ms + ((to_ms - from_ms) * share) / all);
    return { text: part, from_ms: at(start), to_ms: at(before) };
  });
}

/** Marks take no time. */
function charactersOf(part: string): number {
  return [...part.replace(/[\s,，。.!！?？;；、…]/gu, "")].length;
}

/** Number of the line that is being said at a moment, or was last; -1: none yet. */
export function lineAt(lines: readonly Line[], at_ms: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.from_ms <= at_ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function overlaps(a: { from_ms: number; to_ms: number }, b: { from_ms: number; to_ms: number }): boolean {
  return a.from_ms < b.to_ms && b.from_ms < a.to_ms;
}
