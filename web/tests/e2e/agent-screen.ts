/** The built page in Chromium against the mock station: what the agent sees and does, in both languages and themes. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { browser, complaints, DESK, expectAccessible, goTo, leave, page, type PageOptions, shoot } from "../chromium.ts";
import { MockStation } from "../mock-station.ts";

const PHONE = { width: 420, height: 820 };

let station: MockStation;

beforeEach(async () => {
  station = await MockStation.listen();
  await openPage({});
});
afterEach(async () => {
  await leave();
  await station.close();
});

async function openPage(options: PageOptions): Promise<void> {
  await goTo(station.address, options);
  await page.getByText("准备就绪").waitFor();
}

/** Plays up to an audio time and waits until the page has it. */
async function playTo(at_ms: number, shown: string): Promise<void> {
  station.playTo(at_ms);
  await page.getByText(shown).first().waitFor();
}

test("a whole call, in pictures", async () => {
  await shoot("idle");
  await playTo(2_000, "中铁物流集团1024号");
  await shoot("greeting");
  await playTo(7_000, "喂、喂、听不见");
  await page.getByRole("timer", { name: "请在 3 秒内说" }).waitFor();
  await shoot("cue-ring");
  await playTo(10_400, "请静候");
  await page.getByRole("timer", { name: "静候，还剩 2 秒" }).waitFor();
  await shoot("wait");
  await playTo(16_800, "正在聆听");
  await shoot("listening");
  await playTo(19_000, "我将尽快为您处理");
  await shoot("cue-avoid");
  // The less urgent cue comes back when the better one is done.
  await playTo(22_000, "请问怎么称呼您");
  expect(await page.locator("h1").textContent()).toBe("询问称呼");
  await playTo(29_000, "听不到客户的声音");
  expect(await page.getByRole("alert").textContent()).toContain("计时已暂停");
  await shoot("audio-lost");
  await playTo(34_000, "文字滞后 2.4 秒");
  await shoot("lag");
  await playTo(40_000, "保持中");
  await shoot("hold");
  await playTo(59_500, "可以挂机");
  await shoot("act");
  await playTo(60_100, "通话小结");
  await shoot("summary");
  await page.keyboard.press("r");
  expect(await station.commands(1)).toEqual([{ type: "play_again" }]);
  expect(complaints).toEqual([]);
});

test("every key sends its command, and none while typing", async () => {
  await page.keyboard.press("s");
  await station.commands(1);
  await playTo(7_000, "喂、喂、听不见");
  for (const key of ["h", "m", "t", "e", "c"]) await page.keyboard.press(key);
  expect(await station.commands(6)).toEqual(
    ["start", "hold_start", "mute_start", "transfer", "end_by_agent", "end_by_customer"].map((act) => ({ type: "call", act })),
  );
  await page.keyboard.press("x");
  expect((await station.commands(7)).at(-1)).toEqual({ type: "cue", id: "1.5#1", wrong: true });
  await page.getByText("正在聆听").waitFor();
  await playTo(12_500, "喂、喂、听不见");
  await page.keyboard.press("Space");
  expect((await station.commands(8)).at(-1)).toEqual({ type: "cue", id: "1.5#2", wrong: false });

  await page.keyboard.press("/");
  await shoot("situations");
  await page.keyboard.type("5.2");
  await page.keyboard.press("Enter");
  expect((await station.commands(9)).at(-1)).toEqual({ type: "declare", rule: "5.2" });
  await page.keyboard.press("f");
  await page.keyboard.type("hmd");
  await page.getByText("没有符合的情形").waitFor();
  await page.keyboard.press("Escape");
  expect(await page.getByRole("dialog").count()).toBe(0);
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await shoot("help");
  await page.keyboard.press("Escape");
  expect(station.received).toHaveLength(9);
});

test("a button that was clicked does not swallow the next Space", async () => {
  await playTo(7_000, "喂、喂、听不见");
  await page.getByRole("button", { name: "静音" }).click();
  await page.keyboard.press("Space");
  expect(await station.commands(2)).toEqual([
    { type: "call", act: "mute_start" },
    { type: "cue", id: "1.5#1", wrong: false },
  ]);
});

test("the token leaves the address, a reload keeps it, and a lost line comes back", async () => {
  expect(page.url()).toBe(`${station.origin}/`);
  await playTo(7_000, "喂、喂、听不见");
  await page.reload();
  await page.getByText("喂、喂、听不见").waitFor();
  station.goAway();
  await page.getByText("正在重连").first().waitFor();
  await shoot("reconnecting");
  station.comeBack();
  await page.getByText("正在重连").first().waitFor({ state: "hidden" });
  await page.getByText("喂、喂、听不见").waitFor();
});

test("without a token the page says how to get in", async () => {
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(station.origin);
  await stranger.getByText("callcue run").first().waitFor();
  await stranger.context().close();
});

test("the transcript follows until the agent scrolls up", async () => {
  await playTo(48_000, "您的快递明天");
  const log = page.getByRole("log");
  const fromEnd = (): Promise<number> => log.evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop);
  expect(await fromEnd()).toBeLessThan(2);
  await log.evaluate((list) => list.scrollTo({ top: 0 }));
  const follow = page.getByRole("button", { name: "回到最新" });
  await follow.waitFor();
  await playTo(54_000, "没有了");
  expect(await log.evaluate((list) => list.scrollTop)).toBe(0);
  await follow.click();
  await follow.waitFor({ state: "hidden" });
  expect(await fromEnd()).toBeLessThan(2);
});

test("the layout does not jump during a call", async () => {
  await page.evaluate(() => {
    const moved: string[] = [];
    Object.assign(window, { moved });
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries() as (PerformanceEntry & { sources: { node: Node | null }[] })[]) {
        for (const { node } of shift.sources) {
          const element = node instanceof Element ? node : node?.parentElement;
          // New lines push the older ones of the transcript up, a new flag the older ones aside; nothing else may move.
          if (element && !element.closest("[role=log], footer")) moved.push(element.outerHTML);
        }
      }
    }).observe({ type: "layout-shift" });
  });
  const box = (): Promise<unknown> => page.locator(".stage, nav, header, aside, footer").evaluateAll((parts) => parts.map((part) => JSON.stringify(part.getBoundingClientRect())));
  const before = await box();
  for (let at_ms = 0; at_ms <= 59_500; at_ms += 700) {
    station.playTo(at_ms);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await box(), `at ${at_ms} ms`).toEqual(before);
  }
  expect(await page.evaluate(() => (window as unknown as { moved: string[] }).moved)).toEqual([]);
});

test.each([
  { name: "zh-light", colorScheme: "light", english: false, viewport: DESK },
  { name: "zh-dark", colorScheme: "dark", english: false, viewport: DESK },
  { name: "en-light", colorScheme: "light", english: true, viewport: DESK },
  { name: "en-dark", colorScheme: "dark", english: true, viewport: DESK },
  { name: "narrow", colorScheme: "light", english: false, viewport: PHONE },
  { name: "narrow-dark-en", colorScheme: "dark", english: true, viewport: PHONE },
] as const)("no accessibility violations and nothing cut off: $name", async ({ name, colorScheme, english, viewport }) => {
  await openPage({ colorScheme, viewport, reducedMotion: "reduce" });
  if (english) await page.keyboard.press("l");
  await expectAccessible();
  for (const [at_ms, shown, moment] of [
    [7_000, "喂、喂、听不见", "cue"],
    [10_400, "您好，", "wait"],
    [19_000, "我将尽快为您处理", "avoid"],
    [29_000, english ? "Timing is paused" : "计时已暂停", "lost"],
    [40_000, english ? "On hold" : "保持中", "long-cue-on-hold"],
    [60_100, english ? "Call summary" : "通话小结", "summary"],
  ] as const) {
    await playTo(at_ms, shown);
    await expectAccessible();
    await shoot(`${name}-${moment}`);
    expect(await page.locator(".words").evaluateAll((words) => words.filter((box) => box.scrollHeight > box.clientHeight).length), moment).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), moment).toBeLessThanOrEqual(0);
  }
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await expectAccessible();
});

test("the floor: its link, a lead's line, and who listens in", async () => {
  const status = (text: string) => page.getByRole("status").filter({ hasText: text });
  station.send({ type: "floor", link: "linked", behind_events: 0, recordings: 0 });
  await status("现场已连接").waitFor();
  await playTo(19_000, "我将尽快为您处理");
  const box = (): Promise<unknown> => page.locator(".stage, nav, header, aside, footer").evaluateAll((parts) => parts.map((part) => JSON.stringify(part.getBoundingClientRect())));
  const before = await box();
  station.send({ type: "listening", by: ["王组长", "李组长"] });
  await status("王组长、李组长 正在收听").waitFor();
  station.send({ type: "note", id: "n1", from: "王组长", text: "语气放缓，先道歉，再说处理办法。" });
  station.send({ type: "note", id: "n2", from: "李组长", text: "<b>不要承诺时间</b>" });
  await status("语气放缓").waitFor();
  await page.getByText("还有 1 条").waitFor();
  expect(await box()).toEqual(before);
  await expectAccessible();
  await shoot("floor-note");
  await page.keyboard.press("n");
  expect((await station.commands(1)).at(-1)).toEqual({ type: "note_read", id: "n1" });
  // As text, whatever is in it.
  await status("<b>不要承诺时间</b>").waitFor();
  await page.getByRole("button", { name: "已读" }).click();
  expect((await station.commands(2)).at(-1)).toEqual({ type: "note_read", id: "n2" });
  expect(await page.getByRole("button", { name: "已读" }).count()).toBe(0);

  station.send({ type: "floor", link: "linked", behind_events: 412, recordings: 2 });
  await status("现场落后 412 条").waitFor();
  station.send({ type: "floor", link: "away", behind_events: 412, recordings: 2, away_since: "2026-11-24T09:30:00.000+08:00" });
  await status("现场断开（09:30 起）").waitFor();
  station.send({ type: "notice", key: "recording", severity: "warning", zh: "这通电话的录音不完整", en: "The record of this call has a fault" });
  await page.getByText("录音不完整").first().waitFor();
  await expectAccessible();
  await shoot("floor-away");
  station.send({ type: "floor", link: "denied", behind_events: 0, recordings: 0 });
  await status("现场未接受本工作站").waitFor();
  station.send({ type: "listening", by: [] });
  await page.getByText("正在收听").waitFor({ state: "hidden" });
  await expectAccessible();
  expect(complaints).toEqual([]);
});

test.each([
  { name: "narrow", colorScheme: "light", viewport: PHONE, english: false },
  { name: "dark-en", colorScheme: "dark", viewport: DESK, english: true },
] as const)("the floor on other screens: $name", async ({ name, colorScheme, viewport, english }) => {
  await openPage({ colorScheme, viewport });
  if (english) await page.keyboard.press("l");
  await playTo(19_000, "我将尽快为您处理");
  station.send({ type: "floor", link: "away", behind_events: 412, recordings: 2, away_since: "2026-11-24T09:30:00.000+08:00" });
  station.send({ type: "listening", by: ["王组长"] });
  station.send({ type: "note", id: "n1", from: "王组长", text: "语气放缓，先道歉，再说处理办法。" });
  await page.getByText("语气放缓").waitFor();
  await expectAccessible();
  await shoot(`floor-${name}`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test("the always-on-top panel shows words and ring, and takes keys", async () => {
  await playTo(7_000, "喂、喂、听不见");
  const supported = await page.evaluate(() => "documentPictureInPicture" in window);
  expect(supported).toBe(true);
  const opened = page.context().waitForEvent("page");
  await page.getByRole("button", { name: "小窗" }).click();
  const panel = await opened;
  await panel.getByText("请问有什么可以帮您").waitFor();
  // A browser without windows gives the panel the size of the page.
  await panel.setViewportSize({ width: 460, height: 220 });
  await shoot("panel", panel);
  station.send({ type: "note", id: "n1", from: "王组长", text: "语气放缓" });
  station.send({ type: "listening", by: ["王组长"] });
  await panel.getByText("语气放缓").waitFor();
  await panel.getByText("正在收听").waitFor();
  await shoot("panel-note", panel);
  await panel.keyboard.press("d");
  expect(await station.commands(1)).toEqual([{ type: "cue", id: "1.5#1", wrong: false }]);
});
