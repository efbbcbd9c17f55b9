//! Why a recording is not brought in, for people.

use crate::capture::file::{ChannelCount, FileError, FileProblem};
use crate::import::{ImportOrder, NotKnown};

pub(super) fn problem(error: &FileError) -> String {
    match &error.problem {
        FileProblem::Missing => "文件不在了".to_owned(),
        FileProblem::NotAFile(_) => "不是文件".to_owned(),
        FileProblem::Empty => "文件是空的".to_owned(),
        FileProblem::Unreadable(why) => format!("文件读不出来（{why}）"),
        FileProblem::NotAudio(what) => format!("不是 WAV、FLAC、MP3 或 OGG 录音（{what}）"),
        FileProblem::Channels(ChannelCount(1)) => {
            "只有一个声道；需要双声道录音，左为坐席、右为客户".to_owned()
        }
        FileProblem::Channels(ChannelCount(count)) => {
            format!("有 {count} 个声道；需要双声道录音，左为坐席、右为客户")
        }
        FileProblem::Rate(_) => "采样率不支持".to_owned(),
        FileProblem::Encoding(what) => format!("编码不支持（{what}），请导出为 16 位 PCM"),
        FileProblem::Header(_) => "文件头已损坏".to_owned(),
        FileProblem::NoAudio => "文件里没有声音".to_owned(),
        FileProblem::CutShort { .. } => "录音不完整，文件被截断".to_owned(),
        FileProblem::Damaged(_) => match error.place {
            Some(place) => format!("录音已损坏（{place}）"),
            None => "录音已损坏".to_owned(),
        },
    }
}

pub(super) fn not_known(why: NotKnown, order: &ImportOrder) -> String {
    match why {
        NotKnown::Name => format!("文件名不符合格式 {}，表格里也没有", order.name_pattern.trim()),
        NotKnown::Agent => "不知道是哪个坐席：文件名、表格和默认值里都没有坐席号".to_owned(),
    }
}
