/** Words that several views of the review room share. */
import type { Role } from "../house/session-api.ts";
import type { Channel, FlagKind, ReviewState, Verdict } from "./wire.ts";

export const ROLE_TEXTS: Readonly<Record<Role, string>> = { agent: "坐席", lead: "组长", reviewer: "质检", script_owner: "规范负责人", administrator: "管理员" };
export const VERDICT_TEXTS: Readonly<Record<Verdict, string>> = { confirmed: "成立", dismissed: "不成立", unsure: "存疑" };
export const STATE_TEXTS: Readonly<Record<ReviewState, string>> = { unseen: "未看", opened: "已打开", finished: "已完成" };
export const KIND_TEXTS: Readonly<Record<FlagKind, string>> = { forbidden: "用语", missing: "未说", timing: "时机", hangup: "挂机", conduct: "表现" };
export const CHANNEL_TEXTS: Readonly<Record<Channel, string>> = { agent: "坐席", customer: "客户" };

/** `−2 分`, with a true minus. */
export function pointsText(points: number): string {
  return `${points < 0 ? `−${-points}` : points} 分`;
}
