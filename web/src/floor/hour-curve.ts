/** The day's curve by hour as an SVG path: numbers in, numbers out. */

export interface CurveSize {
  width: number;
  height: number;
}

/** Highest of the hours, at least 1, so that an empty day is a flat line. */
export function peakOf(by_hour: readonly number[]): number {
  return Math.max(1, ...by_hour);
}

/** A line through the hours `from` to `to` (inclusive). */
export function curvePath(by_hour: readonly number[], [from, to]: readonly [number, number], peak: number, { width, height }: CurveSize): string {
  const step = width / Math.max(1, to - from);
  const point = (hour: number): string => `${round((hour - from) * step)} ${round(height - ((by_hour[hour] ?? 0) / peak) * height)}`;
  return Array.from({ length: to - from + 1 }, (_, index) => `${index === 0 ? "M" : "L"}${point(from + index)}`).join(" ");
}

/** The hours worth showing: office hours, and any earlier or later ones with something in them. */
export function hoursShown(by_hour: readonly number[]): readonly [number, number] {
  const busy = by_hour.flatMap((count, hour) => (count > 0 ? [hour] : []));
  return [Math.min(8, ...busy), Math.max(18, ...busy)];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
