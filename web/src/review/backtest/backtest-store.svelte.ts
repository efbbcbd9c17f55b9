/** A changed script, run over stored calls. It goes on while other views are open. */
import { valueOf, type Desk } from "../desk/desk.ts";
import { startOf } from "../desk/month.ts";
import type { Backtest } from "../wire.ts";

/** How often a running one is asked after. */
const PERIOD_MS = 1_000;
/** Larger files are no scripts. */
export const SCRIPT_BYTES_MAX = 4_000_000;

const TOO_LARGE = { zh: "文件太大，不是规范文件", en: "The file is too large for a script" };

export class BacktestStore {
  script = $state("");
  file_name = $state("");
  /** Day from which calls are taken, `2026-11-01`; empty: all. */
  since = $state("");
  result: Backtest | undefined = $state.raw();
  starting = $state(false);
  titles: ReadonlyMap<string, string> = $state.raw(new Map());

  readonly #desk: Desk;
  #cancel = (): void => undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
    void this.#loadTitles();
  }

  get running(): boolean {
    return this.starting || this.result?.state === "running";
  }

  async take(file: File): Promise<void> {
    if (file.size > SCRIPT_BYTES_MAX) return this.#desk.say(TOO_LARGE);
    this.script = await file.text();
    this.file_name = file.name;
  }

  async start(): Promise<void> {
    this.starting = true;
    this.result = undefined;
    const order = { script: this.script, ...(this.since !== "" && { since_ms: startOf(this.since) }) };
    this.#follow(await valueOf(this.#desk, this.#desk.api.startBacktest(order)));
    this.starting = false;
  }

  async stop(): Promise<void> {
    const result = this.result;
    if (!result) return;
    const answer = await valueOf(this.#desk, this.#desk.api.stopBacktest(result.backtest));
    if (answer !== undefined) await this.#ask(result.backtest);
  }

  #follow(result: Backtest | undefined): void {
    this.#cancel();
    if (!result) return;
    this.result = result;
    if (result.state === "running") this.#cancel = this.#desk.after(PERIOD_MS, () => void this.#ask(result.backtest));
  }

  async #ask(backtest: number): Promise<void> {
    this.#follow(await valueOf(this.#desk, this.#desk.api.backtest(backtest)));
  }

  async #loadTitles(): Promise<void> {
    const rules = await valueOf(this.#desk, this.#desk.api.rules());
    this.titles = new Map(rules?.map(({ rule, title }) => [rule, title]));
  }
}
