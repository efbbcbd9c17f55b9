/** Who is logged in, and the short messages at the foot of a page: what every page of the floor shares. */
import { storedLanguage, storeLanguage, type Language } from "../agent/texts.ts";
import { LOGIN_TEXTS, type LoginTexts } from "./login-texts.ts";
import type { Answer, Fault } from "./request.ts";
import type { Act, Me, SessionApi } from "./session-api.ts";

/** How long a short message stays. */
const TOAST_MS = 5_000;
const SECOND_MS = 1_000;

export interface SessionParts {
  api: SessionApi;
  storage: Pick<Storage, "getItem" | "setItem">;
  /** Does something later, unless the returned function is called before. */
  after(delay_ms: number, act: () => void): () => void;
  /** Why the identity provider did not let the reader in, as the page's address says; empty: it was not asked. */
  signOnFailure: string;
}

export type Session =
  | { kind: "checking" }
  | { kind: "out" }
  /** Logged in with a password that somebody else gave; `old` is it, as far as the page knows it. */
  | { kind: "change"; me: Me; old: string }
  | { kind: "in"; me: Me };

type SignOnFailure = keyof LoginTexts["sign_on_failed"];

function isSignOnFailure(why: string): why is SignOnFailure {
  return why in LOGIN_TEXTS.zh.sign_on_failed;
}

/** A page's own store extends it, opens what it shows in `onIn`, and closes it in `onOut`; it calls `begin` once it is whole. */
export abstract class SessionStore {
  session: Session = $state.raw({ kind: "checking" });
  language: Language = $state("zh");
  toast: string | undefined = $state();
  /** Why the last log-in or change of password did not succeed. */
  fault: Fault | undefined = $state.raw();
  busy = $state(false);
  /** Seconds until another try is taken. */
  wait_s = $state(0);
  /** The company's identity provider, as people call it; undefined: there is none. */
  signOn: string | undefined = $state();

  readonly #parts: SessionParts;
  #cancelToast = (): void => undefined;
  #cancelWait = (): void => undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.language = storedLanguage(parts.storage);
  }

  /** Somebody has come in. */
  protected abstract onIn(me: Me): void;
  /** Nobody is in any more. */
  protected abstract onOut(): void;

  get me(): Me | undefined {
    return this.session.kind === "in" ? this.session.me : undefined;
  }

  may(act: Act): boolean {
    return this.me?.may.includes(act) ?? false;
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
    this.leave();
  }

  switchLanguage(): void {
    this.language = this.language === "zh" ? "en" : "zh";
    storeLanguage(this.#parts.storage, this.language);
  }

  say(text: { zh: string; en: string }): void {
    this.toast = text[this.language];
    this.#cancelToast();
    this.#cancelToast = this.#parts.after(TOAST_MS, () => (this.toast = undefined));
  }

  close(): void {
    this.#cancelToast();
    this.#cancelWait();
  }

  /** Asks who is logged in already. */
  protected async begin(): Promise<void> {
    const answer = await this.#parts.api.me();
    if (answer.ok) return this.#enter(answer.value, "");
    this.session = { kind: "out" };
    if (answer.fault.status !== 401) this.fault = answer.fault;
    const why = this.#parts.signOnFailure;
    if (isSignOnFailure(why)) this.fault = { status: 401, zh: LOGIN_TEXTS.zh.sign_on_failed[why], en: LOGIN_TEXTS.en.sign_on_failed[why], wait_s: 0 };
    await this.#lookForWaysIn();
  }

  /** A request was refused: perhaps because the session is over. */
  protected async checkStillIn(): Promise<void> {
    const answer = await this.#parts.api.me();
    if (!answer.ok && answer.fault.status === 401) this.leave(true);
  }

  /** Back to the log-in; `over`: not by the reader's own wish. */
  protected leave(over = false): void {
    this.onOut();
    this.session = { kind: "out" };
    void this.#lookForWaysIn();
    this.fault = over ? { status: 401, zh: LOGIN_TEXTS.zh.over, en: LOGIN_TEXTS.en.over, wait_s: 0 } : undefined;
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
    this.onIn(me);
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
