/** Who is logged in, which view is open, and the short messages: what all of the floor's views share. */
import type { Me } from "../house/session-api.ts";
import { SessionStore, type SessionParts } from "../house/session-store.svelte.ts";
import { AdminStore } from "./admin-store.svelte.ts";
import type { Api } from "./api.ts";
import { FloorStore, type FloorParts } from "./floor-store.svelte.ts";
import { EVERYBODY } from "./board.ts";
import type { KeyContext } from "./keys.ts";
import { TEXTS, type Texts } from "./texts.ts";

export type PageParts = Omit<FloorParts, "me" | "say" | "onRejected"> & SessionParts & {
  api: Api;
  /** Opened as the large screen on the wall. */
  wall: boolean;
  /** Keeps in the address whether this is the large screen, for a reload. */
  rememberWall(on: boolean): void;
};

export class PageStore extends SessionStore {
  view: "floor" | "admin" = $state("floor");
  wall = $state(false);
  help = $state(false);
  floor: FloorStore | undefined = $state.raw();
  admin: AdminStore | undefined = $state.raw();

  readonly #parts: PageParts;

  constructor(parts: PageParts) {
    super(parts);
    this.#parts = parts;
    this.wall = parts.wall;
    void this.begin();
  }

  get texts(): Texts {
    return TEXTS[this.language];
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

  setWall(on: boolean): void {
    this.wall = on;
    this.#parts.rememberWall(on);
    this.floor?.closeCall();
    this.floor?.setFilter(EVERYBODY);
  }

  openAdmin(): void {
    if (!this.may("manage_users")) return;
    this.floor?.closeCall();
    this.admin ??= new AdminStore({ api: this.#parts.api, say: (text) => this.say(text), onLoggedOut: () => this.leave(true) });
    this.view = "admin";
    void this.admin.load();
  }

  override close(): void {
    super.close();
    this.floor?.close();
  }

  protected onIn(me: Me): void {
    if (!this.may("watch_floor")) return;
    this.floor = new FloorStore({
      ...this.#parts,
      me: me.name,
      say: (text) => this.say(text === "not_sent" ? { zh: TEXTS.zh.not_sent, en: TEXTS.en.not_sent } : text),
      onRejected: () => void this.checkStillIn(),
    });
  }

  protected onOut(): void {
    this.floor?.close();
    this.floor = undefined;
    this.admin = undefined;
    this.view = "floor";
  }
}
