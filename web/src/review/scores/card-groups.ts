/** The lines of a score card by item, as the card shows them. */
import type { ScoreCard, ScoreLine } from "../wire.ts";

export interface ItemGroup {
  item: string;
  text: string;
  /** Lines that count. */
  count: number;
  points: number;
  /** Oldest first, void ones too. */
  lines: ScoreLine[];
}

/** In the card's own order of items; items of which nothing counts come last. */
export function groupsOf({ lines, by_item }: Pick<ScoreCard, "lines" | "by_item">): ItemGroup[] {
  const groups = new Map<string, ItemGroup>(by_item.map(({ item, text, count, points }) => [item, { item, text, count, points, lines: [] }]));
  for (const line of [...lines].sort((a, b) => a.date.localeCompare(b.date))) {
    const group = groups.get(line.item) ?? { item: line.item, text: "", count: 0, points: 0, lines: [] };
    group.lines.push(line);
    groups.set(line.item, group);
  }
  return [...groups.values()].filter((group) => group.lines.length > 0);
}

/** Deductions and bonuses apart; void and proposed lines do not count. */
export function sumsOf(lines: readonly ScoreLine[]): { deductions: number; bonuses: number; open_appeals: number } {
  const sums = { deductions: 0, bonuses: 0, open_appeals: 0 };
  for (const line of lines) {
    if (isOpenAppeal(line)) sums.open_appeals += 1;
    if (line.void || line.proposed) continue;
    if (line.points < 0) sums.deductions += line.points;
    else sums.bonuses += line.points;
  }
  return sums;
}

export function isOpenAppeal({ appeal }: Pick<ScoreLine, "appeal">): boolean {
  return appeal !== null && appeal.answer === "appealed" && appeal.decision === null;
}

/** What tells lines apart. */
export function lineKey(line: ScoreLine): string {
  return line.entry === null ? `${line.call}#${line.flag}#${line.item}#${line.date}#${line.reason}` : `entry ${line.entry}`;
}
