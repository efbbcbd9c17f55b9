import { expect, test, vi } from "vitest";
import { deskRig, ok, refused } from "../desk/desk-rig.ts";
import { startOf } from "../desk/month.ts";
import type { Backtest } from "../wire.ts";
import { BacktestStore } from "./backtest-store.svelte.ts";

const result = (fields: Partial<Backtest>): Backtest => ({
  backtest: 3, state: "running", problem: "", mistakes: [], calls_done: 0, calls_all: 10, left_s: null, calls_per_minute: 0, gained: 0, lost: 0, unchanged: 0, rules: [], changes: [], ...fields,
});

test("a running one is asked after until it is done", async () => {
  const startBacktest = vi.fn(() => ok(result({})));
  const backtest = vi.fn(() => ok(result({ state: "done", calls_done: 10 })));
  const desk = deskRig({ startBacktest, backtest });
  const store = new BacktestStore(desk);
  Object.assign(store, { script: "format = 1", since: "2026-11-01" });
  await store.start();
  expect(startBacktest).toHaveBeenCalledWith({ script: "format = 1", since_ms: startOf("2026-11-01") });
  expect(store.running).toBe(true);
  await desk.pass();
  expect(store.result?.state).toBe("done");
  await desk.pass();
  expect(backtest).toHaveBeenCalledTimes(1);
  expect(store.running).toBe(false);
});

test("one that is refused says why, and another can be started", async () => {
  const desk = deskRig({ startBacktest: () => refused(409, "已有一次回测在进行") });
  const store = new BacktestStore(desk);
  await store.start();
  expect([store.running, store.result, desk.told]).toEqual([false, undefined, ["已有一次回测在进行"]]);
});

test("stopping shows what it had found", async () => {
  const desk = deskRig({ startBacktest: () => ok(result({})), stopBacktest: () => ok(null), backtest: () => ok(result({ state: "stopped", calls_done: 4 })) });
  const store = new BacktestStore(desk);
  await store.start();
  await store.stop();
  expect(store.result).toMatchObject({ state: "stopped", calls_done: 4 });
});
