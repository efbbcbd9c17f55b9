/**
 * The fields of every message between floor and page as data, so that a test can hold them against real frames. The compiler
 * holds them against `src/floor-wire.ts`: a field that is added, renamed or made optional there must be so here.
 */
import type { AlertCard, Day, FromLeadFields, Tile, ToLeadFields } from "../src/floor-wire.ts";
import { faultsOf } from "./wire-fields.ts";

type Presence<T, Key extends keyof T> = object extends Pick<T, Key> ? "optional" : "required";
type FieldsOf<T> = { [Key in keyof T]-?: Presence<T, Key> };
type Table<Messages> = { [Type in keyof Messages]: FieldsOf<Messages[Type]> };

export const TO_LEAD: Table<ToLeadFields> = {
  floor: { now_ms: "required", tiles: "required", alerts: "required", day: "required" },
  changes: { now_ms: "required", tiles: "optional", gone: "optional", alerts: "optional", day: "optional" },
  call_event: { event: "required" },
  call_moment: { call: "required", moment: "required" },
  note: { id: "required", station: "required", text: "required", sent_ms: "required", read_ms: "optional" },
  refused: { zh: "required", en: "required" },
};

export const FROM_LEAD: Table<FromLeadFields> = {
  open: { call: "required" },
  close: {},
  note: { station: "required", text: "required" },
  listen: { station: "required", on: "required" },
  acknowledge: { alert: "required" },
  assign: { alert: "required", to: "required" },
};

const TILE: FieldsOf<Tile> = {
  station: "required", agent: "required", name: "required", team: "required", state: "required", state_since_ms: "required", call: "required",
  call_since_ms: "required", seq: "required", speaking: "required", flags_grave: "required", flags_light: "required", flag_rule: "required",
  cue_rule: "required", cue_text: "required", talk_share_pct: "required", lag_ms: "required", audio_lost: "required", behind: "required",
  urgency: "required", listeners: "required", notice: "required",
};

const ALERT: FieldsOf<AlertCard> = {
  id: "required", station: "required", agent: "required", team: "required", call: "required", at_ms: "required", rule: "required", kind: "required",
  text: "required", raised_ms: "required", assigned_to: "required", passed_on: "required", acknowledged_by: "required", settled: "required",
};

const DAY: FieldsOf<Day> = {
  date: "required", calls: "required", due: "required", met: "required", flags: "required", broken: "required", calls_by_hour: "required", flags_by_hour: "required",
};

type Frame = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, string>>;

/** What is wrong with a frame, one line a fault; empty for a good one. */
export function leadFaultsOf(frame: Frame, tables: typeof TO_LEAD | typeof FROM_LEAD): string[] {
  const { type, ...rest } = frame;
  const named: object = tables;
  const fields = new Map<string, Fields>(Object.entries(named)).get(String(type));
  if (!fields) return [`${String(type)} is no message that the page knows`];
  return [...faults(String(type), rest, fields), ...inner(frame)];
}

/** Faults of what a frame carries. */
function inner({ type, tiles, alerts, day, event, moment }: Frame): string[] {
  const list = (value: unknown): Frame[] => (Array.isArray(value) ? (value as Frame[]) : []);
  const part = type === "changes";
  return [
    ...list(tiles).flatMap((tile) => faults("tile", tile, TILE).filter((fault) => !part || !fault.includes(" lacks "))),
    ...list(alerts).flatMap((alert) => faults("alert", alert, ALERT)),
    ...(day ? faults("day", day as Frame, DAY) : []),
    ...[event, moment].filter((each) => each !== undefined).flatMap((each) => faultsOf(each as Frame)),
  ];
}

function faults(name: string, frame: Frame, fields: Fields): string[] {
  const missing = Object.keys(fields).filter((field) => fields[field] === "required" && !(field in frame));
  const surplus = Object.keys(frame).filter((field) => !(field in fields));
  return [...missing.map((field) => `${name} lacks ${field}`), ...surplus.map((field) => `${name} has ${field}, which the page does not know`)];
}
