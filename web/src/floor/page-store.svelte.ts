/** Who is logged in, which view is open, and the short messages: what all of the floor's views share. */
import { storedLanguage, storeLanguage, type Language } from "../agent/texts.ts";
import { AdminStore } from "./admin-store.svelte.ts";
import type { Act, Answer, Api, Fault, Me } from "./api.ts";
import { FloorStore, type FloorParts } from "./floor-store.svelte.ts";
import { EVERYBODY } from "./board.ts";
import type { KeyContext } from "./keys.ts";
import { TEXTS, type Texts } from "./texts.ts";

/** How long a short message stays. */
const TOAST_MS = 5_000;
const SECOND_MS = 1_000;

export type PageParts = Omit<FloorParts, "me" | "say" | "onRejected"> & {
  api: Api;
  storage: Pick<Storage, "getItem" | "setItem">;
  /** Why the identity provider did not let the reader in, as the floor's address says; empty: it was not asked. */
  signOnFailure: string;
  /** Opened as the large screen on the wall. */
  wall: boolean;
  /** Keeps in the address whether this is the large screen, for a reload. */
  rememberWall(on: boolean): void;
};

export type Session =
  | { kind: "checking" }
  | { kind: "out" }
  /** Logged in with a password that somebody else gave; `old` is it, as far as the page knows it. */
  | { kind: "change"; me: Me; old: string }
  | { kind: "in"; me: Me };

type SignOnFailure = keyof Texts["login"]["sign_on_failed"];

function isSignOnFailure(why: string): why is SignOnFailure {
  return why in TEXTS.zh.login.sign_on_failed;
}

export class PageStore {
  session: Session = $state.raw({ kind: "checking" });
  language: Language = $state("zh");
  view: "floor" | "admin" = $state("floor");
  wall = $state(false);
  help = $state(false);
  toast: string | undefined = $state();
  /** Why the last log-in or change of password did not succeed. */
  fault: Fault | undefined = $state.raw();
  busy = $state(false);
  /** Seconds until another try is taken. */
  wait_s = $state(0);
  /** The company's identity provider, as people call it; undefined: there is none. */
  signOn: string | undefined = $state();
  floor: FloorStore | undefined = $state.raw();
  admin: AdminStore | undefined = $state.raw();

  readonly #parts: PageParts;
  #cancelToast = (): void => undefined;
  #cancelWait = (): void => undefined;

  constructor(parts: PageParts) {
    this.#parts = parts;
    this.language = storedLanguage(parts.storage);
    this.wall = parts.wall;
    void this.#check();
  }

  get texts(): Texts {
    return TEXTS[this.language];
  }

  get me(): Me | undefined {
    return this.session.kind === "in" ? this.session.me : undefined;
  }

  may(act: Act): boolean {
    return this.me?.may.includes(act) ?? false;
  }

  get keyContext(): KeyContext {
    const opened = this.floor?.opened;
    const on_floor = this.view === "floor";
    return {
      opened: on_floor && opened !== undefined,
      in_call: on_floor && opened?.state !== undefined && opened.state.call?.ended_by === undefined,
      listening: opened?.listening ?? false,
      alert: on_floor && this.floor?.currentAlert !== undefined,
      administrator: this.may("manage_users"),
      coach: this.may("coach"),
    };
  }

  async logIn(name: string, password: string): Promise<void> {
    const answer = await this.#patiently(() => this.#parts.api.logIn(name, password));
    if (answer.ok) this.#enter(answer.value, password);
  }

  async changePassword(old_password: string, new_password: string): Promise<void> {
    if (this.session.kind !== "change") return;
    const answer = await this.#patiently(() => this.#parts.api.changePassword(old_password, new_password));
    if (answer.ok) this.#enter(answer.value, "");
  }

  async logOut(): Promise<void> {
    const answer = await this.#parts.api.logOut();
    if (!answer.ok && answer.fault.status === 0) return this.say(answer.fault);
    this.#leave();
  }

  switchLanguage(): void {
    this.language = this.language === "zh" ? "en" : "zh";
    storeLanguage(this.#parts.storage, this.language);
  }

  setWall(on: boolean): void {
    this.wall = on;
    this.#parts.rememberWall(on);
    this.floor?.closeCall();
    this.floor?.setFilter(EVERYBODY);
  }

  openAdmin(): void {
    if (!this.may("manage_users")) return;
    this.floor?.closeCall();
    this.admin ??= new AdminStore({ api: this.#parts.api, say: (text) => this.say(text), onLoggedOut: () => this.#leave(true) });
    this.view = "admin";
    void this.admin.load();
  }

  say(text: { zh: string; en: string } | "not_sent"): void {
    this.toast = text === "not_sent" ? this.texts.not_sent : text[this.language];
    this.#cancelToast();
    this.#cancelToast = this.#parts.after(TOAST_MS, () => (this.toast = undefined));
  }

  close(): void {
    this.#cancelToast();
    this.#cancelWait();
    this.floor?.close();
  }

  async #check(): Promise<void> {
    const answer = await this.#parts.api.me();
    if (answer.ok) return this.#enter(answer.value, "");
    this.session = { kind: "out" };
    if (answer.fault.status !== 401) this.fault = answer.fault;
    const why = this.#parts.signOnFailure;
    if (isSignOnFailure(why)) this.fault = { status: 401, zh: TEXTS.zh.login.sign_on_failed[why], en: TEXTS.en.login.sign_on_failed[why], wait_s: 0 };
    await this.#lookForWaysIn();
  }

  async #lookForWaysIn(): Promise<void> {
    const ways = await this.#parts.api.waysIn();
    if (ways.ok) this.signOn = ways.value?.oidc?.label;
  }

  #enter(me: Me, old: string): void {
    this.fault = undefined;
    if (me.must_change) {
      this.session = { kind: "change", me, old };
      return;
    }
    this.session = { kind: "in", me };
    if (!this.may("watch_floor")) return;
    this.floor = new FloorStore({
      ...this.#parts,
      me: me.name,
      say: (text) => this.say(text),
      onRejected: () => void this.#stillIn(),
    });
  }

  /** The line was refused: perhaps because the session is over. */
  async #stillIn(): Promise<void> {
    const answer = await this.#parts.api.me();
    if (!answer.ok && answer.fault.status === 401) this.#leave(true);
  }

  #leave(over = false): void {
    this.floor?.close();
    this.floor = undefined;
    this.admin = undefined;
    this.view = "floor";
    this.session = { kind: "out" };
    void this.#lookForWaysIn();
    this.fault = over ? { status: 401, zh: TEXTS.zh.login.over, en: TEXTS.en.login.over, wait_s: 0 } : undefined;
  }

  async #patiently<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
    this.busy = true;
    this.fault = undefined;
    const answer = await ask();
    this.busy = false;
    if (!answer.ok) {
      this.fault = answer.fault;
      this.#countDown(answer.fault.wait_s);
    }
    return answer;
  }

  #countDown(wait_s: number): void {
    this.#cancelWait();
    this.wait_s = wait_s;
    if (wait_s > 0) this.#cancelWait = this.#parts.after(SECOND_MS, () => this.#countDown(wait_s - 1));
  }
}
