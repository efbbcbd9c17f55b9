/** How right the rules were, and what was said where they were right or wrong. */
import { valueOf, type Desk } from "../desk/desk.ts";
import type { Examples, Precision, Verdict } from "../wire.ts";

export const SPANS_DAYS = [30, 90, 365] as const;
const DAY_MS = 24 * 3_600_000;

export class QualityStore {
  days = $state(90);
  precision: Precision | undefined = $state.raw();
  titles: ReadonlyMap<string, string> = $state.raw(new Map());
  /** Of which rule examples are shown; empty: none. */
  rule = $state("");
  verdict: Verdict = $state("dismissed");
  examples: Examples | undefined = $state.raw();
  loading = $state(false);

  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    void this.#loadTitles();
  }

  async load(days = this.days): Promise<void> {
    this.days = days;
    this.loading = true;
    const now_ms = this.#desk.now();
    const precision = await valueOf(this.#desk, this.#desk.api.precision(now_ms - days * DAY_MS, now_ms));
    if (days !== this.days) return;
    this.precision = precision;
    this.loading = false;
  }

  async showExamples(rule: string, verdict: Verdict): Promise<void> {
    Object.assign(this, { rule, verdict });
    this.examples = undefined;
    const examples = await valueOf(this.#desk, this.#desk.api.examples(rule, verdict));
    if (this.rule === rule && this.verdict === verdict) this.examples = examples;
  }

  hideExamples(): void {
    this.rule = "";
  }

  async #loadTitles(): Promise<void> {
    const rules = await valueOf(this.#desk, this.#desk.api.rules());
    this.titles = new Map(rules?.map(({ rule, title }) => [rule, title]));
  }
}
