import { describe, expect, test } from "vitest";
import type { EventFields, EventType, StampedEvent, ToPage } from "../wire.ts";
import { fold, inCall, NOTHING, putAway, TRANSCRIPT_LINES_MAX, type AgentState } from "./agent-state.ts";
import { stageOf } from "./stage.ts";

let seq = 0;

function event<Type extends EventType>(at_ms: number, type: Type, fields: EventFields[Type], call = "call-1"): StampedEvent {
  return { type, at_ms, ...fields, call, seq: ++seq, wall: "2026-11-24T10:00:00+08:00" } as unknown as StampedEvent;
}

function after(...messages: ToPage[]): AgentState {
  return messages.reduce(fold, NOTHING);
}

function cue(at_ms: number, id: string, priority: number, more: Partial<EventFields["cue"]> = {}): StampedEvent {
  return event(at_ms, "cue", { id, rule: id.split("#")[0]!, step: 1, say: [`say ${id}`], avoid: [], title: id, priority, ...more });
}

const hello: ToPage = { type: "hello", version: "0", agent: "1024", script: "s", situations: [], demo: false };
const started = event(0, "call_started", { agent: "1024" });
const levels = (at_ms: number): ToPage => ({ type: "levels", at_ms, agent_dbfs: -20, customer_dbfs: -60, agent_speaking: true, customer_speaking: false });
const said = (from_ms: number, text: string, final = true): ToPage => event(from_ms + 500, "transcript", { channel: "agent", from_ms, to_ms: from_ms + 500, text, final });
const partial = (from_ms: number, committed: string, tentative: string): ToPage => ({ type: "partial", channel: "agent", from_ms, committed, tentative });
const words = (state: AgentState): string[] => (state.call?.lines ?? []).map((line) => (line.kind === "speech" ? `${line.committed}|${line.tentative}` : line.mark));

describe("hello", () => {
  test("starts from nothing, and the same events bring the same state back", () => {
    const events = [started, cue(10, "1.1#1", 40), said(400, "您好"), event(900, "hold_started", {})];
    const first = after(hello, ...events);
    expect([hello, ...events].reduce(fold, first)).toEqual(first);
  });
});

describe("cues", () => {
  const shown = (state: AgentState): string | undefined => {
    const stage = stageOf(state);
    return stage.kind === "cue" ? stage.cue.id : stage.kind;
  };

  test("the most urgent is shown, of equals the newest, and the others return", () => {
    let state = after(started, cue(10, "a#1", 50), cue(20, "b#1", 60), cue(30, "c#1", 50));
    expect(shown(state)).toBe("b#1");
    state = fold(state, event(40, "cue_done", { id: "b#1", outcome: "met" }));
    expect(shown(state)).toBe("c#1");
    state = fold(state, event(50, "cue_feedback", { id: "c#1", wrong: true }));
    expect(shown(state)).toBe("a#1");
    expect(shown(putAway(state, "a#1"))).toBe("listening");
  });

  test("a wait shows its ring and the words that follow", () => {
    const asked = cue(10, "1.5#1", 50, { rule: "1.5", upcoming: ["再问一次", "道别"], until_ms: 3_010 });
    const state = after(started, asked, event(900, "cue_done", { id: "1.5#1", outcome: "met" }), event(900, "wait_started", { rule: "1.5", step: 1, from_ms: 800, until_ms: 3_800 }));
    expect(stageOf(state)).toEqual({ kind: "wait", title: "1.5#1", next: "再问一次", ring: { kind: "wait", key: "1.5/1", from_ms: 800, until_ms: 3_800 } });
    expect(shown(fold(state, event(3_800, "wait_ended", { rule: "1.5", step: 1 })))).toBe("listening");
  });

  test("a cue with an end of its own has a ring, one without has none", () => {
    expect(stageOf(after(started, cue(10, "a#1", 50, { until_ms: 500 })))).toMatchObject({ ring: { kind: "deadline", from_ms: 10, until_ms: 500 } });
    expect(stageOf(after(started, cue(10, "a#1", 50)))).not.toHaveProperty("ring");
  });
});

describe("time", () => {
  test("follows the audio, stands still while audio is lost, and goes on with it", () => {
    let state = after(started, levels(1_000), event(1_000, "audio_lost", { channel: "customer" }), levels(1_500));
    expect(state.at_ms).toBe(1_000);
    state = [event(2_000, "audio_lost", { channel: "agent" }), event(2_500, "audio_back", { channel: "customer" }), levels(2_600)].reduce(fold, state);
    expect(state.at_ms).toBe(2_500);
    expect([event(3_000, "audio_back", { channel: "agent" }), levels(3_100)].reduce(fold, state).at_ms).toBe(3_100);
  });

  test("keeps the length of a call that is over, and starts again with the next", () => {
    const over = after(started, event(60_000, "call_ended", { by: "agent" }), levels(0));
    expect(over.at_ms).toBe(60_000);
    expect(fold(over, event(0, "call_started", { agent: "1024" }, "call-2"))).toMatchObject({ at_ms: 0, call: { id: "call-2", lines: [] } });
  });
});

describe("transcript", () => {
  test("running words grow in one line until the final ones replace them", () => {
    const running = after(started, partial(400, "", "您好"), partial(400, "您好", "中铁"));
    expect(words(running)).toEqual(["您好|中铁"]);
    const final = fold(running, said(400, "您好,中铁物流"));
    expect(words(final)).toEqual(["您好,中铁物流|"]);
    expect(words(fold(final, partial(400, "您", "late")))).toEqual(["您好,中铁物流|"]);
  });

  test("a final text without words takes its line away", () => {
    expect(words(after(started, partial(400, "", "谢谢"), said(400, "")))).toEqual([]);
  });

  test("lines stand in the order of their speech, whenever their text comes", () => {
    expect(words(after(started, said(3_000, "second"), event(4_000, "transfer", {}), said(400, "first")))).toEqual(["first|", "second|", "transfer"]);
  });

  test("is bounded", () => {
    const state = after(started, ...Array.from({ length: TRANSCRIPT_LINES_MAX + 5 }, (_, n) => said(n * 1_000, `line ${n}`)));
    expect(state.call?.lines).toHaveLength(TRANSCRIPT_LINES_MAX);
    expect(words(state)[0]).toBe("line 5|");
  });
});

describe("notices", () => {
  const notice = (key: string, severity: "info" | "warning" | "alarm", zh: string): ToPage => ({ type: "notice", key, severity, zh, en: zh });

  test("one a key, the gravest first, an empty one takes it away", () => {
    const state = after(notice("script", "info", "旧"), notice("overrun", "alarm", "丢"), notice("script", "info", "新"));
    expect(state.notices.map(({ zh }) => zh)).toEqual(["丢", "新"]);
    expect(fold(state, notice("overrun", "alarm", "")).notices.map(({ key }) => key)).toEqual(["script"]);
  });
});

describe("end", () => {
  test("clears what was open and keeps what was noted", () => {
    const flag = event(500, "flag", { rule: "2.1", kind: "forbidden", channel: "agent", from_ms: 1, to_ms: 2, text: "", phrase: "", item: "A4", points: -2 });
    const state = after(started, cue(10, "a#1", 50), flag, event(900, "mute_started", {}), event(1_000, "call_ended", { by: "customer" }));
    expect(inCall(state)).toBe(false);
    expect(state.call).toMatchObject({ cues: [], waits: [], muted: false, flags: [{ rule: "2.1" }], ended_by: "customer" });
    expect(stageOf(state)).toEqual({ kind: "ended" });
  });
});

test("a kind that this page does not know changes nothing but the time", () => {
  const before = after(hello, started);
  expect(fold(before, { ...event(700, "transfer", {}), type: "from_the_future" } as unknown as ToPage)).toEqual({ ...before, at_ms: 700 });
  expect(fold(before, { type: "from_the_future" } as unknown as ToPage)).toBe(before);
});

test("what a message does not touch keeps its identity, so that it is not drawn again", () => {
  const before = after(started, said(400, "您好"));
  expect(fold(before, levels(600)).call).toBe(before.call);
});
