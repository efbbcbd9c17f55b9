/**
 * Every message between the floor and a team lead's page: the exact counterpart of `src/wire/floor.rs` and of
 * `LiveAudio` in `src/wire/uplink.rs`. `_ms` is wall clock in ms since 1970, but for `at_ms` and `lag_ms`.
 * `tests/floor-wire.test.ts` holds these types against the golden frames that the Rust side is tested with.
 */
import type { Moment, Severity, StampedEvent } from "./wire.ts";

/** Name and version of what is spoken on the socket. */
export const FLOOR_PROTOCOL = "callcue.floor.v1";

export type AgentStatus = "offline" | "free" | "ringing" | "talking" | "waiting" | "hold" | "muted" | "silence";
export type Speaking = "nobody" | "agent" | "customer" | "both";
export type AlertKind = "rule" | "long_silence" | "long_hold";

/** A station's gravest notice about itself. */
export interface TileNotice {
  severity: Severity;
  zh: string;
}

/** One agent on the floor view. */
export interface Tile {
  station: number;
  /** The agent's number. */
  agent: string;
  /** Empty if the floor does not know it. */
  name: string;
  team: string;
  state: AgentStatus;
  state_since_ms: number;
  /** The running call; empty between calls. */
  call: string;
  /** 0 between calls. */
  call_since_ms: number;
  /** Number of the newest event that this tile shows. */
  seq: number;
  speaking: Speaking;
  /** Flags of this call with points of −5 and more. */
  flags_grave: number;
  flags_light: number;
  /** Rule of the newest flag; empty: none. */
  flag_rule: string;
  /** Rule of the cue shown; empty: none. */
  cue_rule: string;
  cue_text: string;
  /** Agent's share of speech, percent; null before anybody has spoken. */
  talk_share_pct: number | null;
  lag_ms: number;
  audio_lost: "" | "agent" | "customer" | "both";
  /** Events that the station has and the floor does not. */
  behind: number;
  /** 0 to 100. */
  urgency: number;
  /** Names of those who listen in. */
  listeners: string[];
  notice: TileNotice | null;
}

/** Only the fields that have changed. */
export type TileChange = Pick<Tile, "station"> & Partial<Tile>;

/** Something that a lead should look at. */
export interface AlertCard {
  /** Rising. */
  id: number;
  station: number;
  agent: string;
  team: string;
  call: string;
  /** Audio time of the call. */
  at_ms: number;
  /** Empty for `long_silence` and `long_hold`. */
  rule: string;
  kind: AlertKind;
  /** A Chinese sentence. */
  text: string;
  raised_ms: number;
  /** Name of a user; empty: every lead of the team. */
  assigned_to: string;
  /** How often it has gone on to the next lead because nobody acknowledged it. */
  passed_on: number;
  /** Empty: nobody yet. */
  acknowledged_by: string;
  settled: boolean;
}

export interface BrokenRule {
  rule: string;
  flags: number;
}

/** Today in figures, for the teams that the user may see. */
export interface Day {
  /** Local date, `2026-11-26`. */
  date: string;
  calls: number;
  /** Times a rule asked for words, and times they were heard. */
  due: number;
  met: number;
  flags: number;
  /** At most five, most first. */
  broken: BrokenRule[];
  /** 24 numbers each. */
  calls_by_hour: number[];
  flags_by_hour: number[];
}

/** What the floor tells a page, by its `type`. */
export interface ToLeadFields {
  floor: { now_ms: number; tiles: Tile[]; alerts: AlertCard[]; day: Day };
  changes: { now_ms: number; tiles?: TileChange[]; gone?: number[]; alerts?: AlertCard[]; day?: Day };
  call_event: { event: StampedEvent };
  call_moment: { call: string; moment: Moment };
  note: { id: string; station: number; text: string; sent_ms: number; read_ms?: number };
  refused: { zh: string; en: string };
}

/** What a page asks of the floor, by its `type`. */
export interface FromLeadFields {
  open: { call: string };
  close: object;
  /** At most `NOTE_CHARACTERS_MAX`. */
  note: { station: number; text: string };
  listen: { station: number; on: boolean };
  acknowledge: { alert: number };
  /** `to` is the name of a user. */
  assign: { alert: number; to: string };
}

/** Longest line that the floor takes for an agent. */
export const NOTE_CHARACTERS_MAX = 200;

type Tagged<Fields> = { [Type in keyof Fields]: { type: Type } & Fields[Type] };

export type ToLead = Tagged<ToLeadFields>[keyof ToLeadFields];
export type FromLead = Tagged<FromLeadFields>[keyof FromLeadFields];
/** The message of one type, such as `LeadMessage<"changes">`. */
export type LeadMessage<Type extends ToLead["type"]> = Extract<ToLead, { type: Type }>;

/** A text frame as a message; undefined if it is not one. Kinds that this page does not know are left to the reader to skip. */
export function parseLeadFrame(frame: unknown): ToLead | undefined {
  if (typeof frame !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(frame);
    const typed = typeof message === "object" && message !== null && "type" in message && typeof message.type === "string";
    return typed ? (message as ToLead) : undefined;
  } catch {
    return undefined;
  }
}

/** Sound of a running call: both sides apart, full scale ±1, 16 kHz. */
export interface LiveAudio {
  /** Call time of the first sample. */
  at_ms: number;
  agent: Float32Array<ArrayBuffer>;
  customer: Float32Array<ArrayBuffer>;
}

/** Samples a second of each side. */
export const LIVE_AUDIO_RATE_HZ = 16_000;
const HEADER_BYTES = 8;
const BYTES_A_PAIR = 4;

/** Reads a binary frame; undefined where it is cut or holds half a pair of samples. */
export function parseLiveAudio(frame: ArrayBuffer): LiveAudio | undefined {
  const body_bytes = frame.byteLength - HEADER_BYTES;
  if (body_bytes < 0 || body_bytes % BYTES_A_PAIR !== 0) return undefined;
  const view = new DataView(frame);
  const pairs = body_bytes / BYTES_A_PAIR;
  const side = (first_byte: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: pairs }, (_, pair) => view.getInt16(first_byte + pair * BYTES_A_PAIR, true) / 32_768);
  return { at_ms: Number(view.getBigUint64(0, true)), agent: side(HEADER_BYTES), customer: side(HEADER_BYTES + 2) };
}
