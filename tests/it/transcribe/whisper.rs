//! The real whisper.cpp, through the real wrapper, on models whose answer is known.

use callcue::call::{CallTime, Channel, Span};
use callcue::transcribe::{
    Ask, RecognizeError, Recognizer, TranscribeSettings, WhisperModel, WhisperRecognizer, audio_ctx_for,
    max_tokens_for,
};

use super::ggml::{Says, write_model};

fn load(says: &Says, settings: TranscribeSettings, prompt: Option<&str>) -> WhisperModel {
    let folder = tempfile::tempdir().unwrap();
    let model = write_model(folder.path(), says);
    WhisperModel::load(&TranscribeSettings { model: Some(model), ..settings }, prompt).unwrap()
}

fn ask(length_ms: u64) -> Ask {
    Ask {
        channel: Channel::Agent,
        span: Span { from: CallTime::START, to: CallTime::from_millis(length_ms) },
    }
}

fn recognize(recognizer: &mut WhisperRecognizer, length_ms: u64) -> Result<String, RecognizeError> {
    let samples: Vec<f32> = (0..length_ms * 16).map(|n| (n as f32 * 0.1).sin() * 0.1).collect();
    recognizer.recognize(&samples, &ask(length_ms))
}

/// What is heard in so much of a tone.
pub(super) fn text_of(recognizer: &mut WhisperRecognizer, length_ms: u64) -> String {
    recognize(recognizer, length_ms).unwrap()
}

#[test]
fn a_model_says_what_it_was_made_to_say() {
    let model = load(&Says::Once("您好请问有什么"), TranscribeSettings::default(), None);
    assert!(model.info().has_weights() && model.info().has_character_tokens());
    let mut recognizer = model.recognizer().unwrap();
    // whisper.cpp skips less than 100 ms and reads 201 samples unchecked: one sample must do as well
    for length_ms in [1, 12, 90, 500, 3_000, 28_000, 30_000] {
        assert_eq!(text_of(&mut recognizer, length_ms), "您好请问有什么", "{length_ms} ms");
    }
    assert_eq!(recognizer.recognize(&[0.5], &ask(1)).unwrap(), "您好请问有什么");
}

/// Fails as soon as blank answers are suppressed, which is whisper.cpp's default.
#[test]
fn an_answer_can_be_nothing() {
    let model = load(&Says::Once(""), TranscribeSettings::default(), None);
    assert_eq!(text_of(&mut model.recognizer().unwrap(), 2_000), "");
}

#[test]
fn an_endless_answer_is_bounded() {
    let model = load(&Says::Forever('喂'), TranscribeSettings::default(), None);
    let text = text_of(&mut model.recognizer().unwrap(), 3_000);
    // whisper.cpp counts from 0 and stops after the bound
    assert_eq!(text.chars().count() as u64, max_tokens_for(48_000, 7) + 1);
    assert!(text.chars().all(|character| character == '喂'));
}

#[test]
fn longer_than_the_window_is_refused() {
    let model = load(&Says::Once("您好"), TranscribeSettings::default(), None);
    let mut recognizer = model.recognizer().unwrap();
    let refused = recognize(&mut recognizer, 30_001);
    assert_eq!(refused, Err(RecognizeError::TooLong { length_ms: 30_001, max_ms: 30_000 }));
    assert_eq!(text_of(&mut recognizer, 1_000), "您好", "usable afterwards");
}

/// Prompt tokens shift the positions, so this model leaves out as many characters as the prompt has, and one.
#[test]
fn a_prompt_is_given_only_if_set() {
    let says = Says::Once("您好请问有什么");
    for (prompt, on, text) in [
        (Some("您"), false, "您好请问有什么"),
        (None, true, "您好请问有什么"),
        (Some("您"), true, "请问有什么"),
        (Some("\0您\n"), true, "请问有什么"),
    ] {
        let settings = TranscribeSettings { prompt: on, ..Default::default() };
        let model = load(&says, settings, prompt);
        let mut recognizer = model.recognizer().unwrap();
        assert_eq!(text_of(&mut recognizer, 1_000), text, "{prompt:?} {on}");
        assert_eq!(text_of(&mut recognizer, 1_000), text, "the same again: nothing is carried over");
    }
}

#[test]
fn recognizers_share_a_model_and_outlive_it() {
    let model = load(&Says::Once("您好"), TranscribeSettings::default(), None);
    let mut recognizers = [model.recognizer().unwrap(), model.recognizer().unwrap()];
    drop(model);
    std::thread::scope(|scope| {
        for recognizer in &mut recognizers {
            scope.spawn(|| assert_eq!(text_of(recognizer, 1_500), "您好"));
        }
    });
}

#[test]
fn encoder_positions_cover_the_audio() {
    for (length_ms, positions_max, positions) in [
        (1, 1_500, 64),
        (1_000, 1_500, 72),
        (3_000, 1_500, 168),
        (10_000, 1_500, 520),
        (30_000, 1_500, 1_500),
    ] {
        let samples = length_ms * 16;
        assert_eq!(audio_ctx_for(samples, positions_max), positions, "{length_ms} ms");
        assert!(audio_ctx_for(samples, positions_max) * 20 >= length_ms as u64, "all of it is heard");
    }
    assert_eq!(max_tokens_for(48_000, 7), 27);
}
