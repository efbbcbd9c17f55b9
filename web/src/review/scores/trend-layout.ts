/** Where the line of a trend goes: months and values in, coordinates out. */

export interface TrendPoint {
  month: string;
  /** null: nothing known of this month. */
  value: number | null;
}

export interface TrendSize {
  width: number;
  height: number;
}

export interface TrendLayout {
  /** SVG path; it breaks where a month is not known. */
  path: string;
  dots: { x: number; y: number; month: string; value: number }[];
  /** Places of all months, known or not. */
  months: { x: number; month: string }[];
  /** Lines across, each with its value. */
  grid: { y: number; value: number }[];
}

/** Least span of values, so that a change of a point is not drawn as a cliff. */
const SPAN_MIN = 10;
const GRID_LINES = 3;

/** The range that all these values fit into, widened to whole fives. */
export function rangeOf(values: readonly (number | null)[]): [low: number, high: number] {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return [100 - SPAN_MIN, 100];
  const high = Math.ceil(Math.max(...known) / 5) * 5;
  const low = Math.floor(Math.min(...known) / 5) * 5;
  return [Math.min(low, high - SPAN_MIN), high];
}

export function trendLayout(points: readonly TrendPoint[], [low, high]: readonly [number, number], { width, height }: TrendSize): TrendLayout {
  const step = points.length > 1 ? width / (points.length - 1) : 0;
  const x = (index: number): number => round(index * step);
  const y = (value: number): number => round(height - ((value - low) / (high - low)) * height);
  const known = points.flatMap(({ month, value }, index) => (value === null ? [] : [{ x: x(index), y: y(value), month, value, index }]));
  const path = known.map((dot, place) => `${known[place - 1]?.index === dot.index - 1 ? "L" : "M"}${dot.x} ${dot.y}`).join(" ");
  const grid = Array.from({ length: GRID_LINES }, (_, line) => low + ((high - low) / (GRID_LINES - 1)) * line);
  return {
    path,
    dots: known.map(({ index: _index, ...dot }) => dot),
    months: points.map(({ month }, index) => ({ x: x(index), month })),
    grid: grid.map((value) => ({ y: y(value), value })),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
