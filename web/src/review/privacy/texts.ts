/** Words of the page on personal data. */
import type { Language } from "../../agent/texts.ts";

const zh = {
  title: "个人信息",
  loading: "正在查找…",
  intro: "查找一个人的通话，导出交给本人，或按要求删除。每次操作都会记入操作记录",
  agent: "坐席工号",
  words: "客户的号码或说过的话",
  words_hint: "如：电话号码、姓名",
  calls: "通话编号",
  calls_hint: "可填多个，逗号分开",
  find: "查找",
  found: (n: number) => `找到 ${n} 通通话`,
  none: "没有找到通话",
  call: "通话编号",
  started: "通话时间",
  of_agent: "坐席",
  team: "班组",
  more: (n: number) => `另有 ${n} 通没有列出`,
  export: "导出 ZIP",
  export_hint: "录音、文字和判断记录",
  erase: "删除…",
  erase_title: (n: number) => `删除这 ${n} 通通话的全部内容`,
  erase_what: "录音、文字、记录、判断都会删除，不能恢复；操作记录会留下谁在何时删除了什么",
  erase_confirm: (n: number) => `请输入通话数 ${n} 确认`,
  erase_now: "删除",
  erase_sure: "最后确认：永久删除",
  cancel: "取消",
  erased: (n: number) => ({ zh: `已删除 ${n} 通通话`, en: `${n} calls erased` }),
};

export type Texts = typeof zh;

const en: Texts = {
  title: "Personal data",
  loading: "Searching…",
  intro: "Find a person's calls, export them for that person, or erase them on request. The audit trail keeps what was done",
  agent: "Agent's number",
  words: "A customer's number or words",
  words_hint: "such as a telephone number",
  calls: "Calls",
  calls_hint: "ids, commas between",
  find: "Find",
  found: (n) => `${n} calls found`,
  none: "No call found",
  call: "Call",
  started: "Started",
  of_agent: "Agent",
  team: "Team",
  more: (n) => `${n} more are not listed`,
  export: "Export as ZIP",
  export_hint: "recordings, transcripts and verdicts",
  erase: "Erase…",
  erase_title: (n) => `Erase all there is of these ${n} calls`,
  erase_what: "Recordings, transcripts, flags and verdicts go, for good; the audit trail keeps who erased what and when",
  erase_confirm: (n) => `Type the number of calls, ${n}, to confirm`,
  erase_now: "Erase",
  erase_sure: "For good: erase now",
  cancel: "Cancel",
  erased: zh.erased,
};

export const TEXTS: Readonly<Record<Language, Texts>> = { zh, en };
