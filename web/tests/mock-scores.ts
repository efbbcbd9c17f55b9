/** What the mock answers of own calls and score cards: lines follow from verdicts, appeals and entries of the world. */
import type { AnswerOrder, Appeal, AppealOrder, EntryOrder, MyCall, ScoreCard, ScoreLine, Standard, TeamScores } from "../src/review/wire.ts";
import { fault, type Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import type { Call, MockWorld } from "./mock-review-world.ts";

const START = 100;
const NAMES: Readonly<Record<string, string>> = { wang: "王芳", li: "李伟" };
const MONTH = "2026-11";

export const STANDARD: Standard = {
  name: "客服部考核标准",
  start: START,
  items: [
    { item: "A1", text: "日常客户服务、特约服务收费工作完成不及时，不定期汇报", deduct: 2, deduct_complaint: null, bonus: null, from_calls: false },
    { item: "A3", text: "特约服务：做成一笔加分，连续半年没有扣分", deduct: 5, deduct_complaint: null, bonus: 5, from_calls: true },
    { item: "A4", text: "来客来访接待不认真，报修不登记、不跟踪", deduct: 2, deduct_complaint: 5, bonus: null, from_calls: true },
    { item: "A7", text: "对客户咨询不认真解答，重要问题不及时上报", deduct: 2, deduct_complaint: null, bonus: null, from_calls: true },
    { item: "A9", text: "交房手续、验房、问题记录与通知不到位", deduct: 2, deduct_complaint: null, bonus: null, from_calls: false },
    { item: "A10", text: "对客户投诉推诿，不记录、不协调、不上报", deduct: 5, deduct_complaint: null, bonus: null, from_calls: true },
    { item: "A15", text: "公休日值班工作不积极，不按时上下班", deduct: 2, deduct_complaint: null, bonus: null, from_calls: false },
  ],
};

interface Entry extends EntryOrder {
  entry: number;
  by: string;
  withdrawn: boolean;
  appeal: Appeal | null;
}

/** Totals of the months before. */
const EARLIER: Readonly<Record<string, readonly (number | null)[]>> = { "1024": [null, 94, 91, 93, 96], "1025": [98, 97, 99, 100, 98], "1031": [95, 93, 92, 90, 88], "1032": [97, 96, 96, 98, 97] };

export class MockScores {
  readonly #world: MockWorld;
  readonly #entries: Entry[] = [
    { entry: 1, agent: "1024", team: "一组", date: "2026-11-05", item: "A3", points: 5, note: "为 3 号楼住户办成特约保洁一笔", by: "wang", withdrawn: false, appeal: null },
    { entry: 2, agent: "1024", team: "一组", date: "2026-11-12", item: "A15", points: -2, note: "公休日值班迟到 25 分钟", by: "wang", withdrawn: false, appeal: null },
    { entry: 3, agent: "1024", team: "一组", date: "2026-11-09", item: "A1", points: -2, note: "周报晚交一天", by: "wang", withdrawn: true, appeal: null },
    {
      entry: 4, agent: "1024", team: "一组", date: "2026-11-18", item: "A9", points: -2, note: "验房问题没有通知业主", by: "li", withdrawn: false,
      appeal: { answer: "appealed", reason: "当天已电话通知，有通话记录", answered_by: "zhang", answered_ms: Date.UTC(2026, 10, 19, 3), decision: null, decided_by: "", decided_ms: null, decision_note: "" },
    },
    { entry: 5, agent: "1031", team: "二组", date: "2026-11-10", item: "A10", points: -5, note: "客户投诉未上报", by: "wang", withdrawn: false, appeal: null },
  ];

  constructor(world: MockWorld) {
    this.#world = world;
  }

  answer({ what, query, body, user }: Asked): Reply | undefined {
    if (what === "GET /api/review/mine") return [200, { rows: this.#mine(user.agent ?? "", query.get("month") ?? "") }];
    if (what === "GET /api/scores/standard") return [200, STANDARD];
    if (what === "GET /api/scores/card") return this.#card(query.get("agent") ?? "", query.get("month") ?? "");
    if (what === "GET /api/scores/team") return this.#team(query.get("team") ?? "", query.get("month") ?? "");
    if (what === "POST /api/scores/entries") {
      const entry: Entry = { ...(body as unknown as EntryOrder), entry: this.#entries.length + 1, by: user.name, withdrawn: false, appeal: null };
      this.#entries.push(entry);
      return [200, lineOfEntry(entry)];
    }
    const [, number, act] = /^POST \/api\/scores\/entries\/(\d+)\/(withdraw|answer|appeal)$/.exec(what) ?? [];
    const entry = this.#entries.find((each) => each.entry === Number(number));
    if (number === undefined) return undefined;
    return entry ? this.#change(entry, act!, body, user.name) : fault(404, "没有这条录入", "there is no such entry");
  }

  #change(entry: Entry, act: string, body: Record<string, unknown>, who: string): Reply {
    if (act === "withdraw") {
      entry.withdrawn = true;
      return [200, lineOfEntry(entry)];
    }
    if (act === "answer") {
      if (entry.appeal) return fault(409, "已经答复过", "it has been answered");
      entry.appeal = { ...(body as unknown as AnswerOrder), answered_by: who, answered_ms: this.#world.now_ms, decision: null, decided_by: "", decided_ms: null, decision_note: "" };
      return [200, entry.appeal];
    }
    if (entry.by === who) return fault(403, "录入人不能裁定申诉", "somebody else than who entered it decides");
    const { decision, note } = body as unknown as AppealOrder;
    Object.assign(entry.appeal!, { decision, decision_note: note, decided_by: who, decided_ms: this.#world.now_ms } satisfies Partial<Appeal>);
    if (decision === "overturned") entry.withdrawn = true;
    return [200, entry.appeal];
  }

  #calls(agent: string): Call[] {
    return this.#world.calls.filter(({ review }) => review.agent === agent);
  }

  #mine(agent: string, month: string): MyCall[] {
    const finished = month === MONTH ? this.#calls(agent).filter(({ review }) => review.state === "finished") : [];
    return finished
      .map(({ review: { call, started_ms, length_ms, flags, appeal_until_ms } }) => {
        const confirmed = flags.filter(({ verdict, first_verdict }) => (first_verdict ?? verdict)?.verdict === "confirmed");
        return {
          call, started_ms, length_ms, confirmed: confirmed.length, appeal_until_ms: appeal_until_ms ?? 0,
          points: flags.reduce((sum, { verdict }) => sum + (verdict?.points ?? 0), 0),
          unanswered: confirmed.filter(({ appeal }) => appeal === null).length,
        };
      })
      .sort((a, b) => b.started_ms - a.started_ms);
  }

  #lines(agent: string): ScoreLine[] {
    const of_calls = this.#calls(agent).flatMap(({ review }) =>
      review.flags.flatMap(({ flag, rule, text, item, verdict, first_verdict, appeal }): ScoreLine[] => {
        const counted = first_verdict ?? verdict;
        if (counted?.verdict !== "confirmed" || counted.points === 0) return [];
        const date = new Date(review.started_ms + 8 * 3_600_000).toISOString().slice(0, 10);
        return [{ date, item, points: counted.points, reason: `违反规范 ${rule}：${text}`, call: review.call, flag, entry: null, who: "邱月", appeal, void: first_verdict !== null, proposed: false }];
      }),
    );
    const proposed: ScoreLine[] =
      agent === "1024" ? [{ date: "2026-11-30", item: "A10", points: -5, reason: "连续 6 个月没有完成，扣 5 分", call: "", flag: null, entry: null, who: "", appeal: null, void: false, proposed: true }] : [];
    return [...of_calls, ...proposed, ...this.#entries.filter((entry) => entry.agent === agent).map(lineOfEntry)];
  }

  #total(agent: string): number {
    return START + this.#lines(agent).reduce((sum, line) => sum + (line.void || line.proposed ? 0 : line.points), 0);
  }

  #card(agent: string, month: string): Reply {
    const calls = this.#calls(agent);
    const review = calls[0]?.review;
    if (!review) return fault(404, "没有这位坐席", "there is no such agent");
    const now = month === MONTH;
    const lines = now ? this.#lines(agent) : [];
    const counting = lines.filter((line) => !line.void && !line.proposed);
    const items = [...new Set(counting.map(({ item }) => item))].sort((a, b) => a.localeCompare(b, "zh", { numeric: true }));
    const team = [...new Set(this.#world.calls.filter((each) => each.review.team === review.team).map((each) => each.review.agent))];
    const card: ScoreCard = {
      agent, agent_name: review.agent_name, team: review.team, month, made_ms: this.#world.now_ms, standard: STANDARD.name, start: START,
      total: now ? this.#total(agent) : (EARLIER[agent]?.at(-1) ?? START),
      lines,
      by_item: items.map((item) => {
        const of_item = counting.filter((line) => line.item === item);
        return { item, text: STANDARD.items.find((each) => each.item === item)?.text ?? "", count: of_item.length, points: of_item.reduce((sum, { points }) => sum + points, 0) };
      }),
      trend: [...(EARLIER[agent] ?? []), this.#total(agent)].map((total, index) => ({ month: `2026-${String(6 + index).padStart(2, "0")}`, total })),
      team_mean: team.reduce((sum, each) => sum + this.#total(each), 0) / team.length,
      faults: faultsOf(calls),
      calls: calls.length * 31, reviewed: calls.filter((call) => call.review.state === "finished").length,
      undecided: calls.flatMap((call) => call.review.flags).filter(({ verdict }) => verdict === null).length,
    };
    return [200, card];
  }

  #team(team: string, month: string): Reply {
    const of_team = this.#world.calls.filter(({ review }) => review.team === team);
    const agents = [...new Set(of_team.map(({ review }) => review.agent))];
    const rows = agents.map((agent): TeamScores["agents"][number] => {
      const lines = this.#lines(agent);
      const counting = lines.filter((line) => !line.void && !line.proposed);
      const add = (sign: number): number => counting.filter(({ points }) => points * sign > 0).reduce((sum, { points }) => sum + points, 0);
      const calls = this.#calls(agent);
      return {
        agent, agent_name: calls[0]!.review.agent_name, total: this.#total(agent), deductions: add(-1), bonuses: add(1), calls: calls.length * 31,
        open_appeals: lines.filter(({ appeal }) => appeal?.answer === "appealed" && appeal.decision === null).length,
      };
    });
    const mean = rows.length === 0 ? null : rows.reduce((sum, { total }) => sum + total, 0) / rows.length;
    const trend = [94.5, 95, 94, 95.5, 96, mean].map((value, index) => ({ month: `2026-${String(6 + index).padStart(2, "0")}`, mean: value }));
    return [200, { team, month, made_ms: this.#world.now_ms, mean, agents: month === MONTH ? rows : [], faults: faultsOf(of_team), trend } satisfies TeamScores];
  }
}

function faultsOf(calls: readonly Call[]): ScoreCard["faults"] {
  const counts = new Map<string, number>();
  for (const { review } of calls) for (const { rule, verdict } of review.flags) if (verdict?.verdict === "confirmed") counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => ({ rule, count })).sort((a, b) => b.count - a.count || a.rule.localeCompare(b.rule)).slice(0, 5);
}

function lineOfEntry({ entry, date, item, points, note, by, withdrawn, appeal }: Entry): ScoreLine {
  return { date, item, points, reason: note, call: "", flag: null, entry, who: NAMES[by] ?? by, appeal, void: withdrawn, proposed: false };
}
