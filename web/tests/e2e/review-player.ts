/** The player of the review room in Chromium: opening, jumping, hearing, judging by keys, locks, appeals. */
import { expect, test } from "vitest";
import type { VerdictOrder } from "../../src/review/wire.ts";
import { APPEALED_CALL, FIRST_CALL, LOCKED_CALL, LONG_CALL } from "../mock-review-world.ts";
import { complaints, enter, expectAccessible, page, PATIENCE_MS, room, shoot, WIDE } from "../review-rig.ts";

interface Heard {
  heard: HTMLAudioElement;
}

const at_s = (): Promise<number> => page.evaluate(() => (window as unknown as Heard).heard.currentTime);
const verdicts = (call: string): (string | undefined)[] => room.world.call(call)!.review.flags.map(({ verdict }) => verdict?.verdict);

/** Opens a call as from a list; the media element that the player makes is kept for a look at it. */
async function openCall(call: string, name = "qiu", options = {}): Promise<void> {
  await enter(name, "", options);
  await page.evaluate(() => {
    const Made = window.Audio;
    window.Audio = function () {
      const made = new Made();
      (window as unknown as Heard).heard = made;
      return made;
    } as unknown as typeof Audio;
  });
  await page.evaluate((hash) => (location.hash = hash), `#/call/${call}`);
  await page.getByRole("region", { name: "证据" }).waitFor();
}

test("a call opens at its first open flag and plays from a second before it; its evidence is whole", async () => {
  await openCall(FIRST_CALL);
  await page.getByRole("table", { name: "逐字对照" }).waitFor();
  await page.getByText("应请客户提高音量").waitFor();
  await page.getByText("规范 9f2c41d0").waitFor();
  await page.getByText("还有 4 条未判定").waitFor();
  await expect.poll(at_s, { timeout: PATIENCE_MS }).toBeGreaterThan(12);
  expect(await at_s()).toBeLessThan(30);
  await shoot("review-player");
  await expectAccessible();
  await page.keyboard.press("n");
  await page.getByText("差 1.9 秒").first().waitFor();
  await shoot("review-player-wait");
  expect(complaints).toEqual([]);
});

test("every flag judged by keys, with a reason and a complaint; then finished, and on to the next call", async () => {
  await openCall(FIRST_CALL);
  await page.getByText("还有 4 条未判定").waitFor();
  await page.keyboard.press("b");
  await page.keyboard.press("i");
  await page.keyboard.type("语气生硬 c d u");
  await page.keyboard.press("Escape");
  await page.keyboard.press("c");
  await page.getByText("还有 3 条未判定").waitFor();
  expect(room.received.findLast(({ what }) => what.endsWith("/verdict"))!.body as unknown as VerdictOrder).toEqual({ verdict: "confirmed", note: "语气生硬 c d u", complaint: true });
  await page.keyboard.press("d");
  await page.getByText("还有 2 条未判定").waitFor();
  await page.keyboard.press("u");
  await page.getByText("还有 1 条未判定").waitFor();
  // Not while one is open.
  await page.keyboard.press("f");
  await page.keyboard.press("c");
  await page.getByText("未判定", { exact: false }).first().waitFor({ state: "hidden" });
  expect(verdicts(FIRST_CALL)).toEqual(["confirmed", "dismissed", "unsure", "confirmed"]);
  await page.keyboard.press("f");
  await page.getByText("qiu 已完成").waitFor();
  expect(room.world.call(FIRST_CALL)!.review.state).toBe("finished");
  await shoot("review-finished");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.url(), { timeout: PATIENCE_MS }).not.toContain(FIRST_CALL);
  await page.getByRole("region", { name: "证据" }).waitFor();
  expect(complaints).toEqual([]);
});

test("hearing: pause, jumps, speed without a change of pitch, silence skipped, a flag over and over, one side alone", async () => {
  await openCall(FIRST_CALL);
  await expect.poll(at_s, { timeout: PATIENCE_MS }).toBeGreaterThan(12);
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "播放", exact: false }).first().waitFor();
  const before_s = await at_s();
  await page.keyboard.press("l");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("j");
  expect(Math.round(((await at_s()) - before_s) * 10)).toBe(50);
  await page.keyboard.press("5");
  expect(await page.evaluate(() => [(window as unknown as Heard).heard.playbackRate, (window as unknown as Heard).heard.preservesPitch])).toEqual([2, true]);
  await page.keyboard.press("g");
  expect(await page.getByRole("button", { name: "只听坐席" }).getAttribute("aria-pressed")).toBe("true");
  await page.keyboard.press("k");
  expect(await page.getByRole("button", { name: "只听坐席" }).getAttribute("aria-pressed")).toBe("false");
  await page.getByLabel("坐席音量").fill("0.5");
  // From 27.0 s on nobody speaks before 34.0 s.
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "我姓王," }).click();
  await expect.poll(at_s, { timeout: PATIENCE_MS }).toBeGreaterThan(33.5);
  await page.keyboard.press("r");
  await expect.poll(at_s, { timeout: PATIENCE_MS }).toBeLessThan(15);
  await page.waitForFunction(() => {
    const { heard } = window as unknown as Heard;
    return new Promise<boolean>((resolve) => heard.addEventListener("seeking", () => resolve(heard.currentTime < 13), { once: true }));
  });
  expect(complaints).toEqual([]);
});

test("the words follow the sound, and lead it", async () => {
  await openCall(FIRST_CALL);
  const words = page.getByRole("region", { name: "通话文字" });
  await words.getByRole("button", { name: "谢谢您的等候," }).click();
  await expect.poll(at_s, { timeout: PATIENCE_MS }).toBeGreaterThan(44.4);
  await expect.poll(() => words.locator("li.current").textContent(), { timeout: PATIENCE_MS }).toContain("谢谢您的等候");
  await page.locator("[data-waveform]").click({ position: { x: 10, y: 30 } });
  await expect.poll(at_s, { timeout: PATIENCE_MS }).toBeLessThan(10);
});

test("a flag that the machine missed: a stretch marked by keys, a rule found by typing; a remark; all in the history", async () => {
  await openCall(FIRST_CALL);
  await expect.poll(at_s, { timeout: PATIENCE_MS }).toBeGreaterThan(12);
  await page.getByText("还有 4 条未判定").waitFor();
  await page.keyboard.press(" ");
  await page.keyboard.press("[");
  await page.keyboard.press("l");
  await page.keyboard.press("]");
  await page.keyboard.press("a");
  await page.getByRole("dialog", { name: "补记一条" }).waitFor();
  await page.keyboard.type("嫌慢");
  await page.getByText("补记 4.3").waitFor();
  await shoot("review-add-flag");
  await expectAccessible();
  await page.keyboard.press("Enter");
  await page.getByText("qiu 补记").waitFor();
  const added = room.world.call(FIRST_CALL)!.review.flags.find(({ flag }) => flag === -1)!;
  expect(added).toMatchObject({ rule: "4.3", added_by: "qiu", verdict: { verdict: "confirmed" } });
  // Both ends are rounded to a millisecond.
  expect(Math.abs(added.to_ms - added.from_ms - 5_000)).toBeLessThanOrEqual(1);
  await page.keyboard.press("m");
  await page.keyboard.type("客户已经等了三天");
  await page.keyboard.press("Enter");
  await page.getByText("批注 1").waitFor();
  await page.keyboard.press("h");
  const history = page.getByRole("region", { name: "经过" });
  await history.getByText("补记 4.3（0:1", { exact: false }).waitFor();
  await history.getByText("客户已经等了三天").waitFor();
  await shoot("review-history");
  await expectAccessible();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "键盘操作" }).waitFor();
  await shoot("review-help");
  await expectAccessible();
  expect(complaints).toEqual([]);
});

test("a call that somebody else has open can be heard and read, and not changed", async () => {
  await openCall(LOCKED_CALL);
  await page.getByText("只读：gao 正在复核这通电话").waitFor();
  expect(await page.getByRole("button", { name: "成立" }).count()).toBe(0);
  await page.keyboard.press("c");
  expect(room.received.some(({ what }) => what.endsWith("/verdict"))).toBe(false);
  await shoot("review-locked");
  await expectAccessible();
});

test("a lock that was lost is told, and what was pressed changes nothing", async () => {
  await openCall(FIRST_CALL);
  await page.getByText("还有 4 条未判定").waitFor();
  Object.assign(room.world.call(FIRST_CALL)!.review, { locked_by: "gao" });
  await page.keyboard.press("c");
  await page.getByText("只读：gao 正在复核这通电话").waitFor();
  expect(verdicts(FIRST_CALL)).toEqual([undefined, undefined, undefined, undefined]);
});

test("the lock is given back when the call is left", async () => {
  await openCall(FIRST_CALL);
  await page.getByText("还有 4 条未判定").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "通话列表" }).waitFor();
  await expect.poll(() => room.world.call(FIRST_CALL)!.review.locked_by, { timeout: PATIENCE_MS }).toBe("");
});

test("an appeal is decided by another reviewer; the first verdict stays in sight", async () => {
  await openCall(APPEALED_CALL);
  await page.getByText("申诉由另一位质检裁定").waitFor();
  // Who cannot decide does not keep the others out.
  await openCall(APPEALED_CALL, "gao");
  await page.getByText("语气没有不好").waitFor();
  await page.getByRole("button", { name: "申诉成立" }).waitFor();
  await shoot("review-appeal");
  await expectAccessible();
  await page.keyboard.press("i");
  await page.keyboard.type("确实是请客户大声");
  await page.keyboard.press("Escape");
  await page.keyboard.press("w");
  await page.getByText("初判：成立").waitFor();
  expect(room.world.call(APPEALED_CALL)!.review.flags[0]).toMatchObject({ verdict: { verdict: "dismissed", points: 0, decided_by: "gao" }, first_verdict: { verdict: "confirmed", decided_by: "qiu" } });
  await shoot("review-appeal-decided");
});

test("a call of an hour stands within a second, and any spot of it plays at once", async () => {
  await openCall(FIRST_CALL);
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "通话列表" }).waitFor();
  const opened_ms = await page.evaluate(async (hash) => {
    const seen = (): boolean => document.querySelector("[aria-label=证据] h2") !== null && (document.querySelector("[data-waveform] > div > div")?.shadowRoot?.querySelectorAll("canvas").length ?? 0) > 0;
    const start = performance.now();
    location.hash = hash;
    while (!seen() && performance.now() - start < 20_000) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  }, `#/call/${LONG_CALL}`);
  console.log(`1-hour call opened in ${Math.round(opened_ms)} ms`);
  expect(opened_ms).toBeLessThan(1_000);
  await expect.poll(() => page.getByRole("region", { name: "通话文字" }).locator("li").count(), { timeout: PATIENCE_MS }).toBeGreaterThan(700);
  const sought_ms = await page.evaluate(async () => {
    const { heard } = window as unknown as Heard;
    const start = performance.now();
    const sought = new Promise((resolve) => heard.addEventListener("seeked", resolve, { once: true }));
    heard.currentTime = 3_000;
    await sought;
    return performance.now() - start;
  });
  console.log(`sought in ${Math.round(sought_ms)} ms`);
  expect(sought_ms).toBeLessThan(1_000);
  await page.keyboard.press("p");
  await shoot("review-hour");
  expect(complaints).toEqual([]);
});

test.each([
  { name: "wide", colorScheme: "light", viewport: WIDE },
  { name: "dark", colorScheme: "dark", viewport: WIDE },
] as const)("no accessibility violations: $name", async ({ name, colorScheme, viewport }) => {
  await openCall(FIRST_CALL, "qiu", { colorScheme, viewport });
  await page.getByText("还有 4 条未判定").waitFor();
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  await page.getByText("感", { exact: true }).waitFor();
  await expectAccessible();
  await shoot(`review-player-${name}`);
});

test("recordings that are still coming, and none at all, are told", async () => {
  await openCall("2026-11-26-1005");
  await page.getByText("录音上传中").waitFor();
  room.world.call("2026-11-26-1006")!.review.recording = "none";
  await openCall("2026-11-26-1006");
  await page.getByText("没有录音，可以看文字和记录").waitFor();
  await page.getByText("喂,").first().waitFor();
});
