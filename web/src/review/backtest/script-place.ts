/** Places in a script's text. */

export function linesOf(text: string): number {
  return text.split("\n").length;
}

/** Where a line begins and ends in the text; lines count from 1, and one behind the end is the last. */
export function spanOfLine(text: string, line: number): { from: number; to: number } {
  const lines = text.split("\n");
  const place = Math.min(Math.max(1, line), lines.length) - 1;
  const from = lines.slice(0, place).reduce((sum, each) => sum + each.length + 1, 0);
  return { from, to: from + lines[place]!.length };
}
