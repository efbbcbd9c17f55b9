/** The lead's page and its idea of the wire against the golden frames of the Rust tests, so that neither side can drift. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseLeadFrame, parseLiveAudio } from "../src/floor-wire.ts";
import { FROM_LEAD, leadFaultsOf, TO_LEAD } from "./floor-wire-fields.ts";
import { alertOf, DAY, MockRoom } from "./mock-room.ts";

const GOLDEN = join(import.meta.dirname, "../../tests/wire");

type Frame = Record<string, unknown>;

/** Golden frames whose file names begin so. */
function goldenFrames(prefix: string): [name: string, frame: Frame][] {
  if (!existsSync(GOLDEN)) return [];
  const files = readdirSync(GOLDEN).filter((name) => name.startsWith(prefix) && name.endsWith(".json"));
  return files.flatMap((name) => [JSON.parse(readFileSync(join(GOLDEN, name), "utf8"))].flat().map((frame) => [name, frame] as [string, Frame]));
}

describe.each([
  ["floor-to_lead_", TO_LEAD],
  ["floor-from_lead_", FROM_LEAD],
] as const)("golden frames %s", (prefix, tables) => {
  const golden = goldenFrames(prefix);

  test("are as the page expects them", () => {
    for (const [name, frame] of golden) expect(leadFaultsOf(frame, tables), name).toEqual([]);
  });

  test.skipIf(golden.length === 0)("there is one of every type", () => {
    expect(new Set(golden.map(([, { type }]) => type))).toEqual(new Set(Object.keys(tables)));
  });
});

test("the mock room speaks the wire's language", () => {
  const room = new MockRoom(20, 1, 1_000_000);
  const now_ms = 1_000_100;
  const alerts = [alertOf(room.tiles[0]!, 1, now_ms, {})];
  const frames = [
    { type: "floor", now_ms, tiles: room.tiles, alerts, day: DAY },
    { type: "changes", now_ms, tiles: room.step(50, now_ms), alerts },
  ];
  expect(frames.flatMap((frame) => leadFaultsOf(frame, TO_LEAD))).toEqual([]);
});

test("a fault is found", () => {
  expect(leadFaultsOf({ type: "note", id: "1", station: 1, text: "" }, TO_LEAD)).toEqual(["note lacks sent_ms"]);
  expect(leadFaultsOf({ type: "changes", now_ms: 1, tiles: [{ station: 1, mood: 1 }] }, TO_LEAD)).toEqual(["tile has mood, which the page does not know"]);
});

test("what is no message is none", () => {
  for (const frame of ["", "[]", "3", "{}", '{"type":3}', new ArrayBuffer(4)]) expect(parseLeadFrame(frame)).toBeUndefined();
});

/** The same bytes as in `tests/it/wire.rs`. */
test("live sound is a time and pairs of samples", () => {
  const bytes = Uint8Array.from([0x48, 0xee, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 1, 0]);
  const audio = parseLiveAudio(bytes.buffer)!;
  expect(audio.at_ms).toBe(61_000);
  expect([...audio.agent]).toEqual([0, -1]);
  expect([...audio.customer]).toEqual([0.5, 1 / 32_768]);
  expect(parseLiveAudio(bytes.slice(0, 14).buffer)).toBeUndefined();
  expect(parseLiveAudio(new ArrayBuffer(7))).toBeUndefined();
});
