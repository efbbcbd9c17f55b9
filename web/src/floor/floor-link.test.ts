import { expect, test } from "vitest";
import type { LiveAudio, ToLead } from "../floor-wire.ts";
import type { LineStatus, Socket } from "../house/returning-line.ts";
import { connect } from "./floor-link.ts";

function rig() {
  const sockets: (Socket & { sent: string[] })[] = [];
  const timers: (() => void)[] = [];
  const heard: (ToLead | LiveAudio)[] = [];
  const told: LineStatus["kind"][] = [];
  let rejected = 0;
  const link = connect({
    openSocket(protocol) {
      expect(protocol).toBe("callcue.floor.v1");
      const sent: string[] = [];
      const socket = { onopen: null, onmessage: null, onclose: null, sent, send: (frame: string) => void sent.push(frame), close: () => undefined };
      sockets.push(socket);
      return socket;
    },
    after(_delay_ms, act) {
      timers.push(act);
      return () => void timers.splice(timers.indexOf(act), 1);
    },
    random: () => 0,
    onMessage: (message) => heard.push(message),
    onAudio: (audio) => heard.push(audio),
    onStatus: ({ kind }) => told.push(kind),
    onRejected: () => (rejected += 1),
  });
  return { link, sockets, timers, heard, told, rejected: () => rejected };
}

test("messages and sound are heard, requests are sent while there is a line", () => {
  const { link, sockets, heard, told } = rig();
  expect(link.send({ type: "close" })).toBe(false);
  sockets[0]!.onopen!();
  expect(link.send({ type: "open", call: "c" })).toBe(true);
  expect(sockets[0]!.sent).toEqual(['{"type":"open","call":"c"}']);
  for (const data of ['{"type":"refused","zh":"","en":""}', "nonsense", new ArrayBuffer(12), new ArrayBuffer(5)]) sockets[0]!.onmessage!({ data });
  expect(heard).toHaveLength(2);
  expect(told).toEqual(["connecting", "open"]);
});

test("a lost line comes back; one that never stood asks who I am", () => {
  const { sockets, timers, told, rejected, link } = rig();
  sockets[0]!.onopen!();
  sockets[0]!.onclose!();
  expect(rejected()).toBe(0);
  timers.shift()!();
  sockets[1]!.onclose!();
  expect(rejected()).toBe(1);
  expect(told).toEqual(["connecting", "open", "retrying", "retrying"]);
  link.close();
  expect(timers).toEqual([]);
});
