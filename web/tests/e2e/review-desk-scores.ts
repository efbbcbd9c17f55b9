/** Own calls and score cards, in Chromium against the mock room: what an agent answers, what a lead enters, what is printed. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { open, shootWhole } from "../review-desk-rig.ts";
import { complaints, expectAccessible, page, room, shoot, WIDE } from "../review-rig.ts";

const main = () => page.getByRole("main");
const LOWEST_FIRST = ["刘婷 1025", "张磊 1024"];
const line = (words: string) => main().getByRole("row", { name: words });

test("an agent finds the own calls, with points and time left", async () => {
  await open("zhang", "#/mine");
  await page.getByRole("heading", { name: "我的通话" }).waitFor();
  await main().getByText("3 处待答复").first().waitFor();
  await main().getByText("还有 2 天").first().waitFor();
  await expectAccessible();
  await shootWhole("review-mine");
  const link = main().getByRole("link", { name: /^打开 .* 的完整通话/ }).first();
  expect(await link.getAttribute("href")).toMatch(/^#\/call\/2026-11-24-/);
  await main().getByRole("button", { name: /^查看/ }).first().click();
  const flag = main().getByRole("listitem").filter({ hasText: "静候 1.1 秒" });
  await flag.getByText("还有 2 天").waitFor();
  await flag.getByRole("button", { name: "申诉…" }).click();
  await flag.getByLabel("申诉理由").fill("客户已先开口");
  await expectAccessible();
  await shootWhole("review-mine-answer");
  await flag.getByRole("button", { name: "提交申诉" }).click();
  await flag.getByText("等待复核").waitFor();
  const other = main().getByRole("listitem").filter({ hasText: "谢谢您的等候" });
  await other.getByRole("button", { name: "接受" }).click();
  expect(room.received.filter(({ what }) => what.endsWith("/answer"))).toHaveLength(1);
  await other.getByRole("button", { name: "确定接受" }).click();
  await other.getByText("✓").waitFor();
  await main().getByText("1 处待答复").first().waitFor();
  expect(room.received.filter(({ what }) => what.endsWith("/answer")).map(({ body }) => body)).toEqual([{ answer: "appealed", reason: "客户已先开口" }, { answer: "accepted", reason: "" }]);
  await main().getByRole("button", { name: "上个月" }).click();
  await main().getByText("还没有质检完成的通话").waitFor();
  expect(complaints).toEqual([]);
});

test("an agent answers beside the sound, in the player", async () => {
  await open("zhang", "#/mine");
  await main().getByRole("link", { name: /的完整通话/ }).first().click();
  const evidence = page.getByRole("region", { name: "证据" });
  await evidence.getByText("等待复核").waitFor();
  await page.getByText("静候 1.1 秒").first().click();
  await evidence.getByRole("button", { name: "申诉…" }).click();
  await evidence.getByLabel("申诉理由").fill("客户已先开口");
  await expectAccessible();
  await shoot("review-player-agent");
  await evidence.getByRole("button", { name: "提交申诉" }).click();
  await evidence.getByText("等待复核").waitFor();
  expect(await evidence.getByRole("button", { name: /确认|成立/ }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("an agent's own card; an entry is appealed with a reason, once", async () => {
  await open("zhang", "#/scores");
  await page.getByRole("heading", { name: "张磊 1024" }).waitFor();
  expect(await main().getByLabel("坐席", { exact: true }).count()).toBe(0);
  expect(await main().getByRole("button", { name: "录入加减分" }).count()).toBe(0);
  const entry = line("公休日值班迟到");
  await entry.getByRole("button", { name: "答复" }).click();
  await main().getByRole("button", { name: "申诉…" }).click();
  expect(await main().getByRole("button", { name: "提交申诉" }).isDisabled()).toBe(true);
  await main().getByLabel("申诉理由").fill("当天地铁停运，已提前报备");
  await expectAccessible();
  await shootWhole("review-card-appeal");
  await main().getByRole("button", { name: "提交申诉" }).click();
  await entry.getByText("申诉中").waitFor();
  expect(await entry.getByRole("button").count()).toBe(0);
  expect(room.received.find(({ what }) => what.endsWith("/answer"))?.body).toEqual({ answer: "appealed", reason: "当天地铁停运，已提前报备" });
  expect(complaints).toEqual([]);
});

test("a lead finds the team, sorts it, opens a card by keyboard", async () => {
  await open("wang", "#/scores");
  await main().getByRole("link", { name: "张磊 1024" }).waitFor();
  const names = () => main().locator("tbody a").allTextContents();
  expect(await names()).toEqual(LOWEST_FIRST);
  await main().getByRole("button", { name: "按总分排序" }).click();
  expect(await names()).toEqual(LOWEST_FIRST.toReversed());
  expect(await main().getByRole("columnheader", { name: "总分" }).getAttribute("aria-sort")).toBe("descending");
  await expectAccessible();
  await shootWhole("review-team");
  expect(await main().getByRole("link", { name: "Excel" }).getAttribute("href")).toBe(`/api/scores/team.xlsx?${new URLSearchParams({ team: "一组", month: "2026-11" })}`);
  await main().getByRole("link", { name: "张磊 1024" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "张磊 1024" }).waitFor();
  await main().getByRole("link", { name: "‹ 班组成绩" }).click();
  await main().getByRole("button", { name: "按总分排序" }).waitFor();
  expect(complaints).toEqual([]);
});

test("a card: lines by item, void ones struck through, evidence, entries, withdrawing", async () => {
  await open("wang", "#/scores/card/1024/2026-11");
  await page.getByRole("heading", { name: "张磊 1024" }).waitFor();
  const total = () => main().getByRole("region", { name: "总分" }).locator(".figure").textContent();
  const before = parseInt((await total())!);
  expect(await line("周报晚交").evaluate((row) => getComputedStyle(row.children[1]!).textDecorationLine)).toBe("line-through");
  expect(await main().getByRole("link", { name: /听录音 .* A4/ }).first().getAttribute("href")).toMatch(/^#\/call\/2026-11-\d\d-\d+\?flag=\d+$/);
  await main().getByRole("button", { name: "录入加减分" }).click();
  const form = main().getByRole("form", { name: "录入加减分" });
  await form.getByLabel("考核项").selectOption("A4");
  await form.getByLabel(/造成投诉/).check();
  await form.getByLabel("说明").fill("住户书面投诉接待态度");
  await expectAccessible();
  await shootWhole("review-card-entry");
  await form.getByRole("button", { name: "录入" }).click();
  await line("住户书面投诉").waitFor();
  expect(parseInt((await total())!)).toBe(before - 5);
  await line("住户书面投诉").getByRole("button", { name: "撤回" }).click();
  await line("住户书面投诉").getByRole("button", { name: "确定撤回" }).click();
  await page.waitForFunction((points) => parseInt(document.querySelector(".figure")?.textContent ?? "") === points, before);
  expect(await line("验房问题").getByRole("button").count()).toBe(0);
  await expectAccessible();
  await shootWhole("review-card");
  await main().getByLabel("坐席", { exact: true }).selectOption("1025");
  await page.getByRole("heading", { name: "刘婷 1025" }).waitFor();
  expect(complaints).toEqual([]);
});

test("a second reviewer decides on the appeal against an entry", async () => {
  await open("qiu", "#/scores/card/1024/2026-11");
  await line("验房问题").getByRole("button", { name: "复核" }).click();
  await main().getByText("当天已电话通知").waitFor();
  expect(await main().getByRole("button", { name: "申诉成立" }).isDisabled()).toBe(true);
  await main().getByLabel("复核意见").fill("通话记录属实");
  await expectAccessible();
  await shootWhole("review-card-decide");
  await main().getByRole("button", { name: "申诉成立" }).click();
  await line("验房问题").getByText("申诉成立").waitFor();
  expect(await line("验房问题").evaluate((row) => getComputedStyle(row.children[1]!).textDecorationLine)).toBe("line-through");
  expect(complaints).toEqual([]);
});

test("a card on paper, and in the dark", async () => {
  await open("wang", "#/scores/card/1024/2026-11", { colorScheme: "dark", viewport: WIDE });
  await page.getByRole("heading", { name: "张磊 1024" }).waitFor();
  await expectAccessible();
  await shootWhole("review-card-dark");
  const pdf = await page.pdf({ path: join(import.meta.dirname, "../../screenshots/review-card.pdf"), preferCSSPageSize: true, printBackground: true });
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  await page.emulateMedia({ media: "print" });
  expect(await page.getByRole("navigation", { name: "复核室" }).isVisible()).toBe(false);
  expect(await main().getByRole("button").filter({ visible: true }).count()).toBe(0);
  expect(await main().getByText("组长签字").isVisible()).toBe(true);
});
