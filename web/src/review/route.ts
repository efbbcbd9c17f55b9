/** Where in the review room one is, as the address says it: `#/call/2026-11-26-0001?flag=12`. */

export const VIEWS = ["queue", "search", "call", "mine", "scores", "calibration", "quality", "backtest", "imports", "privacy"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  /** Parts of the path behind the view, such as a call, or an agent and a month. */
  path: readonly string[];
  query: Readonly<Record<string, string>>;
}

/** What an address says; undefined: nothing that there is. */
export function routeOf(hash: string): Route | undefined {
  const [place = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [view, ...path] = place.split("/").map(decoded);
  if (!VIEWS.includes(view as View)) return undefined;
  return { view: view as View, path: path.filter((part) => part !== ""), query: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a place; fields of the query that are empty are left out. */
export function hashOf(view: View, path: readonly (string | number)[] = [], query: Readonly<Record<string, string | number | undefined>> = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") asked.set(name, String(value));
  const place = [view, ...path].map(encodeURIComponent).join("/");
  return `#/${place}${asked.size > 0 ? `?${asked}` : ""}`;
}

/** The player at a flag, or at a moment. */
export function callHash(call: string, at: { flag?: number | undefined; at_ms?: number | undefined } = {}): string {
  return hashOf("call", [call], { flag: at.flag, at_ms: at.at_ms });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
