import { expect, test } from "vitest";
import { callHash, hashOf, routeOf } from "./route.ts";

test("an address is read as it was written", () => {
  expect(routeOf(hashOf("scores", [1024, "2026-11"]))).toEqual({ view: "scores", path: ["1024", "2026-11"], query: {} });
  expect(routeOf(callHash("2026/11 1", { flag: -1 }))).toEqual({ view: "call", path: ["2026/11 1"], query: { flag: "-1" } });
  expect(hashOf("queue", [], { team: "一组", rule: "", agent: undefined })).toBe("#/queue?team=%E4%B8%80%E7%BB%84");
});

test("an address that leads nowhere, or is broken, is no place", () => {
  expect(routeOf("")).toBeUndefined();
  expect(routeOf("#/nowhere")).toBeUndefined();
  expect(routeOf("#/call/%E4%B")).toEqual({ view: "call", path: ["%E4%B"], query: {} });
});
