/** The floor's pages in Chromium against the mock floor: tiles, alerts, one call, the wall. */
import { expect, test } from "vitest";
import type { StampedEvent } from "../../src/wire.ts";
import { busyStation, complaints, DESK, enter, expectAccessible, expectWhole, floor, logIn, openPage, page, PATIENCE_MS, seenOrder, shoot, tile, WIDE } from "../floor-rig.ts";
import { alertOf } from "../mock-room.ts";

test("tiles: who needs help comes first, and none moves under the pointer or the keyboard", async () => {
  await enter();
  const order = await seenOrder();
  const urgency = order.map((station) => Math.floor(floor.tile(station).urgency / 5));
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
  // The keyboard is on the first name.
  await expect.poll(() => page.locator(":focus").innerText(), { timeout: PATIENCE_MS }).toContain("admin");
  await shoot("floor-assign");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => page.locator(":focus").innerText(), { timeout: PATIENCE_MS }).toContain("li");
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

test("the wall: biggest need first, no controls, nothing cut off", async () => {
  await enter({ viewport: WIDE }, "/?wall");
  expect(await page.getByRole("button").count()).toBe(0);
  const urgency = (await seenOrder()).map((station) => Math.floor(floor.tile(station).urgency / 5));
  expect(urgency).toEqual(urgency.toSorted((a, b) => b - a));
  await shoot("floor-wall");
  await expectAccessible();
  await expectWhole("header, header li, time, ol > li, footer");
  await page.keyboard.press("Escape");
  await page.getByRole("search").waitFor();
  expect(page.url()).not.toContain("wall");
  // The keyboard that was on a tile holds nothing on the wall.
  await page.keyboard.press("g");
  await page.keyboard.press("w");
  await page.locator("ol [data-station]").first().waitFor();
  const quiet = busyStation();
  floor.change({ station: quiet, urgency: 99 });
  await expect.poll(() => seenOrder().then(([first]) => first), { timeout: PATIENCE_MS }).toBe(quiet);
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
  await expectWhole("header, header li, time, ol > li, footer");
  await shoot(`floor-wall-${name}`);
  await page.keyboard.press("w");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await expectAccessible();
  await shoot(`floor-help-${name}`);
});
