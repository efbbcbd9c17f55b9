/**
 * What the tests of the floor's pages in a browser share: for each test a mock floor and a page of its own. Test files import
 * `page` and `floor` as they stand at that moment.
 */
import type { Locator } from "playwright-core";
import { afterEach, beforeEach, expect } from "vitest";
import { goTo, leave, page, type PageOptions } from "./chromium.ts";
import { MockFloor } from "./mock-floor.ts";

export { complaints, DESK, expectAccessible, page, PATIENCE_MS, shoot, WIDE } from "./chromium.ts";
export const PASSWORD = "correct horse battery";

export let floor: MockFloor;

beforeEach(async () => {
  floor = await MockFloor.listen();
});
afterEach(async () => {
  await leave();
  await floor.close();
});

export function openPage(options: PageOptions = {}, path = "/"): Promise<void> {
  return goTo(floor.origin + path, { reducedMotion: "reduce", ...options });
}

export async function logIn(name = "wang", password = PASSWORD): Promise<void> {
  await page.getByLabel("登录名").fill(name);
  await page.getByLabel("密码").fill(password);
  await page.keyboard.press("Enter");
}

/** Logs in and waits for the tiles. */
export async function enter(options: PageOptions = {}, path = "/", name = "wang"): Promise<void> {
  await openPage(options, path);
  await logIn(name, name === "admin" ? "first-password-0" : PASSWORD);
  await page.locator("[data-station]").first().waitFor();
}

export function tile(station: number): Locator {
  return page.locator(`[data-station="${station}"]`);
}

/** Stations in the order in which they are seen, once all are there and stand still: tiles come and move over several frames. */
export async function seenOrder(): Promise<number[]> {
  return page.evaluate(async () => {
    const look = (): { station: number; box: DOMRect }[] =>
      [...document.querySelectorAll<HTMLElement>("[data-station]")].map((each) => ({ station: Number(each.dataset["station"]), box: each.getBoundingClientRect() }));
    const picture = (): string => look().map(({ station, box }) => [station, box.left, box.top].join()).join(";");
    const STILL_FRAMES = 10;
    for (let last = "", still = 0; still < STILL_FRAMES; ) {
      await new Promise(requestAnimationFrame);
      const now = picture();
      still = now === last ? still + 1 : 0;
      last = now;
    }
    return look()
      .sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
      .map(({ station }) => station);
  });
}

/** Nothing of these stands outside the screen. */
export async function expectWhole(selector: string): Promise<void> {
  const outside = await page.locator(selector).evaluateAll((parts) =>
    parts.filter((part) => part.getBoundingClientRect().right > innerWidth || part.getBoundingClientRect().bottom > innerHeight + 1).map((part) => part.outerHTML),
  );
  expect(outside).toEqual([]);
}

/** A station in a call whose tile can be seen, and a quiet one. */
export function busyStation(): number {
  return floor.room.tiles.find((each) => each.state === "talking" && each.urgency === 0)!.station;
}
