import { expect, test } from "vitest";
import type { TryAnswer, TryRequest } from "./answer.ts";
import { makeLink, type TryLink } from "./try-link.ts";
import { TryStore } from "./try-store.svelte.ts";

const EMPTY: TryAnswer = { file: "f", script: "s", script_mistakes: [], happenings: [], mistakes: [] };

function start(run: TryLink["run"]): { store: TryStore; waits: (() => void)[]; kept: Map<string, string> } {
  const waits: (() => void)[] = [];
  const kept = new Map<string, string>();
  const store = new TryStore({
    link: { run, explain: async (rule) => ({ kind: "answer", answer: { card: `规则 ${rule}` } }) },
    after(_, act) {
      waits.push(act);
      return () => void waits.splice(waits.indexOf(act), 1);
    },
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
  });
  return { store, waits, kept };
}

test("what is typed is kept, and run once the fingers rest", async () => {
  const asked: TryRequest[] = [];
  const { store, waits, kept } = start(async (request) => {
    asked.push(request);
    return { kind: "answer", answer: EMPTY };
  });
  expect(asked).toHaveLength(1);
  store.write("客服: 您");
  store.write("客服: 您好");
  expect(waits).toHaveLength(1);
  waits[0]!();
  await Promise.resolve();
  expect(asked.map(({ dialogue }) => dialogue).slice(1)).toEqual(["客服: 您好"]);
  expect([...kept.values()]).toEqual(["客服: 您好"]);
});

test("of two runs the newer counts, however they come back", async () => {
  const answers: ((answer: TryAnswer) => void)[] = [];
  const { store } = start((_, signal) => new Promise((resolve) => answers.push((answer) => !signal.aborted && resolve({ kind: "answer", answer }))));
  const second = store.runNow();
  answers[1]!({ ...EMPTY, script: "newer" });
  answers[0]!({ ...EMPTY, script: "older" });
  await second;
  expect(store.answer?.script).toBe("newer");
  expect(store.run).toEqual({ kind: "done" });
});

test("a fault is told, and what came before stays", async () => {
  let fault = false;
  const { store } = start(async () => (fault ? { kind: "fault", zh: "连不上" } : { kind: "answer", answer: EMPTY }));
  await store.runNow();
  fault = true;
  await store.runNow();
  expect(store.run).toEqual({ kind: "fault", zh: "连不上" });
  expect(store.answer).toEqual(EMPTY);
});

test("the link says why there is no answer", async () => {
  const signal = new AbortController().signal;
  const reply = (body: string, status: number) => makeLink("t", async () => new Response(body, { status })).run({ dialogue: "" }, signal);
  expect(await reply('{"error":"x","zh":"太长"}', 413)).toEqual({ kind: "fault", zh: "太长" });
  expect(await reply("<html>", 500)).toEqual({ kind: "fault", zh: "站点没有回答（500）。" });
  expect(await reply(JSON.stringify(EMPTY), 200)).toEqual({ kind: "answer", answer: EMPTY });
  const gone = makeLink("t", () => Promise.reject(new TypeError("refused")));
  expect(await gone.run({ dialogue: "" }, signal)).toMatchObject({ kind: "fault" });
  const sent: RequestInit[] = [];
  const answerWith = (status: number) => async (_: unknown, init?: RequestInit) => (sent.push(init!), new Response("{}", { status }));
  // A station wants its token, a floor the session's cookie, which the browser sends by itself.
  expect(await makeLink(undefined, answerWith(401)).run({ dialogue: "" }, signal)).toMatchObject({ kind: "fault", zh: expect.stringContaining("请先登录") });
  expect(await makeLink(undefined, answerWith(200)).run({ dialogue: "" }, signal)).toMatchObject({ kind: "answer" });
  expect(sent.every((init) => !("authorization" in (init.headers as Record<string, string>)))).toBe(true);
});
