//! Hearing phrases: what one utterance costs against every phrase of the bundled script.

use std::iter;

use callcue::call::Span;
use callcue::phrase::{Phrase, Said, Slots, Strictness};
use callcue::script::{self, Script};
use divan::counter::ItemsCount;

/// 30 characters, as an agent says them; nothing of it is in the script.
const UTTERANCE: &str = "您的快递昨天晚上已经到了北京的中转站预计明天上午由小张送到您";

fn main() {
    divan::main();
}

/// Required, forbidden and situation phrases of all rules, with their customary variants.
fn phrases() -> Vec<Phrase> {
    let script = Script::parse(script::BUNDLED_NAME, script::BUNDLED).expect("bundled");
    let slots = Slots {
        agent: "1024".to_owned(),
        company: script.company.clone(),
        surname: "王".to_owned(),
        title: "先生".to_owned(),
    };
    let mut phrases = Vec::new();
    for rule in &script.rules {
        let required = rule.say.iter().flat_map(|step| iter::once(&step.text).chain(&step.heard));
        let situations = rule.when.iter().flat_map(|trigger| &trigger.customer_says);
        let accusing = rule.never.iter().flat_map(|never| iter::once(&never.text).chain(&never.heard));
        let all = required
            .chain(situations)
            .map(|text| (text, Strictness::Required))
            .chain(accusing.map(|text| (text, Strictness::Accusing)));
        phrases.extend(all.map(|(text, strictness)| {
            Phrase::parse(text.get_ref(), &[], strictness, &slots).expect("the bundled script is checked")
        }));
    }
    phrases
}

#[divan::bench]
fn characters_to_syllables(bencher: divan::Bencher) {
    bencher
        .counter(ItemsCount::new(UTTERANCE.chars().count()))
        .bench(|| Said::of(divan::black_box(UTTERANCE), Span::default()));
}

#[divan::bench]
fn utterance_against_every_phrase(bencher: divan::Bencher) {
    let phrases = phrases();
    let said = Said::of(UTTERANCE, Span::default());
    bencher
        .counter(ItemsCount::new(phrases.len()))
        .bench(|| phrases.iter().filter(|phrase| phrase.find(divan::black_box(&said), 0).is_some()).count());
}
