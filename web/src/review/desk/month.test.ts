import { expect, test } from "vitest";
import { daysOf, monthAfter, monthFrom, monthOf, monthText, shortMonthText, startOf } from "./month.ts";

test("months go over the end of a year, both ways", () => {
  expect([monthAfter("2026-12", 1), monthAfter("2026-01", -1), monthAfter("2026-11", -5), monthAfter("2026-03", -27)]).toEqual(["2027-01", "2025-12", "2026-06", "2023-12"]);
});

test("a month is what its first and last moments are in", () => {
  expect(monthOf(startOf("2026-11"))).toBe("2026-11");
  expect(monthOf(startOf("2026-12") - 1)).toBe("2026-11");
});

test("days of a month, leap years too", () => {
  expect(daysOf("2026-11").last).toBe("2026-11-30");
  expect(daysOf("2028-02")).toEqual({ first: "2028-02-01", last: "2028-02-29" });
});

test("only months are months", () => {
  expect(["2026-11", "2026-13", "2026-1", "x", undefined].map(monthFrom)).toEqual(["2026-11", undefined, undefined, undefined, undefined]);
});

test("months in words", () => {
  expect([monthText("2026-11", "zh"), shortMonthText("2026-09", "zh"), monthText("2026-11", "en")]).toEqual(["2026年11月", "9月", "November 2026"]);
});
