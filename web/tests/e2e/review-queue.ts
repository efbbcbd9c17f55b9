/** The queue and the search of the review room in Chromium. */
import { expect, test } from "vitest";
import { FIRST_CALL } from "../mock-review-world.ts";
import { complaints, enter, expectAccessible, page, PATIENCE_MS, room, shoot, WIDE } from "../review-rig.ts";

const rows = () => page.locator("tbody tr");

test("queue to player to verdict to the next call, by keys alone", async () => {
  await enter();
  await rows().first().waitFor();
  expect(await rows().first().getAttribute("aria-current")).toBe("true");
  await shoot("review-queue");
  await expectAccessible();
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "证据" }).waitFor();
  expect(page.url()).toContain(FIRST_CALL);
  await page.getByText("还有 4 条未判定").waitFor();
  for (const left of [3, 2, 1]) {
    await page.keyboard.press("c");
    await page.getByText(`还有 ${left} 条未判定`).waitFor();
  }
  await page.keyboard.press("c");
  await page.getByText("未判定", { exact: false }).first().waitFor({ state: "hidden" });
  await page.keyboard.press("f");
  await page.getByText("qiu 已完成").waitFor();
  await page.keyboard.press("Escape");
  await rows().first().waitFor();
  expect(await page.getByRole("link", { name: "11-26" }).count()).toBeGreaterThan(0);
  await expect.poll(() => rows().evaluateAll((all, call) => all.some((row) => row.innerHTML.includes(String(call))), FIRST_CALL), { timeout: PATIENCE_MS }).toBe(false);
  expect(complaints).toEqual([]);
});

test("filters narrow, stand in the address, and are kept by name", async () => {
  await enter();
  await rows().first().waitFor();
  const all = await rows().count();
  await page.getByLabel("班组", { exact: true }).selectOption("二组");
  await expect.poll(() => rows().count(), { timeout: PATIENCE_MS }).toBeLessThan(all);
  await page.getByLabel("轻重").selectOption("5");
  await page.getByLabel("从哪天").fill("2026-11-25");
  await expect.poll(() => page.url(), { timeout: PATIENCE_MS }).toMatch(/points_min=5.*from_ms=/);
  await page.getByRole("button", { name: "保存" }).click();
  await page.keyboard.type("二组重的");
  await page.keyboard.press("Enter");
  await expect.poll(() => room.world.filters.get("qiu")?.[0]?.name, { timeout: PATIENCE_MS }).toBe("二组重的");
  await shoot("review-queue-filtered");
  await expectAccessible();
  await page.keyboard.press("0");
  await expect.poll(() => rows().count(), { timeout: PATIENCE_MS }).toBe(all);
  await page.getByLabel("常用筛选").selectOption("二组重的");
  await expect.poll(() => rows().count(), { timeout: PATIENCE_MS }).toBeLessThan(all);
  await page.reload();
  await rows().first().waitFor();
  expect(await page.getByLabel("班组", { exact: true }).inputValue()).toBe("二组");
  await page.getByRole("button", { name: "申诉待裁定" }).click();
  await page.getByText("没有符合筛选的通话").waitFor();
  await page.keyboard.press("0");
  await page.getByText("申诉 1").waitFor();
  expect(complaints).toEqual([]);
});

test("who looks at a call stands there; a call is assigned", async () => {
  await enter();
  await page.getByText("高建国 在看").waitFor();
  await page.keyboard.press("v");
  await page.keyboard.press("Escape");
  await page.locator("tr[aria-current=true] select").selectOption("gao");
  await expect.poll(() => room.world.call(FIRST_CALL)!.review.assigned_to, { timeout: PATIENCE_MS }).toBe("gao");
});

test("a sample is drawn and says how", async () => {
  await enter();
  await rows().first().waitFor();
  await page.keyboard.press("y");
  const dialog = page.getByRole("dialog", { name: "抽样" });
  await dialog.getByLabel("班组").fill("二组");
  await dialog.getByLabel("风险加权").check();
  await dialog.getByRole("button", { name: "抽样" }).click();
  await dialog.getByText("按风险加权").waitFor();
  await shoot("review-sample");
  await expectAccessible();
  expect(room.received.findLast(({ what }) => what === "POST /api/review/sample")!.body).toMatchObject({ team: "二组", per_agent: 2, by: "risk" });
});

test("what takes longer than a second says so, and the page stays where it is", async () => {
  await enter();
  await rows().first().waitFor();
  const top = await page.locator("table").evaluate((table) => table.getBoundingClientRect().top);
  room.delay_ms = 2_500;
  await page.keyboard.press("r");
  await page.getByText("正在读取…").waitFor();
  expect(await page.locator("table").evaluate((table) => table.getBoundingClientRect().top)).toBe(top);
  await page.getByText("正在读取…").waitFor({ state: "hidden" });
});

test("search: words, pinyin, by sound; a hit opens the player at the spot", async () => {
  await enter("qiu", "#/search");
  await page.getByText("在所有通话的文字里找一句话").waitFor();
  await page.keyboard.type("没有这样的话");
  await page.keyboard.press("Enter");
  await page.getByText("没有找到“没有这样的话”").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("快递");
  await page.keyboard.press("Enter");
  await page.locator("mark").first().waitFor();
  await shoot("review-search");
  await expectAccessible();
  await page.keyboard.press("/");
  await page.keyboard.type("kuaidi");
  await page.keyboard.press("Enter");
  // Found by its sound: what was typed stands nowhere in the line.
  await page.locator("mark").first().waitFor({ state: "detached" });
  const hits = page.getByRole("region", { name: "搜索结果" }).getByRole("listitem");
  await expect.poll(() => hits.count(), { timeout: PATIENCE_MS }).toBeGreaterThan(3);
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "时间线" }).waitFor();
  expect(page.url()).toMatch(/at_ms=14000/);
  await expect.poll(() => page.locator("li.current").textContent(), { timeout: PATIENCE_MS }).toContain("我有一个快递");
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "搜索结果" }).waitFor();
  expect(complaints).toEqual([]);
});

test.each([
  { name: "wide", colorScheme: "light", viewport: WIDE },
  { name: "dark", colorScheme: "dark", viewport: WIDE },
] as const)("no accessibility violations: $name", async ({ name, colorScheme, viewport }) => {
  await enter("qiu", "", { colorScheme, viewport });
  await rows().first().waitFor();
  await expectAccessible();
  await shoot(`review-queue-${name}`);
});
