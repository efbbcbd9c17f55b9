/**
 * When to play the pieces of sound that come over the network: late enough that the next one is there in time, soon enough to
 * be live. Pure: the clock of the sound card is handed in.
 */

/** Sound waits so long before it is played; a piece may be late by as much without a break. */
export const DELAY_S = 0.3;
/** With more than this waiting, the page is behind the call: it jumps ahead. */
export const BACKLOG_MAX_S = 1.2;

/** How call time lies on the clock of the sound card: `play at = call time + offset_s`. Undefined before the first piece. */
export type JitterState = { offset_s: number; next_at_ms: number } | undefined;

export interface Placed {
  state: JitterState;
  /** On the clock of the sound card; undefined: the piece is not played. */
  start_s: number | undefined;
}

/** Places a piece that begins at call time `at_ms` and lasts `length_ms`, at `now_s` of the sound card. */
export function place(state: JitterState, at_ms: number, length_ms: number, now_s: number): Placed {
  const next_at_ms = at_ms + length_ms;
  const fresh = (): Placed => ({ state: { offset_s: now_s + DELAY_S - at_ms / 1000, next_at_ms }, start_s: now_s + DELAY_S });
  // Call time that has gone far back is another call.
  if (state === undefined || at_ms < state.next_at_ms - 5_000) return fresh();
  if (at_ms < state.next_at_ms) return { state, start_s: undefined };
  const start_s = at_ms / 1000 + state.offset_s;
  // Too late, or so early that the page lags behind the call.
  if (start_s < now_s || start_s > now_s + BACKLOG_MAX_S) return fresh();
  return { state: { ...state, next_at_ms }, start_s };
}
