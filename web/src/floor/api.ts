/** What the page asks over HTTP: log-in, people, stations, the audit trail, an agent's day. The session is a cookie. */
import type { Day } from "../floor-wire.ts";

export const ROLES = ["agent", "lead", "reviewer", "script_owner", "administrator"] as const;
export type Role = (typeof ROLES)[number];

/** What a user may do, somewhere; there are more that this page has no use for. */
export type Act = "watch_floor" | "see_call" | "listen_in" | "coach" | "settle_alert" | "manage_users" | "manage_stations" | "read_audit";

/** Who is logged in. */
export interface Me {
  name: string;
  full_name: string;
  role: Role;
  teams: string[];
  agent: string | null;
  /** The password was given by somebody else and must be changed first. */
  must_change: boolean;
  may: Act[];
  /** What a password must be like, in Chinese. */
  password_rules: string;
}

export interface User {
  name: string;
  full_name: string;
  role: Role;
  teams: string[];
  agent: string | null;
  disabled: boolean;
  must_change: boolean;
  /** Logs in at the company's identity provider. */
  oidc: boolean;
}

/** What of a user can be changed. */
export type UserDraft = Omit<User, "must_change" | "oidc">;

export interface Station {
  station: number;
  name: string;
  agent: string;
  agent_name: string;
  team: string;
  enrolled_ms: number;
  revoked_ms: number | null;
}

export interface AuditEntry {
  wall_ms: number;
  who: string;
  from: string;
  act: string;
  object: string;
  detail: string;
}

export interface AuditQuery {
  who?: string;
  object?: string;
  /** Older than this moment: the next page. */
  to_ms?: number;
  limit: number;
}

/** How to log in. */
export interface WaysIn {
  password: boolean;
  /** The company's identity provider, as people call it; null: there is none. */
  oidc: { label: string } | null;
}

/** Why something was not done, for the reader. */
export interface Fault {
  /** 0: there was no answer. */
  status: number;
  zh: string;
  en: string;
  /** Seconds to wait before another try; 0: none. */
  wait_s: number;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** What of `fetch` is used. */
export type Fetch = (path: string, init: RequestInit) => Promise<Pick<Response, "ok" | "status" | "json" | "headers">>;

export type Api = ReturnType<typeof apiOver>;

/** All requests, over this `fetch`. None throws: what goes wrong is a `Fault`. */
export function apiOver(fetch: Fetch) {
  const ask = <T>(method: string, path: string, body?: unknown): Promise<Answer<T>> => request<T>(fetch, method, path, body);
  const named = (path: string, name: string): string => `${path}/${encodeURIComponent(name)}`;
  return {
    me: () => ask<Me>("GET", "/api/me"),
    waysIn: () => ask<WaysIn>("GET", "/api/login"),
    logIn: (name: string, password: string) => ask<Me>("POST", "/api/login", { name, password }),
    logOut: () => ask<null>("POST", "/api/logout"),
    changePassword: (old_password: string, new_password: string) => ask<Me>("POST", "/api/password", { old: old_password, new: new_password }),
    agentDay: (agent: string) => ask<Day>("GET", `/api/day?${new URLSearchParams({ agent })}`),
    users: () => ask<User[]>("GET", "/api/users"),
    /** Makes or changes a user; a new one gets a one-time password. */
    putUser: ({ name, full_name, role, teams, agent, disabled }: UserDraft) => ask<{ password?: string }>("PUT", named("/api/users", name), { full_name, role, teams, agent, disabled }),
    /** A new one-time password. */
    resetPassword: (name: string) => ask<{ password: string }>("POST", `${named("/api/users", name)}/password`),
    stations: () => ask<Station[]>("GET", "/api/stations"),
    /** The token is shown this once. */
    enrol: (station: Pick<Station, "name" | "agent" | "agent_name" | "team">) => ask<{ station: number; token: string }>("POST", "/api/stations", station),
    revoke: (name: string) => ask<null>("DELETE", named("/api/stations", name)),
    audit: ({ who, object, to_ms, limit }: AuditQuery) => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (who) query.set("who", who);
      if (object) query.set("object", object);
      if (to_ms !== undefined) query.set("to_ms", String(to_ms));
      return ask<AuditEntry[]>("GET", `/api/audit?${query}`);
    },
  };
}

const NO_ANSWER: Fault = { status: 0, zh: "现场服务器没有应答，请稍后再试", en: "The floor does not answer; try again in a moment", wait_s: 0 };

/** One request. Never throws: what goes wrong is a `Fault`. */
export async function request<T>(fetch: Fetch, method: string, path: string, body: unknown): Promise<Answer<T>> {
  const init: RequestInit = { method, credentials: "same-origin", headers: { accept: "application/json" } };
  if (body !== undefined) Object.assign(init, { headers: { accept: "application/json", "content-type": "application/json" }, body: JSON.stringify(body) });
  try {
    const response = await fetch(path, init);
    const value: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (response.ok) return { ok: true, value: value as T };
    return { ok: false, fault: faultOf(response.status, response.headers.get("retry-after"), value) };
  } catch {
    return { ok: false, fault: NO_ANSWER };
  }
}

function faultOf(status: number, retry_after: string | null, body: unknown): Fault {
  const told = (typeof body === "object" && body !== null ? body : {}) as { zh?: unknown; error?: unknown };
  const wait_s = Math.max(0, Math.ceil(Number(retry_after ?? 0))) || 0;
  const zh = typeof told.zh === "string" ? told.zh : `操作没有完成（${status}）`;
  const en = typeof told.error === "string" ? told.error : `Not done (${status})`;
  return { status, zh, en, wait_s };
}
