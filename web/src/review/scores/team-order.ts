/** Order of the team's table. */
import type { TeamScores } from "../wire.ts";

export type TeamRow = TeamScores["agents"][number];

export const COLUMNS = ["agent", "total", "deductions", "bonuses", "open_appeals", "calls"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  column: Column;
  descending: boolean;
}

/** The next order when a column's head is pressed: figures begin where there is most to see, names at the beginning. */
export function orderAfter(order: Order, column: Column): Order {
  if (order.column === column) return { column, descending: !order.descending };
  return { column, descending: column !== "agent" && column !== "total" && column !== "deductions" };
}

/** Equal ones by their numbers, so that the order is always the same. */
export function inOrder(rows: readonly TeamRow[], { column, descending }: Order): TeamRow[] {
  const by_agent = (a: TeamRow, b: TeamRow): number => a.agent.localeCompare(b.agent, "zh", { numeric: true });
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => (column === "agent" ? sign * by_agent(a, b) : sign * (a[column] - b[column]) || by_agent(a, b)));
}
