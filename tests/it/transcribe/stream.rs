//! When a channel's audio is transcribed, and what is said of it.

use std::sync::Arc;

use callcue::call::{CallTime, Channel, Span};
use callcue::transcribe::{
    Inline, Job, JobKind, JobRunner, Scripted, ScriptedLine, TextCleaner, TextStream, TextUpdate,
};
use proptest::prelude::*;

/// One utterance as the detector reports it: start, end, and how much later it says so.
#[derive(Clone, Copy, Debug)]
struct Speech {
    from_ms: u64,
    to_ms: u64,
    notice_ms: u64,
}

const fn speech(from_ms: u64, to_ms: u64) -> Speech {
    Speech { from_ms, to_ms, notice_ms: 300 }
}

fn ms(millis: u64) -> CallTime {
    CallTime::from_millis(millis)
}

/// Reproducible noise whose loudness wanders, so that every call has its own quietest place.
fn noise(length_ms: u64) -> Vec<i16> {
    let mut state = 0x2545_f491_u32;
    (0..length_ms * 16)
        .map(|n| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let loudness = 200.0 + 150.0 * (n as f64 / 23_456.0).sin();
            (f64::from(state as i16) / 32_768.0 * loudness) as i16
        })
        .collect()
}

/// Plays `audio` in blocks of `block` samples, works every job off at once, and finishes at the end.
fn play(
    audio: &[i16],
    speeches: &[Speech],
    block: usize,
    recognizer: Scripted,
) -> (Vec<Job>, Vec<TextUpdate>) {
    let mut stream = TextStream::new(Channel::Agent, 1_000);
    let mut runner = Inline::new(Box::new(recognizer), Arc::new(TextCleaner::new()));
    let (mut jobs, mut updates) = (Vec::new(), Vec::new());
    let mut work = |stream: &mut TextStream, now: CallTime| {
        while let Some(job) = stream.poll_job(now) {
            jobs.push(job.clone());
            runner.submit(job).unwrap();
            let done = runner.take_done().unwrap();
            updates.extend(stream.done(done.id, done.text()));
        }
    };
    // (when the detector says so, what)
    let mut notices: Vec<(u64, usize, bool)> = Vec::new();
    for (number, speech) in speeches.iter().enumerate() {
        notices.push((speech.from_ms + 50, number, true));
        notices.push((speech.to_ms + speech.notice_ms, number, false));
    }
    notices.sort_unstable();
    let mut notices = notices.into_iter().peekable();
    let mut at = CallTime::START;
    for samples in audio.chunks(block) {
        stream.push(at, samples);
        at = at.plus_samples(samples.len() as u64);
        while let Some((noticed, number, starts)) = notices.next_if(|notice| ms(notice.0) <= at) {
            if starts {
                stream.speech_started(number as u32, ms(speeches[number].from_ms));
            } else {
                stream.speech_ended(ms(speeches[number].to_ms), ms(noticed));
            }
        }
        work(&mut stream, at);
    }
    stream.finish(at);
    work(&mut stream, at);
    assert!(!stream.is_busy());
    (jobs, updates)
}

fn line(from_ms: u64, to_ms: u64, text: &str) -> ScriptedLine {
    ScriptedLine {
        channel: Channel::Agent,
        span: Span { from: ms(from_ms), to: ms(to_ms) },
        text: text.to_owned(),
    }
}

#[test]
fn without_speech_there_is_no_job() {
    let (jobs, updates) = play(&noise(10_000), &[], 160, Scripted::default().inventing("谢谢"));
    assert!(jobs.is_empty() && updates.is_empty());
}

#[test]
fn words_are_committed_while_the_speaker_goes_on() {
    let recognizer = Scripted::new(vec![line(1_000, 5_000, "您好请问有什么")]);
    let (jobs, updates) = play(&noise(6_000), &[speech(1_000, 5_000)], 160, recognizer);
    let spans: Vec<_> =
        jobs.iter().map(|job| (job.kind, job.span.from.as_millis(), job.span.to.as_millis())).collect();
    assert_eq!(
        spans,
        [
            (JobKind::Partial, 700, 2_000),
            (JobKind::Partial, 700, 3_000),
            (JobKind::Partial, 700, 4_000),
            (JobKind::Partial, 700, 5_000),
            (JobKind::Final, 700, 5_200),
        ]
    );
    for job in &jobs {
        assert_eq!(job.samples.len() as u64, job.span.to.samples_since(job.span.from));
    }
    let told: Vec<_> = updates
        .iter()
        .map(|update| (update.to.as_millis(), &*update.committed, &*update.tentative, update.r#final))
        .collect();
    assert_eq!(
        told,
        [
            (2_000, "", "您", false),
            (3_000, "您", "好请", false),
            (4_000, "您好请", "问有", false),
            (5_000, "您好请问有", "什么", false),
            (5_000, "您好请问有什么", "", true),
        ]
    );
    assert!(updates.iter().all(|update| update.from == ms(1_000) && update.utterance == 0));
}

#[test]
fn the_size_of_the_blocks_changes_nothing() {
    let audio = noise(80_000);
    let speeches = [
        speech(100, 900),
        speech(1_500, 4_000),
        // the end is noticed so late that a pass and, in the last, a cut fall due between
        Speech { from_ms: 5_000, to_ms: 7_900, notice_ms: 500 },
        speech(10_000, 47_000),
        Speech { from_ms: 48_000, to_ms: 75_600, notice_ms: 600 },
        speech(76_500, 79_900),
    ];
    let recognizer =
        || Scripted::new(vec![line(1_500, 4_000, "好的"), line(10_000, 47_000, "我要查一个快递单号")]);
    let expected = play(&audio, &speeches, 160, recognizer());
    assert!(expected.0.len() > 60);
    for block in [80, 111, 480, 1_600, 7_777, 16_000, 48_000] {
        let found = play(&audio, &speeches, block, recognizer());
        assert!(found == expected, "blocks of {block} samples");
    }
}

#[test]
fn a_long_utterance_is_cut_where_it_is_quietest() {
    let mut audio = noise(50_000);
    let quiet = 23_400 * 16..23_600 * 16;
    audio[quiet].fill(1);
    let text = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥";
    let recognizer = Scripted::new(vec![line(1_000, 40_000, text)]);
    let (jobs, updates) = play(&audio, &[speech(1_000, 40_000)], 320, recognizer);
    let finals: Vec<_> = jobs.iter().filter(|job| job.kind == JobKind::Final).collect();
    assert_eq!(finals.len(), 2);
    assert_eq!(finals[0].span.to, finals[1].span.from);
    assert!((23_400..=23_600).contains(&finals[0].span.to.as_millis()), "{:?}", finals[0].span);
    let last = updates.last().unwrap();
    // The cut falls into one character of the script, which is then in neither piece.
    assert!(last.r#final && last.committed.chars().count() + 1 >= text.chars().count(), "{last:?}");
    assert!(
        text.starts_with(&last.committed[..30])
            && text.ends_with(&last.committed[last.committed.len() - 30..])
    );
}

#[test]
fn quick_turns_do_not_share_audio() {
    let first = Speech { notice_ms: 100, ..speech(500, 1_500) };
    let speeches = [first, speech(1_700, 3_000)];
    let (jobs, _) = play(&noise(4_000), &speeches, 160, Scripted::default());
    let second = jobs.last().unwrap();
    assert_eq!(second.span.from, ms(1_500), "the pre-roll stops at the end of the one before");
}

#[test]
fn a_hole_in_the_audio_stays_a_hole() {
    let mut stream = TextStream::new(Channel::Customer, 1_000);
    let audio = noise(3_000);
    stream.push(ms(0), &audio[..16_000]);
    stream.speech_started(0, ms(500));
    stream.push(ms(1_400), &audio[..16_000]);
    // what overlaps is taken once
    stream.push(ms(2_000), &audio[..8_000]);
    stream.speech_ended(ms(2_200), ms(2_500));
    let mut last = None;
    while let Some(job) = stream.poll_job(ms(2_500)) {
        stream.done(job.id, None);
        last = Some(job);
    }
    let last = last.unwrap();
    assert_eq!((last.span.from, last.span.to), (ms(200), ms(2_400)));
    assert_eq!(last.samples.len(), 16 * (2_200 - 400));
}

#[test]
fn an_end_without_further_audio_is_final_all_the_same() {
    let mut stream = TextStream::new(Channel::Customer, 1_000);
    stream.push(ms(0), &noise(800));
    stream.speech_started(0, ms(100));
    stream.speech_ended(ms(800), ms(800));
    assert_eq!(stream.poll_job(ms(900)), None, "the post-roll may still come");
    let job = stream.poll_job(ms(1_500)).expect("it did not come");
    assert_eq!((job.kind, job.samples.len()), (JobKind::Final, 800 * 16));
    let update = stream.done(job.id, Some("好")).unwrap();
    assert!(update.r#final);
    assert_eq!(stream.done(job.id, Some("好")), None, "answered once");
}

#[test]
fn a_start_without_an_end_ends_with_the_next_start_or_the_call() {
    let mut stream = TextStream::new(Channel::Agent, 1_000);
    stream.push(ms(0), &noise(900));
    stream.speech_started(0, ms(100));
    stream.speech_started(1, ms(600));
    stream.finish(ms(900));
    let finals: Vec<_> = std::iter::from_fn(|| stream.poll_job(ms(900))).collect();
    assert_eq!(finals.len(), 2);
    let updates: Vec<_> = finals.iter().filter_map(|job| stream.done(job.id, Some("好"))).collect();
    assert_eq!(
        updates.iter().map(|update| (update.utterance, update.r#final)).collect::<Vec<_>>(),
        [(0, true), (1, true)]
    );
}

#[test]
fn late_passes_are_skipped_but_for_the_newest() {
    let mut stream = TextStream::new(Channel::Agent, 1_000);
    let audio = noise(10_000);
    let mut at = ms(0);
    let mut first = None;
    for block in audio.chunks(160) {
        stream.push(at, block);
        at = at.plus_samples(160);
        if at == ms(100) {
            stream.speech_started(0, ms(50));
        }
        if let Some(job) = stream.poll_job(at) {
            assert!(first.replace(job).is_none(), "one at a time");
        }
    }
    let first = first.unwrap();
    assert_eq!(first.span.to, ms(1_050));
    stream.done(first.id, Some("您"));
    let second = stream.poll_job(at).unwrap();
    assert_eq!(second.span.to, ms(9_050));
    assert_eq!(stream.counters().partials_skipped, 7);
}

#[test]
fn memory_is_bounded_when_nobody_asks() {
    let mut stream = TextStream::new(Channel::Agent, 1_000);
    let minute = noise(60_000);
    stream.push(ms(0), &minute);
    stream.speech_started(0, ms(59_000));
    for number in 1..5 {
        stream.push(ms(number * 60_000), &minute);
    }
    assert_eq!(stream.counters().samples_lost, (300_000 - 64_000 - 58_700) * 16);
    stream.finish(ms(300_000));
    let mut longest = 0;
    let mut finals = 0;
    while let Some(job) = stream.poll_job(ms(300_000)) {
        longest = longest.max(job.samples.len());
        finals += stream.done(job.id, Some("好")).map_or(0, |update| u32::from(update.r#final));
    }
    assert!(longest <= 28_000 * 16);
    assert_eq!(finals, 1);
}

/// A step of a hostile driver: audio, detector, answers in any order, failures.
#[derive(Clone, Debug)]
enum Step {
    Audio(u64),
    Start,
    End,
    Poll,
    Answer { which: usize, text: Option<String> },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1_u64..3_000).prop_map(Step::Audio),
        1 => Just(Step::Start),
        1 => Just(Step::End),
        3 => Just(Step::Poll),
        2 => (0_usize..8, prop::option::of("[您好请问]{0,6}")).prop_map(|(which, text)| Step::Answer { which, text }),
    ];
    prop::collection::vec(step, 1..120)
}

proptest! {
    // each case is minutes of audio
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_utterance_gets_one_final_update(steps in steps()) {
        let mut stream = TextStream::new(Channel::Agent, 500);
        let (mut at, mut started) = (CallTime::START, 0_u32);
        let mut out: Vec<Job> = Vec::new();
        let mut updates = Vec::new();
        for step in steps {
            match step {
                Step::Audio(length_ms) => {
                    stream.push(at, &vec![7; length_ms as usize * 16]);
                    at = at.plus_millis(length_ms);
                }
                Step::Start => {
                    stream.speech_started(started, at.minus_millis(100));
                    started += 1;
                }
                Step::End => stream.speech_ended(at.minus_millis(50), at),
                Step::Poll => out.extend(stream.poll_job(at)),
                Step::Answer { which, text } if !out.is_empty() => {
                    let job = out.remove(which % out.len());
                    updates.extend(stream.done(job.id, text.as_deref()));
                }
                Step::Answer { .. } => {}
            }
            prop_assert!(out.iter().filter(|job| job.kind == JobKind::Partial).count() <= 1);
            prop_assert!(out.iter().all(|job| job.span.millis() <= 28_000 + 300));
        }
        stream.finish(at);
        out.extend(std::iter::from_fn(|| stream.poll_job(at)));
        for job in out {
            updates.extend(stream.done(job.id, None));
        }
        prop_assert!(!stream.is_busy());
        for number in 0..started {
            let of_it: Vec<&TextUpdate> = updates.iter().filter(|update| update.utterance == number).collect();
            prop_assert_eq!(of_it.iter().filter(|update| update.r#final).count(), 1);
            prop_assert!(of_it.last().unwrap().r#final, "nothing after the final one");
            for pair in of_it.windows(2).filter(|pair| !pair[1].r#final) {
                prop_assert!(pair[1].committed.starts_with(&pair[0].committed));
            }
        }
    }
}
