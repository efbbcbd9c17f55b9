/** The screen's one owner of change: it feeds the fold from the link, and turns actions into commands. */
import type { ToPage } from "../wire.ts";
import { fold, inCall, NOTHING, putAway, readNote, type AgentState } from "./agent-state.ts";
import type { Action, KeyContext } from "./keys.ts";
import { shownCue } from "./stage.ts";
import { connect, type LinkParts, type LinkStatus, type StationLink } from "./station-link.ts";
import { storedLanguage, storeLanguage, TEXTS, type Language, type Texts } from "./texts.ts";

/** In a call `levels` come ten times a second: after this long without a message the agent is told. */
const SILENT_LINK_MS = 3_000;
/** How long a short message, such as a refused command, stays. */
const TOAST_MS = 4_000;

export type StoreParts = Pick<LinkParts, "token" | "openSocket" | "after" | "random"> & {
  storage: Pick<Storage, "getItem" | "setItem">;
  /** Opens the small panel; false if the browser has none. */
  openPanel(store: AgentStore): Promise<boolean>;
};

export class AgentStore {
  state: AgentState = $state.raw(NOTHING);
  status: LinkStatus = $state.raw({ kind: "connecting" });
  language: Language = $state("zh");
  /** Which overlay is open. */
  overlay: "none" | "help" | "situations" = $state("none");
  /** In a call, but the station says nothing. */
  silent = $state(false);
  toast: string | undefined = $state();

  readonly #parts: StoreParts;
  readonly #link: StationLink;
  #cancelSilent = (): void => undefined;
  #cancelToast = (): void => undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.language = storedLanguage(parts.storage);
    this.#link = connect({
      ...parts,
      onMessage: (message) => this.#hear(message),
      onStatus: (status) => (this.status = status),
    });
  }

  get texts(): Texts {
    return TEXTS[this.language];
  }

  get keyContext(): KeyContext {
    const { call, hello } = this.state;
    return { in_call: inCall(this.state), on_hold: call?.on_hold ?? false, muted: call?.muted ?? false, paused: call?.paused ?? false, demo: hello?.demo ?? false, note: this.state.notes.length > 0 };
  }

  act(action: Action): void {
    switch (action.do) {
      case "call":
        this.#send({ type: "call", act: action.act });
        break;
      case "put_away":
        this.#putAway(action.wrong);
        break;
      case "note":
        this.#readNote();
        break;
      case "play_again":
        this.#send({ type: "play_again" });
        break;
      case "pick":
        this.#toggle("situations");
        break;
      case "help":
        this.#toggle("help");
        break;
      case "close":
        this.overlay = "none";
        break;
      case "language":
        this.language = this.language === "zh" ? "en" : "zh";
        storeLanguage(this.#parts.storage, this.language);
        break;
      case "panel":
        void this.#openPanel();
    }
  }

  declare(rule: string): void {
    this.overlay = "none";
    this.#send({ type: "declare", rule });
  }

  close(): void {
    this.#cancelSilent();
    this.#cancelToast();
    this.#link.close();
  }

  #hear(message: ToPage): void {
    this.silent = false;
    this.#cancelSilent();
    this.#cancelSilent = this.#parts.after(SILENT_LINK_MS, () => (this.silent = inCall(this.state)));
    if (message.type === "refused") return this.#say(message[this.language]);
    this.state = fold(this.state, message);
    if (!inCall(this.state) && this.overlay === "situations") this.overlay = "none";
  }

  async #openPanel(): Promise<void> {
    if (!(await this.#parts.openPanel(this))) this.#say(this.texts.panel_unsupported);
  }

  #putAway(wrong: boolean): void {
    const cue = this.state.call && shownCue(this.state.call);
    if (cue && this.#send({ type: "cue", id: cue.id, wrong })) this.state = putAway(this.state, cue.id);
  }

  #readNote(): void {
    const [note] = this.state.notes;
    if (note && this.#send({ type: "note_read", id: note.id })) this.state = readNote(this.state, note.id);
  }

  #send(command: Parameters<StationLink["send"]>[0]): boolean {
    const sent = this.#link.send(command);
    if (!sent) this.#say(this.texts.not_sent);
    return sent;
  }

  #toggle(overlay: "help" | "situations"): void {
    this.overlay = this.overlay === overlay ? "none" : overlay;
  }

  #say(toast: string): void {
    this.toast = toast;
    this.#cancelToast();
    this.#cancelToast = this.#parts.after(TOAST_MS, () => (this.toast = undefined));
  }
}
