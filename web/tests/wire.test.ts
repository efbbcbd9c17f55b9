/** The page's idea of the wire against the golden frames of the Rust tests, so that neither side can drift. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fold, NOTHING } from "../src/agent/agent-state.ts";
import { parseFrame } from "../src/wire.ts";
import { HELLO, levelsAt, sampleCall } from "./sample-call.ts";
import { COMMANDS, EVENTS, faultsOf, MOMENTS } from "./wire-fields.ts";

const GOLDEN = join(import.meta.dirname, "../../tests/wire");

/** Golden frames of the station's socket by file name: a file holds one frame, or a list of them. Other sockets have a `-` in theirs. */
function goldenFrames(): [name: string, frame: Record<string, unknown>][] {
  if (!existsSync(GOLDEN)) return [];
  const files = readdirSync(GOLDEN).filter((name) => name.endsWith(".json") && !name.includes("-"));
  return files.flatMap((name) => [JSON.parse(readFileSync(join(GOLDEN, name), "utf8"))].flat().map((frame) => [name, frame] as [string, Record<string, unknown>]));
}

const golden = goldenFrames();

describe.skipIf(golden.length === 0)("golden frames", () => {
  test.each(golden)("%s is as the page expects it", (_name, frame) => {
    expect(faultsOf(frame)).toEqual([]);
  });

  test("there is one of every kind", () => {
    const types = golden.map(([, { type }]) => String(type));
    const expected = [EVENTS, MOMENTS, COMMANDS].flatMap(Object.keys);
    expect(new Set(types)).toEqual(new Set(expected));
  });

  test("all that comes to the page folds into a state", () => {
    const incoming = golden.filter(([, frame]) => "seq" in frame || String(frame["type"]) in MOMENTS);
    // Each by itself after a `hello`, since another `hello` would start from nothing.
    for (const [name, frame] of incoming) {
      const state = fold(fold(NOTHING, HELLO), parseFrame(JSON.stringify(frame))!);
      expect(state.call !== undefined, name).toBe("seq" in frame);
    }
  });
});

test("the sample call speaks the wire's language", () => {
  const frames = [HELLO, levelsAt(0), levelsAt(8_000), ...sampleCall().map(({ message }) => message)];
  expect(frames.flatMap((frame) => faultsOf(frame as unknown as Record<string, unknown>))).toEqual([]);
});

test("a fault is found", () => {
  expect(faultsOf({ type: "lag" })).toEqual(["lag lacks text_ms"]);
  expect(faultsOf({ type: "lag", text_ms: 1, text_s: 1 })).toEqual(["lag has text_s, which the page does not know"]);
  expect(faultsOf({ type: "partial", seq: 1 })).toEqual(["partial is no message that the page knows"]);
});
