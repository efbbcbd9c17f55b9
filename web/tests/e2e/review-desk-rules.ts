/** Calibration, precision and back-test, in Chromium against the mock room. */
import { expect, test } from "vitest";
import { open, shootWhole } from "../review-desk-rig.ts";
import { complaints, expectAccessible, page, room } from "../review-rig.ts";

const main = () => page.getByRole("main");

test("calibration: made, judged blind by keyboard, compared", async () => {
  await open("qiu", "#/calibration");
  await main().getByText("待您评判").waitFor();
  await main().getByText("一致性 0.72：较好").waitFor();
  await main().getByRole("button", { name: "新建校准" }).click();
  await main().getByLabel("名称").fill("试评");
  await main().getByLabel("通话编号").fill("2026-11-26-1001");
  await main().getByLabel("高建国").check();
  expect(await main().getByRole("button", { name: "创建", exact: true }).isDisabled()).toBe(true);
  await main().getByLabel("邱月").check();
  await expectAccessible();
  await shootWhole("review-calibrations");
  await main().getByRole("button", { name: "创建", exact: true }).click();
  await page.getByRole("heading", { name: "试评" }).waitFor();
  await page.evaluate(() => (location.hash = "#/calibration/2"));
  await main().getByText("已判 0 / 4").waitFor();
  // What others said is nowhere on the page before the end.
  expect(await main().getByRole("button", { pressed: true }).count()).toBe(0);
  for (const key of ["1", "2", "3"]) {
    await page.keyboard.press(key);
    await main().getByText(`已判 ${key} / 4`).waitFor();
  }
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("1");
  await main().locator("li").nth(2).getByRole("button", { name: "成立", exact: true, pressed: true }).waitFor();
  await expectAccessible();
  await shootWhole("review-judging");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("1");
  await main().getByText("已判 4 / 4").waitFor();
  await main().getByRole("button", { name: "完成评判" }).click();
  await main().getByRole("button", { name: "确定完成" }).click();
  await main().getByText("一致性 0.72：较好").waitFor();
  await expectAccessible();
  await shootWhole("review-agreement");
  const apart = await main().locator("tr.disputed").count();
  expect(apart).toBeGreaterThan(0);
  expect(await main().locator("section").last().locator("tbody tr").first().getAttribute("class")).toContain("disputed");
  expect(complaints).toEqual([]);
});

test("precision: rules, phrases, what was said, as lines to copy", async () => {
  await open("zhou", "#/quality", { permissions: ["clipboard-read", "clipboard-write"] });
  await main().getByRole("row", { name: /2\.1/ }).waitFor();
  // The least right first: 46 of 77.
  expect(await main().locator("tbody tr").first().textContent()).toContain("2.1");
  await expectAccessible();
  await shootWhole("review-quality");
  await main().getByRole("button", { name: "规则 2.1 的原话" }).click();
  const panel = page.getByRole("region", { name: "规则 2.1 的原话" });
  await panel.getByText("他让我大点声,我说好").first().waitFor();
  await panel.getByRole("button", { name: "复制" }).click();
  await panel.getByRole("button", { name: "已复制" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("not_heard = [");
  await expectAccessible();
  await shootWhole("review-examples");
  await panel.getByRole("button", { name: "成立", exact: true }).click();
  await panel.getByText("你大声点行不行").first().waitFor();
  await panel.getByRole("button", { name: "关闭" }).click();
  await main().getByRole("button", { name: "按用语" }).click();
  await main().getByRole("row", { name: /等着/ }).waitFor();
  await main().getByRole("button", { name: "近 30 天" }).click();
  const asked = () => room.received.filter(({ what }) => what === "GET /api/review/precision").at(-1)!.query;
  await expect.poll(() => Number(asked().get("to_ms")) - Number(asked().get("from_ms"))).toBe(30 * 86_400_000);
  expect(complaints).toEqual([]);
});

test("back-test: mistakes by line, progress, flags gained and lost, each opens in the player", async () => {
  await open("zhou", "#/backtest");
  const script = main().getByLabel("规范内容");
  await script.fill('format = 1\nname = "试"\nwait_ms = ??\n');
  await main().getByRole("button", { name: "开始回测" }).click();
  await main().getByRole("button", { name: "第 3 行，第 11 列" }).click();
  expect(await script.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd))).toBe("wait_ms = ??");
  await expectAccessible();
  await shootWhole("review-backtest-mistakes");
  await main().getByLabel("选择文件…").setInputFiles({ name: "new.toml", mimeType: "text/plain", buffer: Buffer.from('format = 1\nname = "试"\nwait_ms = 3000\n') });
  await expect.poll(() => script.inputValue()).toContain("3000");
  await main().getByRole("button", { name: "开始回测" }).click();
  await main().getByText("已完成").waitFor();
  expect(await main().getByRole("progressbar").getAttribute("aria-valuenow")).toBe("100");
  await expectAccessible();
  await shootWhole("review-backtest");
  await main().getByRole("button", { name: "新增", exact: true }).click();
  expect(new Set(await main().locator("section").last().locator("tbody td:first-child").allTextContents())).toEqual(new Set(["+ 新增"]));
  expect(await main().getByRole("link", { name: /听录音/ }).first().getAttribute("href")).toMatch(/^#\/call\/.+\?at_ms=12\d+$/);
  expect(complaints).toEqual([]);
});

test("a back-test goes on while another view is open, and can be stopped", async () => {
  await open("zhou", "#/backtest");
  room.answer = ({ what }) =>
    what === "GET /api/backtests/1"
      ? [200, { backtest: 1, state: stopped() ? "stopped" : "running", problem: "", mistakes: [], calls_done: 40, calls_all: 100, left_s: 75, calls_per_minute: 5_100, gained: 1, lost: 0, unchanged: 9, rules: [], changes: [] }]
      : undefined;
  const stopped = (): boolean => room.received.some(({ what }) => what === "DELETE /api/backtests/1");
  await main().getByLabel("规范内容").fill("format = 1");
  await main().getByRole("button", { name: "开始回测" }).click();
  await main().getByText("还需约 2 分钟").waitFor();
  await page.evaluate(() => (location.hash = "#/quality"));
  await page.getByRole("heading", { name: "规则准确率" }).waitFor();
  await page.evaluate(() => (location.hash = "#/backtest"));
  await main().getByText("还需约 2 分钟").waitFor();
  await main().getByRole("button", { name: "停止" }).click();
  await main().getByText("已停止").waitFor();
  expect(complaints).toEqual([]);
});
