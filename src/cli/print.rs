//! Events as people read them on a terminal, in Chinese: for script owners and for the demo.

use std::io::{self, Write};

use crate::call::{CallTime, Channel, CueOutcome, EndedBy, Event, EventKind, FlagKind};

/// Prints one event as a line; those that say nothing to a person print nothing.
pub(super) fn print_event(event: &Event, out: &mut impl Write) -> io::Result<()> {
    let at = CallTime::from_millis(event.at_ms);
    match &event.kind {
        EventKind::CallStarted { agent, .. } => writeln!(out, "{at}  ── 通话开始, 坐席 {agent}"),
        EventKind::Transcript { channel, text, .. } => writeln!(out, "{at}  {}: {text}", side(*channel)),
        EventKind::Silence { length_ms, .. } => writeln!(out, "{at}  ○ 静默 {} 秒", length_ms / 1_000),
        EventKind::Cue { rule, say, act, title, .. } => {
            let words = act.clone().unwrap_or_else(|| say.join(" / "));
            writeln!(out, "{at}  ▶ 提示 {rule} {title}: {words}")
        }
        EventKind::CueDone { id, outcome } => writeln!(out, "{at}  · 提示 {id} {}", outcome_word(*outcome)),
        EventKind::Flag { rule, kind, text, phrase, item, points, heard, .. } => {
            let said = if text.is_empty() { String::new() } else { format!(", 说了「{text}」") };
            let asked = if phrase.is_empty() { String::new() } else { format!("「{phrase}」") };
            let cost = if heard.review {
                format!("{item}, 没有听准, 不扣分, 待人工复核")
            } else {
                format!("{item} {points} 分, 待人工确认")
            };
            writeln!(out, "{at}  ✖ 违规 {rule} {}{asked}{said} ({cost})", kind_word(*kind))
        }
        EventKind::Situation { rule } => writeln!(out, "{at}  ◆ 声明情况 {rule}"),
        EventKind::AudioLost { channel } => writeln!(out, "{at}  ! {}没有声音数据", side(*channel)),
        EventKind::AudioBack { channel } => writeln!(out, "{at}  ! {}声音恢复", side(*channel)),
        EventKind::HoldStarted => writeln!(out, "{at}  ── 保持"),
        EventKind::HoldEnded => writeln!(out, "{at}  ── 取消保持"),
        EventKind::MuteStarted => writeln!(out, "{at}  ── 静音"),
        EventKind::MuteEnded => writeln!(out, "{at}  ── 取消静音"),
        EventKind::RecordingPaused => writeln!(out, "{at}  ── 暂停录音"),
        EventKind::RecordingResumed => writeln!(out, "{at}  ── 恢复录音"),
        EventKind::Transfer => writeln!(out, "{at}  ── 转接"),
        EventKind::Alert { rule, text, .. } => writeln!(out, "{at}  ‼ 提醒班组长 {rule}: {text}"),
        EventKind::CallEnded { by } => writeln!(out, "{at}  ── 通话结束, {}", ended_word(*by)),
        EventKind::Summary { due, met, flags, metrics, .. } => {
            writeln!(out, "\n应说 {due} 次, 说到 {met} 次, 违规 {flags} 处")?;
            writeln!(
                out,
                "坐席说话 {:.0}%, 静默 {:.0}%, 最长独白 {:.1} 秒, 静默窗口 {} 次",
                metrics.agent_talk_share * 100.0,
                metrics.silence_share * 100.0,
                metrics.longest_monologue_ms as f32 / 1_000.0,
                metrics.silence_windows
            )
        }
        EventKind::Checklist { .. }
        | EventKind::WaitStarted { .. }
        | EventKind::WaitEnded { .. }
        | EventKind::CueFeedback { .. } => Ok(()),
    }
}

const fn side(channel: Channel) -> &'static str {
    match channel {
        Channel::Agent => "坐席",
        Channel::Customer => "客户",
    }
}

const fn outcome_word(outcome: CueOutcome) -> &'static str {
    match outcome {
        CueOutcome::Met => "已做到",
        CueOutcome::Missed => "没有做到",
        CueOutcome::Cancelled => "不再需要",
    }
}

pub(super) const fn kind_word(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::Forbidden => "不可以说",
        FlagKind::Missing => "没有说",
        FlagKind::Timing => "等待时间不对",
        FlagKind::Hangup => "不应挂机",
        FlagKind::Conduct => "言行",
    }
}

const fn ended_word(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Agent => "坐席挂机",
        EndedBy::Customer => "客户挂机",
        EndedBy::Unknown => "不知谁挂机",
    }
}
