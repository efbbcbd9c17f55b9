/** What the floor's page asks over HTTP: log-in, people, stations, the audit trail, an agent's day, rules. The session is a cookie. */
import type { Day } from "../floor-wire.ts";
import { askOver, named, type Fetch } from "../house/request.ts";
import { sessionApi, type Role } from "../house/session-api.ts";

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

/** What a rule's number means; there is more that this page has no use for. */
export interface Rule {
  rule: string;
  title: string;
}

/** Somebody whom an alert can be handed to. */
export interface Assignee {
  name: string;
  full_name: string;
}

export type Api = ReturnType<typeof apiOver>;

/** All requests, over this `fetch`. None throws: what goes wrong is a `Fault`. */
export function apiOver(fetch: Fetch) {
  const ask = askOver(fetch);
  return {
    ...sessionApi(ask),
    agentDay: (agent: string) => ask<Day>("GET", `/api/day?${new URLSearchParams({ agent })}`),
    rules: () => ask<Rule[]>("GET", "/api/rules"),
    /** Who may see to alerts of a team. */
    assignees: (team: string) => ask<Assignee[]>("GET", `/api/assignees?${new URLSearchParams({ team })}`),
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
