/** Where tiles stand and which are worth drawing: numbers in, numbers out. All in CSS pixels. */

export interface GridShape {
  columns: number;
  tile_width: number;
  /** From the top of one row to the top of the next. */
  row_pitch: number;
  gap: number;
}

export interface TileSize {
  /** Tiles are at least so wide; what is left over is shared out among them. */
  width_min: number;
  height: number;
  gap: number;
}

export function gridShape(width: number, { width_min, height, gap }: TileSize): GridShape {
  const columns = Math.max(1, Math.floor((width + gap) / (width_min + gap)));
  return { columns, tile_width: Math.floor((width - (columns - 1) * gap) / columns), row_pitch: height + gap, gap };
}

/** Height of the whole grid. */
export function gridHeight({ columns, row_pitch, gap }: GridShape, count: number): number {
  return Math.max(0, Math.ceil(count / columns) * row_pitch - gap);
}

/** Top left corner of the tile at a place in the order. */
export function placeAt({ columns, tile_width, row_pitch, gap }: GridShape, place: number): { x: number; y: number } {
  return { x: (place % columns) * (tile_width + gap), y: Math.floor(place / columns) * row_pitch };
}

/** Rows drawn beyond what can be seen, so that scrolling does not show them coming. */
const SPARE_ROWS = 1;

/** Places to draw, `from` up to before `to`. */
export function drawnPlaces({ columns, row_pitch }: GridShape, count: number, scroll_top: number, height: number): { from: number; to: number } {
  const first = Math.max(0, Math.floor(scroll_top / row_pitch) - SPARE_ROWS);
  const end = Math.ceil((scroll_top + height) / row_pitch) + SPARE_ROWS;
  return { from: Math.min(count, first * columns), to: Math.min(count, end * columns) };
}

/** Where a key takes the keyboard from a place; the same place if there is nothing there. */
export function stepFrom(place: number, key: string, { columns }: GridShape, count: number): number {
  const target = {
    ArrowLeft: place - 1,
    ArrowRight: place + 1,
    ArrowUp: place - columns,
    ArrowDown: place + columns,
    Home: 0,
    End: count - 1,
  }[key];
  return target === undefined || target < 0 || target >= count ? place : target;
}

/** Tiles to have in the page next, by number: those wanted that are there already, and at most so many more, the first wanted first. */
export function nextMounted(mounted: readonly number[], wanted: readonly number[], most: number): readonly number[] {
  const there = new Set(mounted);
  const kept = wanted.filter((station) => there.has(station));
  const added = wanted.filter((station) => !there.has(station)).slice(0, most);
  return [...kept, ...added].sort((a, b) => a - b);
}
