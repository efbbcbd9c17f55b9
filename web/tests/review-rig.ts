/**
 * What the tests of the review room in a browser share: for each test a mock room and a page of its own. Test files import `page` and
 * `room` as they stand at that moment.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { MockReview, PASSWORD } from "./mock-review.ts";

const SCREENSHOTS = join(import.meta.dirname, "../screenshots");
const CHROMIUM = process.env["CALLCUE_CHROMIUM"] ?? "/usr/bin/chromium";
export const DESK = { width: 1280, height: 720 };
export const WIDE = { width: 1920, height: 1080 };
/** For one thing to show; a machine that stalls is not a page that fails. */
export const PATIENCE_MS = 90_000;

let browser: Browser;
let context: BrowserContext;
export let room: MockReview;
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
  room = await MockReview.listen();
});
afterEach(async () => {
  await context?.close();
  await room.close();
});

export async function openPage(hash = "", options: Parameters<Browser["newContext"]>[0] = {}): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", timezoneId: "Asia/Shanghai", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => message.type() === "error" && !message.text().includes("401") && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  await page.goto(`${room.origin}/review${hash}`);
}

/** Logs in and waits for the navigation. */
export async function enter(name = "qiu", hash = "", options: Parameters<Browser["newContext"]>[0] = {}): Promise<void> {
  await openPage(hash, options);
  await page.getByLabel("登录名").fill(name);
  await page.getByLabel("密码").fill(name === "admin" ? "first-password-0" : PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "复核室" }).waitFor();
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
