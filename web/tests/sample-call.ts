/** A made-up call of one minute, as a station would tell it: every part of the screen has its moment in it. */
import type { Channel, EventFields, EventType, Message, Moment, StampedEvent, ToPage } from "../src/wire.ts";

/** A message and the audio time at which it goes out. */
export interface TimedMessage {
  at_ms: number;
  message: ToPage;
}

export const CALL_ID = "2026-11-24-0001";
export const SAMPLE_LENGTH_MS = 60_200;

export const HELLO: Message<"hello"> = {
  type: "hello",
  version: "0.1.0",
  agent: "1024",
  script: "中铁物流集团客服人员服务规范用语",
  model: "ggml-base-zh",
  demo: true,
  situations: [
    ["1.5", "无声电话", false],
    ["1.6", "只听到背景声", true],
    ["2.1", "客户声音太小", false],
    ["2.3", "线路杂音太大", false],
    ["2.4", "客户讲方言,听不懂", true],
    ["2.5", "客户讲方言,听得懂", true],
    ["3.1", "客户要找其他客服", false],
    ["3.5", "客户打错电话", false],
    ["3.8", "请客户等待", false],
    ["3.9", "转接电话", false],
    ["4.2", "客户说粗话", false],
    ["4.3", "客户嫌慢", false],
    ["4.4", "客户投诉态度", false],
    ["5.2", "设备故障", true],
    ["5.5", "请求客户谅解", true],
    ["5.7", "客户致谢", false],
    ["6.2", "结束语", false],
    ["6.3", "客户没有挂机", false],
  ].map(([rule, title, declared_only]) => ({ rule, title, declared_only }) as Message<"hello">["situations"][number]),
};

const SPEECH: readonly (readonly [from_ms: number, to_ms: number, channel: Channel, text: string])[] = [
  [400, 3_100, "agent", "您好,中铁物流集团1024号为您服务!"],
  [7_400, 9_000, "agent", "您好,请问有什么可以帮您?"],
  [13_100, 14_000, "agent", "喂,大点声!"],
  [14_500, 18_200, "customer", "你好,我有一个快递三天了还没有到,怎么这么慢"],
  [19_500, 21_300, "agent", "很抱歉,让您久等了,我将尽快为您处理"],
  [21_400, 23_000, "agent", "请问怎么称呼您?"],
  [24_000, 27_000, "customer", "我姓王,电话是13800138000"],
  [34_000, 37_000, "agent", "麻烦您等待一下,我帮您查看,好吗?"],
  [37_300, 37_900, "customer", "好的"],
  [44_500, 47_500, "agent", "谢谢您的等候,您的快递明天上午送到"],
  [50_000, 51_600, "agent", "请问还有什么可以帮助您?"],
  [52_000, 53_200, "customer", "没有了,谢谢"],
  [54_000, 56_000, "agent", "感谢您的来电,王先生,再见"],
];

const SORRY_NO_SOUND = "很抱歉,您的电话没有声音,请您挂机后重新拨打,此次通话将被挂机,感谢您的来电,再见";

/** The whole call but for `levels`, in the order of its times. */
export function sampleCall(): TimedMessage[] {
  const list: TimedMessage[] = [];
  const moment = (at_ms: number, message: Moment): unknown => list.push({ at_ms, message });
  const event = <Type extends EventType>(at_ms: number, type: Type, fields: EventFields[Type]): unknown =>
    // The number in the call follows once all are in order.
    list.push({ at_ms, message: { type, at_ms, ...fields, call: CALL_ID, seq: 0, wall: "2026-11-24T10:00:00+08:00" } as unknown as StampedEvent });
  const cue = (at_ms: number, id: string, title: string, fields: Partial<EventFields["cue"]>): unknown =>
    event(at_ms, "cue", { id, rule: id.split("#")[0] ?? "", step: 1, say: [], avoid: [], title, priority: 50, ...fields });
  const done = (at_ms: number, id: string, outcome: EventFields["cue_done"]["outcome"] = "met"): unknown => event(at_ms, "cue_done", { id, outcome });

  event(0, "call_started", { agent: "1024", ring_ms: 4_000, customer: { known: false } });
  cue(0, "1.1#1", "接起电话", { say: ["您好,中铁物流集团1024号为您服务!"], avoid: ["您好,什么事情?"], until_ms: 10_000, priority: 40 });
  for (const [from_ms, to_ms, channel, text] of SPEECH) {
    for (let at = from_ms + 600; at < to_ms; at += 600) {
      const heard = Math.floor((text.length * (at - from_ms)) / (to_ms - from_ms));
      moment(at, { type: "partial", channel, from_ms, committed: text.slice(0, Math.max(0, heard - 4)), tentative: text.slice(Math.max(0, heard - 4), heard) });
    }
    event(to_ms + 200, "transcript", { channel, from_ms, to_ms, text, final: true, level_dbfs: -22.5 });
  }
  done(3_300, "1.1#1");
  event(6_100, "silence", { since_ms: 3_100, length_ms: 3_000 });
  const no_sound = { avoid: ["喂、喂、听不见!"], priority: 70 };
  cue(6_100, "1.5#1", "无声电话", { ...no_sound, say: ["您好,请问有什么可以帮您?"], until_ms: 9_100, upcoming: ["您好,请问有什么可以帮您?", SORRY_NO_SOUND] });
  done(9_200, "1.5#1");
  event(9_200, "wait_started", { rule: "1.5", step: 1, from_ms: 9_000, until_ms: 12_000 });
  event(12_000, "wait_ended", { rule: "1.5", step: 1 });
  event(12_000, "silence", { since_ms: 9_000, length_ms: 3_000 });
  cue(12_000, "1.5#2", "无声电话", { ...no_sound, step: 2, say: ["您好,请问有什么可以帮您?"], until_ms: 15_000, upcoming: [SORRY_NO_SOUND] });
  event(14_100, "flag", { rule: "2.1", kind: "forbidden", channel: "agent", from_ms: 13_100, to_ms: 14_000, text: "喂,大点声!", phrase: "喂,大点声", item: "A4", points: -2 });
  done(14_500, "1.5#2", "cancelled");
  const asked = ["姓名", "联系方式", "分机号", "公司名称"];
  const checklist = (at_ms: number, known: number): unknown => event(at_ms, "checklist", { rule: "1.4", items: asked.map((label, n) => ({ label, done: n < known })) });
  checklist(18_300, 0);
  cue(18_300, "1.4#1", "询问称呼", { say: ["请问怎么称呼您?"] });
  cue(18_300, "4.3#1", "客户嫌慢", { say: ["很抱歉,让您久等了,我将尽快为您处理"], avoid: ["再等等"], priority: 60 });
  done(21_500, "4.3#1");
  done(23_200, "1.4#1");
  checklist(27_300, 2);
  event(28_000, "audio_lost", { channel: "customer" });
  moment(28_000, { type: "notice", key: "audio_lost:customer", severity: "alarm", zh: "客户声音中断", en: "Customer's audio lost" });
  event(31_000, "audio_back", { channel: "customer" });
  moment(31_000, { type: "notice", key: "audio_lost:customer", severity: "alarm", zh: "", en: "" });
  moment(32_000, { type: "lag", text_ms: 2_400 });
  moment(35_000, { type: "lag", text_ms: 0 });
  cue(33_000, "3.8#1", "请客户等待", { say: ["麻烦您等待一下,我帮您查看,好吗?"], upcoming: ["谢谢您的等候"] });
  done(37_200, "3.8#1");
  event(38_500, "hold_started", {});
  cue(38_600, "4.5#1", "客户指出差错", {
    say: ["很抱歉,给您添麻烦了,我会将您反映的问题如实上报相关人员,并尽快核实处理,给您带来的不便请您原谅"],
    avoid: ["我不清楚,那您想怎么样"],
    upcoming: ["您是否可以留下您的邮箱或其他联系方式,由我们的经理与您直接联系,处理好吗?"],
  });
  done(43_900, "4.5#1", "cancelled");
  event(44_000, "hold_ended", {});
  cue(44_000, "3.8#2", "等待之后", { say: ["谢谢您的等候", "让您久等了"], step: 2, until_ms: 50_000 });
  done(47_700, "3.8#2");
  event(48_000, "alert", { rule: "4.3", to: "lead", text: "客户对时效不满" });
  cue(48_500, "6.2#1", "结束通话", { say: ["请问还有什么可以帮助您?"], avoid: ["如果没有其他的事,请挂机"], upcoming: ["感谢您的来电,王先生,再见"] });
  done(51_800, "6.2#1");
  cue(53_300, "6.2#2", "结束通话", { say: ["感谢您的来电,王先生,再见"], step: 2 });
  done(56_200, "6.2#2");
  event(56_200, "wait_started", { rule: "6.3", step: 2, from_ms: 56_000, until_ms: 59_000 });
  event(59_000, "wait_ended", { rule: "6.3", step: 2 });
  cue(59_000, "6.3#1", "客户没有挂机", { act: "可以挂机", step: 3, priority: 80 });
  event(60_000, "call_ended", { by: "agent" });
  event(60_000, "summary", {
    due: 9,
    met: 8,
    flags: 1,
    items: [{ item: "A4", points: -2 }],
    metrics: {
      agent_talk_share: 0.31,
      customer_talk_share: 0.19,
      silence_share: 0.5,
      longest_monologue_ms: 3_500,
      interruptions: 0,
      response_delay_ms: 1_250,
      agent_chars_per_s: 4.6,
      agent_level_dbfs: -22.5,
      customer_level_dbfs: -27.1,
      silence_windows: 3,
    },
  });

  list.sort((a, b) => a.at_ms - b.at_ms);
  let seq = 0;
  for (const { message } of list) if ("seq" in message) message.seq = ++seq;
  return list;
}

/** The meters at an audio time: speech where the call has it, else a soft floor. */
export function levelsAt(at_ms: number): Message<"levels"> {
  const speaks = (channel: Channel): boolean => SPEECH.some(([from, to, who]) => who === channel && from <= at_ms && at_ms < to);
  const level = (channel: Channel): number => (speaks(channel) ? -22 - 9 * Math.sin(at_ms / 130) ** 2 : -56);
  const [agent_speaking, customer_speaking] = [speaks("agent"), speaks("customer")];
  const quiet = !agent_speaking && !customer_speaking;
  const quiet_since_ms = SPEECH.reduce((since, [, to]) => (to <= at_ms ? to : since), 0);
  return {
    type: "levels",
    at_ms,
    agent_dbfs: level("agent"),
    customer_dbfs: level("customer"),
    agent_speaking,
    customer_speaking,
    ...(quiet && { quiet_since_ms }),
  };
}
