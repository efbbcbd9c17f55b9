/**
 * What all tests of pages in a browser share: one Chromium for a file, one page for a test. Test files import `page` and `complaints` as
 * they stand at that moment.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

/** Pictures for people to look at. */
export const SCREENSHOTS = join(import.meta.dirname, "../screenshots");
const CHROMIUM = process.env["CALLCUE_CHROMIUM"] ?? "/usr/bin/chromium";
export const DESK = { width: 1280, height: 720 };
export const WIDE = { width: 1920, height: 1080 };
/** For one thing to show; a machine that stalls is not a page that fails. */
export const PATIENCE_MS = 90_000;

export type PageOptions = Parameters<Browser["newContext"]>[0];

export let browser: Browser;
let context: BrowserContext | undefined;
export let page: Page;
/** Whatever the browser complains about, such as a breach of the content security policy. */
export let complaints: string[];

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`no browser at ${CHROMIUM}; install chromium, or name one in CALLCUE_CHROMIUM`);
  await mkdir(SCREENSHOTS, { recursive: true });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--autoplay-policy=user-gesture-required"] });
});
afterAll(() => browser?.close());

/** A new page at an address, as nobody has used it before; the one from before is closed. */
export async function goTo(address: string, options: PageOptions = {}): Promise<void> {
  await leave();
  context = await browser.newContext({ viewport: DESK, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => message.type() === "error" && !message.text().includes("401") && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  await page.goto(address);
}

/** Closes the page, before what served it. */
export async function leave(): Promise<void> {
  await context?.close();
  context = undefined;
}

export async function shoot(name: string, of = page): Promise<void> {
  // The mark of typing would make pictures differ.
  await of.screenshot({ path: join(SCREENSHOTS, `${name}.png`), caret: "hide" });
}

export async function expectAccessible(): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
