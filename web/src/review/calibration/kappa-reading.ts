/** What a kappa means, in words: the bands of Landis and Koch. */
import type { Language } from "../../agent/texts.ts";

const BANDS = [
  { from: 0.81, zh: "几乎一致", en: "almost perfect" },
  { from: 0.61, zh: "较好", en: "substantial" },
  { from: 0.41, zh: "中等", en: "moderate" },
  { from: 0.21, zh: "一般", en: "fair" },
  { from: 0, zh: "很低", en: "slight" },
  { from: -1, zh: "不如随机判断", en: "worse than chance" },
] as const;

/** Two digits, a true minus; a dash where chance explains all. */
export function kappaText(kappa: number | null): string {
  if (kappa === null) return "–";
  return rounded(kappa) < 0 ? `−${(-rounded(kappa)).toFixed(2)}` : Math.abs(rounded(kappa)).toFixed(2);
}

/** The word goes with the figure as it is shown. */
export function kappaWord(kappa: number | null, language: Language): string {
  if (kappa === null) return language === "zh" ? "判断全部相同，无法计算" : "all verdicts are the same, nothing to reckon";
  const band = BANDS.find(({ from }) => rounded(kappa) >= from) ?? BANDS[BANDS.length - 1]!;
  return band[language];
}

/** `一致性 0.72：较好`. */
export function kappaSentence(kappa: number | null, language: Language): string {
  const word = kappaWord(kappa, language);
  if (kappa === null) return language === "zh" ? `一致性：${word}` : `Agreement: ${word}`;
  return language === "zh" ? `一致性 ${kappaText(kappa)}：${word}` : `Agreement ${kappaText(kappa)}: ${word}`;
}

function rounded(kappa: number): number {
  return Math.round(kappa * 100) / 100;
}
