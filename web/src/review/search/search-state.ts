/** What is searched for as the address holds it, and where in a line it was found. */
import type { SearchQuery } from "../api.ts";

type Asked = Readonly<Record<string, string>>;

export const PAGE_HITS = 50;

export function searchOfRoute(asked: Asked): SearchQuery {
  const query: SearchQuery = { words: (asked["words"] ?? "").trim() };
  if (asked["by_sound"] === "true") query.by_sound = true;
  for (const name of ["team", "agent"] as const) if (asked[name]) query[name] = asked[name];
  for (const name of ["from_ms", "to_ms"] as const) if (Number(asked[name]) > 0) query[name] = Number(asked[name]);
  return query;
}

export function routeOfSearch(query: SearchQuery): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== "" && value !== false).map(([name, value]) => [name, String(value)]));
}

/** The line in pieces; those that are what was typed are marked. Found by sound, nothing may be. */
export function piecesOf(text: string, words: string): { text: string; found: boolean }[] {
  const wanted = words.split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return [{ text, found: false }];
  const escaped = wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return text
    .split(new RegExp(`(${escaped.join("|")})`, "giu"))
    .map((piece, index) => ({ text: piece, found: index % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
