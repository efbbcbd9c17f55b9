import { expect, test } from "vitest";
import type { Fetch } from "../house/request.ts";
import { apiOver } from "./api.ts";
import { passwordFault } from "../house/password-form.ts";

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: [string, RequestInit][] = [];
  const fetch: Fetch = async (path, init) => {
    asked.push([path, init]);
    return { ok: status < 400, status, headers: new Headers(headers), json: async () => body };
  };
  return { api: apiOver(fetch), asked };
}

test("what went well has a value, names are encoded", async () => {
  const { api, asked } = answering(200, { password: "p" });
  expect(await api.resetPassword("a/b ?")).toEqual({ ok: true, value: { password: "p" } });
  expect(asked[0]![0]).toBe("/api/users/a%2Fb%20%3F/password");
});

test("what was refused has a reason and how long to wait", async () => {
  const { api } = answering(429, { error: "slow down", zh: "请稍候" }, { "retry-after": "7" });
  expect(await api.logIn("a", "b")).toEqual({ ok: false, fault: { status: 429, zh: "请稍候", en: "slow down", wait_s: 7 } });
});

test("a broken answer and none at all are faults, not exceptions", async () => {
  const { api } = answering(500, null);
  expect(await api.me()).toMatchObject({ ok: false, fault: { status: 500, wait_s: 0 } });
  const dead = apiOver(() => Promise.reject(new TypeError("no network")));
  expect(await dead.me()).toMatchObject({ ok: false, fault: { status: 0 } });
});

test("a new password", () => {
  expect(passwordFault("old", "short", "short")).toBe("short");
  expect(passwordFault("the-same-password", "the-same-password", "the-same-password")).toBe("same");
  expect(passwordFault("old", "a-long-password", "a-long-passwort")).toBe("differ");
  expect(passwordFault("old", "a-long-password", "a-long-password")).toBeUndefined();
});
