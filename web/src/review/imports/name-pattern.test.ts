import { expect, test } from "vitest";
import { faultOf, readName, readPart } from "./name-pattern.ts";

test("date, time and agent from a name, folders and ending aside", () => {
  expect(readName("{date}_{time}_{agent}", "11月/20261126_103207_1024.wav")).toEqual({ date: "2026-11-26", time: "10:32:07", agent: "1024" });
  expect(readName("{team}-{agent} {date}", "一组-1024 2026-11-26.mp3")).toEqual({ team: "一组", agent: "1024", date: "2026-11-26" });
  expect(readName("{date}_{agent}_{*}", "20261126_1024_.wav")).toEqual({ date: "2026-11-26", agent: "1024" });
});

test("a name that does not fit says nothing; nor does one whose date there is not", () => {
  expect(readName("{date}_{agent}", "1024.wav")).toBeUndefined();
  expect(readName("{date}_{agent}", "20261126_1024_copy.wav")).toBeUndefined();
  expect(readName("{date}_{agent}", "20261331_1024.wav")).toBeUndefined();
});

test("marks of the pattern are marks, not shapes", () => {
  expect(readName("({agent})+", "(1024)+.wav")).toEqual({ agent: "1024" });
  expect(readName("a.{agent}", "ab1024.wav")).toBeUndefined();
});

test("where a mark stands twice, another cut is tried", () => {
  expect(readName("{surname}-{agent}", "欧阳-李-1024.ogg")).toEqual({ surname: "欧阳-李", agent: "1024" });
  expect(readName("{date}_{time}", "2026_11_26_10_32.ogg")).toEqual({ date: "2026-11-26", time: "10:32:00" });
});

test("mistakes of a pattern are named", () => {
  expect(faultOf("{date}_{who}")).toEqual({ kind: "unknown", part: "who" });
  expect(faultOf("{date}_{date}")).toEqual({ kind: "twice", part: "date" });
  expect(faultOf("{surname}{title}")).toEqual({ kind: "adjacent", part: "title" });
  expect([faultOf("{date"), faultOf("date}"), faultOf("{{date}}")]).toEqual([{ kind: "open" }, { kind: "open" }, { kind: "open" }]);
  expect([faultOf(""), faultOf("{date}_{*}_{*}")]).toEqual([undefined, undefined]);
  expect(readName("{who}", "x.wav")).toBeUndefined();
});

test("a pattern without an end is given up", () => {
  expect(readName("{*}a{*}a{*}a{*}a{*}a{*}b", `${"a".repeat(200)}.wav`)).toBeUndefined();
});

test("parts in their one form", () => {
  expect([readPart("date", "20280229"), readPart("date", "20260229"), readPart("time", "1032"), readPart("time", "25:00")]).toEqual(["2028-02-29", undefined, "10:32:00", undefined]);
  expect([readPart("agent", "1024"), readPart("agent", "12345678901234567"), readPart("team", "一组")]).toEqual(["1024", undefined, "一组"]);
});
