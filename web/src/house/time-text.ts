/** Times as the floor view writes them. */
import { clockText } from "../agent/ring-layout.ts";

/** How long since a moment, `m:ss`; nothing for a moment that is not known. Clocks that differ never show less than 0. */
export function sinceText(since_ms: number, now_ms: number): string {
  return since_ms === 0 ? "" : clockText(Math.max(0, now_ms - since_ms));
}

/** Clock on the wall, `10:32:07`, in the zone of this browser. */
export function wallText(wall_ms: number): string {
  return new Date(wall_ms).toLocaleTimeString("zh-CN", { hour12: false });
}

/** Date and clock, `2026-11-26 10:32:07`, in the zone of this browser. */
export function dateText(wall_ms: number): string {
  const date = new Date(wall_ms);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${wallText(wall_ms)}`;
}
