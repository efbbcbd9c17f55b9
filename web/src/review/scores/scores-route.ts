/** Addresses of score cards: `#/scores/card/AGENT/MONTH`, `#/scores/team/TEAM/MONTH`. */
import { hashOf } from "../route.ts";

export function cardHash(agent: string, month: string): string {
  return hashOf("scores", ["card", agent, month]);
}

export function teamHash(team: string, month: string): string {
  return hashOf("scores", ["team", team, month]);
}
