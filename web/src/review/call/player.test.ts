import { expect, test } from "vitest";
import { Player } from "./player.svelte.ts";
import type { Sound } from "./sound.ts";

/** A media element whose place is the test's. */
class Media extends EventTarget {
  currentTime = 0;

  play(): Promise<void> {
    this.dispatchEvent(new Event("play"));
    return Promise.resolve();
  }

  pause(): void {}
}

function playerAt(currentTime: number): { player: Player; media: Media } {
  const media = new Media();
  media.currentTime = currentTime;
  const player = new Player({ media: media as unknown as HTMLAudioElement, mix() {}, close() {} } satisfies Sound);
  player.length_ms = 60_000;
  return { player, media };
}

test("a pause stands where the sound is, not where the page last drew it", () => {
  const { player, media } = playerAt(12);
  void player.play();
  player.moved(12_000);
  media.currentTime = 12.008;
  player.toggle();
  expect(player.at_ms).toBe(12_008);
  player.skip(5_000);
  expect(media.currentTime).toBe(17.008);
});

test("a pause that the browser makes by itself is followed", () => {
  const { player, media } = playerAt(12);
  void player.play();
  player.moved(12_000);
  media.currentTime = 13.5;
  media.dispatchEvent(new Event("pause"));
  expect([player.playing, player.at_ms]).toEqual([false, 13_500]);
});
