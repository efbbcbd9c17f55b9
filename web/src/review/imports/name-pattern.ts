/** How the name of a recording tells when it was and whose: a pattern such as `{date}_{time}_{agent}`. The floor reads names in the same way. */

export const PARTS = ["date", "time", "agent", "team", "surname", "title"] as const;
export type Part = (typeof PARTS)[number];

/** What a name says, as it stands there. */
export type NameParts = Partial<Record<Part, string>>;

/** What is wrong with a pattern. */
export type PatternFault = { kind: "unknown" | "twice"; part: string } | { kind: "open" } | undefined;

const SHAPES: Readonly<Record<Part, string>> = {
  date: "\\d{4}[-.年]?\\d{2}[-.月]?\\d{2}日?",
  time: "\\d{2}[-.:时]?\\d{2}(?:[-.:分]?\\d{2}秒?)?",
  agent: "[0-9A-Za-z]+",
  team: ".+?",
  surname: ".+?",
  title: ".+?",
};

export function faultOf(pattern: string): PatternFault {
  const parts = [...pattern.matchAll(/\{([^{}]*)\}/g)].map((found) => found[1] ?? "");
  const unknown = parts.find((part) => !isPart(part));
  if (unknown !== undefined) return { kind: "unknown", part: unknown };
  const twice = parts.find((part, place) => parts.indexOf(part) !== place);
  if (twice !== undefined) return { kind: "twice", part: twice };
  return /[{}]/.test(pattern.replaceAll(/\{[^{}]*\}/g, "")) ? { kind: "open" } : undefined;
}

/** What the name says by this pattern; undefined: it does not fit. Folders before it and its ending do not count. */
export function readName(pattern: string, file: string): NameParts | undefined {
  if (faultOf(pattern) !== undefined) return undefined;
  const order: Part[] = [];
  const shape = pattern.split(/(\{[^{}]*\})/).map((piece) => {
    const part = /^\{(.*)\}$/.exec(piece)?.[1];
    if (part === undefined || !isPart(part)) return escaped(piece);
    order.push(part);
    return `(${SHAPES[part]})`;
  });
  const found = new RegExp(`^${shape.join("")}$`, "u").exec(stem(file));
  return found ? Object.fromEntries(order.map((part, place) => [part, found[place + 1]!])) : undefined;
}

/** `2026-11-26` of a date part; empty where it is none that there is. */
export function dateText(date: string | undefined): string {
  const digits = (date ?? "").replaceAll(/\D/g, "");
  const [year, month, day] = [Number(digits.slice(0, 4)), Number(digits.slice(4, 6)), Number(digits.slice(6, 8))];
  const moment = new Date(Date.UTC(year, month - 1, day));
  const is_date = digits.length === 8 && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
  return is_date ? `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}` : "";
}

/** `10:32:07` or `10:32` of a time part; empty where it is none that there is. */
export function timeText(time: string | undefined): string {
  const pairs = (time ?? "").replaceAll(/\D/g, "").match(/\d{2}/g) ?? [];
  const [hour = 99, minute = 99, second = 0] = pairs.map(Number);
  return hour < 24 && minute < 60 && second < 60 ? pairs.join(":") : "";
}

function isPart(name: string): name is Part {
  return (PARTS as readonly string[]).includes(name);
}

function stem(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? "").replace(/\.[^.]*$/, "");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
