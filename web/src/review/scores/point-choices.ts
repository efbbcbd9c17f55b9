/** Points that the standard has for an item. */
import type { Standard } from "../wire.ts";

export interface PointChoice {
  kind: "deduct" | "complaint" | "bonus";
  /** Negative is a deduction. */
  points: number;
}

export function choicesOf({ deduct, deduct_complaint, bonus }: Pick<Standard["items"][number], "deduct" | "deduct_complaint" | "bonus">): PointChoice[] {
  const choices: PointChoice[] = [
    { kind: "deduct", points: -Math.abs(deduct) },
    { kind: "complaint", points: -Math.abs(deduct_complaint ?? 0) },
    { kind: "bonus", points: Math.abs(bonus ?? 0) },
  ];
  return choices.filter(({ points }) => points !== 0);
}
