/**
 * How the name of a recording tells when it was and whose: a pattern such as `{date}_{time}_{agent}`, with `{*}` for what says nothing.
 * The floor reads names in the same way (`src/import/pattern.rs`); here it is for showing while the pattern is typed.
 */

export const PARTS = ["date", "time", "agent", "team", "surname", "title"] as const;
export type Part = (typeof PARTS)[number];

/** What a name says, each in its one form: `2026-11-26`, `14:03:05`, `1024`. */
export type NameParts = Partial<Record<Part, string>>;

/** What is wrong with a pattern. */
export type PatternFault = { kind: "unknown" | "twice" | "adjacent"; part: string } | { kind: "open" } | undefined;

/** Text, or a part, or `*`. */
type Piece = { text: string } | { part: Part | "*" };

/** Ways to cut a name that are tried; a name of a call needs a few. */
const TRIES_MAX = 10_000;
const AGENT_CHARACTERS_MAX = 16;
const WORDS_CHARACTERS_MAX = 64;

export function faultOf(pattern: string): PatternFault {
  const read = piecesOf(pattern);
  return "fault" in read ? read.fault : undefined;
}

/** What the name says by this pattern; undefined: it does not fit. Folders before it and its ending do not count. */
export function readName(pattern: string, file: string): NameParts | undefined {
  const read = piecesOf(pattern);
  return "fault" in read ? undefined : fit(read.pieces, stem(file), { left: TRIES_MAX });
}

/** A part in its one form; undefined: the text cannot be one. */
export function readPart(part: Part, text: string): string | undefined {
  switch (part) {
    case "date":
      return readDate(text);
    case "time":
      return readTime(text);
    case "agent":
      return new RegExp(`^[0-9A-Za-z]{1,${AGENT_CHARACTERS_MAX}}$`).test(text) ? text : undefined;
    default:
      return text !== "" && [...text].length <= WORDS_CHARACTERS_MAX ? text : undefined;
  }
}

function piecesOf(pattern: string): { pieces: Piece[] } | { fault: NonNullable<PatternFault> } {
  const pieces: Piece[] = [];
  for (const piece of pattern.split(/(\{[^{}]*\})/).filter((each) => each !== "")) {
    const part = /^\{([^{}]*)\}$/.exec(piece)?.[1];
    if (part === undefined) {
      if (/[{}]/.test(piece)) return { fault: { kind: "open" } };
      pieces.push({ text: piece });
      continue;
    }
    const before = pieces.at(-1);
    if (before && "part" in before) return { fault: { kind: "adjacent", part } };
    if (!isPart(part) && part !== "*") return { fault: { kind: "unknown", part } };
    if (part !== "*" && pieces.some((each) => "part" in each && each.part === part)) return { fault: { kind: "twice", part } };
    pieces.push({ part });
  }
  return { pieces };
}

function fit(pieces: readonly Piece[], name: string, tries: { left: number }): NameParts | undefined {
  tries.left -= 1;
  const [piece, ...behind] = pieces;
  if (tries.left < 0) return undefined;
  if (!piece) return name === "" ? {} : undefined;
  if ("text" in piece) return name.startsWith(piece.text) ? fit(behind, name.slice(piece.text.length), tries) : undefined;
  // Shortest first: a part ends where what stands behind it begins.
  for (let end = piece.part === "*" ? 0 : 1; end <= name.length; end++) {
    const value = piece.part === "*" ? "" : readPart(piece.part, name.slice(0, end));
    if (value === undefined) continue;
    const rest = fit(behind, name.slice(end), tries);
    if (rest) return piece.part === "*" ? rest : { [piece.part]: value, ...rest };
  }
  return undefined;
}

function readDate(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})[-_./]?(\d{2})[-_./]?(\d{2})$/.exec(text) ?? [];
  if (year === undefined || Number(year) < 1970 || Number(year) >= 2100) return undefined;
  const moment = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  // A day that there is not runs over into the next month.
  return moment.getUTCMonth() === Number(month) - 1 && moment.getUTCDate() === Number(day) ? `${year}-${month}-${day}` : undefined;
}

function readTime(text: string): string | undefined {
  const [, hour, minute, second = "00"] = /^(\d{2})[-_.:]?(\d{2})(?:[-_.:]?(\d{2}))?$/.exec(text) ?? [];
  return hour !== undefined && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 ? `${hour}:${minute}:${second}` : undefined;
}

function isPart(name: string): name is Part {
  return (PARTS as readonly string[]).includes(name);
}

function stem(file: string): string {
  return (file.split("/").at(-1) ?? "").replace(/\.[^.]*$/, "");
}
