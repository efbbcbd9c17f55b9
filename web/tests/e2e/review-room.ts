/** The frame of the review room: who gets in, and what each finds there. */
import { expect, test } from "vitest";
import { complaints, enter, expectAccessible, openPage, page, shoot } from "../review-rig.ts";

const titles = (): Promise<string[]> => page.getByRole("navigation", { name: "复核室" }).getByRole("link").allTextContents();

test("log-in, and back to it", async () => {
  await openPage();
  await page.getByLabel("登录名").waitFor();
  await expectAccessible();
  await shoot("review-login");
  await enter();
  await page.getByRole("button", { name: "退出" }).click();
  await page.getByLabel("登录名").waitFor();
  expect(complaints).toEqual([]);
});

test.each([
  ["qiu", ["复核队列", "搜索", "成绩单", "校准", "规则准确率"]],
  ["zhang", ["我的通话", "成绩单"]],
  ["wang", ["搜索", "成绩单", "坐席现场"]],
  ["zhou", ["规则准确率", "回测", "规范试用"]],
  ["admin", ["复核队列", "搜索", "成绩单", "校准", "规则准确率", "回测", "导入", "隐私", "坐席现场", "规范试用"]],
])("%s finds what the rights open", async (name, expected) => {
  await enter(name);
  expect(await titles()).toEqual(expected);
  expect(complaints).toEqual([]);
});

test("a place that is not the reader's is not shown", async () => {
  await enter("zhang", "#/queue");
  await page.getByText("这里没有您可以查看的内容").waitFor();
});
