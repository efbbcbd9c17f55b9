//! What the uplink tells the agent, in both languages.

use super::line::LineError;
use crate::wire::{Moment, Severity};

/// Key of the notice about the link.
const LINK: &str = "floor";
/// Key of the notice about recordings.
const RECORDINGS: &str = "floor_recordings";

fn notice(key: &str, zh: &str, en: &str) -> Moment {
    let severity = if zh.is_empty() { Severity::Info } else { Severity::Warning };
    Moment::Notice { key: key.to_owned(), severity, zh: zh.to_owned(), en: en.to_owned() }
}

/// The link needs mending; nothing for faults that heal by themselves.
pub(super) fn link_fault(error: &LineError) -> Option<Moment> {
    let (zh, en) = match error {
        LineError::Denied(_) => (
            "现场服务器不认识本工作站的凭证，请联系管理员重新登记",
            "The floor refuses this station's token; ask the administrator to enrol it again",
        ),
        LineError::Untrusted(_) => (
            "现场服务器的证书不受信任，请联系管理员",
            "The floor's certificate is not trusted; ask the administrator, who may set ca_file under [floor]",
        ),
        LineError::NoFloor(_) => (
            "配置的地址不是现场服务器，或版本不符，请联系管理员",
            "There is no floor of this version at the address; ask the administrator to check url under [floor]",
        ),
        _ => return None,
    };
    Some(notice(LINK, zh, en))
}

/// The floor does not take what was sent.
pub(super) fn link_refused(zh: &str, en: &str) -> Moment {
    notice(LINK, &format!("现场服务器：{zh}"), &format!("The floor: {en}"))
}

pub(super) fn link_fine() -> Moment {
    notice(LINK, "", "")
}

pub(super) fn station_disk_full() -> Moment {
    notice(
        RECORDINGS,
        "本机磁盘已满，录音暂时无法上传，请清理磁盘",
        "The disk of this station is full: recordings cannot be prepared for sending; free some space",
    )
}

pub(super) fn floor_disk_full() -> Moment {
    notice(
        RECORDINGS,
        "现场服务器磁盘已满，录音留在本机，稍后再传",
        "The floor's disk is full: recordings stay here and are sent later",
    )
}

pub(super) fn recording_put_aside(call: &str) -> Moment {
    notice(
        RECORDINGS,
        &format!("通话 {call} 的录音未能上传，已留在本机"),
        &format!("The recording of call {call} could not be sent; it stays on this station"),
    )
}

pub(super) fn recordings_fine() -> Moment {
    notice(RECORDINGS, "", "")
}
