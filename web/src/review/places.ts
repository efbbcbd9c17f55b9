/** The navigation: what the room has, and who sees it. */
import type { Act } from "../house/session-api.ts";
import type { View } from "./route.ts";

export interface Place {
  view: View;
  title: string;
  /** Any of these opens it. */
  acts: readonly Act[];
}

/** In the order of the navigation; the first that somebody may see is where the room opens. */
export const PLACES: readonly Place[] = [
  { view: "queue", title: "复核队列", acts: ["judge"] },
  { view: "search", title: "搜索", acts: ["read_transcript"] },
  { view: "mine", title: "我的通话", acts: ["appeal"] },
  { view: "scores", title: "成绩单", acts: ["see_scores"] },
  { view: "calibration", title: "校准", acts: ["judge"] },
  { view: "quality", title: "规则准确率", acts: ["see_quality"] },
  { view: "backtest", title: "回测", acts: ["change_script"] },
  { view: "imports", title: "导入", acts: ["import_calls"] },
  { view: "privacy", title: "隐私", acts: ["manage_privacy"] },
];

/**
 * What somebody with these rights finds. An agent's search would find nothing but the own calls, which have a place of their own; others have
 * no calls of their own.
 */
export function placesFor(may: readonly Act[], is_agent: boolean): Place[] {
  return PLACES.filter(({ view, acts }) => acts.some((act) => may.includes(act)) && !(view === (is_agent ? "search" : "mine")));
}

/** The player has no entry of its own; whoever sees one of its calls in a list may open it there. */
export function maySee(view: View, may: readonly Act[]): boolean {
  if (view === "call") return may.includes("hear_recording") || may.includes("read_transcript");
  return PLACES.some((place) => place.view === view && place.acts.some((act) => may.includes(act)));
}
