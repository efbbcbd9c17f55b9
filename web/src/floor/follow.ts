/**
 * A call that the page has open, followed event by event. The floor may send the whole call again (after a break, or when the
 * page was too slow): what is known already is skipped, and a gap asks for it to be sent again.
 */
import { fold, NOTHING, type AgentState, type Flag, type Line } from "../agent/agent-state.ts";
import type { Channel, Moment, StampedEvent } from "../wire.ts";

export interface FollowedCall {
  call: string;
  /** Number of the newest event in `state`; 0: none. */
  seq: number;
  state: AgentState;
}

export function followFrom(call: string): FollowedCall {
  return { call, seq: 0, state: NOTHING };
}

/** The call after one more event; `gap` if events before it are missing. */
export function followed(followed: FollowedCall, event: StampedEvent): FollowedCall | "gap" {
  if (event.call !== followed.call || event.seq <= followed.seq) return followed;
  if (event.seq > followed.seq + 1) return "gap";
  return { ...followed, seq: event.seq, state: fold(followed.state, event) };
}

export function withMoment(followed: FollowedCall, call: string, moment: Moment): FollowedCall {
  if (call !== followed.call || moment.type === "hello") return followed;
  return { ...followed, state: fold(followed.state, moment) };
}

/** A stretch of a line's words, and the flag that they earned. */
export interface Words {
  text: string;
  flag?: Flag;
}

/** The words of a line, cut where a flag's words begin and end. */
export function flaggedWords(line: Line & { kind: "speech" }, next_from_ms: number, flags: readonly Flag[]): Words[] {
  const here = flags.filter((flag) => flag.channel === line.channel && flag.from_ms >= line.from_ms && flag.from_ms < next_from_ms);
  const spans = here
    .map((flag) => ({ flag, at: flag.phrase === "" ? -1 : line.committed.indexOf(flag.phrase) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  const words: Words[] = [];
  let end = 0;
  for (const { flag, at } of spans) {
    if (at < end) continue;
    if (at > end) words.push({ text: line.committed.slice(end, at) });
    end = at + flag.phrase.length;
    words.push({ text: line.committed.slice(at, end), flag });
  }
  if (end < line.committed.length) words.push({ text: line.committed.slice(end) });
  return words;
}

/** Start of the next line of the same side; infinity for its last. */
export function nextFromMs(lines: readonly Line[], place: number, channel: Channel): number {
  return lines.slice(place + 1).find((line) => line.kind === "speech" && line.channel === channel)?.from_ms ?? Infinity;
}
