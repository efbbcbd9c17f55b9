//! Hearing phrases: what one utterance costs against scripts of 100 to 10 000 phrases.
//!
//! Prints a table by number of phrases; one core. The goal is 200 µs at the 99th percentile for 1 000 phrases, and 2 ms for
//! 10 000. The phrases are those of the bundled script with their customary variants; beyond them, halves of two are put
//! together by a seeded draw, so that a larger script is as hard to tell apart as this one.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use callcue::call::Span;
use callcue::phrase::{Phrase, Said, Slots, Strictness};
use callcue::script::{self, Script};

/// 30 characters each, as people say them in calls: two say something of the script, the others nothing.
const UTTERANCES: [&str; 6] = [
    "您的快递昨天晚上已经到了北京的中转站预计明天上午由小张送到您",
    "很抱歉让您久等了我将尽快为您处理请问您的单号是多少方便告诉我",
    "我上个星期从北京寄了一个包裹到上海本来说三天就到结果还没有到",
    "你们怎么这么慢我打了半天电话才打进来帮我查一下那个单号到哪了",
    "麻烦您提供一下收件人的电话和详细的地址我这边帮您登记一下好的",
    "这个价格是首重十二元续重每公斤六元大概三到四天可以送到广州的",
];
const SIZES: [usize; 5] = [100, 300, 1_000, 3_000, 10_000];
const WARM_UP: usize = 20;
const RUNS: usize = 2_000;
const SEED: u64 = 1;

fn main() {
    let own = phrases_of_script();
    println!("{} phrases in the bundled script, with their variants", own.len());
    println!("one utterance of 30 characters, {RUNS} runs; µs");
    println!("phrases   median      p99      max  heard");
    for size in SIZES {
        let phrases = grown(&own, size);
        let (times, heard) = measure(&phrases);
        let at = |share: f64| micros(times[((times.len() - 1) as f64 * share) as usize]);
        println!("{size:>7} {:>8.1} {:>8.1} {:>8.1} {heard:>6}", at(0.5), at(0.99), at(1.0));
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Sorted times of one utterance against all phrases, and how many phrases were heard in all of them.
#[expect(clippy::disallowed_methods, reason = "measures what an utterance costs")]
fn measure(phrases: &[Phrase]) -> (Vec<Duration>, usize) {
    let mut times = Vec::with_capacity(RUNS);
    let mut heard = 0;
    for run in 0..WARM_UP + RUNS {
        let begun = Instant::now();
        let said = Said::of(black_box(UTTERANCES[run % UTTERANCES.len()]), Span::default());
        let found = phrases.iter().filter(|phrase| phrase.find(&said, 0).is_some()).count();
        let time = begun.elapsed();
        if run < WARM_UP {
            heard += if run < UTTERANCES.len() { black_box(found) } else { 0 };
        } else {
            black_box(found);
            times.push(time);
        }
    }
    times.sort_unstable();
    (times, heard)
}

/// Required, forbidden and situation phrases of all rules, in the notation of phrases.
fn phrases_of_script() -> Vec<(String, Strictness)> {
    let script = Script::parse(script::BUNDLED_NAME, script::BUNDLED).expect("bundled");
    let mut phrases = Vec::new();
    for rule in &script.rules {
        let required = rule.say.iter().flat_map(|step| step.heard.iter().map(|one| one.get_ref().clone()));
        let alike = rule.say.iter().flat_map(|step| step.alike.iter().cloned());
        phrases.extend(required.chain(alike).map(|text| (text, Strictness::Required)));
        let never = rule.never.iter().flat_map(|never| std::iter::once(&never.text).chain(&never.heard));
        let when =
            rule.when.iter().flat_map(|trigger| trigger.customer_says.iter().chain(&trigger.agent_says));
        phrases.extend(never.chain(when).map(|text| (text.get_ref().clone(), Strictness::Accusing)));
    }
    phrases
}

/// `size` phrases: the script's own, spread over all rules, and further ones made of halves of two.
fn grown(own: &[(String, Strictness)], size: usize) -> Vec<Phrase> {
    let slots = Slots {
        agent: "1024".to_owned(),
        company: "中铁物流集团".to_owned(),
        surname: "王".to_owned(),
        title: "先生".to_owned(),
    };
    let parse = |text: &str, strictness| Phrase::parse(text, &[], strictness, &slots).ok();
    let step = (own.len() / size).max(1);
    let mut phrases: Vec<Phrase> = own
        .iter()
        .step_by(step)
        .take(size)
        .filter_map(|(text, strictness)| parse(text, *strictness))
        .collect();
    let mut random = SEED;
    let mut next = || {
        // SplitMix64.
        random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % own.len() as u64) as usize
    };
    let half = |text: &str, last: bool| -> String {
        let plain: Vec<char> = text.chars().filter(|one| one.is_alphanumeric()).collect();
        let (first, rest) = plain.split_at(plain.len() / 2);
        if last { rest } else { first }.iter().collect()
    };
    while phrases.len() < size {
        let ((one, strictness), (other, _)) = (&own[next()], &own[next()]);
        phrases.extend(parse(&(half(one, false) + &half(other, true)), *strictness));
    }
    phrases
}
