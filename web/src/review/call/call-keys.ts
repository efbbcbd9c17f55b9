/** Keys of the player: one table for the keyboard, the buttons and the help. */
import type { KeyAct } from "../keys.ts";
import type { CallStore } from "./call-store.svelte.ts";
import { leadIn, mayDecideAppeal, mayReopen } from "./flag-state.ts";
import { RATES } from "./mix.ts";

const STEP_MS = 5_000;

/** What else the keys of the view reach. */
export interface ViewActs {
  leave(): void;
  writeNote(): void;
  zoom(factor: number): void;
}

export type CallKey =
  | "play" | "back" | "forth" | "next_flag" | "previous_flag" | "confirm" | "dismiss" | "unsure" | "note" | "complaint" | "from" | "to" | "add" | "comment" | "finish" | "next_call"
  | "loop" | "skip" | "solo_agent" | "solo_customer" | "closer" | "farther" | "history" | "uphold" | "overturn" | "reopen" | "close" | `rate_${number}`;

export function callKeys(store: CallStore, view: ViewActs): Record<CallKey, KeyAct> {
  const { player } = store;
  const flagged = (): boolean => store.flag !== undefined;
  const decides = (): boolean => store.changeable && flagged() && !store.busy;
  const changes = (): boolean => store.changeable && !store.busy;
  const finished = (): boolean => store.review?.state === "finished";
  const appealed = (): boolean => store.flag !== undefined && mayDecideAppeal(store.flag, store.me, store.judges) && store.hold.kind !== "others" && !store.busy;
  const judges = (): boolean => store.judges;
  const rates = Object.fromEntries(
    RATES.map((rate, index) => [`rate_${index + 1}`, { keys: [String(index + 1)], label: `${rate} 倍速`, act: () => player.setRate(rate) } satisfies KeyAct]),
  ) as Record<`rate_${number}`, KeyAct>;
  return {
    play: { keys: ["空格"], label: "播放 / 暂停", act: () => player.toggle() },
    back: { keys: ["J", "←"], label: "退 5 秒", repeats: true, act: () => player.skip(-STEP_MS) },
    forth: { keys: ["L", "→"], label: "进 5 秒", repeats: true, act: () => player.skip(STEP_MS) },
    previous_flag: { keys: ["P"], label: "上一条", available: () => store.flags.length > 0, act: () => store.step(-1) },
    next_flag: { keys: ["N"], label: "下一条", available: () => store.flags.length > 0, act: () => store.step(1) },
    confirm: { keys: ["C"], label: "成立", available: decides, act: () => void store.decide("confirmed") },
    dismiss: { keys: ["D"], label: "不成立", available: decides, act: () => void store.decide("dismissed") },
    unsure: { keys: ["U"], label: "存疑", available: decides, act: () => void store.decide("unsure") },
    note: { keys: ["I"], label: "写理由", available: () => decides() || appealed(), act: () => view.writeNote() },
    complaint: { keys: ["B"], label: "引起投诉", available: decides, act: () => (store.complaint = !store.complaint) },
    from: { keys: ["["], label: "标记起点", available: changes, act: () => store.markFrom() },
    to: { keys: ["]"], label: "标记终点", available: () => changes() && store.marked.from_ms !== undefined, act: () => store.markTo() },
    add: { keys: ["A"], label: "补记一条", available: changes, act: () => (store.adding = true) },
    comment: { keys: ["M"], label: "在此批注", available: changes, act: () => (store.commenting = true) },
    finish: { keys: ["F"], label: "完成复核", available: () => changes() && store.flags.every(({ verdict }) => verdict !== null), act: () => void store.finish() },
    next_call: { keys: ["Enter", "X"], label: "下一通", available: judges, act: () => void store.next() },
    reopen: { keys: ["O"], label: "收回", available: () => judges() && finished() && store.review !== undefined && mayReopen(store.review), act: () => void store.reopen() },
    uphold: { keys: ["E"], label: "维持原判", available: appealed, act: () => void store.decideAppeal("upheld") },
    overturn: { keys: ["W"], label: "申诉成立", available: appealed, act: () => void store.decideAppeal("overturned") },
    loop: { keys: ["R"], label: "循环此条", available: flagged, act: () => store.flag && player.toggleLoop({ from_ms: leadIn(store.flag), to_ms: Math.max(store.flag.to_ms, store.flag.at_ms) + 500 }) },
    skip: { keys: ["S"], label: "跳过静默", act: () => (player.skips_silence = !player.skips_silence) },
    solo_agent: { keys: ["G"], label: "只听坐席", act: () => player.toggleSolo("agent") },
    solo_customer: { keys: ["K"], label: "只听客户", act: () => player.toggleSolo("customer") },
    ...rates,
    closer: { keys: ["+", "="], label: "放大", repeats: true, act: () => view.zoom(1.6) },
    farther: { keys: ["-"], label: "缩小", repeats: true, act: () => view.zoom(1 / 1.6) },
    history: { keys: ["H"], label: "经过", act: () => void store.toggleHistory() },
    close: { keys: ["Esc"], label: "返回", always: true, act: () => view.leave() },
  };
}
