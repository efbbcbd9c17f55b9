/** Filters of the queue as the address holds them, and walking through its rows. */
import type { QueueQuery, QueueRow } from "../wire.ts";

type Asked = Readonly<Record<string, string>>;

export const QUEUE_VIEWS = ["open", "mine", "appeals", "finished"] as const;
export const VIEW_TEXTS: Readonly<Record<QueueQuery["view"], string>> = { open: "待复核", mine: "分给我的", appeals: "申诉待裁定", finished: "已完成" };
/** Rows of a page. */
export const PAGE_ROWS = 50;

/** What the address asks for; what makes no sense is left out. */
export function queryOfRoute(asked: Asked): QueueQuery {
  const view = QUEUE_VIEWS.find((each) => each === asked["view"]) ?? "open";
  const query: QueueQuery = { view };
  for (const name of ["rule", "agent", "team"] as const) if (asked[name]) query[name] = asked[name];
  const points = Number(asked["points_min"]);
  if (points > 0) query.points_min = points;
  if (asked["sure"] === "sure" || asked["sure"] === "unsure") query.sure = asked["sure"];
  if (asked["sampled"] === "true" || asked["sampled"] === "false") query.sampled = asked["sampled"] === "true";
  for (const name of ["from_ms", "to_ms"] as const) if (Number(asked[name]) > 0) query[name] = Number(asked[name]);
  return query;
}

/** The same as fields of an address. */
export function routeOfQuery({ view, ...filter }: QueueQuery): Record<string, string> {
  const fields = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
  return { ...(view !== "open" && { view }), ...Object.fromEntries(fields.map(([name, value]) => [name, String(value)])) };
}

/** Whether two ask the same, in whatever order their fields stand. */
export function isSameQuery(one: QueueQuery, other: QueueQuery): boolean {
  const [a, b] = [routeOfQuery(one), routeOfQuery(other)];
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Whether something narrows the list, beside the view. */
export function isFiltered({ view: _view, ...filter }: QueueQuery): boolean {
  return Object.values(filter).some((value) => value !== undefined && value !== "");
}

/** Row so many steps away; the ends hold. */
export function stepRow(rows: number, current: number, steps: number): number {
  return Math.min(Math.max(0, rows - 1), Math.max(0, current + steps));
}

/** The row of the call that was open last, else the first that nobody else holds. */
export function rowToSelect(rows: readonly QueueRow[], last_call: string, me: string): number {
  const last = rows.findIndex(({ call }) => call === last_call);
  if (last >= 0) return last;
  return Math.max(0, rows.findIndex(({ locked_by }) => locked_by === "" || locked_by === me));
}

/** A local day's beginning, from what a date field says; undefined: nothing. */
export function dayStart(date: string, days = 0): number | undefined {
  const [year, month, day] = date.split("-").map(Number);
  return year && month && day ? new Date(year, month - 1, day + days).getTime() : undefined;
}

/** What a date field shows for a moment; `days`: that many days later. */
export function dateField(at_ms: number | undefined, days = 0): string {
  if (at_ms === undefined) return "";
  const at = new Date(at_ms);
  const date = new Date(at.getFullYear(), at.getMonth(), at.getDate() + days);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
