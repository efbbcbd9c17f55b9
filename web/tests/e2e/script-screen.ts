/** The page of the script's owner in Chromium, against a station that gives the golden answer. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { complaints, expectAccessible, goTo, leave, page, shoot } from "../chromium.ts";
import { MockStation } from "../mock-station.ts";

let station: MockStation;

beforeEach(async () => {
  station = await MockStation.listen();
  await goTo(station.scriptAddress);
  await page.getByRole("status").getByText("违规 2 处").waitFor();
});
afterEach(async () => {
  await leave();
  await station.close();
});

test("what came of each line is shown, in light and dark, and for everybody", async () => {
  await page.getByText("听到情况").first().waitFor();
  await shoot("script-try");
  await expectAccessible();
  await page.emulateMedia({ colorScheme: "dark" });
  await shoot("script-try-dark");
  await expectAccessible();
  await page.setViewportSize({ width: 420, height: 820 });
  await expectAccessible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(complaints).toEqual([]);
});

test("the keyboard alone writes, runs, walks and reads a card", async () => {
  await page.getByRole("combobox", { name: "从例子开始" }).selectOption({ index: 2 });
  const dialogue = page.getByRole("textbox", { name: "对话" });
  expect(await dialogue.inputValue()).toContain("您的电话没有声音");
  await dialogue.fill("客服: 您好\n客户: 你们怎么这么慢啊\n客服: 再等等\n");
  await page.keyboard.press("Control+Enter");
  
  expect((await station.tried(2)).at(-1)).toMatchObject({ dialogue: "客服: 您好\n客户: 你们怎么这么慢啊\n客服: 再等等\n" });
  await page.keyboard.press("F8");
  const selected = () => page.evaluate(() => {
    const area = document.querySelector("textarea")!;
    return area.value.slice(area.selectionStart, area.selectionEnd);
  });
  await expect.poll(selected).toBe("客服: 再等等");
  await page.keyboard.press("F2");
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("第 3 行");
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("第 2 行");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "规则 4.3" }).waitFor();
  await shoot("script-card");
  await expectAccessible();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("F2");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("dialogue");
  expect(complaints).toEqual([]);
});

test("a script of one's own is tried, and its mistakes are told", async () => {
  await page.getByLabel("话术文件").setInputFiles({ name: "我的.toml", mimeType: "text/plain", buffer: Buffer.from("colour = 1\n") });
  await page.getByText("第 1 行第 1 列").waitFor();
  expect((await station.tried(2)).at(-1)).toMatchObject({ script: { name: "我的.toml", text: "colour = 1\n" } });
  await shoot("script-mistakes");
  await expectAccessible();
  await page.getByRole("button", { name: "用回站点的话术" }).click();
  await page.getByRole("status").getByText("违规 2 处").waitFor();
});

test("a station that is gone is told, and the page stays", async () => {
  const before = await page.getByText("听到情况").count();
  await station.close();
  await page.getByRole("textbox", { name: "对话" }).fill("客服: 您好\n");
  await page.getByText("连不上站点").waitFor();
  expect(await page.getByText("听到情况").count()).toBe(before);
  station = await MockStation.listen();
});
