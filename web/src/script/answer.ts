/**
 * What `POST /script/try` takes and gives: the exact counterpart of `src/workbench/page.rs`. `tests/script-try.test.ts`
 * holds it against an answer that the Rust side is tested with.
 */
import type { EventFields, EventType } from "../wire.ts";

/** A mistake in a conversation or a script, where it is, and how to mend it. */
export interface Mistake {
  /** Line and column, from 1. */
  line: number;
  column: number;
  message: string;
  /** The same in Chinese; empty where there is only the English one. */
  zh: string;
}

/** An event of the call, or words of the customer that are the situation of a rule. */
type What = { [Type in EventType]: { type: Type } & EventFields[Type] }[EventType] | { type: "situation_heard"; rule: string; text: string };

/** Something that came of a line. */
export type Happening = What & {
  /** The line after which it came, from 1. */
  line: number;
  /** Audio time since the answer. */
  at_ms: number;
  /** Title of the rule that it is about. */
  title?: string;
  why?: string;
};

/** The happening of one type, such as `HappeningOf<"flag">`. */
export type HappeningOf<Type extends Happening["type"]> = Extract<Happening, { type: Type }>;

export interface ScriptText {
  name: string;
  text: string;
}

export interface TryRequest {
  dialogue: string;
  script?: ScriptText;
}

export interface TryAnswer {
  /** The script's file. */
  file: string;
  /** What the company calls it; empty where it has mistakes. */
  script: string;
  script_mistakes: Mistake[];
  happenings: Happening[];
  mistakes: Mistake[];
}
