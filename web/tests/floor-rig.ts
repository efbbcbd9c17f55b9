/**
 * What the tests of the floor's pages in a browser share: for each test a mock floor and a page of its own. Test files import
 * `page` and `floor` as they stand at that moment.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { MockFloor } from "./mock-floor.ts";

const SCREENSHOTS = join(import.meta.dirname, "../screenshots");
const CHROMIUM = process.env["CALLCUE_CHROMIUM"] ?? "/usr/bin/chromium";
export const DESK = { width: 1280, height: 720 };
export const WIDE = { width: 1920, height: 1080 };
/** For one thing to show; a machine that stalls is not a page that fails. */
export const PATIENCE_MS = 90_000;
export const PASSWORD = "correct horse battery";

let browser: Browser;
export let floor: MockFloor;
let context: BrowserContext;
export let page: Page;
/** Whatever the browser complains about, such as a breach of the content security policy. */
export let complaints: string[];

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`no browser at ${CHROMIUM}; install chromium, or name one in CALLCUE_CHROMIUM`);
  await mkdir(SCREENSHOTS, { recursive: true });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--autoplay-policy=user-gesture-required"] });
});
afterAll(() => browser?.close());
beforeEach(async () => {
  floor = await MockFloor.listen();
});
afterEach(async () => {
  await context?.close();
  await floor.close();
});

export async function openPage(options: Parameters<Browser["newContext"]>[0] = {}, path = "/"): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => message.type() === "error" && !message.text().includes("401") && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  await page.goto(floor.origin + path);
}

export async function logIn(name = "wang", password = PASSWORD): Promise<void> {
  await page.getByLabel("登录名").fill(name);
  await page.getByLabel("密码").fill(password);
  await page.keyboard.press("Enter");
}

/** Logs in and waits for the tiles. */
export async function enter(options: Parameters<Browser["newContext"]>[0] = {}, path = "/", name = "wang"): Promise<void> {
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

export async function shoot(name: string): Promise<void> {
  // The mark of typing would make pictures differ.
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), caret: "hide" });
}

export async function expectAccessible(): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
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
