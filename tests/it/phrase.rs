use callcue::call::Span;
use callcue::phrase::{BadPhrase, Phrase, Said, Slots, Strictness};

fn heard(phrase: &str, unless: &[&str], strictness: Strictness, text: &str) -> bool {
    let slots = Slots { agent: "1024".into(), company: "中铁物流集团".into(), ..Slots::default() };
    Phrase::parse(phrase, unless, strictness, &slots)
        .unwrap()
        .find(&Said::of(text, Span::default()), 0)
        .is_some()
}

#[test]
fn required_words_are_heard_through_recognition_errors() {
    let required = [
        ("请问有什么可以帮您", "您好,请问有什么可以帮您?", true),
        ("请问有什么可以帮您", "请问有神么可以邦你", true),
        ("请问有什么可以帮您", "請問有什麼可以幫您", true),
        ("请问有什么可以帮您", "请问嗯有什么那个可以帮您", true),
        ("请问有什么可以帮您", "有什么事", false),
        ("请问有什么可以帮您", "请问什么", false),
        ("请问[还]有什么可以帮(助)您", "请问有什么可以帮您", false),
        ("请问[还]有什么可以帮(助)您", "请问还有什么可以帮您", true),
        ("请问[还]有什么可以帮(助)您", "情问孩有什么可以帮住您", true),
        ("您好…{company}…{agent}号…为您服务", "您好,中铁物流集团1024号为您服务", true),
        ("您好…{company}…{agent}号…为您服务", "你好中铁物流集团幺零二四号为你服务", true),
        ("您好…{company}…{agent}号…为您服务", "您好,为您服务", false),
        ("抱歉…话筒", "请您使用话筒好吗,很抱歉", true),
    ];
    for (phrase, text, expected) in required {
        assert_eq!(heard(phrase, &[], Strictness::Required, text), expected, "{phrase} / {text}");
    }
}

#[test]
fn look_alikes_are_kept_apart() {
    for (phrase, unless, text, expected) in [
        ("请问有什么可以帮您", &["还有什么"][..], "请问还有什么可以帮助您", false),
        ("打错电话了", &[], "您打错电话了", true),
        ("打错了", &["地址…"][..1], "打错了", true),
        ("现在好了吧", &[], "现在好了吗", false),
        ("您好什么事", &["什么时候"], "您好,什么时候能到", false),
        ("您好什么事", &["什么时候"], "您好,什么事情", true),
        ("如果没有其他的事请挂机", &[], "请挂机", false),
        ("如果没有其他的事请挂机", &[], "如果没有其他的事,请您挂机", true),
        ("这不是我的错", &[], "这是我的错", false),
    ] {
        let unless: Vec<_> = unless.iter().map(|one| one.trim_end_matches('…')).collect();
        assert_eq!(heard(phrase, &unless, Strictness::Accusing, text), expected, "{phrase} / {text}");
    }
}

#[test]
fn mistakes_in_the_notation_are_named() {
    let parse = |text| Phrase::parse(text, &[], Strictness::Required, &Slots::default()).map(|_| ());
    assert_eq!(parse(",。"), Err(BadPhrase::Empty));
    assert_eq!(parse("请[问"), Err(BadPhrase::Unbalanced('[')));
    assert_eq!(parse("请)问"), Err(BadPhrase::Unbalanced(')')));
    assert_eq!(parse("{nobody}号"), Err(BadPhrase::UnknownSlot("nobody".into())));
    assert_eq!(parse(&"好".repeat(65)), Err(BadPhrase::TooLong));
}
