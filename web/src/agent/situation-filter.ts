/** Order and filter of the situations that the agent can declare. */
import type { SituationChoice } from "../wire.ts";

/** Those that only the agent can see first; `typed` matches the number from its start, the title anywhere. */
export function filterSituations(situations: readonly SituationChoice[], typed: string): SituationChoice[] {
  const wanted = typed.trim().replace(/[\u3002\uff0e]/g, ".").toLowerCase();
  return situations
    .filter(({ rule, title }) => rule.startsWith(wanted) || title.toLowerCase().includes(wanted))
    .toSorted((a, b) => Number(b.declared_only) - Number(a.declared_only));
}
