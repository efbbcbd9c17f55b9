/** What came of a conversation, put in order for the screen: pure functions of an answer. */
import type { AlignedWord, Channel, FlagKind } from "../wire.ts";
import type { Happening, HappeningOf, Mistake, TryAnswer } from "./answer.ts";

/** Everything that came of one line of the conversation. */
export interface Block {
  /** From 1. */
  line: number;
  /** What was said there, if something was. */
  said?: { channel: Channel; at_ms: number; text: string };
  /** When it began, for lines that are not speech. */
  at_ms: number;
  items: Happening[];
  mistakes: Mistake[];
}

/** What the marks in the margin of the conversation say, the gravest first. */
export type Mark = "mistake" | "flag" | "alert" | "situation" | "cue";

export interface Counts {
  flags: number;
  review: number;
  cues: number;
  situations: number;
  points: number;
}

/** Kinds that say nothing to the script's owner beside what is shown anyway. */
const LEFT_OUT: ReadonlySet<Happening["type"]> = new Set(["call_started", "transcript", "silence", "wait_ended"]);

/** One block a line, in the order of the lines; lines of which nothing came have none. */
export function blocksOf(answer: TryAnswer): Block[] {
  const blocks = new Map<number, Block>();
  const at = (line: number, at_ms: number): Block => {
    const found = blocks.get(line);
    if (found) return found;
    const block: Block = { line, at_ms, items: [], mistakes: [] };
    blocks.set(line, block);
    return block;
  };
  for (const happening of answer.happenings) {
    const block = at(happening.line, happening.at_ms);
    if (happening.type === "transcript") {
      block.said = { channel: happening.channel, at_ms: happening.from_ms, text: happening.text };
    }
    if (!LEFT_OUT.has(happening.type)) block.items.push(happening);
  }
  for (const mistake of answer.mistakes) at(mistake.line, 0).mistakes.push(mistake);
  return [...blocks.values()]
    .filter((block) => block.said ?? (block.items.length > 0 || block.mistakes.length > 0))
    .sort((one, other) => one.line - other.line);
}

/** What to mark in the margin, by line. */
export function marksOf(answer: TryAnswer): Map<number, Mark> {
  const order: readonly Mark[] = ["mistake", "flag", "alert", "situation", "cue"];
  const marks = new Map<number, Mark>();
  const mark = (line: number, kind: Mark): void => {
    const before = marks.get(line);
    if (before === undefined || order.indexOf(kind) < order.indexOf(before)) marks.set(line, kind);
  };
  for (const { type, line } of answer.happenings) {
    if (type === "flag" || type === "alert" || type === "cue") mark(line, type);
    if (type === "situation" || type === "situation_heard") mark(line, "situation");
  }
  answer.mistakes.forEach(({ line }) => mark(line, "mistake"));
  return marks;
}

export function countsOf(answer: TryAnswer): Counts {
  const flags = answer.happenings.filter((one): one is HappeningOf<"flag"> => one.type === "flag");
  const count = (...types: Happening["type"][]): number => answer.happenings.filter(({ type }) => types.includes(type)).length;
  return {
    flags: flags.length,
    review: flags.filter(({ review }) => review).length,
    cues: count("cue"),
    situations: count("situation", "situation_heard"),
    points: flags.reduce((sum, { points }) => sum + points, 0),
  };
}

/** Lines with a flag, in order: where the keyboard jumps. */
export function flagLines(answer: TryAnswer): number[] {
  return [...new Set(answer.happenings.filter(({ type }) => type === "flag").map(({ line }) => line))];
}

/** Call time as `m:ss.t`: rules are about tenths. */
export function preciseClock(at_ms: number): string {
  const tenths = Math.floor(at_ms / 100);
  const [m, s, t] = [Math.floor(tenths / 600), Math.floor(tenths / 10) % 60, tenths % 10];
  return `${m}:${String(s).padStart(2, "0")}.${t}`;
}

/** Number of the line in which character `index` of `text` stands, from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Where line `line` (from 1) begins and ends in `text`, in characters. */
export function rangeOfLine(text: string, line: number): { from: number; to: number } {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const from = Math.min(before, text.length);
  return { from, to: from + (lines[line - 1]?.length ?? 0) };
}

/** How a syllable was heard, in words for a person. */
export function alignedText({ phrase, said, how }: AlignedWord): string {
  switch (how) {
    case "same":
      return "同音";
    case "near":
      return `近音，应为「${phrase}」`;
    case "wrong":
      return `听成「${said}」，应为「${phrase}」`;
    case "missing":
      return `缺「${phrase}」`;
    case "left_out":
      return `可不说「${phrase}」`;
    case "added":
      return `多「${said}」`;
    case "again":
      return `重复「${said}」`;
    case "filler":
      return `语气词「${said}」`;
  }
}

export const FLAG_KIND: Readonly<Record<FlagKind, string>> = {
  forbidden: "说了不可以说的话",
  missing: "该说的没有说",
  timing: "等待时间不对",
  hangup: "不该挂机",
  conduct: "行为",
};
