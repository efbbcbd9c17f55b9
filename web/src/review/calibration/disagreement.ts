/** Order of the verdicts of several judges: where they differ most comes first. */
import type { Agreement, Verdict } from "../wire.ts";

export type JudgedFlag = Agreement["verdicts"][number];

/** Share of pairs of judges that differ, 0 to 1; judges who have not decided do not count. */
export function difference(by: readonly { verdict: Verdict | null }[]): number {
  const verdicts = by.flatMap(({ verdict }) => (verdict === null ? [] : [verdict]));
  const pairs = (verdicts.length * (verdicts.length - 1)) / 2;
  if (pairs === 0) return 0;
  const same = (["confirmed", "dismissed", "unsure"] as const).map((verdict) => verdicts.filter((each) => each === verdict).length).reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  return (pairs - same) / pairs;
}

/** Most disputed first, and within that in the order in which they came. */
export function disputedFirst(flags: readonly JudgedFlag[]): JudgedFlag[] {
  return flags.map((flag, place) => ({ flag, place, apart: difference(flag.by) })).sort((a, b) => b.apart - a.apart || a.place - b.place).map(({ flag }) => flag);
}
