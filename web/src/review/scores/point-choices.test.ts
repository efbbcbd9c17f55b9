import { expect, test } from "vitest";
import { choicesOf } from "./point-choices.ts";

test("a deduction is negative, whatever the standard writes; what it lacks is no choice", () => {
  expect(choicesOf({ deduct: 2, deduct_complaint: 5, bonus: null })).toEqual([{ kind: "deduct", points: -2 }, { kind: "complaint", points: -5 }]);
  expect(choicesOf({ deduct: 5, deduct_complaint: null, bonus: 5 })).toEqual([{ kind: "deduct", points: -5 }, { kind: "bonus", points: 5 }]);
});
