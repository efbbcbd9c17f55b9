import { expect, test } from "vitest";
import { isConfirmed, personQuery } from "./person-words.ts";

test("only what was typed is asked for", () => {
  expect(personQuery({ agent: " 1024 ", words: "", calls: "" })).toEqual({ agent: "1024" });
  expect(personQuery({ agent: "", words: "13800138000", calls: "a, b，a\nc" })).toEqual({ words: "13800138000", calls: ["a", "b", "c"] });
});

test("nothing, or a single character, finds nobody", () => {
  expect(personQuery({ agent: " ", words: "", calls: " , " })).toBeUndefined();
  expect(personQuery({ agent: "", words: "王", calls: "" })).toBeUndefined();
});

test("the number of calls confirms", () => {
  expect([isConfirmed(" 12 ", 12), isConfirmed("1", 12), isConfirmed("", 0)]).toEqual([true, false, false]);
});
