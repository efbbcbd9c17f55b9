/** How the words of a cue are set: readable at arm's length, broken where a speaker breathes. */

/** Scales of the words, largest first; the pixel sizes belong to the style sheets. */
export const SCALES = ["xl", "l", "m", "s", "xs"] as const;
export type TypeScale = (typeof SCALES)[number];

const SCALE_UP_TO: readonly (readonly [characters_max: number, scale: TypeScale])[] = [
  [16, "xl"],
  [30, "l"],
  [60, "m"],
  [90, "s"],
];

/** A scale that suits a text of this length; long words are set smaller, so that they are seen at one glance. */
export function scaleFor(text: string): TypeScale {
  const characters = [...text].length;
  return SCALE_UP_TO.find(([max]) => characters <= max)?.[1] ?? "xs";
}

/** Full-width forms lie at a fixed distance from ASCII in Unicode. */
const FULL_WIDTH_OFFSET = 0xfee0;

/** Half-width punctuation after a Chinese character, as script files have it, in the full width that print uses. */
export function fullWidth(text: string): string {
  return text.replace(/(?<=[\p{Script=Han}\u201d\u300d\uff09])[,!?:;]/gu, (mark) =>
    String.fromCodePoint((mark.codePointAt(0) ?? 0) + FULL_WIDTH_OFFSET),
  );
}

/** Comma, stop, exclamation and question mark, semicolon, colon in full width; enumeration comma; ellipsis. */
const PAUSE = "\uff0c\u3002\uff01\uff1f\uff1b\uff1a\u3001\u2026";
const CLAUSE = new RegExp(`^[${PAUSE}]+$|^[${PAUSE}]*[^${PAUSE}]+[${PAUSE}]*|[^${PAUSE}]+[${PAUSE}]*`, "gu");

/** Clauses with their punctuation: a line breaks between two of them rather than inside one. */
export function clauses(text: string): string[] {
  return fullWidth(text).match(CLAUSE) ?? [];
}
