/**
 * The review room as it really is: `callcue floor`, the sample call heard by a real station and uploaded, the packed pages in Chromium.
 * A reviewer hears a flag and confirms it, the agent appeals, a second reviewer decides, the score card changes each time, and what is
 * downloaded says what the page says. Run by `scripts/test-review`; pictures are left in `screenshots/room-*.png`.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { browser, SCREENSHOTS } from "../chromium.ts";

const CALLCUE = process.env["CALLCUE"] ?? join(import.meta.dirname, "../../../target/debug/callcue");
/** For one thing to show; the sample call alone takes 50 s. */
const PATIENCE_MS = 180_000;
const AGENT = "1024";
const TEAM = "一组";
const PEOPLE = {
  first: ["reviewer", "复核一号", "--team", TEAM],
  second: ["reviewer", "复核二号", "--team", TEAM],
  lead: ["lead", "班组长", "--team", TEAM],
  desk: ["agent", "示例坐席", "--agent", AGENT],
} as const;
type Who = keyof typeof PEOPLE;

const folder = mkdtempSync(join(tmpdir(), "callcue-room-"));
const data = join(folder, "floor");
let floor: ChildProcess;
let station: ChildProcess;
let origin = "";
const contexts = new Map<Who, BrowserContext>();

function callcue(...words: string[]): string {
  return execFileSync(CALLCUE, words, { encoding: "utf8", env: { ...process.env, XDG_CONFIG_HOME: folder } });
}

/** Asks until there is an answer worth having. */
async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const begun = Date.now();
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() - begun > PATIENCE_MS) throw new Error(`${what} does not come`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function openFloor(): Promise<void> {
  floor = spawn(CALLCUE, ["floor", "--data", data, "--listen", "127.0.0.1:0"], {
    env: { ...process.env, XDG_CONFIG_HOME: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  floor.stdout?.on("data", (part) => (said += String(part)));
  origin = await eventually("the floor's address", async () => /http:\/\/[0-9.]+:\d+/.exec(said)?.[0]);
}

/** The sample call, heard by a station that reports to the floor. */
function playTheSampleCall(): void {
  const token = /^[0-9a-f]{32,}$/m.exec(
    callcue("floor", "enrol", "sample", "--agent", AGENT, "--agent-name", "示例坐席", "--team", TEAM, "--data", data),
  )?.[0];
  writeFileSync(join(folder, "floor.token"), `${token}\n`, { mode: 0o600 });
  const settings = `agent = "${AGENT}"\ndata = "${join(folder, "station")}"\n[floor]\nurl = "ws${origin.slice(4)}"\ntoken_file = "floor.token"\n`;
  writeFileSync(join(folder, "callcue.toml"), settings);
  // It goes on after the call, because the recording is sent behind it.
  station = spawn(CALLCUE, ["demo", "--no-browser", "--port", "0", "--config", join(folder, "callcue.toml")], {
    env: { ...process.env, XDG_CONFIG_HOME: folder },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Logged in by a password of the own; the first one is shown once and has to be changed. */
async function letIn(who: Who): Promise<void> {
  const [role, full_name, ...more] = PEOPLE[who];
  const told = callcue("floor", "user", "add", who, "--role", role, "--full-name", full_name, ...more, "--data", data);
  const first = told.trim().split(/[:：]/).at(-1)?.trim() ?? "";
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN", reducedMotion: "reduce" });
  context.setDefaultTimeout(60_000);
  const password = "correct horse battery staple";
  for (const [path, body] of [
    ["/api/login", { name: who, password: first }],
    ["/api/password", { old: first, new: password }],
    ["/api/login", { name: who, password }],
  ] as const) {
    const answer = await context.request.post(origin + path, { data: body, headers: { origin } });
    expect(answer.ok(), `${who} ${path}: ${await answer.text()}`).toBe(true);
  }
  contexts.set(who, context);
}

async function asked<T>(who: Who, path: string): Promise<T> {
  const answer = await contexts.get(who)!.request.get(origin + path);
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return (await answer.json()) as T;
}

/** The page in that person's browser, at a place of the room. */
async function openRoom(who: Who, hash: string): Promise<Page> {
  const context = contexts.get(who)!;
  await Promise.all(context.pages().map((page) => page.close()));
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`${who}: ${error.stack ?? error}`));
  page.on("console", (message) => message.type() === "error" && complaints.push(`${who}: ${message.text()}`));
  await page.goto(`${origin}/review${hash}`);
  await page.getByRole("navigation", { name: "复核室" }).waitFor();
  return page;
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `room-${name}.png`), caret: "hide" });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}

const month = new Date().toLocaleDateString("sv-SE").slice(0, 7);
const ofCard = (kind: string): string => `/api/scores/card${kind}?agent=${AGENT}&month=${month}`;

interface Card {
  total: number;
  lines: { points: number; void: boolean; call: string; flag: number | null }[];
}

/** The total as each way out of the room tells it: the answer for programs, the table, the workbook, the printed sheet. */
async function totals(): Promise<Record<string, number>> {
  const card = await asked<Card>("first", ofCard(""));
  const files = new Map<string, Buffer>();
  for (const kind of [".csv", ".xlsx", ".pdf"]) {
    const answer = await contexts.get("first")!.request.get(origin + ofCard(kind));
    expect(answer.ok(), `${kind}: ${answer.status()}`).toBe(true);
    files.set(kind, await answer.body());
    writeFileSync(join(folder, `card${kind}`), await answer.body());
  }
  const inWords = (words: string): number => {
    const found = /总分[^0-9]*([0-9]+)/.exec(words.replaceAll(/\s/g, ""));
    return found ? Number(found[1]) : Number.NaN;
  };
  return {
    json: card.total,
    csv: inWords(String(files.get(".csv"))),
    xlsx: inWords(execFileSync("python3", ["-c", WORKBOOK_AS_TEXT, join(folder, "card.xlsx")], { encoding: "utf8" })),
    pdf: inWords(execFileSync("pdftotext", ["-layout", join(folder, "card.pdf"), "-"], { encoding: "utf8" })),
  };
}

/** All cells of a workbook, row by row. A workbook is a ZIP of XML. */
const WORKBOOK_AS_TEXT = `
import re, sys, zipfile
import xml.etree.ElementTree as tree
book = zipfile.ZipFile(sys.argv[1])
space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
shared = ["".join(one.itertext()) for one in tree.fromstring(book.read("xl/sharedStrings.xml"))]
for name in sorted(n for n in book.namelist() if re.match(r"xl/worksheets/sheet", n)):
    for cell in tree.fromstring(book.read(name)).iter(space + "c"):
        value = cell.find(space + "v")
        if value is not None:
            print(shared[int(value.text)] if cell.get("t") == "s" else value.text)
`;

const complaints: string[] = [];
const every = (total: number): Record<string, number> => ({ json: total, csv: total, xlsx: total, pdf: total });

beforeAll(async () => {
  await openFloor();
  playTheSampleCall();
  for (const who of Object.keys(PEOPLE) as Who[]) await letIn(who);
}, 600_000);

/** What was on the screens when it failed says more than which words did not come. */
afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  for (const [who, context] of contexts) {
    for (const page of context.pages()) await page.screenshot({ path: join(SCREENSHOTS, `room-failed-${who}.png`) });
  }
  console.error(complaints);
});

afterAll(async () => {
  station?.kill();
  floor?.kill();
  rmSync(folder, { recursive: true, force: true });
});

test("heard, confirmed, appealed, overturned: the score card follows, and every copy of it says the same", async () => {
  const call = await eventually("the sample call with its recording", async () => {
    const [row] = (await asked<{ rows: { call: string; recording: string; open_flags: number }[] }>("first", "/api/review/queue?view=open")).rows;
    return row?.recording === "whole" ? row : undefined;
  });
  expect(call.open_flags).toBeGreaterThan(0);
  expect(await totals()).toEqual(every(100));

  // The first reviewer: from the queue by keyboard, the sound is heard, each flag is confirmed.
  const first = await openRoom("first", "#/queue");
  await first.getByRole("row", { name: /示例坐席/ }).waitFor();
  await shoot(first, "queue");
  await first.keyboard.press("j");
  await first.keyboard.press("Enter");
  await first.getByRole("region", { name: "证据" }).waitFor();
  await first.waitForFunction(() => navigator.userActivation.hasBeenActive);
  await first.getByText(/还有 \d+ 条未判定/).waitFor();
  await shoot(first, "player");
  for (let open = call.open_flags; open > 0; open -= 1) {
    await first.getByText(`还有 ${open} 条未判定`).waitFor();
    await first.keyboard.press("c");
  }
  await first.getByText(/还有 \d+ 条未判定/).waitFor({ state: "hidden" });
  await first.keyboard.press("f");
  await first.getByText(/已完成/).first().waitFor();
  const confirmed = await asked<Card>("first", ofCard(""));
  const lost = confirmed.lines.reduce((sum, line) => sum + line.points, 0);
  expect(lost).toBeLessThan(0);
  expect(await totals()).toEqual(every(100 + lost));

  // The agent sees it now, hears it, and appeals against the first flag.
  const desk = await openRoom("desk", "#/mine");
  await desk.getByText(/待答复/).first().waitFor();
  await shoot(desk, "mine");
  const contested = confirmed.lines.find((line) => line.call === call.call && line.points < 0)!;
  await desk.evaluate(([id, flag]) => (location.hash = `#/call/${id}?flag=${flag}`), [call.call, contested.flag] as const);
  await desk.getByRole("button", { name: "申诉…" }).first().click();
  await desk.getByLabel("申诉理由").fill("客户当时听不清,我已经道歉");
  await desk.getByRole("button", { name: "提交申诉" }).click();
  await desk.getByText(/等待复核/).first().waitFor();
  await shoot(desk, "appeal");
  expect(await totals(), "an appeal alone changes nothing").toEqual(every(100 + lost));

  // The one who decided first may not decide again; somebody else may, and that is final.
  const again = await contexts.get("first")!.request.post(`${origin}/api/review/calls/${call.call}/flags/${contested.flag}/appeal`, {
    data: { decision: "upheld", note: "" },
    headers: { origin },
  });
  expect(again.status()).toBeGreaterThanOrEqual(400);
  const second = await openRoom("second", "#/queue?view=appeals");
  await second.evaluate(([id, flag]) => (location.hash = `#/call/${id}?flag=${flag}`), [call.call, contested.flag] as const);
  await second.getByText("客户当时听不清,我已经道歉").first().waitFor();
  await shoot(second, "second");
  await second.keyboard.press("i");
  await second.keyboard.type("录音里确有道歉");
  await second.keyboard.press("Escape");
  await second.keyboard.press("w");
  await expect.poll(async () => (await asked<Card>("first", ofCard(""))).total, { timeout: 60_000 }).toBe(100 + lost - contested.points);
  await shoot(second, "decided");
  expect(await totals()).toEqual(every(100 + lost - contested.points));

  const lead = await openRoom("lead", `#/scores/card/${AGENT}/${month}`);
  await lead.getByText(String(100 + lost - contested.points), { exact: true }).first().waitFor();
  await shoot(lead, "card");
  const history = await asked<{ act: string; who: string }[]>("first", `/api/review/calls/${call.call}/history`);
  for (const act of ["verdict", "finished", "appealed", "overturned"]) expect(history.map((line) => line.act)).toContain(act);
  expect(complaints).toEqual([]);
}, 600_000);
