/** What the tests of the desk's views share: into a view at the hour of the mock's world, so that months and deadlines are its own. */
import { enter, page, room, shoot } from "./review-rig.ts";

type Options = NonNullable<Parameters<typeof enter>[2]>;

/** Logs in and opens a view. */
export async function open(name: string, hash: string, options: Options = {}): Promise<void> {
  await enter(name, "", { locale: "zh-CN", ...options });
  await page.clock.setFixedTime(room.world.now_ms);
  await page.evaluate((to) => (location.hash = to), hash);
}

/** A picture of the whole view, however long it is. */
export async function shootWhole(name: string): Promise<void> {
  const height = await page.evaluate(() => Math.ceil((document.querySelector("main")?.scrollHeight ?? 0) + 60));
  const before = page.viewportSize()!;
  await page.setViewportSize({ width: before.width, height: Math.max(before.height, height) });
  await shoot(name);
  await page.setViewportSize(before);
}
