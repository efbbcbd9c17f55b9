/** A call as the review room stores it: the sample call with flags of every kind, or that call over and over for a whole hour. */
import type { EventFields, StampedEvent } from "../src/wire.ts";
import { sampleCall, SAMPLE_LENGTH_MS } from "./sample-call.ts";

type FlagFields = EventFields["flag"];

const FLAGS: readonly (readonly [at_ms: number, fields: FlagFields])[] = [
  [14_100, {
    rule: "2.1", kind: "forbidden", channel: "agent", from_ms: 13_100, to_ms: 14_000, text: "喂,大点声!", phrase: "喂,大点声", item: "A4", points: -2, sure: 0.93, basis: "words",
    instead: "很抱歉,我听不清您的声音,请您大声一点,好吗?",
    aligned: [{ phrase: "喂", said: "喂", how: "same" }, { phrase: "大", said: "大", how: "same" }, { phrase: "点", said: "电", how: "near" }, { phrase: "声", said: "声", how: "same" }],
  }],
  [14_200, { rule: "1.5", kind: "timing", channel: "agent", from_ms: 12_000, to_ms: 13_100, text: "静候 1.1 秒即开口,应静候 3 秒", phrase: "您好,请问有什么可以帮您?", item: "A3", points: -1 }],
  [48_100, {
    rule: "3.8", kind: "missing", channel: "agent", from_ms: 44_000, to_ms: 47_500, text: "谢谢您的等候", phrase: "感谢您的耐心等候", item: "A7", points: -5, sure: 0.71, basis: "near_miss",
    aligned: [
      { phrase: "感", how: "missing" }, { phrase: "谢", said: "谢", how: "same" }, { said: "谢", how: "again" }, { phrase: "您", said: "您", how: "same" }, { phrase: "的", said: "的", how: "same" },
      { phrase: "耐", how: "missing" }, { phrase: "心", how: "missing" }, { phrase: "等", said: "等", how: "same" }, { phrase: "候", said: "候", how: "same" },
    ],
  }],
  [56_300, { rule: "6.2", kind: "conduct", channel: "agent", from_ms: 54_000, to_ms: 56_000, text: "感谢您的来电,王先生,再见", phrase: "再见", item: "A9", points: 0, sure: 0.42, basis: "situation", review: true }],
];

/** Its stored events, numbered. */
export function reviewSample(call: string, started_ms: number, flags = true): StampedEvent[] {
  const stored = sampleCall().flatMap(({ message }) => ("seq" in message && message.type !== "flag" ? [message] : []));
  // The second wait is cut short.
  const waits = [{ type: "wait_started", at_ms: 12_010, rule: "1.5", step: 2, from_ms: 12_000, until_ms: 15_000 }, { type: "wait_ended", at_ms: 13_100, rule: "1.5", step: 2 }] as StampedEvent[];
  const flagged = flags ? FLAGS.map(([at_ms, fields]) => ({ type: "flag", at_ms, ...fields }) as StampedEvent) : [];
  return stamped([...stored, ...waits, ...flagged], call, started_ms);
}

/** The sample call over and over; its words, flags and waits stand behind one another. */
export function longSample(call: string, started_ms: number, length_ms: number): StampedEvent[] {
  const once = reviewSample(call, started_ms);
  const inner = once.filter(({ type }) => !["call_started", "call_ended", "summary"].includes(type));
  const list: StampedEvent[] = once.filter(({ type }) => type === "call_started");
  const rounds = Math.floor(length_ms / SAMPLE_LENGTH_MS);
  for (let round = 0; round < rounds; round += 1) {
    // Flags in every sixth minute only: nobody breaks every rule every minute.
    for (const event of inner) if (event.type !== "flag" || round % 6 === 0) list.push(moved(event, round * SAMPLE_LENGTH_MS, round));
  }
  list.push({ type: "call_ended", at_ms: length_ms - 200, by: "agent" } as StampedEvent);
  return stamped(list, call, started_ms);
}

function stamped(events: readonly StampedEvent[], call: string, started_ms: number): StampedEvent[] {
  const sorted = events.toSorted((a, b) => a.at_ms - b.at_ms);
  return sorted.map((event, index) => ({ ...event, call, seq: index + 1, wall: new Date(started_ms + event.at_ms).toISOString() }));
}

function moved(event: StampedEvent, by_ms: number, round: number): StampedEvent {
  const shifted: Record<string, unknown> = { ...event };
  for (const name of ["at_ms", "from_ms", "to_ms", "until_ms", "since_ms"]) if (typeof shifted[name] === "number") shifted[name] += by_ms as never;
  // An id is unique in its call.
  if (typeof shifted["id"] === "string") shifted["id"] = `${shifted["id"]}${String(round).padStart(2, "0")}`;
  return shifted as unknown as StampedEvent;
}
