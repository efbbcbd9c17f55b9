/** Months as the wire writes them, `2026-11`, and days, `2026-11-26`, in the zone of this browser. */

/** The month that a moment is in. */
export function monthOf(wall_ms: number): string {
  return dayOf(wall_ms).slice(0, 7);
}

export function dayOf(wall_ms: number): string {
  const date = new Date(wall_ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The month so many later; earlier where `by` is negative. */
export function monthAfter(month: string, by: number): string {
  const months = yearOf(month) * 12 + numberOf(month) - 1 + by;
  return `${Math.floor(months / 12)}-${two((months % 12) + 1)}`;
}

/** The month of this text; undefined: it is none. */
export function monthFrom(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : undefined;
}

/** First moment of a day, or of the first day of a month, here. */
export function startOf(day_or_month: string): number {
  const [year = 1970, month = 1, day = 1] = day_or_month.split("-").map(Number);
  return new Date(year, month - 1, day).getTime();
}

/** First and last day of a month. */
export function daysOf(month: string): { first: string; last: string } {
  const days = new Date(yearOf(month), numberOf(month), 0).getDate();
  return { first: `${month}-01`, last: `${month}-${two(days)}` };
}

/** `2026年11月`, or `November 2026`. */
export function monthText(month: string, language: "zh" | "en"): string {
  if (language === "zh") return `${yearOf(month)}年${numberOf(month)}月`;
  return new Date(yearOf(month), numberOf(month) - 1, 1).toLocaleDateString("en-GB", { month: "long", year: "numeric" });
}

/** `11月`, or `Nov`. */
export function shortMonthText(month: string, language: "zh" | "en"): string {
  if (language === "zh") return `${numberOf(month)}月`;
  return new Date(yearOf(month), numberOf(month) - 1, 1).toLocaleDateString("en-GB", { month: "short" });
}

function yearOf(month: string): number {
  return Number(month.slice(0, 4));
}

function numberOf(month: string): number {
  return Number(month.slice(5, 7));
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
