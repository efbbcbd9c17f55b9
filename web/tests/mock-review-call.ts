/** What the mock answers about one call: itself, its sound, locks, verdicts, comments, appeals, history. */
import type { AnswerOrder, Appeal, AppealOrder, FlagOrder, ReviewFlag, VerdictOrder } from "../src/review/wire.ts";
import { fault, type Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import { RULES, type Call, type MockWorld } from "./mock-review-world.ts";

const LOCK_MS = 120_000;
const PEAKS_PER_S = 20;
const EVENTS_PER_PAGE = 1_000;

export function answerCall(world: MockWorld, asked: Asked): Reply | undefined {
  if (asked.what === "GET /api/rules") return [200, RULES];
  const [, method, kind, name, rest = ""] = /^(\w+) \/api\/(review\/calls|calls)\/([^/]+)(?:\/(.+))?$/.exec(asked.what) ?? [];
  if (method === undefined || name === undefined) return undefined;
  const call = world.call(decodeURIComponent(name));
  if (!call) return fault(404, "没有这通电话", "there is no such call");
  const what = `${method} ${rest}`;
  return kind === "calls" ? answerStored(call, what, asked.query) : answerReview(world, call, what, asked);
}

function answerStored({ review, events }: Call, what: string, query: URLSearchParams): Reply | undefined {
  switch (what) {
    case "GET events": {
      const later = events.filter(({ seq }) => seq > Number(query.get("after") ?? 0));
      return [200, { events: later.slice(0, EVENTS_PER_PAGE), more: later.length > EVENTS_PER_PAGE }];
    }
    case "GET peaks": {
      if (review.recording === "none") return fault(404, "没有录音", "there is no recording");
      const agent = new Array<number>(Math.ceil((review.length_ms / 1_000) * PEAKS_PER_S)).fill(1);
      const customer = [...agent];
      for (const event of events) {
        if (event.type !== "transcript") continue;
        const side = event.channel === "agent" ? agent : customer;
        for (let at = Math.floor(event.from_ms / 50); at < event.to_ms / 50; at += 1) side[at] = 30 + Math.round(70 * Math.abs(Math.sin(at * 0.9) * Math.sin(at * 0.13)));
      }
      return [200, { per_s: PEAKS_PER_S, length_ms: review.length_ms, agent, customer }];
    }
    default:
      return undefined;
  }
}

function answerReview(world: MockWorld, call: Call, what: string, { body, user }: Asked): Reply | undefined {
  const { review } = call;
  if (what === "GET ") return [200, review];
  if (what === "GET history") return [200, call.history];
  const answered = /^POST flags\/(-?\d+)\/(answer|appeal)$/.exec(what);
  if (answered) return appeal(world, call, Number(answered[1]), answered[2]!, body, user.name);
  if (what === "POST assign") {
    world.note(call, { flag: null, who: user.name, act: "assigned", before: review.assigned_to, after: body["to"] });
    review.assigned_to = String(body["to"]);
    return [204, null];
  }
  const holder = review.locked_until_ms > world.now_ms ? review.locked_by : "";
  if (holder !== "" && holder !== user.name) return fault(409, `${holder} 正在复核这通电话`, `${holder} has this call open`);
  if (what === "POST lock") {
    Object.assign(review, { locked_by: user.name, locked_until_ms: world.now_ms + LOCK_MS });
    if (review.state === "unseen") review.state = "opened";
    return [200, { locked_by: review.locked_by, locked_until_ms: review.locked_until_ms }];
  }
  if (what === "DELETE lock") {
    Object.assign(review, { locked_by: "", locked_until_ms: 0 });
    return [204, null];
  }
  if (holder === "") return fault(409, "请先锁定这通电话", "take the lock first");
  return change(world, call, what, body, user.name);
}

function change(world: MockWorld, call: Call, what: string, body: Record<string, unknown>, who: string): Reply | undefined {
  const { review } = call;
  const decided = /^POST flags\/(-?\d+)\/verdict$/.exec(what);
  if (decided) {
    const flag = review.flags.find((each) => each.flag === Number(decided[1]));
    if (!flag) return fault(404, "没有这条记录", "there is no such flag");
    return [200, decide(world, call, flag, body as unknown as VerdictOrder, who)];
  }
  switch (what) {
    case "POST flags":
      return [200, addFlag(world, call, body as unknown as FlagOrder, who)];
    case "POST comments": {
      const comment = { comment: review.comments.length + 1, at_ms: Number(body["at_ms"]), who, wall_ms: world.now_ms, text: String(body["text"]) };
      review.comments.push(comment);
      world.note(call, { flag: null, who, act: "comment", before: null, after: comment });
      return [200, comment];
    }
    case "POST finish":
      if (review.flags.some(({ verdict }) => verdict === null)) return fault(409, "还有没有判定的记录", "a flag is undecided");
      Object.assign(review, { state: "finished", finished_by: who, finished_ms: world.now_ms, appeal_until_ms: world.now_ms + 72 * 3_600_000, locked_by: "", locked_until_ms: 0 });
      world.note(call, { flag: null, who, act: "finished", before: null, after: null });
      return [200, review];
    case "POST reopen":
      Object.assign(review, { state: "opened", finished_by: "", finished_ms: null, appeal_until_ms: null });
      world.note(call, { flag: null, who, act: "reopened", before: null, after: null });
      return [200, review];
    default:
      return undefined;
  }
}

function decide(world: MockWorld, call: Call, flag: ReviewFlag, order: VerdictOrder, who: string): ReviewFlag {
  const { verdict, note = "", complaint = false } = order;
  const points = verdict === "confirmed" ? flag.points * (complaint ? 2 : 1) : 0;
  const before = flag.verdict;
  flag.verdict = { verdict, points, item: flag.item, complaint, note, decided_by: who, decided_ms: world.now_ms };
  world.note(call, { flag: flag.flag, who, act: "verdict", before, after: flag.verdict });
  return flag;
}

function addFlag(world: MockWorld, call: Call, { rule, kind, channel, from_ms, to_ms, note }: FlagOrder, who: string): ReviewFlag {
  const { flags } = call.review;
  const item = RULES.find((card) => card.rule === rule)?.item ?? "A1";
  const number = Math.min(0, ...flags.map(({ flag }) => flag)) - 1;
  const verdict = { verdict: "confirmed" as const, points: -2, item, complaint: false, note, decided_by: who, decided_ms: world.now_ms };
  const flag: ReviewFlag = {
    flag: number, at_ms: to_ms, rule, kind, channel, from_ms, to_ms, text: note, phrase: "", item, points: -2, sure: 100, basis: null, aligned: [],
    added_by: who, verdict, first_verdict: null, appeal: null,
  };
  flags.push(flag);
  flags.sort((a, b) => a.at_ms - b.at_ms);
  world.note(call, { flag: number, who, act: "flag_added", before: null, after: flag });
  return flag;
}

function appeal(world: MockWorld, call: Call, number: number, what: string, body: Record<string, unknown>, who: string): Reply {
  const flag = call.review.flags.find((each) => each.flag === number);
  if (!flag) return fault(404, "没有这条记录", "there is no such flag");
  if (what === "answer") {
    if (flag.appeal) return fault(409, "已经答复过", "it has been answered");
    const { answer, reason } = body as unknown as AnswerOrder;
    flag.appeal = { answer, reason, answered_by: who, answered_ms: world.now_ms, decision: null, decided_by: "", decided_ms: null, decision_note: "" };
    world.note(call, { flag: number, who, act: answer, before: null, after: flag.appeal });
    return [200, flag.appeal];
  }
  if (flag.appeal?.answer !== "appealed" || flag.appeal.decision !== null) return fault(409, "没有待裁定的申诉", "there is no appeal to decide");
  if (flag.verdict?.decided_by === who) return fault(403, "初审人不能裁定申诉", "somebody else than the first reviewer decides");
  const { decision, note } = body as unknown as AppealOrder;
  Object.assign(flag.appeal, { decision, decided_by: who, decided_ms: world.now_ms, decision_note: note } satisfies Partial<Appeal>);
  if (decision === "overturned" && flag.verdict) {
    flag.first_verdict = flag.verdict;
    flag.verdict = { ...flag.verdict, verdict: "dismissed", points: 0, note, decided_by: who, decided_ms: world.now_ms };
  }
  world.note(call, { flag: number, who, act: decision, before: flag.first_verdict, after: flag.verdict });
  return [200, flag.appeal];
}
