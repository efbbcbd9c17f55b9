/** A person's data: found, exported, erased. */
import { valueOf, type Desk } from "../desk/desk.ts";
import type { PersonFound, PersonQuery } from "../wire.ts";
import { TEXTS } from "./texts.ts";

export class PrivacyStore {
  /** What `found` was found by: what is exported and erased is what is shown, whatever has been typed since. */
  query: PersonQuery | undefined = $state.raw();
  found: PersonFound | undefined = $state.raw();
  busy = $state(false);

  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async find(query: PersonQuery): Promise<void> {
    this.busy = true;
    this.found = undefined;
    this.query = query;
    this.found = await valueOf(this.#desk, this.#desk.api.findPerson(query));
    this.busy = false;
  }

  async erase(): Promise<void> {
    if (!this.query || !this.found) return;
    const calls = this.found.calls.length;
    this.busy = true;
    const done = await valueOf(this.#desk, this.#desk.api.erase(this.query));
    this.busy = false;
    if (done === undefined) return;
    this.#desk.say(TEXTS.zh.erased(calls));
    await this.find(this.query);
  }
}
