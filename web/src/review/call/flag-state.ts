/** Walking through the flags of a call, and what may be done with one. */
import type { ReviewCall, ReviewFlag } from "../wire.ts";

/** Opening a flag plays from so long before its evidence. */
const LEAD_MS = 1_000;

export function leadIn({ from_ms }: Pick<ReviewFlag, "from_ms">): number {
  return Math.max(0, from_ms - LEAD_MS);
}

/** The flag that is opened with its call: the one asked for, else the first that nobody has decided on, else the first. */
export function firstFlag(flags: readonly ReviewFlag[], asked: number | undefined): number | undefined {
  const found = flags.find(({ flag }) => flag === asked) ?? flags.find(({ verdict }) => verdict === null) ?? flags[0];
  return found?.flag;
}

/** The flag so many steps away; the ends hold. Where none is open, the next or last one by time. */
export function stepFrom(flags: readonly ReviewFlag[], current: number | undefined, steps: 1 | -1, at_ms: number): number | undefined {
  const index = flags.findIndex(({ flag }) => flag === current);
  if (index >= 0) return flags[Math.min(flags.length - 1, Math.max(0, index + steps))]?.flag;
  return steps > 0 ? flags.find(({ from_ms }) => from_ms >= at_ms)?.flag : flags.findLast(({ from_ms }) => from_ms < at_ms)?.flag;
}

/** After a verdict: the next undecided flag behind this one, or the first undecided one; undefined: all are decided. */
export function nextUndecided(flags: readonly ReviewFlag[], current: number | undefined): number | undefined {
  const index = flags.findIndex(({ flag }) => flag === current);
  const open = (flag: ReviewFlag): boolean => flag.verdict === null;
  return (flags.slice(index + 1).find(open) ?? flags.find(open))?.flag;
}

export function undecided(flags: readonly ReviewFlag[]): number {
  return flags.filter(({ verdict }) => verdict === null).length;
}

export function awaitsDecision({ appeal }: ReviewFlag): boolean {
  return appeal?.answer === "appealed" && appeal.decision === null;
}

/** Whether this reader may decide the flag's appeal: not whoever decided first. */
export function mayDecideAppeal(flag: ReviewFlag, me: string, judge: boolean): boolean {
  return judge && awaitsDecision(flag) && flag.verdict?.decided_by !== me;
}

/** A finished call can be taken back while nobody has answered. */
export function mayReopen({ state, flags }: ReviewCall): boolean {
  return state === "finished" && flags.every(({ appeal }) => appeal === null);
}
