/** What the mock answers at the desk: own calls, score cards, calibration, quality, back-tests, imports, privacy. */
import type { Reply } from "./mock-floor-api.ts";
import { MockBacktests } from "./mock-backtests.ts";
import { MockCalibrations } from "./mock-calibrations.ts";
import { MockImports } from "./mock-imports.ts";
import { answerPrivacy } from "./mock-privacy.ts";
import { answerQuality } from "./mock-quality.ts";
import type { Asked } from "./mock-review.ts";
import type { MockWorld } from "./mock-review-world.ts";
import { MockScores } from "./mock-scores.ts";

class MockDesk {
  readonly #parts: readonly ((asked: Asked) => Reply | undefined)[];

  constructor(world: MockWorld) {
    const scores = new MockScores(world);
    const calibrations = new MockCalibrations(world);
    const backtests = new MockBacktests(world);
    const imports = new MockImports(world);
    this.#parts = [
      (asked) => scores.answer(asked),
      (asked) => calibrations.answer(asked),
      (asked) => answerQuality(world, asked),
      (asked) => backtests.answer(asked),
      (asked) => imports.answer(asked),
      (asked) => answerPrivacy(world, asked),
    ];
  }

  answer(asked: Asked): Reply | undefined {
    for (const part of this.#parts) {
      const reply = part(asked);
      if (reply) return reply;
    }
    return undefined;
  }
}

const desks = new WeakMap<MockWorld, MockDesk>();

export function answerDesk(world: MockWorld, asked: Asked): Reply | undefined {
  const desk = desks.get(world) ?? new MockDesk(world);
  desks.set(world, desk);
  return desk.answer(asked);
}
