/** What the mock answers about the queue, saved filters, sampling and search. */
import type { QueueQuery, QueueRow, SearchHit } from "../src/review/wire.ts";
import { fault, type Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import type { Call, MockWorld } from "./mock-review-world.ts";

const PAGE = 20;

export function answerQueue(world: MockWorld, { what, query, body, user }: Asked): Reply | undefined {
  const filter = /^(PUT|DELETE) \/api\/review\/filters\/(.+)$/.exec(what);
  if (filter) {
    const name = decodeURIComponent(filter[2]!);
    const others = (world.filters.get(user.name) ?? []).filter((each) => each.name !== name);
    world.filters.set(user.name, filter[1] === "PUT" ? [...others, { name, filter: body as unknown as QueueQuery }] : others);
    return [204, null];
  }
  switch (what) {
    case "GET /api/review/queue":
      return [200, queuePage(world, Object.fromEntries(query), user.name)];
    case "GET /api/review/filters":
      return [200, world.filters.get(user.name) ?? []];
    case "GET /api/review/people":
      return [200, [{ name: "qiu", full_name: "邱月" }, { name: "gao", full_name: "高建国" }]];
    case "POST /api/review/sample":
      return sample(world, body);
    case "GET /api/review/search":
      return [200, { hits: search(world, query), next: null }];
    default:
      return undefined;
  }
}

function queuePage(world: MockWorld, asked: Record<string, string>, me: string) {
  const fits = world.calls.filter((call) => inView(call, asked["view"] ?? "open", me) && matches(call, asked));
  const order = { unseen: 0, opened: 1, finished: 2 };
  fits.sort((a, b) => order[a.review.state] - order[b.review.state] || b.review.started_ms - a.review.started_ms);
  const from = Number(asked["after"] ?? 0);
  const limit = Number(asked["limit"] ?? PAGE);
  const rows = fits.slice(from, from + limit).map((call) => rowOf(call, world.now_ms));
  return { rows, next: from + limit < fits.length ? String(from + limit) : null, count: fits.length };
}

function inView({ review }: Call, view: string, me: string): boolean {
  switch (view) {
    case "mine":
      return review.assigned_to === me && review.state !== "finished";
    case "finished":
      return review.state === "finished";
    case "appeals":
      return review.flags.some(({ appeal }) => appeal?.answer === "appealed" && appeal.decision === null);
    default:
      return review.state !== "finished" && (review.flags.length > 0 || review.sampled !== "");
  }
}

function matches({ review }: Call, asked: Record<string, string>): boolean {
  const { rule, points_min, sure, sampled, agent, team, from_ms, to_ms } = asked;
  return (
    (!rule || review.flags.some((flag) => flag.rule === rule)) &&
    (!points_min || review.flags.some((flag) => -flag.points >= Number(points_min))) &&
    (!sure || (sure === "unsure") === review.flags.some((flag) => flag.sure < 60)) &&
    (!sampled || (review.sampled !== "") === (sampled === "true")) &&
    (!agent || review.agent === agent) &&
    (!team || review.team === team) &&
    (!from_ms || review.started_ms >= Number(from_ms)) &&
    (!to_ms || review.started_ms < Number(to_ms))
  );
}

function rowOf({ review }: Call, now_ms: number): QueueRow {
  const { call, agent, agent_name, team, started_ms, length_ms, state, sampled, assigned_to, recording, flags } = review;
  const open = flags.filter(({ verdict }) => verdict === null);
  return {
    call, agent, agent_name, team, started_ms, length_ms, state, sampled, assigned_to, recording,
    rules: [...new Set(flags.toSorted((a, b) => a.points - b.points).map(({ rule }) => rule))],
    flags: flags.length,
    open_flags: open.length,
    worst_points: Math.min(0, ...flags.map(({ points }) => points)),
    least_sure: Math.min(100, ...open.map(({ sure }) => sure)),
    locked_by: review.locked_until_ms > now_ms ? review.locked_by : "",
    open_appeals: flags.filter(({ appeal }) => appeal?.answer === "appealed" && appeal.decision === null).length,
  };
}

function sample(world: MockWorld, body: Record<string, unknown>): Reply {
  const plain = world.calls.filter(({ review }) => review.flags.length === 0 && review.team === body["team"]);
  if (plain.length === 0) return fault(422, `${String(body["team"])}在该月没有未标记的通话`, "no unflagged call of that team in that month");
  for (const { review } of plain) review.sampled = body["by"] === "risk" ? "risk" : "random";
  const how = body["by"] === "risk" ? "按风险加权（时长、静默、听不清的占比）" : "等概率随机";
  return [200, { drawn: plain.length, short: ["1032"], stated: `从${String(body["team"])} ${String(body["month"])} 未标记的 ${plain.length} 通中，每人抽 ${String(body["per_agent"])} 通，${how}，种子 ${String(body["seed"])}，共抽出 ${plain.length} 通。` }];
}

function search(world: MockWorld, query: URLSearchParams): SearchHit[] {
  const words = query.get("words") ?? "";
  const latin = /^[a-z ]+$/i.test(words);
  // The mock knows the sound of one word only.
  const wanted = latin || query.get("by_sound") === "true" ? words.replace(/kuai ?di/i, "快递").replace("块递", "快递") : words;
  const hits: SearchHit[] = [];
  for (const { review, events } of world.calls.slice(0, 12)) {
    for (const event of events) {
      if (event.type !== "transcript" || !event.text.includes(wanted)) continue;
      const { seq, channel, from_ms, to_ms, text } = event;
      hits.push({ call: review.call, seq, channel, from_ms, to_ms, text, agent: review.agent, team: review.team, started_ms: review.started_ms });
    }
  }
  return hits.filter((hit) => (query.get("team") ?? hit.team) === hit.team && (query.get("agent") ?? hit.agent) === hit.agent);
}
