//! What the station tells the agent about itself, in both languages.

use super::script_files::Refused;
use crate::call::Channel;
use crate::wire::{Moment, Severity};

fn notice(key: &str, severity: Severity, zh: impl Into<String>, en: impl Into<String>) -> Moment {
    Moment::Notice { key: key.to_owned(), severity, zh: zh.into(), en: en.into() }
}

const fn names(channel: Channel) -> (&'static str, &'static str, &'static str) {
    match channel {
        Channel::Agent => ("audio_lost:agent", "麦克风", "microphone"),
        Channel::Customer => ("audio_lost:customer", "客户声音", "customer's audio"),
    }
}

pub(super) fn audio_lost(channel: Channel, reason: &str) -> Moment {
    let (key, zh, en) = names(channel);
    let zh = format!("{zh}中断, 计时已停, 恢复后自动继续");
    notice(
        key,
        Severity::Alarm,
        zh,
        format!("The {en} is lost ({reason}); timers stand still until it is back"),
    )
}

pub(super) fn audio_back(channel: Channel) -> Moment {
    notice(names(channel).0, Severity::Info, "", "")
}

pub(super) fn same_source(on: bool) -> Moment {
    let (zh, en) = if on {
        (
            "两个声道是同一个声音, 请检查耳机和扬声器的设置",
            "Both channels carry the same sound; check the devices",
        )
    } else {
        ("", "")
    };
    notice("same_source", Severity::Alarm, zh, en)
}

pub(super) fn overrun(channel: Channel, blocks: u64) -> Moment {
    let en = format!("{blocks} blocks of the {} were dropped; this computer is too busy", names(channel).2);
    notice("overrun", Severity::Warning, "电脑太忙, 丢失了一小段声音", en)
}

pub(super) fn text_lag(behind: bool) -> Moment {
    let (zh, en) = if behind {
        ("文字跟不上语音, 提示会晚一些", "Text is behind the speech; cues come later")
    } else {
        ("", "")
    };
    notice("text_lag", Severity::Warning, zh, en)
}

/// None takes the notice away.
pub(super) fn script_refused(refused: Option<&Refused>) -> Moment {
    let (zh, en) = match refused {
        Some(Refused { zh, en }) => {
            (format!("话术文件有错, 仍用原来的话术。{zh}"), format!("The script stays as it was: {en}"))
        }
        None => Default::default(),
    };
    notice("script", Severity::Warning, zh, en)
}

pub(super) fn not_recorded(reason: &str) -> Moment {
    notice("recording", Severity::Warning, "这通电话没有录音", format!("This call is not recorded: {reason}"))
}

/// Takes both away.
pub(super) fn recorded() -> Moment {
    notice("recording", Severity::Info, "", "")
}

/// Calls that are older than `keep_days` and stay, because the floor has not confirmed them. 0 takes it away.
pub(super) fn records_pile_up(calls: u64, keep_days: u32) -> Moment {
    if calls == 0 {
        return notice("old_records", Severity::Info, "", "");
    }
    let zh =
        format!("{calls} 通超过 {keep_days} 天的通话现场服务器还没有确认收到, 仍保存在本机; 请联系管理员");
    let en = format!(
        "{calls} calls older than {keep_days} days stay here: the floor has not confirmed them; see to the link \
         to the floor"
    );
    notice("old_records", Severity::Warning, zh, en)
}

pub(super) fn record_failed(reason: &str) -> Moment {
    notice(
        "recording",
        Severity::Warning,
        "这通电话的录音不完整",
        format!("The record of this call has a fault: {reason}"),
    )
}
