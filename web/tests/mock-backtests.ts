/** What the mock answers of back-tests: each look at a running one finds it a quarter further. */
import type { Backtest, BacktestChange, BacktestOrder } from "../src/review/wire.ts";
import { fault, type Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import type { MockWorld } from "./mock-review-world.ts";

const CALLS = 12_480;
const STEPS = 4;
const LINES = ["喂,大点声!", "麻烦您稍等", "如果没有其他的事,请挂机", "您再说一遍"];

export class MockBacktests {
  readonly #world: MockWorld;
  #test: Backtest | undefined;

  constructor(world: MockWorld) {
    this.#world = world;
  }

  answer({ what, body }: Asked): Reply | undefined {
    if (what === "POST /api/backtests") return this.#start(body as unknown as BacktestOrder);
    if (!/^(GET|DELETE) \/api\/backtests\/\d+$/.test(what)) return undefined;
    const test = this.#test;
    if (!test) return fault(404, "没有这次回测", "there is no such back-test");
    if (what.startsWith("DELETE")) {
      Object.assign(test, { state: "stopped", left_s: null });
      return [204, null];
    }
    if (test.state === "running") this.#advance(test);
    return [200, test];
  }

  #start({ script }: BacktestOrder): Reply {
    if (this.#test?.state === "running") return fault(409, "已有一次回测在进行", "a back-test is running");
    const mistakes = script.split("\n").flatMap((line, place) => (line.includes("??") ? [{ line: place + 1, column: line.indexOf("??") + 1, zh: "这里应该是一个值，如 \"文字\" 或 3000" }] : []));
    this.#test = {
      backtest: 1, state: mistakes.length > 0 ? "failed" : "running", problem: "", mistakes, calls_done: 0, calls_all: CALLS, left_s: null, calls_per_minute: 0,
      gained: 0, lost: 0, unchanged: 0, rules: [], changes: [],
    };
    if (mistakes.length === 0) this.#advance(this.#test);
    return [200, this.#test];
  }

  #advance(test: Backtest): void {
    const share = Math.min(1, test.calls_done / CALLS + 1 / STEPS);
    const count = (whole: number): number => Math.round(whole * share);
    Object.assign(test, {
      calls_done: count(CALLS), calls_per_minute: 5_730, left_s: Math.round((CALLS * (1 - share)) / 95), gained: count(64), lost: count(212), unchanged: count(3_140),
      rules: [
        { rule: "1.5", gained: count(12), lost: 0, unchanged: count(420) },
        { rule: "2.1", gained: 0, lost: count(208), unchanged: count(96) },
        { rule: "3.8", gained: count(52), lost: count(4), unchanged: count(1_270) },
        { rule: "6.2", gained: 0, lost: 0, unchanged: count(1_354) },
      ],
      changes: this.#world.calls.slice(0, count(24)).map(({ review }, place): BacktestChange => ({
        change: place % 3 === 0 ? "gained" : "lost", call: review.call, agent: review.agent, team: review.team, started_ms: review.started_ms,
        rule: place % 3 === 0 ? "3.8" : "2.1", kind: "forbidden", from_ms: 12_000 + place, to_ms: 14_000 + place, text: LINES[place % LINES.length]!,
      })),
      state: share === 1 ? "done" : "running",
    });
  }
}
