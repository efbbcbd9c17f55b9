/** What can be said of a CSV before the floor reads it: its columns, and which recordings it names. */

/** As `src/import/table.rs` names them. */
const FILE = ["file", "文件", "文件名"];
const KNOWN = [...FILE, "date", "日期", "time", "时间", "agent", "坐席", "team", "班组", "surname", "姓", "title", "称呼"];

export interface CsvHead {
  columns: { name: string; known: boolean }[];
  rows: number;
  /** Names in the column `file`. */
  files: string[];
  has_file: boolean;
}

/** Undefined: there is no text. */
export function csvHead(text: string): CsvHead | undefined {
  const [head, ...rows] = rowsOf(text.replace(/^\uFEFF/, "")).filter((row) => row.some((field) => field.trim() !== ""));
  if (!head) return undefined;
  const names = head.map((name) => name.trim().toLowerCase());
  const place = names.findIndex((name) => FILE.includes(name));
  return {
    columns: names.map((name) => ({ name, known: KNOWN.includes(name) })),
    rows: rows.length,
    files: place < 0 ? [] : rows.map((row) => (row[place] ?? "").trim().split(/[\\/]/).at(-1) ?? "").filter((file) => file !== ""),
    has_file: place >= 0,
  };
}

/** Whether a row of the table is about this recording: by its name, or its name without ending; folders do not count. */
export function isNamed(files: ReadonlySet<string>, recording: string): boolean {
  return files.has(recording) || files.has(recording.replace(/\.[^.]*$/, ""));
}

/** Fields by line; quotes as in RFC 4180. */
export function rowsOf(text: string): string[][] {
  const rows: string[][] = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const row = rows[rows.length - 1]!;
    const character = text[at]!;
    if (quoted && character === '"' && text[at + 1] === '"') {
      row[row.length - 1] += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (quoted) row[row.length - 1] += character;
    else if (character === ",") row.push("");
    else if (character === "\n") rows.push([""]);
    else if (character !== "\r") row[row.length - 1] += character;
  }
  return rows;
}
