/** Calibrations: made for a call and some judges, judged blind, then compared. */
import { valueOf, type Desk } from "../desk/desk.ts";
import type { Calibration, CalibrationOrder, Person, ReviewFlag, Verdict } from "../wire.ts";

/** What a blind judge sees of a flag: nothing that anybody decided. */
export type BlindFlag = Pick<ReviewFlag, "flag" | "at_ms" | "rule" | "kind" | "channel" | "from_ms" | "to_ms" | "text" | "phrase">;

export class CalibrationStore {
  list: readonly Calibration[] = $state.raw([]);
  people: readonly Person[] = $state.raw([]);
  opened: Calibration | undefined = $state.raw();
  flags: readonly BlindFlag[] = $state.raw([]);
  titles: ReadonlyMap<string, string> = $state.raw(new Map());
  loading = $state(false);

  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    void this.#loadTitles();
  }

  /** Shows what the address says behind `#/calibration/`: nothing, or the number of one. */
  async open([number]: readonly string[]): Promise<void> {
    this.opened = undefined;
    this.flags = [];
    this.loading = true;
    if (number === undefined || number === "") this.list = (await valueOf(this.#desk, this.#desk.api.calibrations())) ?? [];
    else await this.#openOne(Number(number));
    this.loading = false;
  }

  async loadPeople(): Promise<void> {
    if (this.people.length === 0) this.people = (await valueOf(this.#desk, this.#desk.api.people())) ?? [];
  }

  /** False if it was refused. */
  async make(order: CalibrationOrder): Promise<boolean> {
    const made = await valueOf(this.#desk, this.#desk.api.makeCalibration(order));
    if (made) this.#desk.go(`#/calibration/${made.calibration}`);
    return made !== undefined;
  }

  mine(flag: number): Verdict | undefined {
    return this.opened?.mine.find((each) => each.flag === flag)?.verdict;
  }

  async judge(flag: number, verdict: Verdict): Promise<void> {
    await this.#change((api, calibration) => api.judge(calibration, { flag, verdict }));
  }

  async done(): Promise<void> {
    await this.#change((api, calibration) => api.judged(calibration));
  }

  async close(): Promise<void> {
    await this.#change((api, calibration) => api.closeCalibration(calibration));
  }

  async #change(ask: (api: Desk["api"], calibration: number) => ReturnType<Desk["api"]["calibration"]>): Promise<void> {
    if (!this.opened) return;
    const { calibration } = this.opened;
    const changed = await valueOf(this.#desk, ask(this.#desk.api, calibration));
    if (changed && this.opened?.calibration === calibration) this.opened = changed;
  }

  async #openOne(number: number): Promise<void> {
    const opened = await valueOf(this.#desk, this.#desk.api.calibration(number));
    if (!opened) return;
    const call = await valueOf(this.#desk, this.#desk.api.call(opened.call));
    // Verdicts that the call has already would not be blind.
    this.flags = (call?.flags ?? []).map(({ flag, at_ms, rule, kind, channel, from_ms, to_ms, text, phrase }) => ({ flag, at_ms, rule, kind, channel, from_ms, to_ms, text, phrase }));
    this.opened = opened;
  }

  async #loadTitles(): Promise<void> {
    const rules = await valueOf(this.#desk, this.#desk.api.rules());
    this.titles = new Map(rules?.map(({ rule, title }) => [rule, title]));
  }
}
