/** What the mock floor answers over HTTP: log-in with a cookie, users, stations, the audit trail. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditEntry, Station, User } from "../src/floor/api.ts";
import type { Me } from "../src/house/session-api.ts";
import { DAY } from "./mock-room.ts";

/** After so many wrong passwords the next try must wait. */
const WRONG_MAX = 3;
const WAIT_S = 2;

export interface Account extends User {
  password: string;
}

export class MockApi {
  readonly accounts: Account[] = [
    account("admin", "陈静", "administrator", [], "first-password-0"),
    account("wang", "王芳", "lead", ["一组", "二组"], "correct horse battery"),
    account("li", "李伟", "lead", ["三组"], "correct horse battery"),
    { ...account("zhao", "赵敏", "lead", ["一组"], "one-time-pass"), must_change: true },
    { ...account("zhang", "张磊", "agent", [], "correct horse battery"), agent: "1001" },
    { ...account("sun", "孙洋", "script_owner", [], ""), disabled: true },
  ];
  readonly stations: Station[] = Array.from({ length: 8 }, (_, index) => ({
    station: index + 1,
    name: `desk-${String(index + 1).padStart(2, "0")}`,
    agent: String(1001 + index),
    agent_name: ["张磊", "刘婷", "陈强", "杨洋", "黄艳", "周杰", "吴娜", "徐勇"][index]!,
    team: index < 4 ? "一组" : "二组",
    enrolled_ms: Date.UTC(2026, 10, 20 + (index % 4), 1, 30),
    revoked_ms: index === 7 ? Date.UTC(2026, 10, 25, 9) : null,
  }));
  readonly trail: AuditEntry[] = [
    ["admin", "10.0.0.5", "login", "", ""],
    ["wang", "10.0.0.8", "listen_start", "2026-11-26-1003", "坐席 1003"],
    ["wang", "10.0.0.8", "listen_end", "2026-11-26-1003", "42 s"],
    ["-", "10.0.0.77", "login_refused", "root", "no such user"],
    ["wang", "10.0.0.8", "note_sent", "desk-03", "先道歉"],
    ["console", "", "station_enrolled", "desk-08", ""],
  ].map(([who, from, act, object, detail], index) => ({ wall_ms: Date.UTC(2026, 10, 26, 2, 40 - index * 7), who, from, act, object, detail }) as AuditEntry);
  readonly #sessions = new Map<string, Account>();
  #wrong = 0;
  #locked_until_ms = 0;

  /** Who sends this request. */
  userOf(request: IncomingMessage): Account | undefined {
    const cookie = /(?:^|; )callcue=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    return cookie === undefined ? undefined : this.#sessions.get(cookie);
  }

  /** The identity provider, as people call it; undefined: there is none. */
  signOn: string | undefined;

  /** Ends everybody's session. */
  forgetSessions(): void {
    this.#sessions.clear();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://floor");
    const body = await bodyOf(request);
    const [status, value, headers] = this.#route(`${request.method} ${url.pathname}`, url.searchParams, body, request);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(status === 204 ? undefined : JSON.stringify(value));
  }

  #route(what: string, query: URLSearchParams, body: Record<string, unknown>, request: IncomingMessage): Reply {
    if (what === "POST /api/login") return this.#logIn(body);
    if (what === "GET /api/login") return [200, { password: true, oidc: this.signOn === undefined ? null : { label: this.signOn } }];
    const user = this.userOf(request);
    if (!user) return fault(401, "请先登录", "log in first");
    const named = /^(PUT|POST|DELETE) \/api\/(users|stations)\/([^/]+)(\/password)?$/.exec(what);
    if (named) return this.#change(named[1]!, named[2]!, decodeURIComponent(named[3]!), named[4] !== undefined, body);
    switch (what) {
      case "GET /api/me":
        return [200, meOf(user)];
      case "POST /api/logout":
        for (const [cookie, of] of this.#sessions) if (of === user) this.#sessions.delete(cookie);
        return [204, null];
      case "POST /api/password":
        if (body["old"] !== user.password) return fault(403, "原密码不对", "the old password is wrong");
        Object.assign(user, { password: body["new"], must_change: false });
        return [200, meOf(user)];
      case "GET /api/day":
        return [200, { ...DAY, calls: 23, due: 161, met: 149, flags: 3, broken: DAY.broken.slice(0, 2).map(({ rule }) => ({ rule, flags: 1 })), calls_by_hour: DAY.calls_by_hour.map((calls) => Math.round(calls / 50)), flags_by_hour: DAY.flags_by_hour.map((flags) => (flags > 20 ? 1 : 0)) }];
      case "GET /api/rules":
        return [200, [["2.1", "问候后说明"], ["3.8", "等待"], ["4.2", "客户骂人"], ["4.4", "要求找领导"]].map(([rule, title]) => ({ rule, title, item: "A1", item_text: "", say: [], never: [], source: "" }))];
      case "GET /api/assignees":
        return [200, this.accounts.filter((each) => ["lead", "administrator"].includes(each.role) && !each.disabled && !each.must_change).map(({ name, full_name }) => ({ name, full_name }))];
      case "GET /api/users":
        return [200, this.accounts.map(({ password: _password, ...shown }) => shown)];
      case "GET /api/stations":
        return [200, this.stations];
      case "POST /api/stations":
        this.stations.push({ ...(body as unknown as Station), station: this.stations.length + 1, enrolled_ms: Date.now(), revoked_ms: null });
        return [200, { station: this.stations.length, token: "f3b1c27d90a84e5db6a1c0de5566f00d" }];
      case "GET /api/audit":
        return [200, this.trail.filter((entry) => (query.get("who") ?? entry.who) === entry.who && (query.get("object") ?? entry.object) === entry.object)];
      default:
        return fault(404, "没有这个地址", "there is nothing at this address");
    }
  }

  #logIn(body: Record<string, unknown>): Reply {
    const wait_s = Math.ceil((this.#locked_until_ms - Date.now()) / 1_000);
    if (wait_s > 0) return fault(429, "尝试次数过多", "too many tries", wait_s);
    const user = this.accounts.find((each) => each.name === body["name"] && each.password === body["password"] && !each.disabled);
    if (!user) {
      this.#wrong += 1;
      if (this.#wrong >= WRONG_MAX) this.#locked_until_ms = Date.now() + WAIT_S * 1_000;
      return fault(401, "登录名或密码不对", "wrong name or password", this.#wrong >= WRONG_MAX ? WAIT_S : 0);
    }
    const cookie = crypto.randomUUID();
    this.#sessions.set(cookie, user);
    return [200, meOf(user), { "set-cookie": `callcue=${cookie}; HttpOnly; SameSite=Strict; Path=/` }];
  }

  #change(method: string, kind: string, name: string, password: boolean, body: Record<string, unknown>): Reply {
    if (kind === "stations") {
      const station = this.stations.find((each) => each.name === name);
      if (station) station.revoked_ms = Date.now();
      return [204, null];
    }
    const known = this.accounts.find((each) => each.name === name);
    if (known && password) {
      Object.assign(known, { password: "quiet-river-seven-42", must_change: true });
      return [200, { password: "quiet-river-seven-42" }];
    }
    if (known) {
      Object.assign(known, body);
      return [200, {}];
    }
    if (method !== "PUT") return fault(404, "没有这个用户", "there is no such user");
    this.accounts.push({ ...(body as unknown as Account), name, must_change: true, password: "quiet-river-seven-42" });
    return [200, { password: "quiet-river-seven-42" }];
  }
}

export type Reply = [status: number, value: unknown, headers?: Record<string, string>];

export function fault(status: number, zh: string, error: string, wait_s = 0): Reply {
  return [status, { error, zh }, wait_s > 0 ? { "retry-after": String(wait_s) } : {}];
}

export function account(name: string, full_name: string, role: User["role"], teams: string[], password: string): Account {
  return { name, full_name, role, teams, agent: null, disabled: false, must_change: false, oidc: false, password };
}

function meOf({ name, full_name, role, teams, agent, must_change }: Account): Me {
  return { name, full_name, role, teams, agent, must_change, may: must_change ? [] : MAY[role], password_rules: "密码至少 12 个字符，至少含 5 种不同字符" };
}

const MAY: Readonly<Record<User["role"], Me["may"]>> = {
  agent: ["see_call", "read_transcript", "hear_recording", "appeal", "see_scores", "read_script"],
  lead: ["watch_floor", "see_call", "read_transcript", "hear_recording", "listen_in", "coach", "settle_alert", "see_scores", "enter_points", "read_script"],
  reviewer: ["see_call", "read_transcript", "hear_recording", "judge", "see_scores", "see_quality", "read_script"],
  script_owner: ["read_script", "change_script", "see_quality"],
  administrator: [
    "watch_floor", "see_call", "read_transcript", "hear_recording", "listen_in", "coach", "settle_alert", "judge", "appeal", "see_scores", "enter_points",
    "see_quality", "import_calls", "manage_privacy", "read_script", "change_script", "manage_users", "manage_stations", "read_audit",
  ],
};

export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}
