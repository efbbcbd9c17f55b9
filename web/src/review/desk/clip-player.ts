/** Plays a stretch of a recording, with a little before and after it. */

const BEFORE_S = 2;
const AFTER_S = 1;

export class ClipPlayer {
  readonly #audio: HTMLAudioElement;
  #until_s = Infinity;

  constructor(audio: HTMLAudioElement) {
    this.#audio = audio;
    audio.addEventListener("timeupdate", () => {
      if (audio.currentTime >= this.#until_s) audio.pause();
    });
  }

  play(from_ms: number, to_ms: number): void {
    this.#until_s = to_ms / 1_000 + AFTER_S;
    this.#audio.currentTime = Math.max(0, from_ms / 1_000 - BEFORE_S);
    // Refused without sound to play; the element says so by itself.
    this.#audio.play().catch(() => undefined);
  }

  stop(): void {
    this.#audio.pause();
  }
}
