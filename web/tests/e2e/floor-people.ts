/** Who comes onto the floor, in Chromium against the mock floor: log-in, rights, administration. */
import { expect, test } from "vitest";
import { complaints, enter, expectAccessible, floor, logIn, openPage, page, PASSWORD, shoot, WIDE } from "../floor-rig.ts";

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

test("the company's identity provider: a way in, and why it did not let the reader in", async () => {
  floor.api.signOn = "企业账号";
  await openPage({}, "/#sign-on=not_linked");
  expect(await page.getByRole("link", { name: "用企业账号登录" }).getAttribute("href")).toBe("/api/oidc/start");
  await page.getByRole("alert").getByText("还没有与现场关联").waitFor();
  await expectAccessible();
});

test("a session that is over leads back to the log-in", async () => {
  await enter();
  floor.api.forgetSessions();
  floor.goAway();
  floor.comeBack();
  await page.getByText("登录已失效").waitFor();
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
