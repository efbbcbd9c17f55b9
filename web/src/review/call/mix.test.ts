import { expect, test } from "vitest";
import { mixOf } from "./mix.ts";

test("one alone is heard in both ears, the other not at all", () => {
  expect(mixOf({ agent: 0.8, customer: 1 }, "agent")).toEqual({ agent: { left: 0.8, right: 0.8 }, customer: { left: 0, right: 0 } });
});

test("both keep their sides", () => {
  const mix = mixOf({ agent: 1, customer: 0 }, undefined);
  expect(mix.agent.left).toBeGreaterThan(mix.agent.right);
  expect(mix.customer).toEqual({ left: 0, right: 0 });
});
