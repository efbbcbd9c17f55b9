/**
 * A floor without stations or store, for developing the pages and for their test in a browser: the built pages under the
 * floor's content security policy, log-in, and a room that a seed makes up. The test moves its time, or it drives itself.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { FLOOR_PROTOCOL, type AlertCard, type FromLead, type Tile, type TileChange, type ToLead } from "../src/floor-wire.ts";
import type { StampedEvent, ToPage } from "../src/wire.ts";
import { MockApi } from "./mock-floor-api.ts";
import { alertOf, DAY, MockRoom } from "./mock-room.ts";
import { serveBuilt } from "./serve-built.ts";
import { levelsAt, sampleCall } from "./sample-call.ts";

/** As often as the real floor sends changes. */
const CHANGES_PERIOD_MS = 100;
const LIVE_PIECE_MS = 100;
const LIVE_RATE_HZ = 16_000;

interface Lead {
  socket: WebSocket;
  name: string;
  /** Name as others read it. */
  full_name: string;
  /** Station whose call is open. */
  opened?: string;
}

export class MockFloor {
  readonly api = new MockApi();
  readonly room: MockRoom;
  alerts: AlertCard[];
  /** What pages have asked, in the order in which it came. */
  readonly received: FromLead[] = [];
  /** Audio time up to which opened calls have been played. */
  at_ms = 20_000;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => FLOOR_PROTOCOL });
  readonly #leads = new Set<Lead>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #notes = 0;
  #listened_ms = 0;
  #wanted: (() => void)[] = [];
  #away = false;

  private constructor(server: Server, stations: number, seed: number) {
    const now_ms = Date.now();
    this.room = new MockRoom(stations, seed, now_ms);
    this.alerts = firstAlerts(this.room.tiles, now_ms);
    this.#server = server;
    server.on("request", (request, response) => {
      if (request.url?.startsWith("/api/")) void this.api.answer(request, response);
      else void serveBuilt(request.url?.replace(/^\/floor(?=\?|$)/, "/") ?? "/", "floor.html", response);
    });
    server.on("upgrade", (request, socket, head) => {
      const user = this.#admitted(request);
      if (!user) return void socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      this.#sockets.handleUpgrade(request, socket, head, (page) => this.#welcome({ socket: page, ...user }));
    });
  }

  /** Starts on a free port of the loopback. */
  static async listen({ stations = 60, seed = 7 } = {}): Promise<MockFloor> {
    const server = createServer();
    const floor = new MockFloor(server, stations, seed);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return floor;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lets the room live by the clock, with so many events a second; the returned function stops it. */
  drive(events_per_s: number): () => void {
    let owed = 0;
    return this.#every(CHANGES_PERIOD_MS, () => {
      owed += (events_per_s * CHANGES_PERIOD_MS) / 1_000;
      const events = Math.floor(owed);
      owed -= events;
      this.send({ type: "changes", now_ms: Date.now(), tiles: this.room.step(events, Date.now()) });
    });
  }

  /** Changes one tile, here and on every page. */
  change(change: TileChange): void {
    Object.assign(this.tile(change.station), change);
    this.send({ type: "changes", now_ms: Date.now(), tiles: [change] });
  }

  tile(station: number): Tile {
    const tile = this.room.tiles.find((each) => each.station === station);
    if (!tile) throw new Error(`the mock room has no station ${station}`);
    return tile;
  }

  /** A new alert, or a change of one. */
  alert(card: AlertCard): void {
    this.alerts = [...this.alerts.filter((other) => other.id !== card.id), card];
    this.send({ type: "changes", now_ms: Date.now(), alerts: [card] });
  }

  /** Everything again, as to a page that had fallen behind. */
  snapshot(): void {
    for (const { socket } of this.#leads) socket.send(JSON.stringify(this.#everything()));
  }

  /** Plays the opened calls up to this audio time. */
  playTo(at_ms: number): void {
    for (const lead of this.#leads) if (lead.opened) this.#play(lead, lead.opened, this.at_ms, at_ms);
    this.at_ms = at_ms;
  }

  /** Tells those who have a call open an event of it, whatever its number. */
  event(event: StampedEvent): void {
    for (const lead of this.#leads) if (lead.opened === event.call) lead.socket.send(JSON.stringify({ type: "call_event", event } satisfies ToLead));
  }

  /** The agent reads a lead's line. */
  readNote(id: string, station: number, text: string): void {
    this.send({ type: "note", id, station, text, sent_ms: Date.now() - 4_000, read_ms: Date.now() });
  }

  send(message: ToLead): void {
    const frame = JSON.stringify(message);
    for (const { socket } of this.#leads) socket.send(frame);
  }

  /** Cuts every page off and lets none in until `comeBack`. */
  goAway(): void {
    this.#away = true;
    for (const { socket } of this.#leads) socket.terminate();
  }

  comeBack(): void {
    this.#away = false;
  }

  /** Resolves with the newest request of that type, once there is one behind the first `after` requests. */
  async request<Type extends FromLead["type"]>(type: Type, after = 0): Promise<Extract<FromLead, { type: Type }>> {
    for (;;) {
      const found = this.received.slice(after).findLast((each) => each.type === type);
      if (found) return found as Extract<FromLead, { type: Type }>;
      await new Promise<void>((resolve) => this.#wanted.push(resolve));
    }
  }

  async close(): Promise<void> {
    this.goAway();
    this.#timers.forEach((timer) => clearInterval(timer));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #admitted(request: IncomingMessage): { name: string; full_name: string } | undefined {
    const user = this.api.userOf(request);
    const right = request.url === "/floor/ws" && request.headers["sec-websocket-protocol"] === FLOOR_PROTOCOL && request.headers.origin === this.origin;
    return user && right && !user.must_change && !this.#away ? user : undefined;
  }

  #welcome(lead: Lead): void {
    this.#leads.add(lead);
    lead.socket.on("close", () => this.#leads.delete(lead));
    lead.socket.on("message", (frame) => {
      const asked = JSON.parse(String(frame)) as FromLead;
      this.received.push(asked);
      this.#do(lead, asked);
      this.#wanted.splice(0).forEach((tell) => tell());
    });
    lead.socket.send(JSON.stringify(this.#everything()));
  }

  #everything(): ToLead {
    return { type: "floor", now_ms: Date.now(), tiles: this.room.tiles, alerts: this.alerts.filter((card) => !card.settled), day: DAY };
  }

  #do(lead: Lead, asked: FromLead): void {
    switch (asked.type) {
      case "open":
        lead.opened = asked.call;
        return this.#play(lead, asked.call, -1, this.at_ms);
      case "close":
        delete lead.opened;
        return;
      case "note":
        this.#notes += 1;
        return lead.socket.send(JSON.stringify({ type: "note", id: `note-${this.#notes}`, station: asked.station, text: asked.text, sent_ms: Date.now() } satisfies ToLead));
      case "listen":
        return this.#listen(lead, asked.station, asked.on);
      case "acknowledge":
        return this.#settle(asked.alert, { acknowledged_by: lead.name, settled: true });
      case "assign":
        return this.#settle(asked.alert, { assigned_to: asked.to });
    }
  }

  #settle(id: number, change: Partial<AlertCard>): void {
    const card = this.alerts.find((each) => each.id === id);
    if (card) this.alert({ ...card, ...change });
  }

  #listen(lead: Lead, station: number, on: boolean): void {
    const others = this.tile(station).listeners.filter((name) => name !== lead.full_name);
    this.change({ station, listeners: on ? [...others, lead.full_name] : others });
    if (!on) return;
    const stop = this.#every(LIVE_PIECE_MS, () => {
      if (!this.tile(station).listeners.includes(lead.full_name)) return stop();
      lead.socket.send(livePiece(this.#listened_ms));
      this.#listened_ms += LIVE_PIECE_MS;
    });
  }

  /** The sample call under another name: events behind `from_ms`, and levels at the end. */
  #play(lead: Lead, call: string, from_ms: number, to_ms: number): void {
    const told = sampleCall().filter(({ at_ms, message }) => at_ms > from_ms && at_ms <= to_ms && message.type !== "hello");
    const all: ToPage[] = [...told.map(({ message }) => message), levelsAt(to_ms)];
    for (const message of all) {
      const framed: ToLead = "seq" in message ? { type: "call_event", event: { ...message, call } } : { type: "call_moment", call, moment: message };
      lead.socket.send(JSON.stringify(framed));
    }
  }

  #every(period_ms: number, act: () => void): () => void {
    const timer = setInterval(act, period_ms);
    this.#timers.add(timer);
    return () => {
      clearInterval(timer);
      this.#timers.delete(timer);
    };
  }
}

function firstAlerts(tiles: readonly Tile[], now_ms: number): AlertCard[] {
  const busy = tiles.filter((tile) => tile.call !== "").toSorted((a, b) => b.urgency - a.urgency);
  const [first, second, third] = [busy[0], busy[1] ?? busy[0], busy[2] ?? busy[0]];
  if (!first || !second || !third) return [];
  for (const tile of [first, second, third]) tile.urgency = 90;
  return [
    alertOf(first, 1, now_ms - 95_000, { passed_on: 1 }),
    alertOf(second, 2, now_ms - 40_000, { rule: "", kind: "long_silence", text: "双方静默已超过 30 秒" }),
    alertOf(third, 3, now_ms - 12_000, { rule: "4.2", text: "客户说粗话，坐席需要支援", assigned_to: "li" }),
  ];
}

/** A piece of sound: a tone for each side, as `LiveAudio` crosses the socket. */
function livePiece(at_ms: number): Buffer {
  const pairs = (LIVE_RATE_HZ * LIVE_PIECE_MS) / 1_000;
  const bytes = Buffer.alloc(8 + pairs * 4);
  bytes.writeBigUInt64LE(BigInt(at_ms), 0);
  for (let pair = 0; pair < pairs; pair += 1) {
    const time_s = at_ms / 1_000 + pair / LIVE_RATE_HZ;
    bytes.writeInt16LE(Math.round(6_000 * Math.sin(2 * Math.PI * 220 * time_s)), 8 + pair * 4);
    bytes.writeInt16LE(Math.round(6_000 * Math.sin(2 * Math.PI * 330 * time_s)), 10 + pair * 4);
  }
  return bytes;
}
