/** A small world to review: calls of four agents in two teams, what was flagged in them, and what people have decided. */
import type { StampedEvent } from "../src/wire.ts";
import type { Comment, Decision, ReviewCall, ReviewFlag, RuleCard, SavedFilter } from "../src/review/wire.ts";
import { longSample, reviewSample } from "./mock-review-sample.ts";
import { SAMPLE_LENGTH_MS } from "./sample-call.ts";

export const HOUR_MS = 3_600_000;
/** The one call of an hour. */
export const LONG_CALL = "2026-11-25-9001";
/** An unseen call with four open flags: the first of the queue. */
export const FIRST_CALL = "2026-11-26-1001";
/** A finished one whose flag is appealed. */
export const APPEALED_CALL = "2026-11-24-1017";
/** Somebody else has it open. */
export const LOCKED_CALL = "2026-11-26-1002";

export interface Call {
  review: ReviewCall;
  events: StampedEvent[];
  history: Decision[];
}

const AGENTS = [
  ["1024", "张磊", "一组"],
  ["1025", "刘婷", "一组"],
  ["1031", "陈强", "二组"],
  ["1032", "杨洋", "二组"],
] as const;

export const RULES: readonly RuleCard[] = [
  { rule: "1.5", title: "无声电话", item: "A3", say: ["您好,请问有什么可以帮您?"], never: ["喂、喂、听不见!"], source: "遇到无声电话,应静候 3 秒后再次问候,仍无声再静候 3 秒。" },
  { rule: "2.1", title: "客户声音太小", item: "A4", say: ["很抱歉,我听不清您的声音,请您大声一点,好吗?"], never: ["喂,大点声!"], source: "客户声音太小时,不可以说“喂,大点声”,应请客户提高音量。" },
  { rule: "3.8", title: "请客户等待", item: "A7", say: ["麻烦您等待一下,我帮您查看,好吗?", "感谢您的耐心等候"], never: ["等着"], source: "让客户等待前要征得同意,恢复通话后要先致谢。" },
  { rule: "4.3", title: "客户嫌慢", item: "A6", say: ["很抱歉,让您久等了,我将尽快为您处理"], never: ["再等等"], source: "客户抱怨办理慢时,应先致歉再说明。" },
  { rule: "6.2", title: "结束语", item: "A9", say: ["请问还有什么可以帮助您?", "感谢您的来电,再见"], never: ["如果没有其他的事,请挂机"], source: "结束通话前应询问客户是否还有其他需要。" },
];

export class MockWorld {
  /** Fixed, so that pictures do not differ from day to day. */
  readonly now_ms = new Date("2026-11-27T10:00:00+08:00").getTime();
  readonly calls: Call[] = [];
  /** By user. */
  readonly filters = new Map<string, SavedFilter[]>();
  #lines = 0;

  constructor() {
    for (let index = 0; index < 26; index += 1) {
      const [agent, agent_name, team] = AGENTS[index % 4]!;
      const day = 26 - Math.floor(index / 8);
      const started_ms = new Date(`2026-11-${day}T09:00:00+08:00`).getTime() + (20 - (index % 8)) * 31 * 60_000;
      const call = `2026-11-${day}-${1001 + index}`;
      this.#add({ call, agent, agent_name, team, started_ms }, index % 3 === 2 ? "one" : "all");
    }
    this.#add({ call: LONG_CALL, agent: "1024", agent_name: "张磊", team: "一组", started_ms: new Date("2026-11-25T14:00:00+08:00").getTime() }, "long");
    this.#add({ call: "2026-11-23-1100", agent: "1031", agent_name: "陈强", team: "二组", started_ms: new Date("2026-11-23T11:00:00+08:00").getTime() }, "none");
    this.#decideSome();
  }

  call(call: string): Call | undefined {
    return this.calls.find(({ review }) => review.call === call);
  }

  note(call: Call, decision: Omit<Decision, "line" | "wall_ms">): void {
    this.#lines += 1;
    call.history.push({ line: this.#lines, wall_ms: this.now_ms, ...decision });
  }

  /** Finishes a call by the first reviewer; its flags are confirmed. */
  finishWhole(call: string): void {
    const found = this.call(call)!;
    for (const flag of found.review.flags) {
      flag.verdict = { verdict: "confirmed", points: flag.points, item: flag.item, complaint: false, note: "", decided_by: "qiu", decided_ms: this.now_ms - 2 * HOUR_MS };
      this.note(found, { flag: flag.flag, who: "qiu", act: "verdict", before: null, after: flag.verdict });
    }
    Object.assign(found.review, { state: "finished", finished_by: "qiu", finished_ms: this.now_ms - 2 * HOUR_MS, appeal_until_ms: this.now_ms + 70 * HOUR_MS });
    this.note(found, { flag: null, who: "qiu", act: "finished", before: null, after: null });
  }

  #add(who: Pick<ReviewCall, "call" | "agent" | "agent_name" | "team" | "started_ms">, kind: "all" | "one" | "none" | "long"): void {
    const length_ms = kind === "long" ? HOUR_MS : SAMPLE_LENGTH_MS;
    const whole = kind === "long" ? longSample(who.call, who.started_ms, length_ms) : reviewSample(who.call, who.started_ms, kind !== "none");
    let flagged = 0;
    const events = kind === "one" ? whole.filter((event) => event.type !== "flag" || flagged++ === 0) : whole;
    const review: ReviewCall = {
      ...who,
      station: Number(who.agent) - 1_000,
      length_ms,
      ended_by: "agent",
      script: "中铁物流集团客服人员服务规范用语",
      script_sha256: "9f2c41d07ab35e8c1166f0d2a94be77351d0c8a2e6f94b0f3a7c5d81e2b60914",
      model: "ggml-base-zh",
      engine: "callcue 0.1.0",
      recording: "whole",
      state: "unseen",
      sampled: kind === "none" ? "random" : "",
      assigned_to: "",
      locked_by: "",
      locked_until_ms: 0,
      finished_by: "",
      finished_ms: null,
      appeal_until_ms: null,
      flags: events.flatMap((event) => (event.type === "flag" ? [flagOf(event)] : [])),
      comments: [] as Comment[],
    };
    this.calls.push({ review, events, history: [] });
  }

  #decideSome(): void {
    Object.assign(this.call(LOCKED_CALL)!.review, { state: "opened", locked_by: "gao", locked_until_ms: this.now_ms + 90_000 });
    this.call("2026-11-26-1003")!.review.assigned_to = "qiu";
    this.call("2026-11-26-1005")!.review.recording = "coming";
    for (const { review } of this.calls.filter(({ review: { call } }) => call.startsWith("2026-11-24"))) this.finishWhole(review.call);
    const appealed = this.calls.find(({ review }) => review.state === "finished")!;
    const flag = appealed.review.flags[0]!;
    flag.appeal = { answer: "appealed", reason: "当时客户说听不见,我是请客户大声一点,语气没有不好", answered_by: "zhang", answered_ms: this.now_ms - HOUR_MS, decision: null, decided_by: "", decided_ms: null, decision_note: "" };
    this.note(appealed, { flag: flag.flag, who: "zhang", act: "appealed", before: null, after: flag.appeal });
  }
}

export function flagOf(event: Extract<StampedEvent, { type: "flag" }>): ReviewFlag {
  const { seq, at_ms, rule, kind, channel, from_ms, to_ms, text, phrase, item, points, sure = 1, basis = null, aligned = [] } = event;
  return {
    flag: seq, at_ms, rule, kind, channel, from_ms, to_ms, text, phrase, item, points, sure: Math.round(sure * 100), basis, aligned,
    added_by: "", verdict: null, first_verdict: null, appeal: null,
  };
}
