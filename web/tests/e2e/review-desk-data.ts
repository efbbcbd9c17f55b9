/** Import of recordings and personal data, in Chromium against the mock room. */
import { expect, test } from "vitest";
import { open, shootWhole } from "../review-desk-rig.ts";
import { complaints, expectAccessible, page, room } from "../review-rig.ts";

const main = () => page.getByRole("main");
const sound = (name: string) => ({ name, mimeType: "audio/wav", buffer: Buffer.alloc(40_000) });

test("import: names are read while typing, files are sent, what fails is tried again", async () => {
  await open("admin", "#/imports");
  await main().getByText("九月旧录音").waitFor();
  await main().getByRole("button", { name: "查看原因" }).click();
  await main().getByText("只有一个声道").waitFor();
  await expectAccessible();
  await shootWhole("review-imports");
  await main().getByRole("button", { name: "新建导入" }).click();
  const form = main().getByRole("form", { name: "新建导入" });
  await form.getByLabel("名称", { exact: true }).fill("十一月旧录音");
  await form.getByLabel("选择文件…").setInputFiles([sound("20261103_091500_1024.wav"), sound("1024-2026-11-04.wav"), sound("broken.wav"), { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("x") }]);
  await page.getByText("1 个文件不是录音").waitFor();
  await form.getByRole("row", { name: /09:15:00/ }).waitFor();
  expect(await form.getByText("不合规则").count()).toBe(2);
  await form.getByLabel("文件名规则").fill("{agent}-{date}");
  await form.getByRole("row", { name: /1024-2026-11-04\.wav 2026-11-04 1024/ }).waitFor();
  await form.getByLabel("文件名规则").fill("{agent}-{day}");
  await form.getByText("不认识 {day}").waitFor();
  expect(await form.getByRole("button", { name: /^上传/ }).isDisabled()).toBe(true);
  await form.getByLabel("文件名规则").fill("{date}_{time}_{agent}");
  await form.getByLabel("通话资料表").fill("file,date,agent,colour\nbroken.wav,2026-11-05,1025,red\nelsewhere.wav,2026-11-05,1025,red\n");
  await form.getByText("不认识的列，不会使用：colour").waitFor();
  await form.getByText("1 行的录音不在下面的列表中").waitFor();
  await form.getByText("见表格").waitFor();
  await expectAccessible();
  await shootWhole("review-import-new");
  await form.getByRole("button", { name: "上传 3 个文件并开始" }).click();
  await form.getByText("磁盘空间不足").waitFor();
  await form.getByText("2 / 3 个文件").waitFor();
  await expectAccessible();
  await shootWhole("review-import-failed");
  await form.getByRole("button", { name: "重试失败的文件" }).click();
  await main().getByRole("row", { name: /十一月旧录音/ }).waitFor();
  expect(await form.count()).toBe(0);
  expect(room.received.filter(({ what }) => what.startsWith("PUT /api/imports/3/files/")).map(({ body }) => body["bytes"])).toEqual([40_000, 40_000, 40_000, 40_000]);
  expect(room.received.filter(({ what }) => what === "POST /api/imports")).toHaveLength(1);
  expect(complaints.filter((each) => !each.includes("507"))).toEqual([]);
});

test("personal data: found, exported, erased only after two steps", async () => {
  await open("admin", "#/privacy");
  const find = main().getByRole("button", { name: "查找" });
  await find.waitFor();
  expect(await find.isDisabled()).toBe(true);
  await main().getByLabel("坐席工号").fill("1024");
  await find.click();
  await main().getByText("找到 8 通通话").waitFor();
  expect(await main().getByRole("link", { name: "导出 ZIP" }).getAttribute("href")).toMatch(/^\/api\/privacy\/.*export\?agent=1024$/);
  await main().getByRole("button", { name: "删除…" }).click();
  const erase = main().getByRole("button", { name: "删除", exact: true });
  expect(await erase.isDisabled()).toBe(true);
  await main().getByLabel("请输入通话数 8 确认").fill("8");
  await expectAccessible();
  await shootWhole("review-privacy");
  await erase.click();
  expect(room.received.some(({ what }) => what === "POST /api/privacy/erase")).toBe(false);
  await main().getByRole("button", { name: "最后确认：永久删除" }).click();
  await main().getByText("没有找到通话").waitFor();
  expect(room.received.find(({ what }) => what === "POST /api/privacy/erase")?.body).toEqual({ agent: "1024" });
  expect(complaints).toEqual([]);
});
