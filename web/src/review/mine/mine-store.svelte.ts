/** The agent's own calls of a month, and one of them with what was confirmed in it. */
import { valueOf, type Desk } from "../desk/desk.ts";
import { monthOf } from "../desk/month.ts";
import type { MyCall, ReviewCall } from "../wire.ts";

export class MineStore {
  month = $state("");
  rows: readonly MyCall[] = $state.raw([]);
  /** Unfolded below its row. */
  opened: ReviewCall | undefined = $state.raw();
  titles: ReadonlyMap<string, string> = $state.raw(new Map());
  loading = $state(false);

  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.month = monthOf(desk.now());
    void this.#loadTitles();
  }

  async show(month: string): Promise<void> {
    this.month = month;
    this.opened = undefined;
    await this.load();
  }

  async load(): Promise<void> {
    const month = this.month;
    this.loading = true;
    const mine = await valueOf(this.#desk, this.#desk.api.mine(month));
    // Another month may have been chosen meanwhile.
    if (month !== this.month) return;
    this.rows = mine?.rows ?? [];
    this.loading = false;
  }

  async open(call: string): Promise<void> {
    this.opened = await valueOf(this.#desk, this.#desk.api.call(call));
  }

  fold(): void {
    this.opened = undefined;
  }

  /** Something in the opened call was answered. */
  async answered(): Promise<void> {
    if (this.opened) await this.open(this.opened.call);
    await this.load();
  }

  async #loadTitles(): Promise<void> {
    const rules = await valueOf(this.#desk, this.#desk.api.rules());
    this.titles = new Map(rules?.map(({ rule, title }) => [rule, title]));
  }
}
