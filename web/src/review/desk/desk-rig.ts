/** A desk for tests of stores: requests are answered by the test, and time stands. */
import type { Answer } from "../../house/request.ts";
import type { ReviewApi } from "../api.ts";
import type { Desk } from "./desk.ts";

/** 27 November 2026, noon, wherever the test runs. */
export const NOW_MS = new Date(2026, 10, 27, 12).getTime();

export function ok<T>(value: T): Promise<Answer<T>> {
  return Promise.resolve({ ok: true, value });
}

export function refused<T>(status: number, zh = "不行"): Promise<Answer<T>> {
  return Promise.resolve({ ok: false, fault: { status, zh, en: "no", wait_s: 0 } });
}

export interface DeskRig extends Desk {
  /** What was told at the foot of the page, and where the page was led. */
  readonly told: string[];
  readonly went: string[];
  /** Does what was put off, in order, and lets it come to rest; what that puts off waits for the next time. */
  pass(): Promise<void>;
}

/** Requests that the test does not answer are refused. */
export function deskRig(api: Partial<ReviewApi>, user: Partial<Desk["user"]> = {}): DeskRig {
  const told: string[] = [];
  const went: string[] = [];
  let later: (() => void)[] = [];
  const answers = new Proxy(api, { get: (given, name) => given[name as keyof ReviewApi] ?? (() => refused(404, "")) });
  return {
    api: answers as ReviewApi,
    language: "zh",
    user: { name: "wang", teams: ["一组"], agent: null, ...user },
    may: () => true,
    say: ({ zh }) => void told.push(zh),
    tell: ({ zh }) => void (zh !== "" && told.push(zh)),
    now: () => NOW_MS,
    after(_delay_ms, act) {
      later.push(act);
      return () => void (later = later.filter((each) => each !== act));
    },
    go: (hash) => void went.push(hash),
    offer: () => () => undefined,
    told,
    went,
    async pass() {
      const due = later;
      later = [];
      for (const act of due) act();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
