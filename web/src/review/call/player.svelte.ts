/** Playing: where, how fast, what is skipped, which side is heard. */
import type { Channel } from "../wire.ts";
import { mixOf, RATES, VOLUME_MAX } from "./mix.ts";
import type { Sound } from "./sound.ts";
import { skipTo, type Span } from "./timeline-layout.ts";

export class Player {
  at_ms = $state(0);
  playing = $state(false);
  rate: number = $state(1);
  skips_silence = $state(false);
  /** Played over and over. */
  loop: Span | undefined = $state.raw();
  solo: Channel | undefined = $state();
  volume: Record<Channel, number> = $state({ agent: 1, customer: 1 });
  /** The browser plays nothing before the reader has touched the page. */
  blocked = $state(false);
  /** Why there is no sound; empty: there is. */
  trouble = $state("");
  length_ms = $state(0);
  quiet: readonly Span[] = [];
  readonly sound: Sound;

  constructor(sound: Sound) {
    this.sound = sound;
    const { media } = sound;
    media.addEventListener("play", () => (this.playing = true));
    media.addEventListener("pause", () => {
      this.playing = false;
      this.#stood();
    });
    media.addEventListener("error", () => (this.trouble = media.getAttribute("src") ? "录音无法播放" : ""));
    media.addEventListener("seeked", () => this.#stood());
    media.addEventListener("loadedmetadata", () => (this.trouble = ""));
  }

  async play(): Promise<void> {
    this.#mix();
    try {
      await this.sound.media.play();
      this.blocked = false;
    } catch (error) {
      // A seek or a pause in between is no trouble.
      this.blocked = error instanceof DOMException && error.name === "NotAllowedError";
    }
  }

  toggle(): void {
    if (this.playing) this.pause();
    else void this.play();
  }

  /** Where it stops is known at once: a mark set by the very next key is on it. */
  pause(): void {
    this.sound.media.pause();
    this.#stood();
  }

  /** What lies outside the call is its nearest end. */
  seek(to_ms: number): void {
    const at_ms = Math.min(Math.max(0, to_ms), Math.max(0, this.length_ms - 50));
    if (this.loop && (at_ms < this.loop.from_ms || at_ms > this.loop.to_ms)) this.loop = undefined;
    this.at_ms = at_ms;
    this.sound.media.currentTime = at_ms / 1_000;
  }

  skip(by_ms: number): void {
    this.seek(this.at_ms + by_ms);
  }

  playFrom(at_ms: number): void {
    this.seek(at_ms);
    void this.play();
  }

  /** The sound has gone on. */
  moved(at_ms: number): void {
    this.at_ms = at_ms;
    if (!this.playing) return;
    if (this.loop && at_ms >= this.loop.to_ms) return this.seek(this.loop.from_ms);
    const behind_ms = this.skips_silence && !this.loop ? skipTo(this.quiet, at_ms) : undefined;
    if (behind_ms !== undefined) this.seek(behind_ms);
  }

  setRate(rate: number): void {
    this.rate = rate;
    const { media } = this.sound;
    media.preservesPitch = true;
    media.defaultPlaybackRate = rate;
    media.playbackRate = rate;
  }

  /** The nth of `RATES`, from 1. */
  chooseRate(nth: number): void {
    this.setRate(RATES[nth - 1] ?? 1);
  }

  toggleLoop(span: Span): void {
    this.loop = this.loop ? undefined : span;
    if (this.loop) this.playFrom(this.loop.from_ms);
  }

  toggleSolo(channel: Channel): void {
    this.solo = this.solo === channel ? undefined : channel;
    this.#mix();
  }

  setVolume(channel: Channel, volume: number): void {
    this.volume[channel] = Math.min(VOLUME_MAX, Math.max(0, volume));
    this.#mix();
  }

  #stood(): void {
    this.at_ms = this.sound.media.currentTime * 1_000;
  }

  #mix(): void {
    this.sound.mix(mixOf(this.volume, this.solo));
  }
}
