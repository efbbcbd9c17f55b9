/** The agent's month in figures, from the list of the own calls. */
import type { MyCall } from "../wire.ts";
import { timeLeft } from "./answer-time.ts";

export interface MonthSum {
  calls: number;
  confirmed: number;
  points: number;
  /** Flags that can still be answered. */
  to_answer: number;
  /** When the first of them runs out; undefined: none is open. */
  first_until_ms: number | undefined;
}

export function sumOf(rows: readonly MyCall[], now_ms: number): MonthSum {
  const open = rows.filter((row) => isOpen(row, now_ms));
  const add = (of: readonly MyCall[], field: "confirmed" | "points" | "unanswered"): number => of.reduce((sum, row) => sum + row[field], 0);
  return {
    calls: rows.length,
    confirmed: add(rows, "confirmed"),
    points: add(rows, "points"),
    to_answer: add(open, "unanswered"),
    first_until_ms: open.length === 0 ? undefined : Math.min(...open.map((row) => row.appeal_until_ms)),
  };
}

/** Something in it waits for the agent's answer, and there is time. */
export function isOpen(row: MyCall, now_ms: number): boolean {
  return row.unanswered > 0 && timeLeft(row.appeal_until_ms, now_ms) !== "over";
}
