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

/** How many tiles one frame may move, and how many it may make. */
export interface FrameBudget {
  moves: number;
  mounts: number;
}

/**
 * Where the tiles stand in the next frame, by number, the first wanted first: no more than so many moved from where they stand
 * now, and no more than so many new ones, one while there is more to move. Those no longer wanted are gone.
 */
export function nextStanding(standing: ReadonlyMap<number, number>, wanted: ReadonlyMap<number, number>, { moves, mounts }: FrameBudget): ReadonlyMap<number, number> {
  const next = new Map<number, number>();
  let moved = 0;
  for (const [station, place] of wanted) {
    const stands = standing.get(station);
    if (stands === undefined) continue;
    const moves_now = stands !== place && moved++ < moves;
    next.set(station, moves_now ? place : stands);
  }
  const added = [...wanted].filter(([station]) => !standing.has(station)).slice(0, moved > moves ? 1 : mounts);
  return new Map([...next, ...added]);
}

/** Every wanted tile is there, in its place. */
export function stands(standing: ReadonlyMap<number, number>, wanted: ReadonlyMap<number, number>): boolean {
  return standing.size === wanted.size && [...wanted].every(([station, place]) => standing.get(station) === place);
}
