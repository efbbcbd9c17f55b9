//! Recordings read from disk: every form that is promised, every damage that is named, and damage nobody thought of.

use std::path::{Path, PathBuf};

use callcue::call::{CallTime, Channel};
use callcue::capture::file::{
    BLOCK_SAMPLES, CallFile, FileError, FileProblem, FileWarning, OpenOptions, Place,
};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::audio_file::{Flac, Wav, chunk};

struct Heard {
    agent: Vec<i16>,
    customer: Vec<i16>,
    warnings: Vec<FileWarning>,
}

fn hear(path: &Path, options: OpenOptions) -> Result<Heard, FileError> {
    let mut file = CallFile::open(path, options)?;
    let (mut agent, mut customer) = (Vec::new(), Vec::new());
    while let Some(block) = file.next_block()? {
        assert_eq!(block.from, CallTime::from_samples(agent.len() as u64));
        let length = block.samples[Channel::Agent].len();
        assert!((1..=BLOCK_SAMPLES).contains(&length));
        agent.extend(&block.samples[Channel::Agent]);
        customer.extend(&block.samples[Channel::Customer]);
        assert_eq!(agent.len(), customer.len());
    }
    assert!(file.next_block()?.is_none(), "the end stays the end");
    Ok(Heard { agent, customer, warnings: file.warnings() })
}

fn write(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    // The content decides, so no test gives a name that helps.
    let path = folder.path().join("call.bin");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn hear_bytes(bytes: &[u8]) -> Result<Heard, FileError> {
    let (_folder, path) = write(bytes);
    hear(&path, OpenOptions::default())
}

fn ramp(frames: usize) -> Vec<[i16; 2]> {
    (0..frames).map(|n| [(n % 20_000) as i16, -((n % 17_000) as i16) - 1]).collect()
}

fn sides(frames: &[[i16; 2]]) -> (Vec<i16>, Vec<i16>) {
    (frames.iter().map(|frame| frame[0]).collect(), frames.iter().map(|frame| frame[1]).collect())
}

/// What a refusal says, on its one line, without the path.
fn refusal(bytes: &[u8]) -> String {
    let (_folder, path) = write(bytes);
    let error = hear(&path, OpenOptions::default()).err().expect("this must be refused");
    let line = error.to_string();
    assert!(!line.contains('\n'), "{line:?}");
    let name = format!("{}: ", path.display());
    line.strip_prefix(&name).unwrap_or_else(|| panic!("{line:?} does not start with the file")).to_owned()
}

#[test]
fn sixteen_khz_arrives_bit_for_bit_from_both_containers() {
    let frames = ramp(100_000);
    let (left, right) = sides(&frames);
    for bytes in [Wav::pcm16(16_000, &frames).bytes(), Flac::stereo(16_000, &frames)] {
        let heard = hear_bytes(&bytes).unwrap();
        assert!(heard.agent == left && heard.customer == right);
        assert_eq!(heard.warnings, []);
    }
}

#[test]
fn channels_can_be_swapped() {
    let frames = ramp(5_000);
    let (_folder, path) = write(&Wav::pcm16(16_000, &frames).bytes());
    let heard = hear(&path, OpenOptions { swap_channels: true }).unwrap();
    let (left, right) = sides(&frames);
    assert!(heard.agent == right && heard.customer == left);
}

#[test]
fn every_sample_format_says_the_same() {
    let frames = ramp(3_000);
    let floats: Vec<f64> = frames.iter().flatten().map(|&sample| f64::from(sample) / 32_768.0).collect();
    let int = |bits: u32| -> Vec<u8> {
        let wide = |sample: f64| ((sample * 2_147_483_648.0) as i32) >> (32 - bits);
        let bytes = bits as usize / 8;
        floats.iter().flat_map(|&sample| wide(sample).to_le_bytes()[..bytes].to_vec()).collect()
    };
    let formats = [
        (1, 16, int(16)),
        (1, 24, int(24)),
        (1, 32, int(32)),
        (3, 32, floats.iter().flat_map(|&sample| (sample as f32).to_le_bytes()).collect()),
        (3, 64, floats.iter().flat_map(|sample| sample.to_le_bytes()).collect()),
    ];
    let (left, right) = sides(&frames);
    for (tag, bits, data) in formats {
        for extensible in [false, true] {
            let wav = Wav { extensible, ..Wav::of(tag, bits, 16_000, data.clone()) };
            let heard = hear_bytes(&wav.bytes()).unwrap();
            assert!(heard.agent == left && heard.customer == right, "format {tag}, {bits} bits");
        }
    }
}

#[test]
fn eight_bit_and_g711_have_the_right_levels() {
    // Values of ITU-T G.711: the loudest and the quietest code of each sign.
    let cases: [(u16, &[u8], &[i16]); 3] = [
        (1, &[0, 64, 128, 255], &[-32_768, -16_384, 0, 32_512]),
        (6, &[0xaa, 0x2a, 0xd5, 0x55], &[32_256, -32_256, 8, -8]),
        (7, &[0x80, 0x00, 0xff, 0x7f], &[32_124, -32_124, 0, 0]),
    ];
    for (tag, codes, expected) in cases {
        let data = codes.iter().flat_map(|&code| [code, code]).collect();
        let heard = hear_bytes(&Wav::of(tag, 8, 16_000, data).bytes()).unwrap();
        assert_eq!((&heard.agent[..], &heard.customer[..]), (expected, expected), "format {tag}");
    }
}

#[test]
fn any_rate_keeps_its_length() {
    for rate_hz in [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000] {
        let frames = ramp(rate_hz as usize / 10 + 7);
        for bytes in [Wav::pcm16(rate_hz, &frames).bytes(), Flac::stereo(rate_hz, &frames)] {
            let due = (frames.len() as f64 * 16_000.0 / f64::from(rate_hz)).round() as usize;
            assert_eq!(hear_bytes(&bytes).unwrap().agent.len(), due, "{rate_hz} Hz");
        }
    }
}

#[test]
fn chunks_around_the_audio_are_passed_over() {
    let frames = ramp(500);
    let wav = Wav {
        before_data: [chunk(b"LIST", b"INFOodd"), chunk(b"bext", &[7; 602])].concat(),
        after_data: chunk(b"id3 ", &[1; 33]),
        ..Wav::pcm16(16_000, &frames)
    };
    let heard = hear_bytes(&wav.bytes()).unwrap();
    assert_eq!(heard.agent, sides(&frames).0);
    assert_eq!(heard.warnings, []);
}

#[test]
fn an_rf64_takes_its_length_from_ds64() {
    let frames = ramp(500);
    let mut ds64 = vec![0; 28];
    ds64[8..16].copy_from_slice(&(4 * 400_u64).to_le_bytes());
    let wav = Wav {
        stated_bytes: Some(u32::MAX),
        before_data: chunk(b"ds64", &ds64),
        ..Wav::pcm16(16_000, &frames)
    };
    let mut bytes = wav.bytes();
    bytes[..4].copy_from_slice(b"RF64");
    let heard = hear_bytes(&bytes).unwrap();
    assert_eq!(heard.agent.len(), 400);
    assert_eq!(heard.warnings, []);
}

#[test]
fn a_wav_without_a_length_runs_to_its_end() {
    let frames = ramp(5_000);
    for stated in [0, u32::MAX] {
        let wav = Wav { stated_bytes: Some(stated), ..Wav::pcm16(16_000, &frames) };
        let heard = hear_bytes(&wav.bytes()).unwrap();
        assert_eq!(heard.agent, sides(&frames).0);
        assert_eq!(heard.warnings, [FileWarning::NoLength { frames: 5_000 }]);
    }
}

#[test]
fn a_wav_cut_short_runs_to_its_end() {
    let frames = ramp(5_000);
    let mut bytes = Wav::pcm16(16_000, &frames).bytes();
    // 1000 frames and three bytes of another are gone.
    bytes.truncate(bytes.len() - 4_003);
    let heard = hear_bytes(&bytes).unwrap();
    assert_eq!(heard.agent, sides(&frames[..3_999]).0);
    assert_eq!(heard.warnings, [FileWarning::CutShort { stated_frames: 5_000, frames: 3_999 }]);
}

#[test]
fn floats_that_are_no_numbers_are_silence() {
    let mut samples = vec![0.25_f32; 2_000];
    samples[600] = f32::NAN;
    samples[601] = f32::INFINITY;
    samples[1_001] = f32::NEG_INFINITY;
    let data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let heard = hear_bytes(&Wav::of(3, 32, 16_000, data).bytes()).unwrap();
    assert_eq!((heard.agent[300], heard.customer[300], heard.customer[500]), (0, 0, 0));
    assert_eq!((heard.agent[299], heard.agent[301], heard.agent[500]), (8_192, 8_192, 8_192));
    assert_eq!(heard.warnings, [FileWarning::NotFinite { samples: 3, first_frame: 300 }]);
}

/// Each is refused with a line that starts so, and that says how to mend it.
fn check_refusals(cases: &[(Vec<u8>, &str)]) {
    for (bytes, expected) in cases {
        let line = refusal(bytes);
        assert!(line.starts_with(expected), "{line:?} instead of {expected:?}");
        assert!(line.contains("; "), "no mend in {line:?}");
    }
}

#[test]
fn what_is_no_audio_is_refused() {
    check_refusals(&[
        (vec![], "the file is empty; record"),
        ("您好,请问有什么可以帮您?".into(), "this is text, not WAV, FLAC, MP3 or Ogg Vorbis; convert"),
        (b"RIF".to_vec(), "this is text, not WAV"),
        (b"PK\x03\x04 and more".to_vec(), "this is a ZIP archive, not WAV"),
        (b"\0\0\0\x20ftypM4A ".to_vec(), "this is an MP4 or M4A file, not WAV"),
        (b"RIFF\x10\0\0\0AVI LIST".to_vec(), "byte 8: this is a RIFF file that is no WAVE"),
        (vec![7; 100], "this is something unknown, not WAV"),
    ]);
}

#[test]
fn forms_that_cannot_be_a_call_are_refused() {
    let with = |change: fn(&mut Wav)| {
        let mut wav = Wav::pcm16(16_000, &ramp(100));
        change(&mut wav);
        wav.bytes()
    };
    check_refusals(&[
        (with(|wav| wav.channels = 0), "byte 22: the file has 0 channels"),
        (with(|wav| wav.channels = 1), "byte 22: the file has 1 channel; exactly two channels"),
        (with(|wav| wav.channels = 6), "byte 22: the file has 6 channels; exactly two channels"),
        (with(|wav| wav.rate_hz = 0), "a sample rate of 0 Hz; it must be"),
        (with(|wav| wav.rate_hz = u32::MAX), "a sample rate of 4294967295 Hz"),
        (with(|wav| (wav.tag, wav.bits) = (2, 4)), "byte 20: WAV format 2 with 4 bits a sample"),
        (with(|wav| wav.bits = 12), "byte 20: WAV format 1 with 12 bits a sample"),
    ]);
}

#[test]
fn damaged_headers_are_refused_at_their_byte() {
    let good = Wav::pcm16(16_000, &ramp(100));
    let bytes = good.bytes();
    let data_first = [&bytes[..12], &chunk(b"data", &[0; 8])].concat();
    let silent = Wav { data: Vec::new(), ..good.clone() };
    let tagged = Wav { after_data: chunk(b"LIST", b"INFOabc"), ..silent.clone() };
    check_refusals(&[
        (bytes[..10].to_vec(), "byte 10: the header is damaged: it ends within the first 12"),
        (bytes[..12].to_vec(), "byte 12: the header is damaged: it ends before the format"),
        (bytes[..30].to_vec(), "byte 30: the header is damaged: the `fmt ` chunk is cut short"),
        (bytes[..36].to_vec(), "byte 36: the header is damaged: it ends without audio"),
        (bytes[..44].to_vec(), "byte 44: the file holds no audio"),
        (silent.bytes(), "byte 44: the file holds no audio"),
        (tagged.bytes(), "byte 44: the file holds no audio"),
        (data_first, "byte 12: the header is damaged: the audio comes before its format"),
    ]);
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let problem = |path: &Path| CallFile::open(path, OpenOptions::default()).unwrap_err().problem;
    assert!(matches!(problem(&folder.path().join("none.wav")), FileProblem::Missing));
    assert!(matches!(problem(folder.path()), FileProblem::NotAFile("folder")));
    if Path::new("/dev/zero").exists() {
        assert!(matches!(problem(Path::new("/dev/zero")), FileProblem::NotAFile("pipe or device")));
    }
}

#[test]
fn a_flac_is_refused_where_it_breaks() {
    let frames = ramp(2_000);
    let whole = Flac::stereo(16_000, &frames);
    let promised = "2000 frames were promised; the file is truncated";
    for (cut, place) in [(whole.len() - 3, 1_792), (whole.len() / 2, 768), (whole.len() / 2 + 400, 1_024)] {
        let (_folder, path) = write(&whole[..cut]);
        let error = hear(&path, OpenOptions::default()).err().unwrap();
        assert_eq!(error.place, Some(Place::Frame(place)), "{error}");
        assert!(error.to_string().contains(promised), "{error}");
    }
    assert!(refusal(&whole[..4]).contains("the header is damaged: it ends before the first frame"));
    assert!(refusal(&whole[..20]).contains("the header is damaged"));
    assert!(refusal(&whole[..42]).contains("the header is damaged: it ends before the first frame"));

    let mut damaged = whole.clone();
    let in_the_third_frame = 42 + 2 * (whole.len() - 42) / 8 + 200;
    damaged[in_the_third_frame] ^= 0x10;
    let line = refusal(&damaged);
    assert!(line.starts_with("frame 512: the audio"), "{line}");
}

#[test]
fn a_flac_must_match_its_md5() {
    let zeros = vec![vec![0, 0]; 4_096];
    // md5sum of 16384 zero bytes.
    let md5 = 0xce33_8fe6_8997_78aa_cfc2_8414_f2d9_498b_u128;
    let good = Flac { channels: 2, rate_hz: 16_000, stated_frames: 4_096, md5: md5.to_be_bytes() };
    assert_eq!(hear_bytes(&good.bytes(&zeros)).unwrap().agent.len(), 4_096);
    let bad = Flac { md5: (md5 + 1).to_be_bytes(), ..good };
    assert!(refusal(&bad.bytes(&zeros)).contains("does not match its own MD5"));
}

#[test]
fn a_flac_needs_two_channels_and_may_leave_its_length_open() {
    let flac = |channels: u8, stated_frames| Flac { channels, rate_hz: 16_000, stated_frames, md5: [0; 16] };
    let frames = |channels: usize| vec![vec![9; channels]; 1_000];
    assert!(refusal(&flac(1, 1_000).bytes(&frames(1))).starts_with("the file has 1 channel; exactly two"));
    assert!(refusal(&flac(3, 1_000).bytes(&frames(3))).starts_with("the file has 3 channels; exactly two"));
    assert_eq!(hear_bytes(&flac(2, 0).bytes(&frames(2))).unwrap().agent, vec![9; 1_000]);
    let tagged = [b"ID3\x04\0\0\0\0\0\x05tagsx".to_vec(), flac(2, 1_000).bytes(&frames(2))].concat();
    assert_eq!(hear_bytes(&tagged).unwrap().agent, vec![9; 1_000]);
}

/// Bytes to change, bytes to cut: what copying, disks and other programs do to files, without their sense of purpose.
#[derive(Clone, Debug)]
enum Damage {
    Set { at: usize, byte: u8 },
    Size { at: usize, value: u32 },
    Cut { at: usize },
    Remove { at: usize, length: usize },
    Insert { at: usize, bytes: Vec<u8> },
}

fn damage() -> impl Strategy<Value = Damage> {
    // Half of it aims at the headers, where it hurts.
    let at = || prop_oneof![0_usize..80, 0_usize..20_000];
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set { at, byte }),
        2 => (at(), prop_oneof![Just(0), Just(1), Just(u32::MAX), Just(i32::MAX as u32), any::<u32>()])
            .prop_map(|(at, value)| Damage::Size { at, value }),
        1 => at().prop_map(|at| Damage::Cut { at }),
        1 => (at(), 1_usize..50).prop_map(|(at, length)| Damage::Remove { at, length }),
        1 => (at(), proptest::collection::vec(any::<u8>(), 1..50))
            .prop_map(|(at, bytes)| Damage::Insert { at, bytes }),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    let place = |at: usize, length: usize| at % length.max(1);
    match damage {
        Damage::Set { at, byte } if !bytes.is_empty() => {
            let at = place(*at, bytes.len());
            bytes[at] = *byte;
        }
        Damage::Size { at, value } if bytes.len() > 4 => {
            let at = place(*at, bytes.len() - 4);
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        Damage::Cut { at } => bytes.truncate(place(*at, bytes.len())),
        Damage::Remove { at, length } => {
            let at = place(*at, bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.drain(at..end);
        }
        Damage::Insert { at, bytes: new } => {
            let at = place(*at, bytes.len());
            bytes.splice(at..at, new.iter().copied());
        }
        Damage::Set { .. } | Damage::Size { .. } => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damage_of_any_kind_is_read_or_refused(
        which in 0_usize..4,
        damages in proptest::collection::vec(damage(), 1..5),
    ) {
        let frames = ramp(3_000);
        let mut bytes = match which {
            0 => Wav::pcm16(16_000, &frames).bytes(),
            1 => Wav { extensible: true, ..Wav::of(3, 32, 48_000, vec![1; 8_000]) }.bytes(),
            2 => Flac::stereo(16_000, &frames),
            _ => Flac::stereo(44_100, &frames),
        };
        for damage in &damages {
            apply(&mut bytes, damage);
        }
        match hear_bytes(&bytes) {
            // At the lowest rate, a byte a channel and the smallest block, a file yields so many samples and no more.
            Ok(heard) => prop_assert!(heard.agent.len() <= bytes.len() * 65_536),
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }

    #[test]
    fn noise_is_refused_politely(bytes in proptest::collection::vec(any::<u8>(), 0..200), magic in 0_usize..3) {
        let head = [&b""[..], b"fLaC", b"RIFF\0\0\0\0WAVE"][magic];
        prop_assert!(hear_bytes(&[head, &bytes[..]].concat()).is_err());
    }
}
