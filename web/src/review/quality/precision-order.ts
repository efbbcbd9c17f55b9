/** Which rules to look at first. */
import type { RulePrecision } from "../wire.ts";

export const ORDERS = ["least_right", "most_flags", "rule"] as const;
export type PrecisionOrder = (typeof ORDERS)[number];

/** A rule, or one phrase of it. */
export type PrecisionRow = RulePrecision & { phrase?: string };

/**
 * `least_right`: those of which even the upper end of the interval is low come first, so that one unlucky flag does not outrank a hundred;
 * what nobody has decided comes last.
 */
export function inOrder(rows: readonly PrecisionRow[], order: PrecisionOrder): PrecisionRow[] {
  const by_rule = (a: PrecisionRow, b: PrecisionRow): number => a.rule.localeCompare(b.rule, "zh", { numeric: true }) || (a.phrase ?? "").localeCompare(b.phrase ?? "", "zh");
  const compare = {
    least_right: (a: PrecisionRow, b: PrecisionRow) => (a.high ?? 2) - (b.high ?? 2),
    most_flags: (a: PrecisionRow, b: PrecisionRow) => b.flags - a.flags,
    rule: () => 0,
  }[order];
  return [...rows].sort((a, b) => compare(a, b) || by_rule(a, b));
}

export function rowKey({ rule, phrase }: PrecisionRow): string {
  return `${rule}\n${phrase ?? ""}`;
}
