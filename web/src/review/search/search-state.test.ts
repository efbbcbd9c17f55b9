import { expect, test } from "vitest";
import { piecesOf, routeOfSearch, searchOfRoute } from "./search-state.ts";

test("a search goes into the address and comes back", () => {
  const query = { words: "快递 三天", by_sound: true, team: "一组", from_ms: 5 };
  expect(searchOfRoute(routeOfSearch(query))).toEqual(query);
  expect(searchOfRoute({})).toEqual({ words: "" });
});

test("what was found is marked, and nothing of the line is lost", () => {
  expect(piecesOf("我有一个快递三天了", "快递 三天")).toEqual([
    { text: "我有一个", found: false },
    { text: "快递", found: true },
    { text: "三天", found: true },
    { text: "了", found: false },
  ]);
  expect(piecesOf("价格(元)", "(元")).toEqual([{ text: "价格", found: false }, { text: "(元", found: true }, { text: ")", found: false }]);
  expect(piecesOf("快递", "kuaidi")).toEqual([{ text: "快递", found: false }]);
  expect(piecesOf("快递", " ")).toEqual([{ text: "快递", found: false }]);
});
