/** Geometry and timing of the countdown ring, and of the level meters: numbers in, numbers out. */

/** What a ring counts down: a wait to keep silent in, or the time left to say the words. All in ms of audio time. */
export interface RingSpan {
  kind: "wait" | "deadline";
  /** Changes with each new countdown. */
  key: string;
  from_ms: number;
  until_ms: number;
}

/** Period of the station's `levels`: the ring moves from one to the next. */
export const LEVELS_PERIOD_MS = 100;

/** Radius in the ring's own 120 × 120 drawing. */
export const RING_RADIUS = 52;
export const RING_LENGTH = 2 * Math.PI * RING_RADIUS;

/**
 * How a ring looks at an audio time. `dash_offset` is where the stroke shall be when the next `levels` comes: the
 * browser moves it there in one period, so that it runs smoothly and stands still as soon as audio time does.
 */
export function ringAt(span: RingSpan, at_ms: number, running: boolean): { left_s: number; dash_offset: number; over: boolean } {
  const drawn_ms = running ? at_ms + LEVELS_PERIOD_MS : at_ms;
  const length_ms = Math.max(1, span.until_ms - span.from_ms);
  const left = clamp((span.until_ms - drawn_ms) / length_ms, 0, 1);
  const left_ms = Math.max(0, span.until_ms - at_ms);
  return { left_s: Math.ceil(left_ms / 1000), dash_offset: RING_LENGTH * (1 - left), over: left_ms === 0 };
}

/** Quietest level that a meter shows, dBFS. */
const METER_FLOOR_DBFS = -60;

/** Length of a meter's bar, 0 to 1. Levels that are no number (digital silence) are empty. */
export function meterFraction(level_dbfs: number | undefined): number {
  if (level_dbfs === undefined || !Number.isFinite(level_dbfs)) return 0;
  return clamp(1 - level_dbfs / METER_FLOOR_DBFS, 0, 1);
}

/** Call time as `m:ss`, from an hour on as `h:mm:ss`. */
export function clockText(at_ms: number): string {
  const seconds = Math.floor(at_ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
