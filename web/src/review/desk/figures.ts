/** Figures as the desk writes them: signs that stand in a column, shares, spans of time. */

/** `+5`, `−2`, `0`, with a true minus sign, which is as wide as the plus. */
export function signed(points: number): string {
  if (points === 0) return "0";
  return points > 0 ? `+${points}` : `−${-points}`;
}

/** With one digit where it is not whole: `96`, `93.4`, `−1.5`. */
export function plain(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  const digits = Number.isInteger(rounded) ? String(Math.abs(rounded)) : Math.abs(rounded).toFixed(1);
  return rounded < 0 ? `−${digits}` : digits;
}

/** Share of 1 in whole percent; a dash where it is not known. Never 100% while something is missing, nor 0% while something is there. */
export function percent(share: number | null): string {
  if (share === null) return "–";
  const whole = Math.round(share * 100);
  if (whole === 100 && share < 1) return "99%";
  return whole === 0 && share > 0 ? "1%" : `${whole}%`;
}

/** `3:05`, `1:02:09`: length of a call. */
export function lengthText(length_ms: number): string {
  const total_s = Math.max(0, Math.floor(length_ms / 1_000));
  const [hours, minutes, seconds] = [Math.floor(total_s / 3_600), Math.floor(total_s / 60) % 60, total_s % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** How long something is still going to take, no finer than it can be known. */
export function leftText(left_s: number | null, language: "zh" | "en"): string {
  const zh = language === "zh";
  if (left_s === null) return zh ? "剩余时间估算中" : "time left not known yet";
  if (left_s < 10) return zh ? "即将完成" : "nearly done";
  if (left_s < 60) return zh ? `还需约 ${Math.ceil(left_s / 10) * 10} 秒` : `about ${Math.ceil(left_s / 10) * 10} s left`;
  const minutes = Math.ceil(left_s / 60);
  if (minutes < 60) return zh ? `还需约 ${minutes} 分钟` : `about ${minutes} min left`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (rest === 0) return zh ? `还需约 ${hours} 小时` : `about ${hours} h left`;
  return zh ? `还需约 ${hours} 小时 ${rest} 分钟` : `about ${hours} h ${rest} min left`;
}

/** `1.2 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} KB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

/** Whole numbers with a thin mark between thousands. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
