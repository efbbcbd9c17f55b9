/**
 * A review room without store or speech model, for developing its pages and for their test in a browser: the built pages under the
 * floor's content security policy, log-in, and a small world in which decisions count.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { account, bodyOf, fault, MockApi, type Account, type Reply } from "./mock-floor-api.ts";
import { sendRecording } from "./mock-recording.ts";
import { answerCall } from "./mock-review-call.ts";
import { answerDesk } from "./mock-review-desk.ts";
import { answerQueue } from "./mock-review-queue.ts";
import { MockWorld } from "./mock-review-world.ts";
import { serveBuilt } from "./serve-built.ts";

/** A request of somebody who is logged in. */
export interface Asked {
  /** Such as `GET /api/review/queue`. */
  what: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  user: Account;
}

const SESSION = ["/api/login", "/api/logout", "/api/me", "/api/password"];
export const PASSWORD = "correct horse battery";

export class MockReview {
  readonly api: MockApi;
  readonly world = new MockWorld();
  /** What pages have asked, in the order in which it came. */
  readonly received: Asked[] = [];
  /** Answers of a test's own, which come before the world's. */
  answer: ((asked: Asked) => Reply | undefined) | undefined;
  /** Answers of `/api/review` come so much later. */
  delay_ms = 0;
  readonly #server: Server;

  private constructor(server: Server, api: MockApi) {
    this.api = api;
    this.api.accounts.push(
      { ...account("qiu", "邱月", "reviewer", ["一组", "二组"], PASSWORD) },
      { ...account("gao", "高建国", "reviewer", ["一组", "二组"], PASSWORD) },
      { ...account("zhou", "周宁", "script_owner", [], PASSWORD) },
    );
    // The agent of the world's first calls.
    this.api.accounts.find(({ name }) => name === "zhang")!.agent = "1024";
    this.#server = server;
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  /** Starts on a free port of the loopback; with the `api` of a mock floor, one log-in serves both. */
  static async listen(api = new MockApi()): Promise<MockReview> {
    const server = createServer();
    const review = new MockReview(server, api);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return review;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://review");
    if (!url.pathname.startsWith("/api/")) return serveBuilt(request.url === "/review" ? "/" : (request.url ?? "/"), "review.html", response);
    if (SESSION.includes(url.pathname)) return this.api.answer(request, response);
    const user = this.api.userOf(request);
    const recording = /^\/api\/calls\/([^/]+)\/recording$/.exec(url.pathname);
    const call = recording ? this.world.call(decodeURIComponent(recording[1]!)) : undefined;
    if (user && call && call.review.recording !== "none") return sendRecording(request, response, call.review.length_ms);
    const is_file = request.headers["content-type"] !== "application/json" && request.method === "PUT";
    const body = is_file ? await sizeOf(request) : await bodyOf(request);
    const [status, value] = user ? this.#route({ what: `${request.method} ${url.pathname}`, query: url.searchParams, body, user }) : fault(401, "请先登录", "log in first");
    if (this.delay_ms > 0) await new Promise((resolve) => setTimeout(resolve, this.delay_ms));
    response.writeHead(status, { "content-type": "application/json" }).end(status === 204 ? undefined : JSON.stringify(value));
  }

  #route(asked: Asked): Reply {
    this.received.push(asked);
    const { world } = this;
    return this.answer?.(asked) ?? answerQueue(world, asked) ?? answerCall(world, asked) ?? answerDesk(world, asked) ?? fault(404, "没有这个地址", "there is nothing at this address");
  }
}

async function sizeOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let bytes = 0;
  for await (const part of request) bytes += (part as Buffer).length;
  return { bytes };
}
