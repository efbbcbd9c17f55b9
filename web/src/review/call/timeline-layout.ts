/** Where things of a call stand on the time line: events in, spans and pixels out. All times are audio time in ms. */
import type { Channel, CueOutcome, StampedEvent } from "../../wire.ts";
import type { Peaks } from "../wire.ts";

export interface Span {
  from_ms: number;
  to_ms: number;
}

/** A time in which the agent has to keep silent. */
export interface Wait extends Span {
  rule: string;
  step: number;
  /** Until when it should have lasted. */
  due_ms: number;
  /** By how much the agent cut it short; 0: it lasted, or the customer spoke. */
  short_ms: number;
}

/** Words that the agent was asked to say. */
export interface CueMark {
  id: string;
  rule: string;
  title: string;
  say: readonly string[];
  at_ms: number;
  due_ms: number | undefined;
  done_ms: number | undefined;
  outcome: CueOutcome | undefined;
}

export interface Timeline {
  speech: Readonly<Record<Channel, readonly Span[]>>;
  /** Nobody speaks, for so long that one may skip it. */
  quiet: readonly Span[];
  hold: readonly Span[];
  mute: readonly Span[];
  /** No audio came from a channel. */
  lost: readonly (Span & { channel: Channel })[];
  waits: readonly Wait[];
  cues: readonly CueMark[];
}

export const EMPTY_TIMELINE: Timeline = { speech: { agent: [], customer: [] }, quiet: [], hold: [], mute: [], lost: [], waits: [], cues: [] };

/** A pause shorter than this belongs to the talk. */
const QUIET_MIN_MS = 2_000;
/** A flag about a wait ends within so much of it. */
const FLAG_NEAR_MS = 1_500;

/** Without a waveform the time line is still there. */
export function flatPeaks(length_ms: number): Peaks {
  return { per_s: 1, length_ms, agent: [0, 0], customer: [0, 0] };
}

/** What of the events is drawn. What has begun and not ended lasts to the end of the call. */
export function timelineOf(events: readonly StampedEvent[], length_ms: number): Timeline {
  const speech: Record<Channel, Span[]> = { agent: [], customer: [] };
  const waits: Wait[] = [];
  const cues = new Map<string, CueMark>();
  for (const event of events) {
    if (event.type === "transcript" && event.final) speech[event.channel].push({ from_ms: event.from_ms, to_ms: event.to_ms });
    else if (event.type === "wait_started") waits.push({ rule: event.rule, step: event.step, from_ms: event.from_ms, to_ms: event.until_ms, due_ms: event.until_ms, short_ms: 0 });
    else if (event.type === "wait_ended") endWait(waits, event.rule, event.at_ms);
    else if (event.type === "cue") {
      const { id, rule, title, say, at_ms, until_ms } = event;
      cues.set(id, { id, rule, title, say, at_ms, due_ms: until_ms, done_ms: undefined, outcome: undefined });
    } else if (event.type === "cue_done") {
      const cue = cues.get(event.id);
      if (cue) Object.assign(cue, { done_ms: event.at_ms, outcome: event.outcome });
    }
  }
  // Afterwards, because a flag can come before the end of the wait that it is about.
  for (const event of events) {
    if (event.type === "flag" && (event.kind === "timing" || event.kind === "hangup")) cutShort(waits, event.rule, event.to_ms);
  }
  const both = [...speech.agent, ...speech.customer].sort((a, b) => a.from_ms - b.from_ms);
  return {
    speech,
    quiet: gapsOf(both, length_ms),
    hold: between(events, "hold_started", "hold_ended", length_ms),
    mute: between(events, "mute_started", "mute_ended", length_ms),
    lost: (["agent", "customer"] as const).flatMap((channel) =>
      between(events.filter((event) => "channel" in event && event.channel === channel), "audio_lost", "audio_back", length_ms).map((span) => ({ ...span, channel })),
    ),
    waits,
    cues: [...cues.values()],
  };
}

function endWait(waits: readonly Wait[], rule: string, at_ms: number): void {
  const open = waits.findLast((wait) => wait.rule === rule);
  if (!open) return;
  open.to_ms = Math.max(open.from_ms, at_ms);
}

/** A wait that ends early is a breach only where a flag says so: the customer may end it at any time. */
function cutShort(waits: readonly Wait[], rule: string, at_ms: number): void {
  const cut = waits.findLast((wait) => wait.rule === rule && wait.to_ms < wait.due_ms && Math.abs(wait.to_ms - at_ms) < FLAG_NEAR_MS);
  if (cut) cut.short_ms = cut.due_ms - cut.to_ms;
}

function between(events: readonly StampedEvent[], start: StampedEvent["type"], end: StampedEvent["type"], length_ms: number): Span[] {
  const spans: Span[] = [];
  let from_ms: number | undefined;
  for (const { type, at_ms } of events) {
    if (type === start) from_ms ??= at_ms;
    else if (type === end && from_ms !== undefined) {
      spans.push({ from_ms, to_ms: at_ms });
      from_ms = undefined;
    }
  }
  if (from_ms !== undefined) spans.push({ from_ms, to_ms: length_ms });
  return spans;
}

/** Where none of these spans is, for long enough; they come in the order of their beginnings. */
function gapsOf(spans: readonly Span[], length_ms: number): Span[] {
  const gaps: Span[] = [];
  let end_ms = 0;
  for (const { from_ms, to_ms } of [...spans, { from_ms: length_ms, to_ms: length_ms }]) {
    if (from_ms - end_ms >= QUIET_MIN_MS) gaps.push({ from_ms: end_ms, to_ms: from_ms });
    end_ms = Math.max(end_ms, to_ms);
  }
  return gaps;
}

/** Before speech one wants to hear it begin. */
const LEAD_IN_MS = 250;

/** Where to go on when silence is skipped; undefined: one is not in it, or almost out of it. */
export function skipTo(quiet: readonly Span[], at_ms: number): number | undefined {
  const gap = quiet.find(({ from_ms, to_ms }) => at_ms >= from_ms + LEAD_IN_MS && at_ms < to_ms);
  const to_ms = gap && gap.to_ms - LEAD_IN_MS;
  return to_ms !== undefined && to_ms > at_ms ? to_ms : undefined;
}

/** The part of the time line that can be seen. */
export interface View {
  from_ms: number;
  px_per_s: number;
  width_px: number;
}

export interface Placed {
  left_px: number;
  width_px: number;
}

/** Where a span stands in the view, clipped to it; undefined: outside. Nothing is thinner than a pixel. */
export function placed({ from_ms, to_ms }: Span, view: View): Placed | undefined {
  const px = (ms: number): number => ((ms - view.from_ms) / 1_000) * view.px_per_s;
  const left_px = Math.max(-1, px(from_ms));
  const right_px = Math.min(view.width_px + 1, px(to_ms));
  return right_px < 0 || left_px > view.width_px ? undefined : { left_px, width_px: Math.max(1, right_px - left_px) };
}

/** Those of the spans that can be seen, with their places. */
export function seen<T extends Span>(spans: readonly T[], view: View): { span: T; place: Placed }[] {
  return spans.flatMap((span) => {
    const place = placed(span, view);
    return place ? [{ span, place }] : [];
  });
}

/** Farthest that a label is moved from its place. */
const NUDGE_LABELS = 2;

/**
 * Where labels stand so that none covers another: at their places, or right behind the one before. Undefined: that would be too far
 * away, and it shows as a pin only. The places come in rising order.
 */
export function nudged(lefts_px: readonly number[], label_px: number): (number | undefined)[] {
  let end_px = -Infinity;
  return lefts_px.map((left_px) => {
    const at_px = Math.max(left_px, end_px);
    if (at_px - left_px > NUDGE_LABELS * label_px) return undefined;
    end_px = at_px + label_px;
    return at_px;
  });
}

const TICK_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800];
const TICK_ROOM_PX = 72;

/** Moments for the ruler: round ones, with room for their times. */
export function ticksOf({ from_ms, px_per_s, width_px }: View): number[] {
  if (px_per_s <= 0) return [];
  const step_ms = (TICK_STEPS_S.find((step) => step * px_per_s >= TICK_ROOM_PX) ?? 3_600) * 1_000;
  const first = Math.ceil(from_ms / step_ms) * step_ms;
  const to_ms = from_ms + (width_px / px_per_s) * 1_000;
  return Array.from({ length: Math.max(0, Math.floor((to_ms - first) / step_ms) + 1) }, (_, index) => first + index * step_ms);
}
