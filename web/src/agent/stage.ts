/** What takes the middle of the screen: one thing at a time, chosen from the state of the call. */
import type { AgentState, CallView, Cue, Wait } from "./agent-state.ts";
import type { Message } from "../wire.ts";
import type { RingSpan } from "./ring-layout.ts";

export type Stage =
  /** No call. */
  | { kind: "idle" }
  /** In a call with nothing to say: calm. */
  | { kind: "listening" }
  | { kind: "cue"; cue: Cue; waiting: number; ring?: RingSpan }
  /** Keep silent for a moment; `next` are the words that follow. */
  | { kind: "wait"; title: string; next?: string; ring: RingSpan }
  /** The call is over; its figures may still be on their way. */
  | { kind: "ended"; summary?: Message<"summary"> };

export function stageOf(state: AgentState): Stage {
  const { call } = state;
  if (!call) return { kind: "idle" };
  if (call.ended_by) return { kind: "ended", ...(call.summary && { summary: call.summary }) };
  const cue = shownCue(call);
  if (cue) return cueStage(call, cue);
  const wait = call.waits.at(-1);
  return wait ? waitStage(state, call, wait) : { kind: "listening" };
}

/** The most urgent open cue; of equals the newest. The others wait, and return if they are still open. */
export function shownCue(call: CallView): Cue | undefined {
  return call.cues.reduce<Cue | undefined>((best, cue) => (best && best.priority > cue.priority ? best : cue), undefined);
}

function cueStage(call: CallView, cue: Cue): Stage {
  const waiting = call.cues.length - 1;
  const wait = call.waits.findLast((running) => running.rule === cue.rule);
  if (wait) return { kind: "cue", cue, waiting, ring: ringOfWait(wait) };
  if (cue.until_ms === undefined) return { kind: "cue", cue, waiting };
  return { kind: "cue", cue, waiting, ring: { kind: "deadline", key: cue.id, from_ms: cue.at_ms, until_ms: cue.until_ms } };
}

function waitStage(state: AgentState, call: CallView, wait: Wait): Stage {
  const before = call.last_cues[wait.rule];
  // Only the step that was just said knows which words follow.
  const next = before?.step === wait.step ? before.upcoming?.[0] : undefined;
  const title = before?.title ?? titleOf(state, wait.rule);
  return { kind: "wait", title, ring: ringOfWait(wait), ...(next !== undefined && { next }) };
}

function ringOfWait(wait: Wait): RingSpan {
  return { kind: "wait", key: `${wait.rule}/${wait.step}`, from_ms: wait.from_ms, until_ms: wait.until_ms };
}

/** The situation of a rule in a few words; empty if the station's list does not have it. */
export function titleOf(state: AgentState, rule: string): string {
  return state.hello?.situations.find((situation) => situation.rule === rule)?.title ?? "";
}
