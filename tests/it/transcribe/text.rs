//! After-treatment of text, agreement of passes, settings.

use callcue::transcribe::{Agreement, Pieces, SettingsError, TextCleaner, TranscribeSettings, cut_loops};
use proptest::prelude::*;

#[test]
fn raw_text_is_made_comparable() {
    let cleaner = TextCleaner::new();
    for (raw, clean) in [
        ("", ""),
        ("您好,请问有什么可以帮您?", "您好,请问有什么可以帮您?"),
        (" 您好 请问\n有什么\u{0} 可以帮您", "您好请问有什么可以帮您"),
        ("您好，這裡是中鐵物流，請問您貴姓", "您好，这里是中铁物流，请问您贵姓"),
        // Words stay what was said: not 软件, not 信息.
        ("這個軟體的資訊", "这个软体的资讯"),
        ("頭髮發財乾坤", "头发发财乾坤"),
        ("(音乐)", ""),
        ("（掌声）您好【笑】", "您好"),
        ("[BLANK_AUDIO]", ""),
        ("♪♪ 您好 ♪", "您好"),
        ("您好\u{FFFD}", "您好"),
        ("您好)请(问", "您好请问"),
        ("。", ""),
        ("...", ""),
        ("我的 E mail 是 abc 123", "我的E mail是abc 123"),
        ("字幕由Amara.org社区提供", ""),
        ("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", ""),
        // A caller may well say this, so no list can drop it: that there is no job without speech must.
        ("谢谢", "谢谢"),
    ] {
        assert_eq!(cleaner.clean(raw).text, clean, "{raw:?}");
    }
}

#[test]
fn simplified_text_passes_unchanged() {
    let cleaner = TextCleaner::new();
    for text in [
        "后台已经核实了，只有一个干部在里面。",
        "您的快递单号是一三八零零零零零零零零，面条发往台湾台北。",
        "请您征求收件人同意，复印身份证，云南的征信系统准时了解着。",
        "皇后大道中借了一只几万斤的秋千，松了一口气。",
    ] {
        assert_eq!(cleaner.clean(text).text, text);
    }
}

#[test]
fn endless_repetitions_are_cut() {
    for (text, cut, whether) in [
        ("对对对对", "对对对对", false),
        ("对对对对对", "对对", true),
        ("好的好的好的好的", "好的好的好的好的", false),
        ("请问您的您的您的您的您的您的您", "请问您的您的", true),
        ("我要查快递,我要查快递,我要查快递,我要查快递,我要查快递,", "我要查快递,我要查快递,", true),
        ("一三八零零零零零零零零", "一三八零零零零零零零零", false),
        ("138000000000000000000000000", "13800", true),
        ("喂喂喂喂喂听不见", "喂喂听不见", true),
    ] {
        assert_eq!(cut_loops(text), (cut.to_owned(), whether), "{text}");
    }
}

#[test]
fn committed_is_what_two_passes_agree_on() {
    let mut words = Agreement::default();
    for (pass, committed, tentative) in [
        ("您", "", "您"),
        ("您好请", "您", "好请"),
        ("您好请问有", "您好请", "问有"),
        // A pass that takes committed words back changes nothing committed.
        ("你好请问有什么", "您好请", "问有什么"),
        ("您好请问有什么", "您好请", "问有什么"),
        ("您好请问有什么可以", "您好请问有什么", "可以"),
        ("", "您好请问有什么", ""),
    ] {
        words.pass(pass);
        assert_eq!((words.committed(), words.tentative().as_str()), (committed, tentative), "after {pass}");
    }
}

#[test]
fn text_of_pieces_is_joined_in_order() {
    let mut pieces = Pieces::default();
    pieces.pass(0, "我要");
    pieces.pass(0, "我要查");
    let second = pieces.begin();
    pieces.pass(second, "快递");
    assert_eq!(pieces.committed_and_tentative(), ("我要".to_owned(), "查快递".to_owned()));
    pieces.settle(second, Some("快递单"));
    assert!(!pieces.all_settled());
    assert_eq!(pieces.committed_and_tentative(), ("我要".to_owned(), "查快递单".to_owned()));
    // The final text corrects a committed word: until the end it stays as it was.
    pieces.settle(0, Some("你要查"));
    assert_eq!(pieces.committed_and_tentative(), ("我要查快递单".to_owned(), String::new()));
    assert!(pieces.all_settled());
    assert_eq!(pieces.text(), "你要查快递单");
}

#[test]
fn a_piece_without_text_settles_on_what_was_committed() {
    let mut pieces = Pieces::default();
    pieces.pass(0, "我要查");
    pieces.pass(0, "我要找");
    pieces.settle(0, None);
    assert_eq!(pieces.text(), "我要");
}

proptest! {
    /// Whatever the passes and however the pieces settle, committed text only grows.
    #[test]
    fn committed_never_shrinks(steps in prop::collection::vec((0_u8..8, "[您好请问]{0,6}"), 1..40)) {
        let mut pieces = Pieces::default();
        let mut before = String::new();
        for (step, text) in steps {
            match step {
                0 => { pieces.begin(); }
                1 => pieces.settle(pieces.current().saturating_sub(1), Some(&text)),
                2 => pieces.settle(pieces.current(), None),
                _ => pieces.pass(pieces.current(), &text),
            }
            let (committed, _) = pieces.committed_and_tentative();
            // Settling the same piece twice is not something the stream does; it may only rewrite what was settled.
            if step > 2 || step == 0 {
                prop_assert!(committed.starts_with(&before), "{before} -> {committed}");
            }
            before = committed;
        }
    }

    /// Cleaning what is clean changes nothing, and nothing makes it panic.
    #[test]
    fn cleaning_is_idempotent(raw in "\\PC{0,60}") {
        let cleaner = TextCleaner::new();
        let once = cleaner.clean(&raw);
        prop_assert_eq!(&cleaner.clean(&once.text).text, &once.text);
    }
}

#[test]
fn settings_are_strict() {
    let settings: TranscribeSettings = toml::from_str("").unwrap();
    assert_eq!(settings, TranscribeSettings::default());
    assert_eq!(settings.check(), Ok(()));
    assert!((1..=2).contains(&settings.worker_count().get()));
    for wrong in ["modell = 'x'", "workers = 0", "workers = -1", "partial_interval_ms = 'slow'"] {
        assert!(toml::from_str::<TranscribeSettings>(wrong).is_err(), "{wrong}");
    }
    for language in ["klingon", "", "auto", "z\0h"] {
        let settings = TranscribeSettings { language: language.to_owned(), ..Default::default() };
        assert_eq!(settings.check(), Err(SettingsError::Language(language.to_owned())));
    }
    let settings = TranscribeSettings { partial_interval_ms: 0, ..Default::default() };
    assert_eq!(settings.check(), Err(SettingsError::PartialInterval(0)));
}
