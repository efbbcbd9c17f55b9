/** What the mock answers at the desk: own calls, score cards, calibration, quality, back-tests, imports, privacy. */
import type { Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import type { MockWorld } from "./mock-review-world.ts";

export function answerDesk(_world: MockWorld, _asked: Asked): Reply | undefined {
  return undefined;
}
