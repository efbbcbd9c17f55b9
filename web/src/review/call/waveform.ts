/** The waveform of a call, drawn by wavesurfer.js from peaks that the server has computed; nothing is decoded here. */
import WaveSurfer from "wavesurfer.js";
import type { Peaks } from "../wire.ts";
import type { View } from "./timeline-layout.ts";

/** Height of one channel's row. */
export const ROW_PX = 44;
const PEAK_MAX = 127;

export interface WaveformParts {
  container: HTMLElement;
  /** Undefined: it is a picture only, and fits the width. */
  media: HTMLMediaElement | undefined;
  row_px: number;
  /** To begin with; less than fills the width is taken as filling it, such as 0. */
  px_per_s: number;
  onMoved?(at_ms: number): void;
  onSeek(at_ms: number): void;
  onView?(view: View): void;
}

export interface Waveform {
  /** Draws other peaks. */
  load(peaks: Peaks): void;
  /** Pixels a second. */
  zoom(px_per_s: number): void;
  /** Brings a moment into sight. */
  reveal(at_ms: number): void;
  recolour(): void;
  destroy(): void;
}

export function openWaveform({ container, media, row_px, px_per_s, onMoved, onSeek, onView }: WaveformParts, peaks: Peaks): Waveform {
  // The content security policy admits no style that stands in the page. What is not yet in the document is not held to it: the
  // library's own style is taken out there and given back as a sheet, before the whole is put in.
  const detached = document.createElement("div");
  const { agent, customer } = coloursOf(container);
  const wave = WaveSurfer.create({
    container: detached,
    ...(media && { media }),
    ...dataOf(peaks),
    splitChannels: [{ ...agent }, { ...customer }],
    height: row_px,
    minPxPerSec: px_per_s,
    cursorWidth: 2,
    hideScrollbar: media === undefined,
    autoScroll: true,
    autoCenter: false,
    dragToSeek: true,
    cursorColor: coloursOf(container).cursor,
  });
  const root = wave.getWrapper().getRootNode() as ShadowRoot;
  adoptStyles(root);
  if (media) makeReachable(root.querySelector<HTMLElement>(".scroll"));
  container.replaceChildren(detached);

  let length_ms = peaks.length_ms;
  const view = (): View => {
    const whole_px = wave.getWrapper().scrollWidth;
    const px_per_s = length_ms > 0 ? (whole_px / length_ms) * 1_000 : 0;
    return { from_ms: px_per_s > 0 ? (wave.getScroll() / px_per_s) * 1_000 : 0, px_per_s, width_px: wave.getWidth() };
  };
  const tell = (): void => onView?.(view());
  for (const happened of ["scroll", "redraw", "zoom", "resize", "ready"] as const) wave.on(happened, tell);
  wave.on("timeupdate", (at_s) => onMoved?.(at_s * 1_000));
  wave.on("interaction", (at_s) => onSeek(at_s * 1_000));
  // What the media element suffers is told by the player.
  wave.on("error", () => undefined);
  return {
    load(other) {
      length_ms = other.length_ms;
      const { peaks: channels, duration } = dataOf(other);
      void wave.load(media?.currentSrc ?? "", channels, duration).catch(() => undefined);
    },
    zoom(px_per_s) {
      // Before it has taken the peaks in, it only notes the scale.
      if (wave.getDecodedData()) wave.zoom(px_per_s);
      else wave.setOptions({ minPxPerSec: px_per_s });
      tell();
    },
    reveal(at_ms) {
      const { from_ms, px_per_s, width_px } = view();
      const seen_ms = (width_px / px_per_s) * 1_000;
      if (at_ms < from_ms || at_ms > from_ms + seen_ms * 0.9) wave.setScrollTime(Math.max(0, at_ms - seen_ms * 0.2) / 1_000);
    },
    recolour() {
      const colours = coloursOf(container);
      wave.setOptions({ splitChannels: [colours.agent, colours.customer], cursorColor: colours.cursor });
    },
    destroy: () => wave.destroy(),
  };
}

function dataOf({ agent, customer, length_ms }: Peaks): { peaks: Float32Array[]; duration: number } {
  const scaled = (side: readonly number[]): Float32Array => Float32Array.from(side, (peak) => peak / PEAK_MAX);
  return { peaks: [scaled(agent), scaled(customer)], duration: length_ms / 1_000 };
}

/** What scrolls must be reachable by the keyboard. */
function makeReachable(scroll: HTMLElement | null): void {
  scroll?.setAttribute("tabindex", "0");
  scroll?.setAttribute("role", "region");
  scroll?.setAttribute("aria-label", "波形");
}

function adoptStyles(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  for (const style of root.querySelectorAll("style")) {
    sheet.replaceSync(style.textContent);
    style.remove();
  }
  root.adoptedStyleSheets = [sheet];
}

interface Colours {
  agent: { waveColor: string; progressColor: string };
  customer: { waveColor: string; progressColor: string };
  cursor: string;
}

/** A canvas knows no custom properties: they are looked up, for light and dark. */
function coloursOf(element: HTMLElement): Colours {
  const probe = document.createElement("i");
  element.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    agent: { waveColor: colour("--cue-edge"), progressColor: colour("--accent") },
    customer: { waveColor: colour("--wait-edge"), progressColor: colour("--customer") },
    cursor: colour("--ink"),
  };
  probe.remove();
  return colours;
}
