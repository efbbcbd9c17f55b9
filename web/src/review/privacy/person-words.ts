/** What somebody types to find a person's calls, as a query. */
import type { PersonQuery } from "../wire.ts";

/** Shorter words are found everywhere. */
export const WORDS_CHARACTERS_MIN = 2;

/** Undefined: nothing is asked for yet. Ids of calls stand one a line, or with commas or blanks between. */
export function personQuery({ agent, words, calls }: { agent: string; words: string; calls: string }): PersonQuery | undefined {
  const ids = [...new Set(calls.split(/[\s,，、;；]+/).filter((id) => id !== ""))];
  const query: PersonQuery = {
    ...(agent.trim() !== "" && { agent: agent.trim() }),
    ...([...words.trim()].length >= WORDS_CHARACTERS_MIN && { words: words.trim() }),
    ...(ids.length > 0 && { calls: ids }),
  };
  return Object.keys(query).length > 0 ? query : undefined;
}

/** Whether the number of calls was typed: who erases has read how many they are. */
export function isConfirmed(typed: string, calls: number): boolean {
  return typed.trim() === String(calls);
}
