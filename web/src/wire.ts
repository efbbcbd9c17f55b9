/**
 * Every message that crosses the station's socket: the exact counterpart of `src/wire/mod.rs` and `src/call/event.rs`.
 * Units stand at the end of names: `_ms` is audio time of the call, `_dbfs` a level. `tests/wire.test.ts` holds these
 * types against the golden frames that the Rust side is tested with.
 */

export type Channel = "agent" | "customer";
export type EndedBy = "agent" | "customer" | "unknown";
export type CueOutcome = "met" | "missed" | "cancelled";
export type FlagKind = "forbidden" | "missing" | "timing" | "hangup" | "conduct";
/** What the words that a flag rests on have to do with it: they are the breach, they made the rule apply, they are almost what was due. */
export type Basis = "words" | "situation" | "near_miss";
export type Agreement = "same" | "near" | "wrong" | "missing" | "left_out" | "added" | "again" | "filler";
export type Severity = "info" | "warning" | "alarm";
export type FloorLink = "linked" | "away" | "denied";

export interface Customer {
  surname?: string;
  /** 先生 or 女士. */
  title?: string;
  known?: boolean;
}

export interface ChecklistItem {
  label: string;
  done: boolean;
}

/** A syllable of a phrase beside the character that was heard for it. */
export interface AlignedWord {
  /** Absent: said beside the phrase. */
  phrase?: string;
  /** Absent: not said. */
  said?: string;
  how: Agreement;
}

export interface ProposedPoints {
  /** `A1` to `A18`. */
  item: string;
  points: number;
}

/** Shares are 0 to 1. */
export interface Metrics {
  agent_talk_share: number;
  customer_talk_share: number;
  silence_share: number;
  longest_monologue_ms: number;
  interruptions: number;
  response_delay_ms?: number;
  agent_chars_per_s?: number;
  agent_level_dbfs?: number;
  customer_level_dbfs?: number;
  silence_windows: number;
  restatings?: number;
}

/** What each kind of event says, by its `type`. */
export interface EventFields {
  call_started: { agent: string; ring_ms?: number; customer?: Customer };
  silence: { since_ms: number; length_ms: number };
  transcript: {
    channel: Channel;
    from_ms: number;
    to_ms: number;
    text: string;
    /** False while the speaker goes on and the words may still grow. */
    final: boolean;
    level_dbfs?: number;
    /** BCP 47. */
    language?: string;
  };
  cue: {
    /** `rule#n`, unique in the call. */
    id: string;
    rule: string;
    /** From 1. */
    step: number;
    say: string[];
    avoid: string[];
    until_ms?: number;
    title: string;
    /** An act instead of words, such as 可以挂机. */
    act?: string;
    upcoming?: string[];
    /** Larger is more urgent. */
    priority: number;
  };
  cue_done: { id: string; outcome: CueOutcome };
  wait_started: { rule: string; step: number; from_ms: number; until_ms: number };
  wait_ended: { rule: string; step: number };
  checklist: { rule: string; items: ChecklistItem[] };
  flag: {
    rule: string;
    kind: FlagKind;
    channel: Channel;
    from_ms: number;
    to_ms: number;
    text: string;
    phrase: string;
    item: string;
    points: number;
    /** The sentence to say instead of forbidden words. */
    instead?: string;
    /** How well the words were heard on which it rests, 0 to 1; absent where it rests on none. */
    sure?: number;
    basis?: Basis;
    aligned?: AlignedWord[];
    /** Unsure: a person has to look, and no points are proposed. */
    review?: boolean;
  };
  alert: { rule: string; to: string; text: string };
  situation: { rule: string };
  hold_started: object;
  hold_ended: object;
  mute_started: object;
  mute_ended: object;
  transfer: object;
  /** From here on nothing is recorded and no words are kept; rules go on. */
  recording_paused: object;
  recording_resumed: object;
  audio_lost: { channel: Channel };
  audio_back: { channel: Channel };
  cue_feedback: { id: string; wrong: boolean };
  call_ended: { by: EndedBy };
  summary: { due: number; met: number; flags: number; metrics: Metrics; items: ProposedPoints[] };
}

/** What every event of a call carries beside its own fields. */
export interface Stamp {
  at_ms: number;
  call: string;
  /** Number in the call, from 1, no gaps. */
  seq: number;
  /** RFC 3339 with offset. */
  wall: string;
}

/** What is of the moment: not numbered, not stored, the newest wins. */
export interface MomentFields {
  hello: {
    version: string;
    agent: string;
    script: string;
    model?: string;
    /** Call that runs, absent between calls. */
    call?: string;
    situations: SituationChoice[];
    demo: boolean;
  };
  levels: {
    /** 0 between calls. */
    at_ms: number;
    agent_dbfs: number;
    customer_dbfs: number;
    agent_speaking: boolean;
    customer_speaking: boolean;
    /** Absent while somebody speaks. */
    quiet_since_ms?: number;
  };
  partial: {
    channel: Channel;
    /** The key of the line on the screen. */
    from_ms: number;
    committed: string;
    tentative: string;
  };
  lag: { text_ms: number };
  notice: {
    key: string;
    severity: Severity;
    /** Empty takes the notice away. */
    zh: string;
    en: string;
  };
  /** Only from a station that has a floor. */
  floor: {
    link: FloorLink;
    /** Events that it has not confirmed; 0 while it keeps up. */
    behind_events: number;
    /** Recordings that wait to be sent. */
    recordings: number;
    /** RFC 3339; absent while it is linked, and where it never was. */
    away_since?: string;
  };
  /** A team lead's line for the agent alone; an empty `text` takes it away. */
  note: { id: string; from: string; text: string };
  /** Who listens in to the call; empty: nobody. */
  listening: { by: string[] };
  refused: { zh: string; en: string };
}

export interface SituationChoice {
  rule: string;
  title: string;
  declared_only: boolean;
}

type Tagged<Fields> = { [Type in keyof Fields]: { type: Type } & Fields[Type] };

export type EventType = keyof EventFields;
export type MomentType = keyof MomentFields;
export type StampedEvent = { [Type in EventType]: Tagged<EventFields>[Type] & Stamp }[EventType];
export type Moment = Tagged<MomentFields>[MomentType];
export type ToPage = StampedEvent | Moment;
/** The message of one type, such as `Message<"cue">`. */
export type Message<Type extends ToPage["type"]> = Extract<ToPage, { type: Type }>;

export type CallAct =
  | "start"
  | "end_by_agent"
  | "end_by_customer"
  | "end_by_unknown"
  | "hold_start"
  | "hold_end"
  | "mute_start"
  | "mute_end"
  | "transfer"
  | "recording_pause"
  | "recording_resume";

export type ToStation =
  | { type: "call"; act: CallAct }
  | { type: "declare"; rule: string }
  | { type: "cue"; id: string; wrong: boolean }
  | { type: "note_read"; id: string }
  | { type: "play_again" };

/** A frame as a message; undefined if it is not one. Kinds that this page does not know are left to the reader to skip. */
export function parseFrame(frame: unknown): ToPage | undefined {
  if (typeof frame !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(frame);
    const typed = typeof message === "object" && message !== null && "type" in message && typeof message.type === "string";
    return typed ? (message as ToPage) : undefined;
  } catch {
    return undefined;
  }
}
