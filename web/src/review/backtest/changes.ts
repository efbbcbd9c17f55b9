/** What a changed script would have raised or not: narrowed, and in an order that shows the most at once. */
import type { Backtest, BacktestChange } from "../wire.ts";

export interface ChangeFilter {
  change: "all" | "gained" | "lost";
  /** Empty: all. */
  rule: string;
}

export function narrowed(changes: readonly BacktestChange[], { change, rule }: ChangeFilter): BacktestChange[] {
  return changes.filter((each) => (change === "all" || each.change === change) && (rule === "" || each.rule === rule));
}

/** Rules that changed most first; those that did not change last. */
export function mostChangedFirst(rules: Backtest["rules"]): Backtest["rules"] {
  return [...rules].sort((a, b) => b.gained + b.lost - (a.gained + a.lost) || a.rule.localeCompare(b.rule, "zh", { numeric: true }));
}
