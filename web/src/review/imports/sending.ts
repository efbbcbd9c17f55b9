/** Files on their way to the floor. */

export interface Sending {
  file: File;
  state: "waiting" | "sending" | "sent" | "failed";
  /** How much of it is gone, 0 to 1. */
  share: number;
  /** Why it did not arrive. */
  why: { zh: string; en: string } | undefined;
}

export interface SendingSum {
  files: number;
  sent: number;
  failed: number;
  bytes: number;
  bytes_sent: number;
}

const ENDINGS = [".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus"];

/** What of these can be imported; a name that is on the list already is not taken twice. */
export function newRecordings(files: readonly File[], listed: readonly Sending[]): { taken: Sending[]; passed_over: number } {
  const names = new Set(listed.map(({ file }) => file.name));
  const taken: Sending[] = [];
  for (const file of files) {
    const is_sound = ENDINGS.some((ending) => file.name.toLowerCase().endsWith(ending));
    if (!is_sound || names.has(file.name)) continue;
    names.add(file.name);
    taken.push({ file, state: "waiting", share: 0, why: undefined });
  }
  return { taken, passed_over: files.length - taken.length };
}

export function sumOf(sendings: readonly Sending[]): SendingSum {
  const sum: SendingSum = { files: sendings.length, sent: 0, failed: 0, bytes: 0, bytes_sent: 0 };
  for (const { file, state, share } of sendings) {
    sum.bytes += file.size;
    sum.bytes_sent += state === "sent" ? file.size : state === "sending" ? file.size * share : 0;
    if (state === "sent") sum.sent += 1;
    if (state === "failed") sum.failed += 1;
  }
  return sum;
}
