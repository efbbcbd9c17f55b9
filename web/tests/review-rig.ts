/**
 * What the tests of the review room in a browser share: for each test a mock room and a page of its own. Test files import `page` and
 * `room` as they stand at that moment.
 */
import { afterEach, beforeEach } from "vitest";
import { goTo, leave, page, type PageOptions } from "./chromium.ts";
import { MockReview, PASSWORD } from "./mock-review.ts";

export { complaints, DESK, expectAccessible, page, PATIENCE_MS, shoot, WIDE } from "./chromium.ts";

export let room: MockReview;

beforeEach(async () => {
  room = await MockReview.listen();
});
afterEach(async () => {
  await leave();
  await room.close();
});

export function openPage(hash = "", options: PageOptions = {}): Promise<void> {
  return goTo(`${room.origin}/review${hash}`, { reducedMotion: "reduce", timezoneId: "Asia/Shanghai", ...options });
}

/** Logs in and waits for the navigation. */
export async function enter(name = "qiu", hash = "", options: PageOptions = {}): Promise<void> {
  await openPage(hash, options);
  await page.getByLabel("登录名").fill(name);
  await page.getByLabel("密码").fill(name === "admin" ? "first-password-0" : PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "复核室" }).waitFor();
}
