/** Finding a rule by what one types of it. */
import type { RuleCard } from "../wire.ts";

/** Rules whose number begins so, or whose title or words hold it; those by number first. */
export function rulesFor(rules: readonly RuleCard[], words: string): RuleCard[] {
  const wanted = words.trim();
  if (wanted === "") return [...rules];
  const by_number = rules.filter(({ rule }) => rule.startsWith(wanted));
  const by_words = rules.filter((card) => !by_number.includes(card) && [card.title, card.item, card.source, ...card.say, ...card.never].some((text) => text.includes(wanted)));
  return [...by_number, ...by_words];
}
