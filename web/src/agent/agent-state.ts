/**
 * What the agent's screen knows, as a pure fold of the station's messages. Nothing here reads a clock or touches
 * the page; untouched parts keep their identity, so that only what changed is drawn again.
 *
 * `hello` starts from nothing: after a reconnect, or after a page that read too slowly, the station sends the
 * events of the call again and the same state comes out.
 */
import type { Channel, ChecklistItem, Customer, EndedBy, Message, Moment, StampedEvent, ToPage } from "../wire.ts";

/** Lines kept on the screen; older ones remain in the record of the call. */
export const TRANSCRIPT_LINES_MAX = 300;

/** A line of the running transcript, ordered by the start of the speech. */
export type Line =
  | { kind: "speech"; key: string; from_ms: number; channel: Channel; committed: string; tentative: string; final: boolean }
  | { kind: "mark"; key: string; from_ms: number; mark: Mark; rule?: string; channel?: Channel };

/** What else happened, between the lines. */
export type Mark = "situation" | "hold_started" | "hold_ended" | "mute_started" | "mute_ended" | "transfer" | "recording_paused" | "recording_resumed" | "audio_lost" | "audio_back";

export type Cue = Message<"cue">;
export type Wait = Message<"wait_started">;
export type Flag = Message<"flag">;

/** One call as the screen shows it. */
export interface CallView {
  id: string;
  customer?: Customer;
  on_hold: boolean;
  muted: boolean;
  /** Nothing is recorded now. */
  paused: boolean;
  /** Channels whose audio is missing. */
  lost: readonly Channel[];
  /** Open cues in the order in which they came. */
  cues: readonly Cue[];
  /** The latest cue of each rule, kept when it is done: a wait that follows shows its next words. */
  last_cues: Readonly<Record<string, Cue>>;
  waits: readonly Wait[];
  checklist?: readonly ChecklistItem[];
  flags: readonly Flag[];
  alerts: readonly Message<"alert">[];
  lines: readonly Line[];
  ended_by?: EndedBy;
  summary?: Message<"summary">;
}

export interface AgentState {
  hello?: Message<"hello">;
  /** The call that runs, or the last one until the next starts. */
  call?: CallView;
  /** Audio time of the call; stands still while audio is lost. */
  at_ms: number;
  levels?: Message<"levels">;
  lag_ms: number;
  /** One a `key`, the gravest first. */
  notices: readonly Message<"notice">[];
  /** The link to the floor, where the station has one. */
  floor?: Message<"floor">;
  /** Lines of leads that are not read yet, in the order in which they came. */
  notes: readonly Message<"note">[];
  /** Who listens in. */
  listening: readonly string[];
}

export const NOTHING: AgentState = { at_ms: 0, lag_ms: 0, notices: [], notes: [], listening: [] };

/** The state after one more message. Kinds it does not know leave it as it is. */
export function fold(state: AgentState, message: ToPage): AgentState {
  return "seq" in message ? foldEvent(state, message) : foldMoment(state, message);
}

/** Takes a cue off the screen before the station has confirmed it, so that the key answers at once. */
export function putAway(state: AgentState, cue_id: string): AgentState {
  if (!state.call) return state;
  return { ...state, call: { ...state.call, cues: withoutCue(state.call, cue_id) } };
}

/** Takes a lead's line off the screen before the station has confirmed it. */
export function readNote(state: AgentState, id: string): AgentState {
  return { ...state, notes: state.notes.filter((note) => note.id !== id) };
}

/** True while a call runs. */
export function inCall(state: AgentState): boolean {
  return state.call !== undefined && state.call.ended_by === undefined;
}

function foldMoment(state: AgentState, message: Moment): AgentState {
  switch (message.type) {
    case "hello":
      return { ...NOTHING, hello: message };
    case "levels":
      return { ...state, levels: message, at_ms: timeGoesOn(state) ? message.at_ms : state.at_ms };
    case "partial":
      return state.call ? { ...state, call: withPartial(state.call, message) } : state;
    case "lag":
      return { ...state, lag_ms: message.text_ms };
    case "notice":
      return { ...state, notices: withNotice(state.notices, message) };
    case "floor":
      return { ...state, floor: message };
    case "note": {
      const others = readNote(state, message.id);
      return message.text === "" ? others : { ...others, notes: [...others.notes, message] };
    }
    case "listening":
      return { ...state, listening: message.by };
    default:
      return state;
  }
}

function timeGoesOn(state: AgentState): boolean {
  return inCall(state) && state.call?.lost.length === 0;
}

function foldEvent(state: AgentState, event: StampedEvent): AgentState {
  const same_call = state.call?.id === event.call;
  const call = same_call && state.call ? state.call : newCall(event.call);
  const at_ms = same_call ? Math.max(state.at_ms, event.at_ms) : event.at_ms;
  return { ...state, at_ms, call: foldCall(call, event) };
}

function newCall(id: string): CallView {
  return { id, on_hold: false, muted: false, paused: false, lost: [], cues: [], last_cues: {}, waits: [], flags: [], alerts: [], lines: [] };
}

function foldCall(call: CallView, event: StampedEvent): CallView {
  switch (event.type) {
    case "call_started":
      return event.customer ? { ...call, customer: event.customer } : call;
    case "transcript":
      return withTranscript(call, event);
    case "cue":
      return { ...call, cues: [...withoutCue(call, event.id), event], last_cues: { ...call.last_cues, [event.rule]: event } };
    case "cue_done":
    case "cue_feedback":
      return { ...call, cues: withoutCue(call, event.id) };
    case "wait_started":
      return { ...call, waits: [...withoutWait(call, event), event] };
    case "wait_ended":
      return { ...call, waits: withoutWait(call, event) };
    case "checklist":
      return { ...call, checklist: event.items };
    case "flag":
      return { ...call, flags: [...call.flags, event] };
    case "alert":
      return { ...call, alerts: [...call.alerts, event] };
    case "situation":
      return marked(call, event, { rule: event.rule });
    case "hold_started":
    case "hold_ended":
      return { ...marked(call, event), on_hold: event.type === "hold_started" };
    case "mute_started":
    case "mute_ended":
      return { ...marked(call, event), muted: event.type === "mute_started" };
    case "recording_paused":
    case "recording_resumed":
      return { ...marked(call, event), paused: event.type === "recording_paused" };
    case "transfer":
      return marked(call, event);
    case "audio_lost":
      return { ...marked(call, event, { channel: event.channel }), lost: [...found(call, event.channel), event.channel] };
    case "audio_back":
      return { ...marked(call, event, { channel: event.channel }), lost: found(call, event.channel) };
    case "call_ended":
      return { ...call, ended_by: event.by, cues: [], waits: [], on_hold: false, muted: false, paused: false, lost: [] };
    case "summary":
      return { ...call, summary: event };
    default:
      return call;
  }
}

function withoutCue(call: CallView, id: string): readonly Cue[] {
  return call.cues.filter((cue) => cue.id !== id);
}

function withoutWait(call: CallView, over: { rule: string; step: number }): readonly Wait[] {
  return call.waits.filter((wait) => wait.rule !== over.rule || wait.step !== over.step);
}

/** Channels still lost once this one is found again. */
function found(call: CallView, channel: Channel): readonly Channel[] {
  return call.lost.filter((lost) => lost !== channel);
}

function withPartial(call: CallView, { channel, from_ms, committed, tentative }: Message<"partial">): CallView {
  const key = speechKey(channel, from_ms);
  const settled = call.lines.some((line) => line.key === key && line.kind === "speech" && line.final);
  if (settled || call.ended_by) return call;
  return withLine(call, { kind: "speech", key, from_ms, channel, committed, tentative, final: false });
}

function withTranscript(call: CallView, { channel, from_ms, text, final }: Message<"transcript">): CallView {
  const key = speechKey(channel, from_ms);
  // A final text without words: what the partial pass took for speech was none.
  if (final && text === "") return { ...call, lines: call.lines.filter((line) => line.key !== key) };
  return withLine(call, { kind: "speech", key, from_ms, channel, committed: text, tentative: "", final });
}

function speechKey(channel: Channel, from_ms: number): string {
  return `${channel}@${from_ms}`;
}

function marked(call: CallView, event: StampedEvent & { type: Mark }, about: { rule?: string; channel?: Channel } = {}): CallView {
  return withLine(call, { kind: "mark", key: `event#${event.seq}`, from_ms: event.at_ms, mark: event.type, ...about });
}

function withLine(call: CallView, line: Line): CallView {
  const others = call.lines.filter((other) => other.key !== line.key);
  const after = others.findLastIndex((other) => other.from_ms <= line.from_ms) + 1;
  return { ...call, lines: others.toSpliced(after, 0, line).slice(-TRANSCRIPT_LINES_MAX) };
}

const GRAVITY = { alarm: 0, warning: 1, info: 2 } as const;

function withNotice(notices: AgentState["notices"], notice: Message<"notice">): AgentState["notices"] {
  const others = notices.filter((other) => other.key !== notice.key);
  if (notice.zh === "") return others;
  return [...others, notice].toSorted((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);
}
