/** The page of the script's owner against an answer that the Rust side is tested with. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TryAnswer } from "../src/script/answer.ts";
import { blocksOf, countsOf, marksOf } from "../src/script/try-state.ts";
import { faultsOf } from "./wire-fields.ts";

const answer = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/script_try/answer.json"), "utf8")) as TryAnswer;

test("every event of the answer is one that the page knows, with the fields that it knows", () => {
  const faults = answer.happenings
    .filter(({ type }) => type !== "situation_heard")
    // A cue has a title of its own.
    .map(({ line: _line, title, why: _why, ...event }) => ({ ...event, ...(event.type === "cue" && { title }) }))
    .flatMap((event) => faultsOf({ ...event, call: "c", seq: 1, wall: "w" }));
  expect(faults).toEqual([]);
});

test("the golden answer is put in order", () => {
  expect(Object.keys(answer).sort()).toEqual(["file", "happenings", "mistakes", "script", "script_mistakes"]);
  const counts = countsOf(answer);
  expect(counts.flags).toBe(2);
  expect(counts.situations).toBe(2);
  expect(marksOf(answer).get(7)).toBe("mistake");
  expect(blocksOf(answer).find(({ line }) => line === 3)?.items.map(({ type }) => type)).toContain("flag");
});
