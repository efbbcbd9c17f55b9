/** The state of the page: the conversation, the script it is tried against, and what came of it. */
import type { ScriptText, TryAnswer } from "./answer.ts";
import { EXAMPLES } from "./examples.ts";
import type { TryLink } from "./try-link.ts";
import { blocksOf, countsOf, flagLines, marksOf, type Mark } from "./try-state.ts";

/** After the last key, before it is run. */
const SETTLE_MS = 250;
const DIALOGUE_KEY = "callcue.dialogue";

export type Run = { kind: "running" } | { kind: "done" } | { kind: "fault"; zh: string };

export interface TryParts {
  link: TryLink;
  /** Runs `act` once after a delay; the returned function calls it off. */
  after(delay_ms: number, act: () => void): () => void;
  storage: Pick<Storage, "getItem" | "setItem">;
}

export class TryStore {
  dialogue: string = $state("");
  /** A script that was opened from the disk; none: the station's. */
  script: ScriptText | undefined = $state.raw(undefined);
  answer: TryAnswer | undefined = $state.raw(undefined);
  run: Run = $state.raw({ kind: "running" });
  /** Line of the conversation that is looked at, from 1. */
  line: number = $state(1);
  /** A rule's card that is open. */
  card: { rule: string; text: string } | undefined = $state.raw(undefined);

  readonly blocks = $derived(this.answer ? blocksOf(this.answer) : []);
  readonly marks = $derived(this.answer ? marksOf(this.answer) : new Map<number, Mark>());
  readonly counts = $derived(this.answer && countsOf(this.answer));
  readonly flagLines = $derived(this.answer ? flagLines(this.answer) : []);

  readonly #parts: TryParts;
  #cancel = (): void => undefined;
  #asked: AbortController | undefined;

  constructor(parts: TryParts) {
    this.#parts = parts;
    this.dialogue = parts.storage.getItem(DIALOGUE_KEY) ?? EXAMPLES[0]?.dialogue ?? "";
    void this.runNow();
  }

  /** Somebody types; it is run when the fingers rest. */
  write(dialogue: string): void {
    this.dialogue = dialogue;
    this.#parts.storage.setItem(DIALOGUE_KEY, dialogue);
    this.#cancel();
    this.#cancel = this.#parts.after(SETTLE_MS, () => void this.runNow());
  }

  /** Another script; none: the station's own again. */
  take(script: ScriptText | undefined): void {
    this.script = script;
    void this.runNow();
  }

  async runNow(): Promise<void> {
    this.#cancel();
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.run = { kind: "running" };
    const request = { dialogue: this.dialogue, ...(this.script && { script: this.script }) };
    try {
      const reply = await this.#parts.link.run(request, asked.signal);
      if (asked.signal.aborted) return;
      if (reply.kind === "answer") this.answer = reply.answer;
      this.run = reply.kind === "answer" ? { kind: "done" } : reply;
    } catch {
      // Called off: a newer run is on its way.
    }
  }

  async explain(rule: string): Promise<void> {
    const reply = await this.#parts.link.explain(rule, this.script);
    this.card = { rule, text: reply.kind === "answer" ? reply.answer.card : reply.zh };
  }

  /** The line with a flag after (or before) the one that is looked at; the first one after the last. */
  nextFlag(step: 1 | -1): number | undefined {
    const lines = this.flagLines;
    const further = step > 0 ? lines.find((line) => line > this.line) : lines.findLast((line) => line < this.line);
    return further ?? (step > 0 ? lines[0] : lines.at(-1));
  }
}
