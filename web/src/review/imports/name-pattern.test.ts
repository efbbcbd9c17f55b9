import { expect, test } from "vitest";
import { dateText, faultOf, readName, timeText } from "./name-pattern.ts";

test("date, time and agent from a name, folders and ending aside", () => {
  expect(readName("{date}_{time}_{agent}", "11月/20261126_103207_1024.wav")).toEqual({ date: "20261126", time: "103207", agent: "1024" });
  expect(readName("{team}-{agent} {date}", "一组-1024 2026-11-26.mp3")).toEqual({ team: "一组", agent: "1024", date: "2026-11-26" });
});

test("a name that does not fit says nothing", () => {
  expect(readName("{date}_{agent}", "1024.wav")).toBeUndefined();
  expect(readName("{date}_{agent}", "20261126_1024_copy.wav")).toBeUndefined();
});

test("marks of the pattern are marks, not shapes", () => {
  expect(readName("({agent})+", "(1024)+.wav")).toEqual({ agent: "1024" });
  expect(readName("a.{agent}", "ab1024.wav")).toBeUndefined();
});

test("free words end where the pattern goes on", () => {
  expect(readName("{surname}{title}_{agent}", "王先生_1024.ogg")).toEqual({ surname: "王", title: "先生", agent: "1024" });
});

test("mistakes of a pattern are named", () => {
  expect(faultOf("{date}_{who}")).toEqual({ kind: "unknown", part: "who" });
  expect(faultOf("{date}_{date}")).toEqual({ kind: "twice", part: "date" });
  expect([faultOf("{date"), faultOf("date}")]).toEqual([{ kind: "open" }, { kind: "open" }]);
  expect([faultOf(""), faultOf("{date}_x")]).toEqual([undefined, undefined]);
  expect(readName("{who}", "x.wav")).toBeUndefined();
});

test("dates and times that there are not are not shown", () => {
  expect([dateText("20261126"), dateText("2026-11-26"), dateText("20261331"), dateText("20260230"), dateText(undefined)]).toEqual(["2026-11-26", "2026-11-26", "", "", ""]);
  expect([timeText("103207"), timeText("10-32"), timeText("256000"), timeText(undefined)]).toEqual(["10:32:07", "10:32", "", ""]);
});
