/** Moments as the desk writes them, in the zone of this browser. */
import { dayOf } from "./month.ts";

/** `2026-11-26 10:32`. */
export function whenText(wall_ms: number): string {
  const date = new Date(wall_ms);
  return `${dayOf(wall_ms)} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `11-26 10:32`, where the year is said elsewhere. */
export function shortWhenText(wall_ms: number): string {
  return whenText(wall_ms).slice(5);
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
