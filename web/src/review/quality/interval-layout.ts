/** An interval of shares as a bar: where it begins and ends, and where the share itself stands. */

export interface IntervalBar {
  from: number;
  to: number;
  at: number;
}

/** Undefined where nothing is known. An interval that is a point is still a bar that can be seen. */
export function intervalBar({ low, high, precision }: { low: number | null; high: number | null; precision: number | null }, width: number): IntervalBar | undefined {
  if (low === null || high === null || precision === null) return undefined;
  const LEAST = 2;
  const place = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * width * 10) / 10;
  const from = Math.min(place(low), width - LEAST);
  return { from, to: Math.max(place(high), from + LEAST), at: place(precision) };
}
