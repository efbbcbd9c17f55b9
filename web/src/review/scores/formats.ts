/** What score cards can be saved as, and where that comes from. */
import { queryOf } from "../../house/request.ts";
import { cardPath, teamPath, type SheetKind } from "../api.ts";

export const FORMATS = ["csv", "xlsx", "pdf", "json"] as const satisfies readonly (SheetKind | "json")[];
export type Format = (typeof FORMATS)[number];

/** JSON is what the address without an ending answers. */
export function cardAddress(agent: string, month: string, format: Format): string {
  return format === "json" ? `/api/scores/card${queryOf({ agent, month })}` : cardPath(agent, month, format);
}

export function teamAddress(team: string, month: string, format: Format): string {
  return format === "json" ? `/api/scores/team${queryOf({ team, month })}` : teamPath(team, month, format);
}
