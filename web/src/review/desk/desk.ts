/** What the desk's views need of the page that they stand in. */
import type { Language } from "../../agent/texts.ts";
import type { Answer, Fault } from "../../floor/api.ts";
import type { DeskApi } from "./desk-api.ts";

/** Acts that decide what a view shows; `src/access/rights.rs` has all of them. */
export type DeskAct = "judge" | "appeal" | "see_scores" | "enter_points" | "see_quality" | "change_script" | "import_calls" | "manage_privacy";

/** Who is logged in, as far as the views ask. */
export interface DeskUser {
  name: string;
  teams: readonly string[];
  /** Number of the agent; null: not an agent. */
  agent: string | null;
}

export interface Desk {
  readonly api: DeskApi;
  readonly language: Language;
  readonly user: DeskUser;
  may(act: DeskAct): boolean;
  /** Shows a short message. */
  say(text: Pick<Fault, "zh" | "en">): void;
  /** The session is over. */
  onLoggedOut(): void;
  /** Wall clock, ms since 1970. */
  now(): number;
  /** Calls back once; the returned function calls it off. */
  after(delay_ms: number, act: () => void): () => void;
  /** Opens a view of the page, such as `#/scores`. */
  go(hash: string): void;
}

/** The value of an answer; undefined where there is none, and the reader has been told why. */
export async function valueOf<T>(desk: Pick<Desk, "say" | "onLoggedOut">, asked: Promise<Answer<T>>): Promise<T | undefined> {
  const answer = await asked;
  if (answer.ok) return answer.value;
  if (answer.fault.status === 401) desk.onLoggedOut();
  else desk.say(answer.fault);
  return undefined;
}
