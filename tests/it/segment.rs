use callcue::call::{CallTime, Channel, PerChannel};
use callcue::segment::{Heard, Segmenter, SilenceClock, SilenceWindow, SpeechDetector};
use callcue::vad::{ScriptedDetector, TwoEars};

use crate::support::noise::{self, Random};

const AGENT: Channel = Channel::Agent;
const CUSTOMER: Channel = Channel::Customer;

fn ms(millis: u64) -> CallTime {
    CallTime::from_millis(millis)
}

/// What the silence clock is told in [`windows_of`].
#[derive(Clone, Copy, Debug)]
enum Edge {
    Started(Channel),
    Ended(Channel),
    Lost(Channel),
    Back(Channel),
}

use Edge::{Back, Ended, Lost, Started};

/// `(since_ms, length_ms)` of every window that `edges` leave in a call of `end_ms`.
fn windows_of(edges: &[(u64, Edge)], end_ms: u64) -> Vec<(u64, u64)> {
    let mut clock = SilenceClock::new();
    let mut windows: Vec<SilenceWindow> = Vec::new();
    for &(at_ms, edge) in edges {
        windows.extend(clock.advance(ms(at_ms)));
        match edge {
            Edge::Started(channel) => clock.speech_started(channel, ms(at_ms)),
            Edge::Ended(channel) => clock.speech_ended(channel, ms(at_ms)),
            Edge::Lost(channel) => clock.audio_lost(channel, ms(at_ms)),
            Edge::Back(channel) => clock.audio_back(channel, ms(at_ms)),
        }
    }
    windows.extend(clock.advance_through(ms(end_ms)));
    for window in &windows {
        assert_eq!(window.at, window.since.plus_millis(window.length_ms));
    }
    windows.iter().map(|window| (window.since.as_millis(), window.length_ms)).collect()
}

/// A call as the silence clock is told of it.
struct WindowCase {
    what: &'static str,
    edges: &'static [(u64, Edge)],
    end_ms: u64,
    /// `(since_ms, length_ms)`.
    windows: &'static [(u64, u64)],
}

const WINDOW_CASES: &[WindowCase] = &[
    WindowCase { what: "nobody speaks", edges: &[], end_ms: 7_000, windows: &[(0, 3_000), (0, 6_000)] },
    WindowCase { what: "the end of the call is included", edges: &[], end_ms: 3_000, windows: &[(0, 3_000)] },
    WindowCase { what: "a call shorter than the window", edges: &[], end_ms: 2_999, windows: &[] },
    WindowCase {
        what: "speech at exactly 3.000 s prevents it",
        edges: &[(3_000, Started(AGENT)), (3_400, Ended(AGENT))],
        end_ms: 6_399,
        windows: &[],
    },
    WindowCase {
        what: "speech 1 ms later does not",
        edges: &[(3_001, Started(AGENT)), (3_400, Ended(AGENT))],
        end_ms: 6_400,
        windows: &[(0, 3_000), (3_400, 3_000)],
    },
    WindowCase {
        what: "one side quiet is not enough",
        edges: &[
            (0, Started(AGENT)),
            (1_000, Started(CUSTOMER)),
            (2_000, Ended(AGENT)),
            (7_000, Ended(CUSTOMER)),
        ],
        end_ms: 10_500,
        windows: &[(7_000, 3_000)],
    },
    WindowCase {
        what: "each stretch is counted anew",
        edges: &[
            (500, Started(AGENT)),
            (1_000, Ended(AGENT)),
            (7_500, Started(CUSTOMER)),
            (8_000, Ended(CUSTOMER)),
        ],
        end_ms: 11_000,
        windows: &[(1_000, 3_000), (1_000, 6_000), (8_000, 3_000)],
    },
    WindowCase {
        what: "missing audio is not silence",
        edges: &[(1_000, Lost(CUSTOMER)), (9_000, Back(CUSTOMER))],
        end_ms: 12_500,
        windows: &[(9_000, 3_000)],
    },
    WindowCase {
        what: "both must be back",
        edges: &[
            (1_000, Lost(CUSTOMER)),
            (2_000, Lost(AGENT)),
            (4_000, Back(CUSTOMER)),
            (9_000, Back(AGENT)),
        ],
        end_ms: 12_000,
        windows: &[(9_000, 3_000)],
    },
    WindowCase {
        what: "a gap too short for a word stops the count and lets it go on, on either side and more than once",
        edges: &[
            (500, Started(AGENT)),
            (1_000, Ended(AGENT)),
            (2_000, Lost(CUSTOMER)),
            (2_020, Back(CUSTOMER)),
            (3_000, Lost(AGENT)),
            (3_030, Lost(CUSTOMER)),
            (3_100, Back(CUSTOMER)),
            (3_200, Back(AGENT)),
            (5_000, Lost(AGENT)),
            (5_030, Back(AGENT)),
        ],
        end_ms: 7_250,
        windows: &[(1_220, 3_000), (1_250, 6_000)],
    },
    WindowCase {
        what: "a longer gap may have hidden a word: the count starts anew",
        edges: &[(2_000, Lost(CUSTOMER)), (2_201, Back(CUSTOMER))],
        end_ms: 5_201,
        windows: &[(2_201, 3_000)],
    },
    WindowCase {
        what: "speech of the other side within a short gap ends the quiet",
        edges: &[
            (2_000, Lost(CUSTOMER)),
            (2_050, Started(AGENT)),
            (2_100, Back(CUSTOMER)),
            (2_500, Ended(AGENT)),
        ],
        end_ms: 5_500,
        windows: &[(2_500, 3_000)],
    },
    WindowCase {
        what: "no window falls due within a short gap",
        edges: &[
            (2_900, Lost(CUSTOMER)),
            (3_050, Back(CUSTOMER)),
            (3_150, Started(AGENT)),
            (3_400, Ended(AGENT)),
        ],
        end_ms: 6_000,
        windows: &[],
    },
    WindowCase {
        what: "the other side may speak on through the gap",
        edges: &[
            (500, Started(AGENT)),
            (1_000, Lost(CUSTOMER)),
            (2_000, Back(CUSTOMER)),
            (4_000, Ended(AGENT)),
        ],
        end_ms: 7_000,
        windows: &[(4_000, 3_000)],
    },
    WindowCase {
        what: "lost while speaking: the end of the speech starts no count",
        edges: &[(500, Started(AGENT)), (1_000, Lost(AGENT)), (1_000, Ended(AGENT)), (8_000, Back(AGENT))],
        end_ms: 11_000,
        windows: &[(8_000, 3_000)],
    },
    WindowCase {
        what: "an end without a start changes nothing",
        edges: &[(2_000, Ended(AGENT)), (2_500, Back(CUSTOMER))],
        end_ms: 3_000,
        windows: &[(0, 3_000)],
    },
];

#[test]
fn silence_windows_follow_the_last_speech_of_both() {
    for case in WINDOW_CASES {
        assert_eq!(windows_of(case.edges, case.end_ms), case.windows, "{}", case.what);
    }
}

#[test]
fn a_deadline_is_named_only_while_it_counts() {
    let mut clock = SilenceClock::new();
    assert_eq!(clock.next_deadline(), Some(ms(3_000)));
    assert_eq!(clock.advance(ms(3_001)).count(), 1);
    assert_eq!(clock.next_deadline(), Some(ms(6_000)));
    clock.speech_started(CUSTOMER, ms(4_000));
    assert_eq!((clock.next_deadline(), clock.quiet_since()), (None, None));
    clock.speech_ended(CUSTOMER, ms(5_000));
    assert_eq!(clock.quiet_since(), Some(ms(5_000)));
    clock.audio_lost(AGENT, ms(5_500));
    assert_eq!((clock.next_deadline(), clock.quiet_since()), (None, None));
    clock.audio_back(AGENT, ms(6_500));
    assert_eq!(clock.next_deadline(), Some(ms(9_500)));
}

#[test]
fn windows_left_in_the_iterator_stay_due() {
    let mut clock = SilenceClock::new();
    assert!(clock.advance(ms(20_000)).next().is_some());
    let rest: Vec<u64> = clock.advance(ms(9_001)).map(|window| window.length_ms).collect();
    assert_eq!(rest, [6_000, 9_000]);
}

/// Audio of one channel: loud where speech is, silent elsewhere.
fn loud_in(spans_ms: &[(u64, u64)], length_ms: u64) -> Vec<i16> {
    let mut samples = vec![0; length_ms as usize * 16];
    for &(from_ms, to_ms) in spans_ms {
        for (n, sample) in samples[from_ms as usize * 16..to_ms as usize * 16].iter_mut().enumerate() {
            *sample = if n % 2 == 0 { 3_277 } else { -3_277 };
        }
    }
    samples
}

/// Everything that `segmenter` hears in a call of two tracks, pushed in blocks whose lengths come from `block`.
fn hear<D: SpeechDetector>(
    mut segmenter: Segmenter<D>,
    tracks: &PerChannel<Vec<i16>>,
    mut block: impl FnMut(Channel) -> usize,
) -> Vec<Heard> {
    let mut heard = Vec::new();
    let mut pushed = PerChannel::<usize>::default();
    let mut watermark = CallTime::START;
    while Channel::BOTH.iter().any(|&channel| pushed[channel] < tracks[channel].len()) {
        let channel = *Channel::BOTH
            .iter()
            .min_by_key(|&&channel| (pushed[channel] as f64 / tracks[channel].len() as f64 * 1e9) as u64)
            .unwrap();
        let from = pushed[channel];
        let to = (from + block(channel)).min(tracks[channel].len());
        segmenter.push(channel, CallTime::from_samples(from as u64), &tracks[channel][from..to]);
        pushed[channel] = to;
        assert!(segmenter.settled() >= watermark, "the watermark went back");
        while let Some(next) = segmenter.poll() {
            assert!(next.at() >= watermark, "{next:?} came after the watermark had passed it");
            heard.push(next);
        }
        watermark = segmenter.settled();
    }
    let length = tracks.iter().map(|(_, track)| track.len()).max().unwrap();
    segmenter.end(CallTime::from_samples(length as u64));
    heard.extend(std::iter::from_fn(|| segmenter.poll()));
    assert!(heard.is_sorted_by_key(Heard::at), "out of order: {heard:?}");
    heard
}

/// Starts and ends only, as `(channel, from_ms, to_ms)`.
fn utterances(heard: &[Heard]) -> Vec<(Channel, u64, u64)> {
    let mut open = PerChannel::<Option<u64>>::default();
    let mut utterances = Vec::new();
    for heard in heard {
        match *heard {
            Heard::SpeechStarted { channel, at } => {
                assert_eq!(open[channel].replace(at.as_millis()), None, "started twice");
            }
            Heard::SpeechEnded { channel, at, .. } => {
                let from_ms = open[channel].take().expect("ended before it started");
                utterances.push((channel, from_ms, at.as_millis()));
            }
            Heard::NoiseFloor { .. } => {}
        }
    }
    assert_eq!(open, PerChannel::default(), "an utterance never ended");
    utterances
}

fn scripted() -> Segmenter<ScriptedDetector> {
    Segmenter::new(|_| ScriptedDetector)
}

#[test]
fn edges_lie_where_the_sound_rose_and_fell() {
    let tracks = PerChannel::from_fn(|channel| match channel {
        AGENT => loud_in(&[(500, 1_500), (1_700, 2_500), (3_000, 3_040), (6_000, 7_000)], 7_000),
        CUSTOMER => loud_in(&[(2_000, 2_300), (4_000, 5_000)], 7_000),
    });
    let heard = hear(scripted(), &tracks, |_| 480);
    // A pause of 200 ms belongs to the utterance, a burst of 40 ms is no speech, and an utterance may reach the
    // end. Speech starts one frame early on purpose.
    let expected =
        [(CUSTOMER, 1_990, 2_300), (AGENT, 490, 2_500), (CUSTOMER, 3_990, 5_000), (AGENT, 5_990, 7_000)];
    assert_eq!(utterances(&heard), expected);
    for heard in heard {
        match heard {
            Heard::SpeechEnded { level_dbfs, .. } => {
                assert!((level_dbfs + 20.0).abs() < 0.1, "{heard:?}")
            }
            Heard::NoiseFloor { level_dbfs, .. } => assert!(level_dbfs < -30.0, "{heard:?}"),
            Heard::SpeechStarted { .. } => {}
        }
    }
}

#[test]
fn missing_audio_ends_the_utterance_and_starts_afresh() {
    let mut segmenter = scripted();
    let loud = loud_in(&[(0, 1_000)], 1_000);
    let quiet = vec![0; 16_000];
    segmenter.push(CUSTOMER, ms(0), &quiet);
    segmenter.push(AGENT, ms(0), &loud);
    segmenter.lost(AGENT, ms(1_000));
    segmenter.push(CUSTOMER, ms(1_000), &quiet);
    let heard: Vec<Heard> = std::iter::from_fn(|| segmenter.poll()).collect();
    assert_eq!(utterances(&heard), [(AGENT, 0, 1_000)], "it ends where the audio does");
    assert!(segmenter.settled() > ms(1_700), "a missing channel holds nothing up");
    segmenter.back(AGENT, ms(2_005));
    segmenter.push(AGENT, ms(2_005), &loud);
    segmenter.push(CUSTOMER, ms(2_000), &quiet);
    segmenter.end(ms(3_005));
    let heard: Vec<Heard> = std::iter::from_fn(|| segmenter.poll()).collect();
    assert_eq!(utterances(&heard), [(AGENT, 2_005, 3_005)]);
}

#[test]
fn a_gap_between_blocks_is_missing_audio() {
    let mut segmenter = scripted();
    let loud = loud_in(&[(0, 1_000)], 1_000);
    segmenter.push(AGENT, ms(0), &loud);
    segmenter.push(AGENT, ms(4_000), &loud);
    segmenter.push(AGENT, ms(4_500), &loud);
    segmenter.end(ms(5_500));
    let heard: Vec<Heard> = std::iter::from_fn(|| segmenter.poll()).collect();
    assert_eq!(utterances(&heard), [(AGENT, 0, 1_000), (AGENT, 4_000, 5_500)]);
}

#[test]
fn in_quiet_the_watermark_follows_within_200_ms() {
    let keys = noise::to_i16(&noise::key_clicks(&mut Random::new(9), 10 * 16_000));
    let mut segmenter = Segmenter::new(|_| TwoEars::new());
    for (n, block) in keys.chunks(160).enumerate() {
        let (from, now) = (ms(n as u64 * 10), ms(n as u64 * 10 + 10));
        segmenter.push(AGENT, from, block);
        segmenter.push(CUSTOMER, from, &[0; 160]);
        let behind_ms = now.millis_since(segmenter.settled());
        assert!(behind_ms <= 200, "{behind_ms} ms behind at {now}");
    }
}

#[test]
fn a_short_gap_in_noise_is_heard_neither_as_speech_nor_as_a_new_line() {
    let noise = noise::to_i16(&noise::pink(&mut Random::new(31), 8 * 16_000, 0.05));
    let mut segmenter = Segmenter::new(|_| TwoEars::new());
    let mut heard = Vec::new();
    let skipped = [48_000..48_480, 80_000..83_200];
    for channel in Channel::BOTH {
        let mut from = 0;
        for hole in &skipped {
            segmenter.push(channel, CallTime::from_samples(from as u64), &noise[from..hole.start]);
            from = hole.end;
        }
        segmenter.push(channel, CallTime::from_samples(from as u64), &noise[from..]);
    }
    heard.extend(std::iter::from_fn(|| segmenter.poll()));
    assert!(heard.iter().any(|heard| matches!(heard, Heard::NoiseFloor { .. })), "{heard:?}");
    assert_eq!(utterances(&heard), []);
}

/// 4 s on each channel that sound like a call without being one: vowels, noise and keys.
fn babble(seed: u64) -> PerChannel<Vec<i16>> {
    PerChannel::from_fn(|channel| {
        let mut random = Random::new(seed.wrapping_mul(2) + channel.index() as u64);
        let mut track = noise::pink(&mut random, 64_000, 0.003);
        for (sample, click) in track.iter_mut().zip(noise::key_clicks(&mut random, 64_000)) {
            *sample += click;
        }
        for _ in 0..4 {
            let from = random.below(50_000);
            let length = 1_600 + random.below(12_000);
            let vowel = noise::vowel(random.within(90.0, 250.0) as f32, length, 0.08);
            for (sample, voice) in track[from..].iter_mut().zip(vowel) {
                *sample += voice;
            }
        }
        noise::to_i16(&track)
    })
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..proptest::test_runner::Config::with_cases(5) })]

    /// Blocks of 10, 20, 30 ms, odd ones, or of a different size each time: the same is heard.
    #[test]
    fn what_is_heard_does_not_depend_on_the_blocks(seed in 0_u64..1_000_000, odd in 1_usize..2_000) {
        let tracks = babble(seed);
        let ears = || Segmenter::new(|_| TwoEars::new());
        let in_frames = hear(ears(), &tracks, |_| 160);
        proptest::prop_assert!(!utterances(&in_frames).is_empty(), "nothing was heard of seed {}", seed);
        for size in [320, 480, odd] {
            proptest::prop_assert_eq!(&hear(ears(), &tracks, |_| size), &in_frames, "blocks of {}", size);
        }
        let mut random = Random::new(seed);
        let uneven = hear(ears(), &tracks, |_| 1 + random.below(1_000));
        proptest::prop_assert_eq!(&uneven, &in_frames, "uneven blocks");
    }
}
