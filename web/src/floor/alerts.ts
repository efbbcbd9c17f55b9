/** The alert feed as plain data: which cards, in which order, whose turn, and when to sound. */
import type { AlertCard } from "../floor-wire.ts";

/** Settled alerts that stay to be looked at. */
export const SETTLED_MAX = 20;

/** The feed after news: newest first, open ones before settled ones. */
export function withAlerts(feed: readonly AlertCard[], news: readonly AlertCard[]): readonly AlertCard[] {
  const cards = new Map(feed.map((card) => [card.id, card]));
  for (const card of news) cards.set(card.id, card);
  const newest_first = [...cards.values()].sort((a, b) => b.id - a.id);
  return [...newest_first.filter((card) => !card.settled), ...newest_first.filter((card) => card.settled).slice(0, SETTLED_MAX)];
}

/** Whether it is for this user to see to it. */
export function isMine(card: AlertCard, me: string): boolean {
  return !card.settled && (card.assigned_to === "" || card.assigned_to === me);
}

/** Whether news are worth a sound: an alert that is this user's turn and was not before. */
export function sounds(feed: readonly AlertCard[], news: readonly AlertCard[], me: string): boolean {
  const before = new Map(feed.map((card) => [card.id, card]));
  return news.some((card) => {
    const known = before.get(card.id);
    return isMine(card, me) && !(known && isMine(known, me) && known.passed_on === card.passed_on);
  });
}

/** The feed as it is shown while it is `held` (pointer or keyboard on it): cards change in place, and new ones wait. */
export function shownFeed(feed: readonly AlertCard[], before: readonly AlertCard[], held: boolean): readonly AlertCard[] {
  if (!held) return feed;
  const now = new Map(feed.map((card) => [card.id, card]));
  return before.map((card) => now.get(card.id) ?? card);
}
