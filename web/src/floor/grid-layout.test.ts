import { expect, test } from "vitest";
import { drawnPlaces, gridHeight, gridShape, nextStanding, placeAt, stands, stepFrom } from "./grid-layout.ts";

const SIZE = { width_min: 200, height: 100, gap: 10 };
const SHAPE = gridShape(830, SIZE);

test("as many columns as fit, the rest shared out", () => {
  expect(SHAPE).toEqual({ columns: 4, tile_width: 200, row_pitch: 110, gap: 10 });
  expect(gridShape(1000, SIZE)).toMatchObject({ columns: 4, tile_width: 242 });
  expect(gridShape(50, SIZE).columns).toBe(1);
});

test("places and height", () => {
  expect(placeAt(SHAPE, 0)).toEqual({ x: 0, y: 0 });
  expect(placeAt(SHAPE, 6)).toEqual({ x: 420, y: 110 });
  expect(gridHeight(SHAPE, 0)).toBe(0);
  expect(gridHeight(SHAPE, 5)).toBe(210);
});

test("only rows near the view are drawn", () => {
  expect(drawnPlaces(SHAPE, 500, 0, 400)).toEqual({ from: 0, to: 20 });
  expect(drawnPlaces(SHAPE, 500, 1100, 400)).toEqual({ from: 36, to: 60 });
  expect(drawnPlaces(SHAPE, 6, 0, 400)).toEqual({ from: 0, to: 6 });
  expect(drawnPlaces(SHAPE, 6, 9_000, 400)).toEqual({ from: 6, to: 6 });
});

test("arrow keys step through the grid and stop at its ends", () => {
  const step = (place: number, key: string): number => stepFrom(place, key, SHAPE, 10);
  expect([step(0, "ArrowRight"), step(0, "ArrowLeft"), step(0, "ArrowDown"), step(8, "ArrowDown"), step(5, "ArrowUp")]).toEqual([1, 0, 4, 8, 1]);
  expect([step(5, "Home"), step(5, "End"), step(5, "x")]).toEqual([0, 9, 5]);
});

test("new tiles come into the page a few at a time, old ones leave at once", () => {
  const wanted = new Map([[9, 0], [4, 1], [7, 2], [1, 3]]);
  const budget = { moves: 2, mounts: 2 };
  const first = nextStanding(new Map([[5, 0], [7, 2]]), wanted, budget);
  expect([...first]).toEqual([[7, 2], [9, 0], [4, 1]]);
  expect(stands(first, wanted)).toBe(false);
  const second = nextStanding(first, wanted, budget);
  expect(new Map([...second].sort())).toEqual(new Map([...wanted].sort()));
  expect(stands(second, wanted)).toBe(true);
  expect(nextStanding(second, new Map(), budget).size).toBe(0);
});

test("tiles move a few at a time, and one new one comes meanwhile", () => {
  const before = new Map([[1, 0], [2, 1], [3, 2], [4, 3]]);
  const wanted = new Map([[8, 0], [4, 1], [3, 2], [2, 3], [1, 4], [9, 5]]);
  const first = nextStanding(before, wanted, { moves: 2, mounts: 6 });
  expect(Object.fromEntries(first)).toEqual({ 1: 0, 2: 3, 3: 2, 4: 1, 8: 0 });
  expect(stands(nextStanding(first, wanted, { moves: 2, mounts: 6 }), wanted)).toBe(true);
});
