/** A decision in words. What counted before and after comes as data of the act's own shape. */
import { pointsText, VERDICT_TEXTS } from "../texts.ts";
import type { Decision, Verdict } from "../wire.ts";

export const ACT_TEXTS: Readonly<Record<Decision["act"], string>> = {
  verdict: "判定", flag_added: "补记", accepted: "坐席接受", appealed: "坐席申诉", upheld: "维持原判", overturned: "申诉成立",
  assigned: "分派", finished: "完成复核", reopened: "收回", comment: "批注",
};

/** `未判定 → 成立，−2 分：语气生硬`; empty where there is nothing to add to the act itself. */
export function decisionText({ act, before, after }: Pick<Decision, "act" | "before" | "after">): string {
  switch (act) {
    case "verdict":
    case "upheld":
    case "overturned":
      return `${stateOf(before)} → ${stateOf(after)}`;
    case "assigned":
      return `${nameOf(before)} → ${nameOf(after)}`;
    default:
      return remarkOf(after);
  }
}

function stateOf(value: unknown): string {
  const { verdict, points, note } = fieldsOf(value);
  if (typeof verdict !== "string") return "未判定";
  const text = VERDICT_TEXTS[verdict as Verdict] ?? verdict;
  return `${text}${typeof points === "number" ? `，${pointsText(points)}` : ""}${typeof note === "string" && note !== "" ? `：${note}` : ""}`;
}

function nameOf(value: unknown): string {
  const name = typeof value === "string" ? value : (fieldsOf(value)["to"] ?? fieldsOf(value)["assigned_to"]);
  return typeof name === "string" && name !== "" ? name : "无人";
}

function remarkOf(value: unknown): string {
  const { text, reason } = fieldsOf(value);
  const parts = [text, reason].filter((part): part is string => typeof part === "string" && part !== "");
  return parts.join(" ");
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
