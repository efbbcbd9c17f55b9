import { expect, test, vi } from "vitest";
import type { Answer } from "../../house/request.ts";
import { deskRig, ok, refused } from "../desk/desk-rig.ts";
import type { ScoreCard, TeamScores } from "../wire.ts";
import { ScoresStore } from "./scores-store.svelte.ts";

const card = (agent: string, month: string): ScoreCard => ({
  agent, agent_name: "", team: "一组", month, made_ms: 0, standard: "", start: 100, total: 100, lines: [], by_item: [], trend: [], team_mean: null, faults: [], calls: 0, reviewed: 0, undecided: 0,
});
const team = (name: string): TeamScores => ({ team: name, month: "2026-11", made_ms: 0, mean: null, agents: [], faults: [], trend: [] });

test("the address says what is shown; without one it is the own team in this month", async () => {
  const desk = deskRig({ card: (agent, month) => ok(card(agent, month)), team: (name) => ok(team(name)) });
  const store = new ScoresStore(desk);
  await store.open([]);
  expect([store.view, store.team, store.month, store.team_scores?.team]).toEqual(["team", "一组", "2026-11", "一组"]);
  await store.open(["card", "1024", "2026-09"]);
  expect([store.view, store.card?.agent, store.card?.month]).toEqual(["card", "1024", "2026-09"]);
  await store.open(["team", "二组", "no month"]);
  expect([store.view, store.team_scores?.team, store.month]).toEqual(["team", "二组", "2026-09"]);
});

test("an agent sees the own card whatever the address says, and asks for no team", async () => {
  const asked = vi.fn(() => ok(team("一组")));
  const desk = deskRig({ card: (agent, month) => ok(card(agent, month)), team: asked }, { agent: "1031", teams: [] });
  const store = new ScoresStore(desk);
  await store.open(["card", "1024", "2026-11"]);
  expect(store.card?.agent).toBe("1031");
  expect(asked).not.toHaveBeenCalled();
});

test("a late answer does not take the place of a newer one", async () => {
  const waiting: ((answer: Answer<ScoreCard>) => void)[] = [];
  const desk = deskRig({ card: () => new Promise((resolve) => waiting.push(resolve)), team: (name) => ok(team(name)) });
  const store = new ScoresStore(desk);
  const first = store.open(["card", "1", "2026-11"]);
  const second = store.open(["card", "2", "2026-11"]);
  waiting[1]!({ ok: true, value: card("2", "2026-11") });
  await second;
  waiting[0]!({ ok: true, value: card("1", "2026-11") });
  await first;
  expect(store.card?.agent).toBe("2");
});

test("points that are refused stay in the form, and why is said", async () => {
  const enter = vi.fn(() => refused<never>(422, "一次只能记 2 分"));
  const desk = deskRig({ card: (agent, month) => ok(card(agent, month)), enter });
  const store = new ScoresStore(desk);
  expect(await store.enter({ agent: "1024", team: "一组", date: "2026-11-27", item: "A4", points: -3, note: "x" })).toBe(false);
  expect(desk.told).toEqual(["一次只能记 2 分"]);
});
