/** Who is logged in, and how to become so. The session is a cookie: one log-in serves all pages of the floor. */
import type { Ask } from "./request.ts";

export const ROLES = ["agent", "lead", "reviewer", "script_owner", "administrator"] as const;
export type Role = (typeof ROLES)[number];

/** What a user may do, somewhere: `Act` in `src/access/rights.rs`. */
export type Act =
  | "watch_floor" | "see_call" | "read_transcript" | "hear_recording" | "listen_in" | "coach" | "settle_alert"
  | "judge" | "appeal" | "see_scores" | "enter_points" | "see_quality" | "import_calls" | "manage_privacy"
  | "read_script" | "change_script" | "manage_users" | "manage_stations" | "read_audit";

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

/** How to log in. */
export interface WaysIn {
  password: boolean;
  /** The company's identity provider, as people call it; null: there is none. */
  oidc: { label: string } | null;
}

/** What a page asks for the session. */
export type SessionApi = ReturnType<typeof sessionApi>;

export function sessionApi(ask: Ask) {
  return {
    me: () => ask<Me>("GET", "/api/me"),
    waysIn: () => ask<WaysIn>("GET", "/api/login"),
    logIn: (name: string, password: string) => ask<Me>("POST", "/api/login", { name, password }),
    logOut: () => ask<null>("POST", "/api/logout"),
    changePassword: (old_password: string, new_password: string) => ask<Me>("POST", "/api/password", { old: old_password, new: new_password }),
  };
}
