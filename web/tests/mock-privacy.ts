/** What the mock answers about a person's data: calls are found by agent, words or id, and go when they are erased. */
import type { PersonQuery } from "../src/review/wire.ts";
import type { Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import type { Call, MockWorld } from "./mock-review-world.ts";

export function answerPrivacy(world: MockWorld, { what, query, body }: Asked): Reply | undefined {
  if (what === "GET /api/privacy/person") {
    const calls = query.get("calls");
    return [200, { calls: found(world, { agent: query.get("agent") ?? "", words: query.get("words") ?? "", ...(calls && { calls: calls.split(",") }) }).map(({ review: { call, started_ms, agent, team } }) => ({ call, started_ms, agent, team })) }];
  }
  if (what !== "POST /api/privacy/erase") return undefined;
  const gone = new Set(found(world, body as PersonQuery));
  world.calls.splice(0, world.calls.length, ...world.calls.filter((call) => !gone.has(call)));
  return [204, null];
}

function found(world: MockWorld, { agent, words, calls }: PersonQuery): Call[] {
  const said = ({ events }: Call): boolean => events.some((event) => event.type === "transcript" && event.text.includes(words ?? ""));
  return world.calls.filter((call) => (!agent || call.review.agent === agent) && (!words || said(call)) && (!calls || calls.includes(call.review.call)));
}
