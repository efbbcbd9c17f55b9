/** What the mock answers on how right the rules are, and what was said. */
import type { Examples, Precision, RulePrecision } from "../src/review/wire.ts";
import type { Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import { FIRST_CALL, RULES, type MockWorld } from "./mock-review-world.ts";

const COUNTS: readonly (readonly [confirmed: number, dismissed: number, unsure: number, added: number, marked_wrong: number])[] = [
  [182, 9, 4, 3, 2],
  [46, 31, 8, 0, 12],
  [3, 1, 0, 0, 0],
  [77, 2, 1, 11, 0],
  [0, 0, 5, 0, 1],
];

const PHRASES = [["2.1", "喂,大点声"], ["2.1", "大声点"], ["3.8", "等着"], ["6.2", "如果没有其他的事,请挂机"]] as const;

const LINES: Readonly<Record<string, readonly string[]>> = {
  dismissed: ["喂,您好,大点声没关系", "他让我大点声,我说好", "您再大点声音我就听得清", "喂喂,大点声说的是旁边的人"],
  confirmed: ["喂,大点声!", "你大声点行不行"],
  unsure: ["喂,大…声"],
};

export function answerQuality(_world: MockWorld, { what, query }: Asked): Reply | undefined {
  if (what === "GET /api/review/precision") {
    const rules = RULES.map(({ rule }, place) => precisionOf(rule, COUNTS[place]!));
    const phrases = PHRASES.map(([rule, phrase], place) => ({ ...precisionOf(rule, COUNTS[(place + 1) % COUNTS.length]!), phrase }));
    return [200, { rules, phrases } satisfies Precision];
  }
  if (what !== "GET /api/review/examples") return undefined;
  const rule = query.get("rule") ?? "";
  const said = LINES[query.get("verdict") ?? ""] ?? [];
  const heard = query.get("verdict") === "confirmed" ? "heard" : "not_heard";
  const toml = `# ${rule}，复核过的原话\n[[rule.example]]\n${heard} = [\n${said.map((text) => `  "${text}",`).join("\n")}\n]\n`;
  return [200, { rule, toml, lines: said.map((text, place) => ({ text, phrase: "喂,大点声", call: FIRST_CALL, flag: place + 1 })) } satisfies Examples];
}

function precisionOf(rule: string, [confirmed, dismissed, unsure, added, marked_wrong]: (typeof COUNTS)[number]): RulePrecision {
  const decided = confirmed + dismissed;
  const whole = { rule, flags: decided + unsure, confirmed, dismissed, unsure, added, marked_wrong };
  if (decided === 0) return { ...whole, precision: null, low: null, high: null };
  const share = confirmed / decided;
  const z = 1.96;
  const middle = (share + (z * z) / (2 * decided)) / (1 + (z * z) / decided);
  const half = (z * Math.sqrt((share * (1 - share)) / decided + (z * z) / (4 * decided * decided))) / (1 + (z * z) / decided);
  return { ...whole, precision: share, low: middle - half, high: middle + half };
}
