/** The agent's own calls of a month. */
import { valueOf, type Desk } from "../desk/desk.ts";
import { monthOf } from "../desk/month.ts";
import type { MyCall } from "../wire.ts";

export class MineStore {
  month = $state("");
  rows: readonly MyCall[] = $state.raw([]);
  loading = $state(false);

  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.month = monthOf(desk.now());
  }

  async show(month: string): Promise<void> {
    this.month = month;
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
}
