import { describe, expect, test } from "vitest";
import type { ToPage } from "../wire.ts";
import { backoffMs, type Socket } from "../house/returning-line.ts";
import { connect, takeToken, type LinkStatus } from "./station-link.ts";

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: string[] = [];
  closed = false;
  constructor(readonly protocols: string[]) {}
  send(frame: string): void {
    this.sent.push(frame);
  }
  close(): void {
    this.closed = true;
  }
}

function start(token: string | undefined = "abc") {
  const sockets: FakeSocket[] = [];
  const statuses: LinkStatus[] = [];
  const messages: ToPage[] = [];
  const timers: { delay_ms: number; act: () => void; cancelled: boolean }[] = [];
  const link = connect({
    token,
    openSocket: (protocols) => (sockets.push(new FakeSocket(protocols)), sockets.at(-1)!),
    after: (delay_ms, act) => {
      const timer = { delay_ms, act, cancelled: false };
      timers.push(timer);
      return () => (timer.cancelled = true);
    },
    random: () => 1,
    onMessage: (message) => messages.push(message),
    onStatus: (status) => statuses.push(status),
  });
  return { link, sockets, statuses, messages, timers };
}

describe("connect", () => {
  test("offers the protocol and the token, and says when the line is there", () => {
    const { sockets, statuses } = start();
    expect(sockets[0]!.protocols).toEqual(["callcue.v1", "callcue.token.abc"]);
    sockets[0]!.onopen!();
    expect(statuses).toEqual([{ kind: "connecting" }, { kind: "open" }]);
  });

  test("comes back after a loss, later with each try in vain, and starts over once it was there", () => {
    const { sockets, statuses, timers } = start();
    sockets[0]!.onclose!();
    timers[0]!.act();
    sockets[1]!.onclose!();
    timers[1]!.act();
    sockets[2]!.onopen!();
    sockets[2]!.onclose!();
    expect(timers.map(({ delay_ms }) => delay_ms)).toEqual([500, 1_000, 500]);
    expect(statuses.at(-1)).toEqual({ kind: "retrying", attempt: 1, wait_ms: 500 });
  });

  test("sends only while the line is there", () => {
    const { link, sockets } = start();
    expect(link.send({ type: "play_again" })).toBe(false);
    sockets[0]!.onopen!();
    expect(link.send({ type: "call", act: "start" })).toBe(true);
    sockets[0]!.onclose!();
    expect(link.send({ type: "play_again" })).toBe(false);
    expect(sockets[0]!.sent).toEqual(['{"type":"call","act":"start"}']);
  });

  test("what is no message is skipped", () => {
    const { sockets, messages } = start();
    for (const data of ["{", "null", "[]", '"lag"', '{"text_ms":1}', new ArrayBuffer(4), '{"type":"lag","text_ms":1}']) sockets[0]!.onmessage!({ data });
    expect(messages).toEqual([{ type: "lag", text_ms: 1 }]);
  });

  test("without a token it does not even try", () => {
    const statuses: LinkStatus[] = [];
    const never = (): never => {
      throw new Error("no token, no socket");
    };
    connect({ token: undefined, openSocket: never, after: never, random: never, onMessage: never, onStatus: (status) => statuses.push(status) });
    expect(statuses).toEqual([{ kind: "no_token" }]);
  });

  test("once closed it stays closed", () => {
    const { link, sockets, timers } = start();
    sockets[0]!.onclose!();
    link.close();
    expect(timers[0]!.cancelled).toBe(true);
    expect(sockets[0]!.closed).toBe(true);
  });
});

test("the delay doubles up to five seconds, a quarter of it by chance", () => {
  expect([1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  expect(backoffMs(1, 0)).toBe(375);
});

test("the token moves from the address to the tab", () => {
  const tab = new Map<string, string>();
  const storage = { getItem: (key: string) => tab.get(key) ?? null, setItem: (key: string, value: string) => void tab.set(key, value) };
  const shown: unknown[] = [];
  const history = { replaceState: (_data: unknown, _unused: string, url?: string | URL | null) => void shown.push(url) };
  expect(takeToken({ hash: "", pathname: "/" }, history, storage)).toBeUndefined();
  expect(takeToken({ hash: "#token=abc", pathname: "/" }, history, storage)).toBe("abc");
  expect(shown).toEqual(["/"]);
  expect(takeToken({ hash: "", pathname: "/" }, history, storage)).toBe("abc");
});
