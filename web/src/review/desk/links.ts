/** Addresses of the page's views. */

/** The player, at a flag or at a moment of the call. */
export function callHash(call: string, at: { flag?: number | null; at_ms?: number } = {}): string {
  const query = new URLSearchParams();
  if (at.flag !== undefined && at.flag !== null) query.set("flag", String(at.flag));
  if (at.at_ms !== undefined) query.set("at_ms", String(at.at_ms));
  const told = query.toString();
  return `#/call/${encodeURIComponent(call)}${told && `?${told}`}`;
}

export function cardHash(agent: string, month: string): string {
  return `#/scores/card/${encodeURIComponent(agent)}/${month}`;
}

export function teamHash(team: string, month: string): string {
  return `#/scores/team/${encodeURIComponent(team)}/${month}`;
}
