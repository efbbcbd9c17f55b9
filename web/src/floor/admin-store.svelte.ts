/** Users, stations and the audit trail, as an administrator works on them. */
import type { Answer, Fault } from "../house/request.ts";
import type { Api, AuditEntry, Station, User, UserDraft } from "./api.ts";

export const TABS = ["users", "teams", "stations", "audit"] as const;
export type Tab = (typeof TABS)[number];

/** Lines of the audit trail that are read at once. */
const AUDIT_PAGE = 100;

const NAME_TAKEN = { zh: "已有这个登录名", en: "There is such a log-in name already" };

export interface AdminParts {
  api: Api;
  say(text: Pick<Fault, "zh" | "en">): void;
  onLoggedOut(): void;
}

/** A secret that the floor tells only once. */
export interface Secret {
  kind: "password" | "token";
  of: string;
  secret: string;
}

export interface Team {
  name: string;
  users: readonly User[];
  stations: readonly Station[];
}

export class AdminStore {
  tab: Tab = $state("users");
  users: readonly User[] = $state.raw([]);
  stations: readonly Station[] = $state.raw([]);
  audit: readonly AuditEntry[] = $state.raw([]);
  /** There are older lines than those shown. */
  audit_more = $state(false);
  audit_who = $state("");
  audit_object = $state("");
  secret: Secret | undefined = $state.raw();
  loading = $state(false);

  readonly #parts: AdminParts;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  /** Every team that a user or a good station has. */
  get teams(): Team[] {
    const in_use = this.stations.filter((station) => station.revoked_ms === null);
    const names = new Set([...this.users.flatMap((user) => user.teams), ...in_use.map((station) => station.team)]);
    return [...names].sort((a, b) => a.localeCompare(b, "zh")).map((name) => ({
      name,
      users: this.users.filter((user) => user.teams.includes(name)),
      stations: in_use.filter((station) => station.team === name),
    }));
  }

  show(tab: Tab): void {
    this.tab = tab;
    void this.load();
  }

  async load(): Promise<void> {
    this.loading = true;
    if (this.tab === "audit") await this.findAudit();
    else await Promise.all([this.#loadUsers(), this.#loadStations()]);
    this.loading = false;
  }

  /** Makes or changes a user; false if it was refused. */
  async putUser(user: UserDraft, is_new: boolean): Promise<boolean> {
    const taken = is_new && this.users.some((other) => other.name === user.name);
    if (taken) {
      this.#parts.say(NAME_TAKEN);
      return false;
    }
    const answer = await this.#ask(this.#parts.api.putUser(user));
    if (!answer) return false;
    if (answer.password) this.secret = { kind: "password", of: user.name, secret: answer.password };
    await this.#loadUsers();
    return true;
  }

  async resetPassword(name: string): Promise<void> {
    const answer = await this.#ask(this.#parts.api.resetPassword(name));
    if (answer) this.secret = { kind: "password", of: name, secret: answer.password };
    await this.#loadUsers();
  }

  /** False if it was refused. */
  async enrol(station: Pick<Station, "name" | "agent" | "agent_name" | "team">): Promise<boolean> {
    const answer = await this.#ask(this.#parts.api.enrol(station));
    if (!answer) return false;
    this.secret = { kind: "token", of: station.name, secret: answer.token };
    await this.#loadStations();
    return true;
  }

  async revoke(name: string): Promise<void> {
    await this.#ask(this.#parts.api.revoke(name));
    await this.#loadStations();
  }

  async findAudit(): Promise<void> {
    const page = await this.#auditPage();
    if (page) this.audit = page;
  }

  async moreAudit(): Promise<void> {
    const oldest = this.audit.at(-1);
    if (!oldest) return;
    const page = await this.#auditPage(oldest.wall_ms);
    if (page) this.audit = [...this.audit, ...page];
  }

  async #auditPage(to_ms?: number): Promise<AuditEntry[] | undefined> {
    const query = { who: this.audit_who.trim(), object: this.audit_object.trim(), limit: AUDIT_PAGE, ...(to_ms !== undefined && { to_ms }) };
    const page = await this.#ask(this.#parts.api.audit(query));
    if (page) this.audit_more = page.length === AUDIT_PAGE;
    return page;
  }

  async #loadUsers(): Promise<void> {
    this.users = (await this.#ask(this.#parts.api.users())) ?? this.users;
  }

  async #loadStations(): Promise<void> {
    this.stations = (await this.#ask(this.#parts.api.stations())) ?? this.stations;
  }

  async #ask<T>(asked: Promise<Answer<T>>): Promise<T | undefined> {
    const answer = await asked;
    if (answer.ok) return answer.value;
    if (answer.fault.status === 401) this.#parts.onLoggedOut();
    else this.#parts.say(answer.fault);
    return undefined;
  }
}
