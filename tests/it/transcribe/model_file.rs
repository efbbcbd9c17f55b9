//! Model files that are missing, cut short or something else.

use std::path::Path;

use callcue::transcribe::{ModelError, TranscribeSettings, WhisperModel, inspect_model};

use super::ggml::{Says, model};

fn load(path: &Path) -> Result<WhisperModel, ModelError> {
    let settings = TranscribeSettings { model: Some(path.to_owned()), ..Default::default() };
    WhisperModel::load(&settings, None)
}

/// The message that loading `bytes` ends in.
fn message_for(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ggml-test.bin");
    std::fs::write(&path, bytes).unwrap();
    let message = load(&path).err().expect("refused").to_string();
    assert!(message.contains("ggml-test.bin"), "names the file: {message}");
    message
}

#[test]
fn what_is_no_model_is_named() {
    let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7085157\n";
    for (bytes, found) in [
        (&b""[..], "the file is empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\n  <html>", "web page"),
        (lfs.as_bytes(), "git-lfs"),
        (b"GGUF\x03\0\0\0", "GGUF"),
        (b"PK\x03\x04", "archive"),
        (b"lm", "it ends after the first bytes"),
        (b"RIFF....WAVE", "it begins with 52 49 46 46"),
    ] {
        let message = message_for(bytes);
        assert!(message.contains(found), "{message}");
        assert!(message.contains("callcue model get"), "{message}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let message = load(&folder.path().join("absent.bin")).err().unwrap().to_string();
    assert!(
        message.contains("absent.bin: no such speech model") && message.contains("callcue model get"),
        "{message}"
    );
    let message = load(folder.path()).err().unwrap().to_string();
    assert!(message.contains("folder"), "{message}");
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let (bytes, layout) = model(&Says::Once("您好"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.bin");
    let end_of_vocabulary = layout.tensors[0];
    // every part's beginning and its neighbours, and places spread over the file
    let mut cuts: Vec<usize> = [layout.hyperparameters, layout.filters, layout.vocabulary, bytes.len()]
        .iter()
        .chain(&layout.tensors)
        .flat_map(|at| at - 3..=at + 3)
        .chain((5..bytes.len()).step_by(bytes.len() / 97))
        .filter(|cut| (5..bytes.len()).contains(cut) && *cut != end_of_vocabulary)
        .collect();
    cuts.sort_unstable();
    // Shortening one file over and over spares a hundred copies of it.
    std::fs::write(&path, &bytes).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    assert!(inspect_model(&path).is_ok());
    for cut in cuts.into_iter().rev() {
        file.set_len(cut as u64).unwrap();
        let refused = inspect_model(&path);
        assert!(matches!(refused, Err(ModelError::Truncated { .. })), "cut at {cut}: {refused:?}");
    }
}

/// Such a cut cannot be told from whisper.cpp's own files for tests, which load and hear nothing.
#[test]
fn a_file_without_weights_loads_and_hears_nothing() {
    let (bytes, layout) = model(&Says::Once("您好"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("for-tests.bin");
    std::fs::write(&path, &bytes[..layout.tensors[0]]).unwrap();
    let info = inspect_model(&path).unwrap();
    assert!(!info.has_weights());
    let model = load(&path).unwrap();
    assert_eq!(super::whisper::text_of(&mut model.recognizer().unwrap(), 1_000), "");
}

#[test]
fn impossible_numbers_are_refused_before_whisper_sees_them() {
    let (bytes, layout) = model(&Says::Once("您好"));
    let at = |index: usize| layout.hyperparameters + 4 * index;
    for (place, value, what) in [
        (at(0), 7, "7 tokens"),
        (at(1), 0, "0 audio positions"),
        (at(2), u32::MAX, "4294967295 width"),
        (at(3), 5, "do not fit together"),
        (at(4), 0, "0 audio layers"),
        (at(5), 1_000_000, "1000000 text positions"),
        (at(6), 64, "do not fit together"),
        (at(9), 0, "0 bands"),
        (at(9), 128, "mel filters of 80 × 201, where 128 × 201 are due"),
        // whisper.cpp would end the process at these two
        (at(10), 999, "unknown type 999"),
        (at(10), 2_012, "width 32 with weights in blocks of 256"),
        (layout.filters + 4, 200, "mel filters of 80 × 200"),
        (layout.vocabulary, 60_000, "60000 words"),
        (layout.vocabulary + 4, 1_000_000, "a word of 1000000 bytes"),
        (layout.tensors[0], 9, "9 dimensions"),
        (layout.tensors[0] + 4, 0, "a name of 0 bytes"),
        (layout.tensors[0] + 8, 99, "unknown kind 99"),
    ] {
        let mut damaged = bytes.clone();
        damaged[place..place + 4].copy_from_slice(&value.to_le_bytes());
        let message = message_for(&damaged);
        assert!(message.contains(what), "{what}: {message}");
    }
}

#[test]
fn what_only_whisper_can_tell_is_an_error_too() {
    let (mut bytes, layout) = model(&Says::Once("您好"));
    // the name of the second weight, behind three numbers and three sizes
    bytes[layout.tensors[1] + 24] = b'X';
    let message = message_for(&bytes);
    assert!(message.contains("whisper.cpp refuses"), "{message}");
}
