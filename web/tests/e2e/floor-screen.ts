/** The floor's pages in Chromium against the mock floor: log-in, tiles, alerts, one call, the wall, administration. */
import { AxeBuilder } from "@axe-core/playwright";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { StampedEvent } from "../../src/wire.ts";
import { MockFloor } from "../mock-floor.ts";
import { alertOf } from "../mock-room.ts";

const SCREENSHOTS = join(import.meta.dirname, "../../screenshots");
const CHROMIUM = process.env["CALLCUE_CHROMIUM"] ?? "/usr/bin/chromium";
const DESK = { width: 1280, height: 720 };
const WIDE = { width: 1920, height: 1080 };
/** For one thing to show; a machine that stalls is not a page that fails. */
const PATIENCE_MS = 8_000;
const PASSWORD = "correct horse battery";

let browser: Browser;
let floor: MockFloor;
let context: BrowserContext;
let page: Page;
/** Whatever the browser complains about, such as a breach of the content security policy. */
let complaints: string[];

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

async function openPage(options: Parameters<Browser["newContext"]>[0] = {}, path = "/"): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => message.type() === "error" && !message.text().includes("401") && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  await page.goto(floor.origin + path);
}

async function logIn(name = "wang", password = PASSWORD): Promise<void> {
  await page.getByLabel("登录名").fill(name);
  await page.getByLabel("密码").fill(password);
  await page.keyboard.press("Enter");
}

/** Logs in and waits for the tiles. */
async function enter(options: Parameters<Browser["newContext"]>[0] = {}, path = "/", name = "wang"): Promise<void> {
  await openPage(options, path);
  await logIn(name, name === "admin" ? "first-password-0" : PASSWORD);
  await page.locator("[data-station]").first().waitFor();
}

function tile(station: number): Locator {
  return page.locator(`[data-station="${station}"]`);
}

/** Stations in the order in which they are seen. */
async function seenOrder(): Promise<number[]> {
  return page.locator("[data-station]").evaluateAll((tiles) => {
    const spots = tiles.map((each) => ({ station: Number((each as HTMLElement).dataset["station"]), box: each.getBoundingClientRect() }));
    return spots.sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left).map(({ station }) => station);
  });
}

async function shoot(name: string): Promise<void> {
  // The mark of typing would make pictures differ.
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), caret: "hide" });
}

async function expectAccessible(): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

/** A station in a call whose tile can be seen, and a quiet one. */
function busyStation(): number {
  return floor.room.tiles.find((each) => each.state === "talking" && each.urgency === 0)!.station;
}

test("log-in: wrong, wait, right, who I am, log-out", async () => {
  await openPage();
  await page.getByLabel("登录名").waitFor();
  await shoot("floor-login");
  await expectAccessible();
  for (const _ of [1, 2, 3]) {
    await logIn("wang", "wrong");
    await page.getByText("登录名或密码不对").waitFor();
  }
  await page.getByText("秒后再试").waitFor();
  expect(await page.getByRole("button", { name: "登录" }).isDisabled()).toBe(true);
  await shoot("floor-login-wait");
  await page.getByText("秒后再试").waitFor({ state: "hidden" });
  await logIn();
  await page.locator("[data-station]").first().waitFor();
  await page.setViewportSize(WIDE);
  await page.getByText("王芳 · 组长").waitFor();
  await page.getByRole("button", { name: "退出" }).click();
  await page.getByLabel("登录名").waitFor();
  expect(complaints.filter((each) => !each.includes("429"))).toEqual([]);
});

test("a one-time password must be changed", async () => {
  await openPage();
  await logIn("zhao", "one-time-pass");
  await page.getByText("请先设置自己的密码").waitFor();
  await page.getByLabel("新密码（").fill("short");
  await page.getByLabel("再输一次").fill("short");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("至少 12 个字符").waitFor();
  await shoot("floor-login-change");
  await expectAccessible();
  await page.getByLabel("新密码（").fill("a-long-new-password");
  await page.getByLabel("再输一次").fill("a-long-new-password");
  await page.keyboard.press("Enter");
  await page.locator("[data-station]").first().waitFor();
});

test("a session that is over leads back to the log-in", async () => {
  await enter();
  floor.api.forgetSessions();
  floor.goAway();
  floor.comeBack();
  await page.getByText("登录已失效").waitFor();
});

test("tiles: who needs help comes first, and none moves under the pointer or the keyboard", async () => {
  await enter();
  const order = await seenOrder();
  const urgency = order.map((station) => floor.tile(station).urgency);
  expect(urgency).toEqual(urgency.toSorted((a, b) => b - a));
  const needy = order.at(-1)!;
  await page.locator("[data-station]").first().hover();
  floor.change({ station: needy, urgency: 95, flags_grave: 1, flag_rule: "4.2" });
  await page.getByText("顺序保持不动").waitFor();
  expect(await seenOrder()).toEqual(order);
  await page.keyboard.press("r");
  await expect.poll(() => seenOrder().then(([first]) => first), { timeout: PATIENCE_MS }).toBe(needy);
  expect(await tile(needy).getAttribute("data-need")).toBe("urgent");

  // The keyboard on a tile holds them as well.
  await page.mouse.move(10, 10);
  await page.keyboard.press("g");
  await page.keyboard.press("ArrowRight");
  const focused = await page.evaluate(() => (document.activeElement as HTMLElement).dataset["station"]);
  const held = await seenOrder();
  expect(focused).toBe(String(held[1]));
  floor.change({ station: held.at(-1)!, urgency: 99 });
  await page.getByText("顺序保持不动").waitFor();
  expect(await seenOrder()).toEqual(held);
  // Nobody on them: they are put in order by themselves.
  await page.keyboard.press("Escape");
  await expect.poll(() => seenOrder().then(([first]) => first), { timeout: PATIENCE_MS }).toBe(held.at(-1));
  expect(complaints).toEqual([]);
});

test("filters by keys: words, team, state, rule, and all again", async () => {
  await enter();
  await page.keyboard.press("/");
  await page.keyboard.type("1007");
  await page.getByText("1 / 60 位坐席", { exact: true }).waitFor();
  expect(await seenOrder()).toEqual([7]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("0");
  await page.getByText("60 位坐席", { exact: true }).waitFor();
  await page.keyboard.press("t");
  await page.getByLabel("班组", { exact: true }).selectOption("二组");
  await page.getByText("15 / 60 位坐席", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("0");
  const silent = floor.room.tiles.filter((each) => each.state === "silence").length;
  await page.keyboard.press("f");
  await page.keyboard.press("Enter");
  await page.getByText(`${silent} / 60 位坐席`, { exact: true }).waitFor();
  await page.keyboard.press("0");
  const rule = floor.room.tiles.find((each) => each.flag_rule !== "")!.flag_rule;
  const with_rule = floor.room.tiles.filter((each) => each.flag_rule === rule || each.cue_rule === rule).length;
  await page.keyboard.press("b");
  await page.getByLabel("规则", { exact: true }).selectOption(rule);
  await page.getByText(`${with_rule} / 60 位坐席`, { exact: true }).waitFor();
  await shoot("floor-filtered");
  await expectAccessible();
});

test("alerts: acknowledged and handed on by keys; new ones wait while somebody is on the list", async () => {
  await enter();
  await page.getByText("3 条待处理").waitFor();
  await page.getByText("交给 li").waitFor();
  await page.keyboard.press("k");
  // Of mine the newest; number 3 is another's.
  expect(await floor.request("acknowledge")).toEqual({ type: "acknowledge", alert: 2 });
  await page.getByText("wang 已确认").waitFor();
  await page.keyboard.press("s");
  await page.getByLabel("转给谁").fill("li");
  await page.keyboard.press("Enter");
  expect(await floor.request("assign")).toEqual({ type: "assign", alert: 1, to: "li" });
  await expect.poll(() => page.getByText("交给 li").count(), { timeout: PATIENCE_MS }).toBe(2);
  await page.keyboard.press("a");
  floor.alert(alertOf(floor.tile(1), 9, Date.now(), { text: "客户要求经理回电" }));
  await page.getByText("另有 1 条新告警").waitFor();
  expect(await page.getByText("客户要求经理回电").count()).toBe(0);
  await page.keyboard.press("Escape");
  await page.getByText("客户要求经理回电").waitFor();
  // Enter on an alert opens its call.
  await page.keyboard.press("a");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "坐席 1001" }).waitFor();
  expect(complaints).toEqual([]);
});

test("sound: off until it is asked for, then a new alert rings", async () => {
  await openPage();
  await page.addInitScript(() => {
    const started: number[] = [];
    Object.assign(window, { started });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when) {
      started.push(this.frequency.value);
      start.call(this, when);
    };
  });
  await page.reload();
  await logIn();
  await page.getByRole("button", { name: "声音关" }).waitFor();
  const tones = (): Promise<number> => page.evaluate(() => (window as unknown as { started: number[] }).started.length);
  floor.alert(alertOf(floor.tile(1), 10, Date.now(), {}));
  await page.getByText("4 条待处理").waitFor();
  expect(await tones()).toBe(0);
  await page.keyboard.press("m");
  await page.getByRole("button", { name: "声音开" }).waitFor();
  expect(await tones()).toBe(2);
  floor.alert(alertOf(floor.tile(2), 11, Date.now(), {}));
  await expect.poll(tones, { timeout: PATIENCE_MS }).toBe(4);
  // Somebody else's is none of my ears' business.
  floor.alert(alertOf(floor.tile(3), 12, Date.now(), { assigned_to: "li" }));
  await page.getByText("6 条待处理").waitFor();
  expect(await tones()).toBe(4);
});

test("one call: opened by Enter, words as they come, a note and its reading, closed by Esc", async () => {
  const station = busyStation();
  await enter();
  await page.keyboard.press("/");
  await page.keyboard.type(String(1000 + station));
  await page.getByText("1 / 60 位坐席", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("Enter");
  expect(await floor.request("open")).toEqual({ type: "open", call: floor.tile(station).call });
  await page.getByText("怎么这么慢").waitFor();
  const flagged = page.locator("mark");
  expect(await flagged.textContent()).toBe("喂，大点声2.1");
  await page.getByText("该坐席今日").waitFor();
  floor.playTo(25_800);
  // Still being spoken.
  await page.locator("[role=log] i").getByText("是138").waitFor();
  await page.keyboard.press("0");
  await shoot("floor-call");
  await expectAccessible();

  await page.keyboard.press("n");
  await page.keyboard.type("先道歉，再问单号");
  await page.keyboard.press("Enter");
  expect(await floor.request("note")).toEqual({ type: "note", station, text: "先道歉，再问单号" });
  await page.getByText("发出，未读").waitFor();
  floor.readNote("note-1", station, "先道歉，再问单号");
  await page.getByText("坐席已读").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.getByRole("log").waitFor({ state: "hidden" });
  expect(floor.received.at(-1)).toEqual({ type: "close" });
  expect(complaints).toEqual([]);
});

test("listening in: said plainly, played, loudness by keys, over when the panel is closed", async () => {
  const station = busyStation();
  await enter({ viewport: WIDE });
  await tile(station).click();
  await page.getByText("怎么这么慢").waitFor();
  await page.keyboard.press("v");
  expect(await floor.request("listen")).toEqual({ type: "listen", station, on: true });
  await page.getByText(`您正在旁听坐席 ${1000 + station}，坐席看得到`).waitFor();
  // Sound comes in.
  await page.getByText("等待声音").waitFor({ state: "hidden" });
  await tile(station).getByText("旁听：王芳").waitFor();
  await page.keyboard.press("1");
  await page.keyboard.press("1");
  expect(await page.getByLabel("坐席音量").inputValue()).toBe("0.8");
  await shoot("floor-listening");
  await expectAccessible();
  const before = floor.received.length;
  await page.keyboard.press("Escape");
  expect(await floor.request("listen", before)).toEqual({ type: "listen", station, on: false });
  await tile(station).getByText("旁听：王芳").waitFor({ state: "hidden" });
  expect(complaints).toEqual([]);
});

test("a script in a transcript, a name, a note or an alert shows as text", async () => {
  const station = busyStation();
  const script = `<img src=x onerror="window.caught=1"><script>window.caught=1</script>`;
  await enter();
  floor.change({ station, name: script, cue_rule: "1.1", cue_text: script });
  floor.alert(alertOf(floor.tile(station), 20, Date.now(), { text: script }));
  await tile(station).click();
  await page.getByText("怎么这么慢").waitFor();
  const { call } = floor.tile(station);
  const heard: StampedEvent = { type: "transcript", at_ms: 21_500, channel: "customer", from_ms: 21_000, to_ms: 21_400, text: script, final: true, call, seq: 999, wall: "2026-11-26T10:00:00+08:00" };
  const known = floor.received.length;
  // A number far ahead: the page asks for what it lacks.
  floor.event(heard);
  expect(await floor.request("open", known)).toEqual({ type: "open", call });
  floor.playTo(60_000);
  const last = await page.evaluate(() => document.querySelectorAll("[role=log] .bubble").length);
  expect(last).toBeGreaterThan(0);
  floor.readNote("note-9", station, script);
  await page.locator("section").getByText(script).first().waitFor();
  expect(await page.evaluate(() => "caught" in window)).toBe(false);
  expect(await page.locator("img, section script").count()).toBe(0);
});

test("a slow page is brought up to date by a snapshot, a lost line comes back", async () => {
  const station = busyStation();
  await enter();
  await tile(station).click();
  await page.getByText("怎么这么慢").waitFor();
  const lines = await page.locator("[role=log] .bubble").count();
  Object.assign(floor.tile(station), { name: "已换人", state: "hold", urgency: 40 });
  floor.room.tiles.splice(0, 1);
  const known = floor.received.length;
  floor.snapshot();
  await tile(station).getByText("已换人").waitFor();
  await page.getByText("59 位坐席", { exact: true }).waitFor();
  // The open call is asked for again, and nothing of it is doubled.
  await floor.request("open", known);
  expect(await page.locator("[role=log] .bubble").count()).toBe(lines);
  floor.goAway();
  await page.getByText("正在重连").waitFor();
  await shoot("floor-reconnecting");
  const before = floor.received.length;
  floor.comeBack();
  await page.getByText("正在重连").waitFor({ state: "hidden" });
  await floor.request("open", before);
  expect(await page.locator("[role=log] .bubble").count()).toBe(lines);
});

test("administration: users, stations, teams, audit trail", async () => {
  await enter({}, "/", "admin");
  await page.keyboard.press("u");
  await page.getByRole("cell", { name: "王芳" }).waitFor();
  await page.getByLabel("登录名").fill("gao");
  await page.getByLabel("姓名").fill("高建国");
  await page.getByLabel("班组（逗号分开）").fill("一组，三组");
  await page.getByRole("button", { name: "添加用户" }).click();
  await page.getByText("quiet-river-seven-42").waitFor();
  await page.getByRole("cell", { name: "高建国" }).waitFor();
  await shoot("floor-admin-users");
  await expectAccessible();
  await page.getByRole("button", { name: "已记下" }).click();
  expect(await page.getByText("quiet-river-seven-42").count()).toBe(0);
  await page.getByRole("button", { name: "工作站" }).click();
  await page.getByLabel("名称").fill("desk-09");
  await page.getByLabel("工号").fill("1009");
  await page.getByLabel("班组").fill("二组");
  await page.getByRole("button", { name: "登记工作站" }).click();
  await page.getByText("f3b1c27d90a84e5db6a1c0de5566f00d").waitFor();
  await shoot("floor-admin-stations");
  await expectAccessible();
  const row = page.getByRole("row", { name: "desk-01" });
  await row.getByRole("button", { name: "撤销" }).click();
  await row.getByRole("button", { name: "确定撤销" }).click();
  await row.getByText("已撤销").waitFor();
  await page.getByRole("button", { name: "班组", exact: true }).click();
  await page.getByRole("cell", { name: "夜班组" }).or(page.getByRole("cell", { name: "一组", exact: true })).first().waitFor();
  await expectAccessible();
  await page.getByRole("button", { name: "操作记录" }).click();
  await page.getByRole("cell", { name: "listen_start" }).waitFor();
  await shoot("floor-admin-audit");
  await expectAccessible();
  await page.keyboard.press("Escape");
  await page.locator("[data-station]").first().waitFor();
  expect(complaints).toEqual([]);
});

test("who may not watch the floor is told so", async () => {
  await openPage();
  await logIn("zhang", PASSWORD);
  await page.getByText("不能查看现场").waitFor();
  await shoot("floor-no-right");
  await expectAccessible();
  await page.getByRole("button", { name: "退出" }).click();
  await page.getByLabel("登录名").waitFor();
  expect(complaints).toEqual([]);
});

test("the wall: biggest need first, no controls, nothing cut off", async () => {
  await enter({ viewport: WIDE }, "/?wall");
  expect(await page.getByRole("button").count()).toBe(0);
  const urgency = (await seenOrder()).map((station) => floor.tile(station).urgency);
  expect(urgency).toEqual(urgency.toSorted((a, b) => b - a));
  await shoot("floor-wall");
  await expectAccessible();
  await page.keyboard.press("Escape");
  await page.getByRole("search").waitFor();
  expect(page.url()).not.toContain("wall");
});

test.each([
  { name: "light", colorScheme: "light", english: false, viewport: DESK },
  { name: "dark", colorScheme: "dark", english: false, viewport: WIDE },
  { name: "en-light", colorScheme: "light", english: true, viewport: WIDE },
  { name: "en-dark", colorScheme: "dark", english: true, viewport: DESK },
] as const)("no accessibility violations: $name", async ({ name, colorScheme, english, viewport }) => {
  await enter({ colorScheme, viewport });
  if (english) await page.keyboard.press("l");
  await expectAccessible();
  await shoot(`floor-${name}`);
  await tile(busyStation()).click();
  await page.getByText("怎么这么慢").waitFor();
  await page.keyboard.press("v");
  await page.getByText(english ? "You are listening" : "您正在旁听").waitFor();
  await expectAccessible();
  await shoot(`floor-call-${name}`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("w");
  await page.locator("ol [data-station]").first().waitFor();
  await expectAccessible();
  await shoot(`floor-wall-${name}`);
  await page.keyboard.press("w");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await expectAccessible();
  await shoot(`floor-help-${name}`);
});
