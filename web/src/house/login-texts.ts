/** Words of the log-in, in Chinese and English. */
import type { Language } from "../agent/texts.ts";

const zh = {
  name: "登录名",
  password: "密码",
  submit: "登录",
  submitting: "正在登录…",
  wait: (seconds: number) => `请 ${seconds} 秒后再试`,
  checking: "正在确认身份…",
  change_title: "请先设置自己的密码",
  change_hint: "现在的密码是别人给的，只能用一次。",
  new_password: "新密码（至少 12 个字符）",
  again: "再输一次新密码",
  change: "保存并进入",
  differ: "两次输入的新密码不一样",
  short: "新密码至少 12 个字符",
  same: "新密码不能与旧密码相同",
  over: "登录已失效，请重新登录",
  sign_on: (label: string) => `用${label}登录`,
  sign_on_failed: {
    expired: "登录等得太久，请再试一次",
    refused: "身份系统没有确认您的身份，请再试一次",
    not_linked: "您的账号还没有与现场关联，请联系管理员",
    unavailable: "身份系统没有应答，请稍后再试",
  },
};

export type LoginTexts = typeof zh;

const en: LoginTexts = {
  name: "Name",
  password: "Password",
  submit: "Log in",
  submitting: "Logging in…",
  wait: (seconds) => `Try again in ${seconds} s`,
  checking: "Checking who you are…",
  change_title: "Choose a password of your own",
  change_hint: "The present one was given to you and works only once.",
  new_password: "New password (12 characters or more)",
  again: "New password again",
  change: "Save and go on",
  differ: "The two new passwords differ",
  short: "The new password needs at least 12 characters",
  same: "The new password must differ from the old one",
  over: "Your session is over; please log in again",
  sign_on: (label) => `Log in with ${label}`,
  sign_on_failed: {
    expired: "That took too long; try again",
    refused: "The identity provider did not confirm who you are; try again",
    not_linked: "Your account is not linked to the floor yet; ask an administrator",
    unavailable: "The identity provider does not answer; try again in a moment",
  },
};

export const LOGIN_TEXTS: Readonly<Record<Language, LoginTexts>> = { zh, en };
