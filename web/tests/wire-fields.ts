/**
 * The fields of every message as data, so that a test can hold them against real frames. The compiler holds them
 * against `src/wire.ts`: a field that is added, renamed or made optional there must be so here.
 */
import type { EventFields, MomentFields, Stamp, ToStation } from "../src/wire.ts";

type Presence<T, Key extends keyof T> = object extends Pick<T, Key> ? "optional" : "required";
type FieldsOf<T> = { [Key in keyof T]-?: Presence<T, Key> };
type Table<Messages> = { [Type in keyof Messages]: FieldsOf<Messages[Type]> };
type CommandFields = { [Type in ToStation["type"]]: Omit<Extract<ToStation, { type: Type }>, "type"> };

export const STAMP: FieldsOf<Stamp> = { at_ms: "required", call: "required", seq: "required", wall: "required" };

export const EVENTS: Table<EventFields> = {
  call_started: { agent: "required", ring_ms: "optional", customer: "optional" },
  silence: { since_ms: "required", length_ms: "required" },
  transcript: {
    channel: "required",
    from_ms: "required",
    to_ms: "required",
    text: "required",
    final: "required",
    level_dbfs: "optional",
    language: "optional",
  },
  cue: {
    id: "required",
    rule: "required",
    step: "required",
    say: "required",
    avoid: "required",
    until_ms: "optional",
    title: "required",
    act: "optional",
    upcoming: "optional",
    priority: "required",
  },
  cue_done: { id: "required", outcome: "required" },
  wait_started: { rule: "required", step: "required", from_ms: "required", until_ms: "required" },
  wait_ended: { rule: "required", step: "required" },
  checklist: { rule: "required", items: "required" },
  flag: {
    rule: "required",
    kind: "required",
    channel: "required",
    from_ms: "required",
    to_ms: "required",
    text: "required",
    phrase: "required",
    item: "required",
    points: "required",
    instead: "optional",
    sure: "optional",
    basis: "optional",
    aligned: "optional",
    review: "optional",
  },
  alert: { rule: "required", to: "required", text: "required" },
  situation: { rule: "required" },
  hold_started: {},
  hold_ended: {},
  mute_started: {},
  mute_ended: {},
  transfer: {},
  recording_paused: {},
  recording_resumed: {},
  audio_lost: { channel: "required" },
  audio_back: { channel: "required" },
  cue_feedback: { id: "required", wrong: "required" },
  call_ended: { by: "required" },
  summary: { due: "required", met: "required", flags: "required", metrics: "required", items: "required" },
};

export const MOMENTS: Table<MomentFields> = {
  hello: {
    version: "required",
    agent: "required",
    script: "required",
    model: "optional",
    call: "optional",
    situations: "required",
    demo: "required",
  },
  levels: {
    at_ms: "required",
    agent_dbfs: "required",
    customer_dbfs: "required",
    agent_speaking: "required",
    customer_speaking: "required",
    quiet_since_ms: "optional",
  },
  partial: { channel: "required", from_ms: "required", committed: "required", tentative: "required" },
  lag: { text_ms: "required" },
  notice: { key: "required", severity: "required", zh: "required", en: "required" },
  floor: { link: "required", behind_events: "required", recordings: "required", away_since: "optional" },
  note: { id: "required", from: "required", text: "required" },
  listening: { by: "required" },
  refused: { zh: "required", en: "required" },
};

export const COMMANDS: Table<CommandFields> = {
  call: { act: "required" },
  declare: { rule: "required" },
  cue: { id: "required", wrong: "required" },
  note_read: { id: "required" },
  play_again: {},
};

type Frame = Readonly<Record<string, unknown>>;

/** What is wrong with a frame, one line a fault; empty for a good one. */
export function faultsOf(frame: Frame): string[] {
  const type = String(frame["type"]);
  const fields = fieldsOf(frame, type);
  if (!fields) return [`${type} is no message that the page knows`];
  const missing = Object.keys(fields).filter((name) => fields[name] === "required" && !(name in frame));
  const surplus = Object.keys(frame).filter((name) => name !== "type" && !(name in fields));
  return [...missing.map((name) => `${type} lacks ${name}`), ...surplus.map((name) => `${type} has ${name}, which the page does not know`)];
}

function fieldsOf(frame: Frame, type: string): Readonly<Record<string, string>> | undefined {
  const stamped = "seq" in frame;
  const tables: object = stamped ? EVENTS : { ...COMMANDS, ...MOMENTS };
  const fields = new Map<string, Record<string, string>>(Object.entries(tables)).get(type);
  return fields && { ...fields, ...(stamped && STAMP) };
}
