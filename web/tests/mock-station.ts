/**
 * A station without audio or engine, for developing the page and for its test in a browser. It serves `dist/` under
 * the station's own content security policy and plays the sample call; the test moves its time.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import { LEVELS_PERIOD_MS } from "../src/agent/ring-layout.ts";
import { PROTOCOL } from "../src/agent/station-link.ts";
import type { TryAnswer, TryRequest } from "../src/script/answer.ts";
import type { ToPage, ToStation } from "../src/wire.ts";
import { HELLO, levelsAt, sampleCall, SAMPLE_LENGTH_MS } from "./sample-call.ts";

/** The same as the station's, so that a breach shows in the test. */
const POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
const DIST = join(import.meta.dirname, "../dist");
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export class MockStation {
  readonly token = "0123456789abcdef0123456789abcdef";
  /** Commands in the order in which they came. */
  readonly received: ToStation[] = [];
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => PROTOCOL });
  #told: ToPage[] = [];
  #at_ms = -LEVELS_PERIOD_MS;
  #wanted: (() => void)[] = [];
  readonly #tried: TryRequest[] = [];
  #away = false;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => void this.#answer(request).then(({ status, type, body }) => {
      response.writeHead(status, { "content-type": type, "content-security-policy": POLICY }).end(body);
    }));
    server.on("upgrade", (request, socket, head) => {
      if (this.#away) return void socket.destroy();
      if (!this.#admits(request)) return void socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      this.#sockets.handleUpgrade(request, socket, head, (page) => this.#welcome(page));
    });
  }

  /** Starts on a free port of the loopback. */
  static async listen(): Promise<MockStation> {
    const server = createServer();
    const station = new MockStation(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return station;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The address that the real station prints. */
  get address(): string {
    return `${this.origin}/#token=${this.token}`;
  }

  /** The address of the script owner's page. */
  get scriptAddress(): string {
    return `${this.origin}/script.html#token=${this.token}`;
  }

  /** Resolves once so many conversations have been tried. */
  async tried(count: number): Promise<TryRequest[]> {
    while (this.#tried.length < count) await new Promise<void>((resolve) => this.#wanted.push(resolve));
    return this.#tried;
  }

  /** Sends everything up to this audio time, with `levels` ten times a second. */
  playTo(at_ms: number): void {
    const due = sampleCall().filter((timed) => timed.at_ms > this.#at_ms && timed.at_ms <= at_ms);
    for (let at = this.#at_ms + LEVELS_PERIOD_MS; at <= at_ms; at += LEVELS_PERIOD_MS) {
      while (due[0] && due[0].at_ms <= at) this.send(due.shift()!.message);
      if (at < SAMPLE_LENGTH_MS) this.send(levelsAt(at));
      this.#at_ms = at;
    }
  }

  /** Plays by the clock, over and over. */
  playInRealTime(): void {
    setInterval(() => {
      this.playTo(this.#at_ms + LEVELS_PERIOD_MS);
      if (this.#at_ms > SAMPLE_LENGTH_MS + 8_000) this.restart();
    }, LEVELS_PERIOD_MS);
  }

  /** Back to before the call; open pages begin anew. */
  restart(): void {
    this.#at_ms = -LEVELS_PERIOD_MS;
    this.#told = [];
    this.send(HELLO);
  }

  send(message: ToPage): void {
    if ("seq" in message) this.#told.push(message);
    for (const page of this.#sockets.clients) page.send(JSON.stringify(message));
  }

  /** Cuts every page off and lets none in until `comeBack`, so that a page is surely seen without its station. */
  goAway(): void {
    this.#away = true;
    for (const page of this.#sockets.clients) page.terminate();
  }

  comeBack(): void {
    this.#away = false;
  }

  /** Resolves once so many commands have come. */
  async commands(count: number): Promise<ToStation[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#wanted.push(resolve));
    return this.received;
  }

  async close(): Promise<void> {
    this.goAway();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const path = request.url ?? "/";
    if (!path.startsWith("/script/")) return serve(path);
    const json = (status: number, body: unknown): Answer => ({ status, type: "application/json", body: JSON.stringify(body) });
    if (request.headers.authorization !== `Bearer ${this.token}`) return json(401, { error: "token", zh: "凭证不对" });
    const asked: unknown = JSON.parse(await bodyOf(request));
    if (path === "/script/explain") return json(200, { card: CARD });
    this.#tried.push(asked as TryRequest);
    this.#wanted.splice(0).forEach((tell) => tell());
    return json(200, (asked as TryRequest).script ? BROKEN : JSON.parse(await readFile(GOLDEN_ANSWER, "utf8")));
  }

  #admits(request: IncomingMessage): boolean {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    return request.url === "/ws" && offered.includes(PROTOCOL) && offered.includes(`callcue.token.${this.token}`);
  }

  #welcome(page: WebSocket): void {
    page.on("message", (frame) => {
      this.received.push(JSON.parse(String(frame)) as ToStation);
      this.#wanted.splice(0).forEach((tell) => tell());
    });
    for (const message of [HELLO, ...this.#told]) page.send(JSON.stringify(message));
  }
}

interface Answer {
  status: number;
  type: string;
  body: Buffer | string;
}

/** What the real station answers to the conversation beside it. */
const GOLDEN_ANSWER = join(import.meta.dirname, "../../tests/script_try/answer.json");
const CARD = "规则 4.3  客户责怪慢  (文件第 5 行)\n\n情况\n  - 客户说「怎么这么慢」「(您)快点」\n\n要说的话\n  1. 很抱歉,让您久等了,我将尽快为您处理。\n";
const BROKEN: TryAnswer = {
  file: "我的.toml",
  script: "",
  script_mistakes: [{ line: 1, column: 1, message: "unknown field `colour`", zh: "没有「colour」这一项; 可以写的有 format、name" }],
  happenings: [],
  mistakes: [],
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

async function serve(url: string): Promise<Answer> {
  const path = normalize(new URL(url, "http://station").pathname);
  const file = join(DIST, path === "/" ? "index.html" : path);
  try {
    return { status: 200, type: CONTENT_TYPES[extname(file)] ?? "application/octet-stream", body: await readFile(file) };
  } catch {
    return { status: 404, type: "text/plain", body: "not found" };
  }
}
