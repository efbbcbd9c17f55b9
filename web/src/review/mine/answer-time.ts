/** How long an agent may still answer. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Rounded down, so that nobody counts on time that is not there. */
export type TimeLeft = { unit: "days" | "hours" | "minutes"; n: number; urgent: boolean } | "over";

export function timeLeft(until_ms: number, now_ms: number): TimeLeft {
  const left_ms = until_ms - now_ms;
  if (left_ms <= 0) return "over";
  if (left_ms >= DAY_MS) return { unit: "days", n: Math.floor(left_ms / DAY_MS), urgent: false };
  if (left_ms >= HOUR_MS) return { unit: "hours", n: Math.floor(left_ms / HOUR_MS), urgent: true };
  return { unit: "minutes", n: Math.floor(left_ms / MINUTE_MS), urgent: true };
}
