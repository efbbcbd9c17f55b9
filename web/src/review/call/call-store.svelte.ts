/** The open call: what is known of it, who may change it, and every decision about it. The player owns the sound. */
import type { StampedEvent } from "../../wire.ts";
import type { Answer, Fault } from "../../house/request.ts";
import type { Language } from "../../agent/texts.ts";
import { recordingPath, type ReviewApi } from "../api.ts";
import type { RoomStore } from "../room-store.svelte.ts";
import { callHash } from "../route.ts";
import type { AppealOrder, Decision, FlagOrder, Peaks, ReviewCall, ReviewFlag, RuleCard, Verdict } from "../wire.ts";
import { firstFlag, leadIn, mayDecideAppeal, nextUndecided, stepFrom } from "./flag-state.ts";
import { Player } from "./player.svelte.ts";
import type { Sound } from "./sound.ts";
import { EMPTY_TIMELINE, flatPeaks, timelineOf, type Span, type Timeline } from "./timeline-layout.ts";
import { linesOf, type Line } from "./transcript-state.ts";

/** The lock lasts 2 min. */
const RENEW_MS = 45_000;
/** While the recording is still coming. */
const LOOK_AGAIN_MS = 10_000;

/** Whether this reader may change the call. */
export type Hold =
  /** Not asked for: a finished call, or somebody who does not judge. */
  | { kind: "none" }
  | { kind: "mine" }
  /** Somebody else's, or lost; `why` is what the server says. */
  | { kind: "others"; why: string };

export class CallStore {
  readonly call: string;
  review: ReviewCall | undefined = $state.raw();
  /** Why the call cannot be shown. */
  fault: Fault | undefined = $state.raw();
  peaks: Peaks | undefined = $state.raw();
  events: readonly StampedEvent[] = $state.raw([]);
  /** All events are here. */
  complete = $state(false);
  rules: readonly RuleCard[] = $state.raw([]);
  history: readonly Decision[] | undefined = $state.raw();
  hold: Hold = $state.raw({ kind: "none" });
  /** Number of the open flag. */
  opened: number | undefined = $state();
  /** The stretch marked for a new flag. */
  marked: Partial<Span> = $state({});
  adding = $state(false);
  commenting = $state(false);
  note = $state("");
  complaint = $state(false);
  busy = $state(false);
  readonly player: Player;
  readonly timeline: Timeline = $derived(this.review ? timelineOf(this.events, this.length_ms) : EMPTY_TIMELINE);
  readonly lines: readonly Line[] = $derived(linesOf(this.events));

  readonly #room: RoomStore;
  #stops: (() => void)[] = [];
  #stopRenewing = (): void => undefined;
  #closed = false;

  constructor(room: RoomStore, call: string, sound: Sound) {
    this.#room = room;
    this.call = call;
    this.player = new Player(sound);
    room.leaving = () => this.#giveBack();
  }

  get length_ms(): number {
    return Math.max(this.review?.length_ms ?? 0, this.peaks?.length_ms ?? 0);
  }

  get flags(): readonly ReviewFlag[] {
    return this.review?.flags ?? [];
  }

  get flag(): ReviewFlag | undefined {
    return this.flags.find(({ flag }) => flag === this.opened);
  }

  get rule(): RuleCard | undefined {
    return this.rules.find(({ rule }) => rule === this.flag?.rule);
  }

  get me(): string {
    return this.#room.me?.name ?? "";
  }

  get judges(): boolean {
    return this.#room.may("judge");
  }

  /** What the call's own agent needs for answering, once it is finished; undefined for everybody else. */
  get answering(): { api: Pick<ReviewApi, "answer">; language: Language; now_ms: number } | undefined {
    const { me, api, language, parts } = this.#room;
    const own = this.review?.state === "finished" && me?.agent === this.review.agent;
    return own ? { api, language, now_ms: parts.now() } : undefined;
  }

  /** A flag was answered. */
  async answered(): Promise<void> {
    await this.#refresh();
  }

  /** Verdicts, flags and comments can be given now. */
  get changeable(): boolean {
    return this.hold.kind === "mine" && this.review?.state !== "finished";
  }

  /** Fetches the call and opens a flag of it, or a moment. */
  async open(asked: number | undefined, at_ms: number | undefined): Promise<void> {
    const { api } = this.#room;
    const rules = api.rules();
    const peaks = api.peaks(this.call);
    const answer = await api.call(this.call);
    if (this.#closed) return;
    if (!answer.ok) {
      this.fault = answer.fault;
      if (answer.fault.status === 401) this.#room.tell(answer.fault);
      return;
    }
    this.#take(answer.value);
    const waveform = await peaks;
    if (this.#closed) return;
    this.peaks = waveform.ok ? waveform.value : flatPeaks(answer.value.length_ms);
    this.player.length_ms = this.length_ms;
    if (answer.value.recording === "none") this.player.trouble = "没有录音，可以看文字和记录";
    else this.player.sound.media.src = recordingPath(this.call);
    if (at_ms === undefined) this.show(firstFlag(this.flags, asked));
    else this.player.playFrom(at_ms);
    void this.#takeLock();
    await this.#fetchEvents();
    this.player.quiet = this.timeline.quiet;
    const cards = await rules;
    if (cards.ok) this.rules = cards.value;
    if (answer.value.recording === "coming") this.#stops.push(this.#room.parts.every(LOOK_AGAIN_MS, () => void this.#lookAgain()));
  }

  close(): void {
    this.#closed = true;
    this.#stopRenewing();
    for (const stop of this.#stops) stop();
    this.player.sound.close();
    this.#room.leaving = undefined;
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.hold.kind === "mine") void this.#room.api.unlock(this.call);
  }

  /** Opens a flag and plays from just before its evidence. */
  show(flag: number | undefined, play = true): void {
    const found = this.flags.find((each) => each.flag === flag);
    this.opened = found?.flag;
    this.note = found?.verdict?.note ?? "";
    this.complaint = found?.verdict?.complaint ?? false;
    this.player.loop = undefined;
    if (!found) return;
    this.#room.go(callHash(this.call, { flag: found.flag }), true);
    if (play) this.player.playFrom(leadIn(found));
  }

  step(steps: 1 | -1): void {
    const to = stepFrom(this.flags, this.opened, steps, this.player.at_ms);
    if (to !== undefined) this.show(to);
  }

  async decide(verdict: Verdict): Promise<void> {
    const { flag } = this;
    if (!flag || !this.changeable) return;
    const note = this.note.trim();
    const order = { verdict, ...(note !== "" && { note }), ...(this.complaint && verdict === "confirmed" && { complaint: true }) };
    const changed = await this.#change(() => this.#room.api.verdict(this.call, flag.flag, order));
    if (!changed) return;
    this.#put(changed);
    const next = nextUndecided(this.flags, flag.flag);
    if (next !== undefined && this.opened === flag.flag) this.show(next);
  }

  async add(order: FlagOrder): Promise<void> {
    const added = await this.#change(() => this.#room.api.addFlag(this.call, order));
    if (!added) return;
    this.adding = false;
    this.marked = {};
    this.#put(added);
    this.show(added.flag, false);
  }

  async comment(text: string): Promise<void> {
    const at_ms = Math.round(this.player.at_ms);
    const comment = await this.#change(() => this.#room.api.comment(this.call, { at_ms, text }));
    if (!comment || !this.review) return;
    this.commenting = false;
    this.review = { ...this.review, comments: [...this.review.comments, comment] };
  }

  async decideAppeal(decision: AppealOrder["decision"]): Promise<void> {
    const { flag } = this;
    if (!flag) return;
    const appeal = await this.#change(() => this.#room.api.decideAppeal(this.call, flag.flag, { decision, note: this.note.trim() }));
    // The verdict may have changed with it.
    if (appeal) await this.#refresh();
  }

  async finish(): Promise<void> {
    const call = await this.#change(() => this.#room.api.finish(this.call));
    if (!call) return;
    this.#take(call);
    this.player.pause();
    this.#stopRenewing();
    this.hold = { kind: "none" };
  }

  async reopen(): Promise<void> {
    const call = await this.#change(() => this.#room.api.reopen(this.call));
    if (!call) return;
    this.#take(call);
    await this.#takeLock();
  }

  async assign(to: string): Promise<void> {
    await this.#change(() => this.#room.api.assign(this.call, { to }));
    await this.#refresh();
  }

  /** The next call of the list that this one was opened from, else the first that waits. */
  async next(): Promise<void> {
    const { calls } = this.#room;
    const behind = calls[calls.indexOf(this.call) + 1];
    if (behind !== undefined && behind !== this.call) return this.#room.go(callHash(behind), true);
    const page = await this.#room.done(this.#room.api.queue({ view: "open", limit: 10 }));
    const row = page?.rows.find(({ call, locked_by }) => call !== this.call && (locked_by === "" || locked_by === this.me));
    if (row) this.#room.go(callHash(row.call), true);
    else if (page) this.#room.say({ zh: "队列里没有别的通话了", en: "the queue is empty" });
  }

  markFrom(): void {
    const from_ms = Math.round(this.player.at_ms);
    const { to_ms } = this.marked;
    this.marked = to_ms !== undefined && to_ms > from_ms ? { from_ms, to_ms } : { from_ms };
  }

  markTo(): void {
    const { from_ms } = this.marked;
    const to_ms = Math.round(this.player.at_ms);
    if (from_ms !== undefined && to_ms > from_ms) this.marked = { from_ms, to_ms };
  }

  async toggleHistory(): Promise<void> {
    if (this.history) this.history = undefined;
    else this.history = await this.#room.done(this.#room.api.history(this.call));
  }

  #take(review: ReviewCall): void {
    this.review = review;
    this.player.length_ms = this.length_ms;
  }

  #put(flag: ReviewFlag): void {
    if (!this.review) return;
    const others = this.review.flags.filter((each) => each.flag !== flag.flag);
    this.review = { ...this.review, flags: [...others, flag].sort((a, b) => a.at_ms - b.at_ms) };
  }

  async #refresh(): Promise<void> {
    const call = await this.#room.done(this.#room.api.call(this.call));
    if (call && !this.#closed) this.#take(call);
    if (this.history) this.history = await this.#room.done(this.#room.api.history(this.call));
  }

  async #change<T>(ask: () => Promise<Answer<T>>): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    const answer = await ask();
    this.busy = false;
    if (!answer.ok) {
      // Somebody else may hold it by now.
      if (answer.fault.status === 409) void this.#takeLock();
      this.#room.tell(answer.fault);
      return undefined;
    }
    if (this.history) void this.#room.done(this.#room.api.history(this.call)).then((history) => history && this.history && (this.history = history));
    return answer.value;
  }

  async #takeLock(): Promise<void> {
    const { review } = this;
    const to_decide = review?.state !== "finished" || review.flags.some((flag) => mayDecideAppeal(flag, this.me, this.judges));
    if (!review || !this.judges || !to_decide || this.#closed) return;
    const answer = await this.#room.api.lock(this.call);
    if (this.#closed) {
      if (answer.ok) void this.#room.api.unlock(this.call);
      return;
    }
    this.#stopRenewing();
    if (answer.ok) {
      this.hold = { kind: "mine" };
      if (this.review?.state === "unseen") this.review = { ...this.review, state: "opened" };
      this.#stopRenewing = this.#room.parts.after(RENEW_MS, () => void this.#takeLock());
    } else if (answer.fault.status === 409) {
      this.hold = { kind: "others", why: answer.fault.zh };
      // It is free as soon as the other one leaves.
      this.#stopRenewing = this.#room.parts.after(RENEW_MS, () => void this.#takeLock());
    } else {
      // Not the lock's fault: the server did not answer. It is asked again before the lock is over.
      this.#room.tell(answer.fault);
      this.#stopRenewing = this.#room.parts.after(LOOK_AGAIN_MS, () => void this.#takeLock());
    }
  }

  async #fetchEvents(): Promise<void> {
    for (;;) {
      const page = await this.#room.done(this.#room.api.events(this.call, this.events.at(-1)?.seq ?? 0));
      if (!page || this.#closed) return;
      if (page.events.length > 0) this.events = [...this.events, ...page.events];
      if (!page.more || page.events.length === 0) break;
    }
    this.complete = true;
  }

  /** More of the recording, and of the call, may have come. */
  async #lookAgain(): Promise<void> {
    const peaks = await this.#room.api.peaks(this.call);
    if (peaks.ok && !this.#closed && peaks.value.length_ms !== this.peaks?.length_ms) this.peaks = peaks.value;
    await this.#refresh();
    await this.#fetchEvents();
    this.player.quiet = this.timeline.quiet;
  }
}
