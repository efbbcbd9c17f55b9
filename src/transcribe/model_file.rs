use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::ModelError;

/// `ggml` as a little-endian number: whisper.cpp `src/whisper.cpp`, `GGML_FILE_MAGIC`.
const MAGIC: u32 = 0x6767_6d6c;

/// Bins of a 400-sample spectrum: the only one that whisper.cpp computes.
const FFT_BINS: u32 = 201;

/// Tokens of the English-only models, the fewest that any published model has.
const VOCABULARY_MIN: u32 = 51_864;

/// What a model file says of itself: whisper.cpp's `whisper_hparams`, and what its parts come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// Tokens of the model.
    pub vocabulary: u32,
    /// Tokens that the file spells out; the rest are special or unused.
    pub spelled_tokens: u32,
    /// Encoder positions: 50 a second.
    pub audio_ctx: u32,
    /// Width of the encoder and of the decoder.
    pub state: u32,
    /// Encoder layers.
    pub audio_layers: u32,
    /// Decoder positions.
    pub text_ctx: u32,
    /// Decoder layers.
    pub text_layers: u32,
    /// Bands of the spectrum: 80, or 128 from large-v3 on.
    pub mels: u32,
    /// Weights: 11 + 15 an encoder layer + 24 a decoder layer; 0 in whisper.cpp's files for tests.
    pub tensors: u32,
    /// Length of the file in bytes.
    pub length: u64,
}

impl ModelInfo {
    /// False for whisper.cpp's files for tests, which load and run and never hear a word.
    pub fn has_weights(&self) -> bool {
        self.tensors > 0
    }

    /// Whether one token is one character, as in callcue's own models; the published ones spell many characters in
    /// two or three tokens.
    pub fn has_character_tokens(&self) -> bool {
        self.spelled_tokens < 20_000
    }

    fn tensors_expected(&self) -> u32 {
        11 + 15 * self.audio_layers + 24 * self.text_layers
    }
}

/// Reads a model file from end to end by its headers, before whisper.cpp sees it.
///
/// whisper.cpp trusts its file: cut short it loads silently with weights missing, and impossible sizes end in an abort
/// of the process. Here the whole structure is walked (weights are skipped, so that it takes milliseconds even for
/// gigabytes): a file that is cut anywhere is refused, and so is one with sizes that cannot be.
/// One cut cannot be told: right after the vocabulary such a file is the same as whisper.cpp's files for tests; it is
/// taken, and [`ModelInfo::has_weights`] is false.
///
/// Layout: whisper.cpp `src/whisper.cpp`, `whisper_model_load`.
///
/// # Errors
/// [`ModelError`] names the file, what is wrong, where, and the mend.
pub fn inspect_model(path: &Path) -> Result<ModelInfo, ModelError> {
    let unreadable = |source| ModelError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ModelError::Missing { path: path.to_owned() },
        _ => unreadable(source),
    })?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        let found = "it is a folder or a device".to_owned();
        return Err(ModelError::NotAModel { path: path.to_owned(), found });
    }
    walk(Reader { path: path.to_owned(), file: BufReader::new(file), at: 0, length: metadata.len() })
}

/// As [`inspect_model`], for a file that is in memory already; `name` stands for it in errors.
///
/// # Errors
/// [`ModelError`], as there.
pub(super) fn inspect_bytes(name: &str, bytes: &[u8]) -> Result<ModelInfo, ModelError> {
    let length = bytes.len() as u64;
    walk(Reader { path: PathBuf::from(name), file: BufReader::new(Cursor::new(bytes)), at: 0, length })
}

fn walk<F: Read + Seek>(mut reader: Reader<F>) -> Result<ModelInfo, ModelError> {
    reader.magic()?;
    let mut info = reader.hyperparameters()?;
    reader.mel_filters(info.mels)?;
    info.spelled_tokens = reader.vocabulary(info.vocabulary)?;
    while reader.at < reader.length {
        reader.tensor()?;
        info.tensors += 1;
    }
    let expected = info.tensors_expected();
    if info.has_weights() && info.tensors < expected {
        return Err(reader.truncated(&format!("the weights ({} of {expected})", info.tensors)));
    }
    if info.has_weights() && info.tensors > expected {
        return Err(reader.damaged(format!("{} weights where {expected} are due", info.tensors)));
    }
    if !info.has_weights() {
        tracing::warn!(path = %reader.path.display(), "the speech model has no weights: it hears nothing");
    }
    Ok(info)
}

struct Reader<F> {
    path: PathBuf,
    file: BufReader<F>,
    at: u64,
    length: u64,
}

impl<F: Read + Seek> Reader<F> {
    fn magic(&mut self) -> Result<(), ModelError> {
        let mut start = [0; 64];
        let available = self.length.min(64) as usize;
        self.file.read_exact(&mut start[..available]).map_err(|source| self.unreadable(source))?;
        let start = &start[..available];
        if start.starts_with(&MAGIC.to_le_bytes()) {
            self.at = 4;
            return self.file.seek(SeekFrom::Start(4)).map(drop).map_err(|source| self.unreadable(source));
        }
        let found = what_starts_with(start);
        Err(ModelError::NotAModel { path: self.path.clone(), found })
    }

    /// Everything but the counts of spelled tokens and weights.
    fn hyperparameters(&mut self) -> Result<ModelInfo, ModelError> {
        let mut value = || self.number("the model's dimensions");
        let vocabulary = value()?;
        let (audio_ctx, audio_state, audio_heads, audio_layers) = (value()?, value()?, value()?, value()?);
        let (text_ctx, text_state, text_heads, text_layers) = (value()?, value()?, value()?, value()?);
        let (mels, file_type) = (value()?, value()?);
        // The upper bounds are well above every published model and well below what would exhaust memory.
        let bounds = [
            ("tokens", vocabulary, VOCABULARY_MIN, 100_000),
            ("audio positions", audio_ctx, 64, 10_000),
            ("width", audio_state, 16, 8_192),
            ("audio heads", audio_heads, 1, 128),
            ("audio layers", audio_layers, 1, 128),
            ("text positions", text_ctx, 32, 10_000),
            ("text heads", text_heads, 1, 128),
            ("text layers", text_layers, 1, 128),
            ("bands", mels, 1, 512),
        ];
        for (name, value, low, high) in bounds {
            if !(low..=high).contains(&value) {
                return Err(self.damaged(format!("{value} {name}, where {low} to {high} can be")));
            }
        }
        if text_state != audio_state || audio_state % audio_heads != 0 || text_state % text_heads != 0 {
            return Err(self.damaged(format!(
                "width {audio_state} and {text_state} with {audio_heads} and {text_heads} heads do not fit together"
            )));
        }
        // whisper.cpp packs the version of the quantization in front: `GGML_QNT_VERSION_FACTOR`.
        let Some((block, _)) = kind_of_file(file_type % 1_000).and_then(block_of) else {
            return Err(self.damaged(format!("a file of unknown type {file_type}")));
        };
        if u64::from(audio_state) % block != 0 {
            return Err(self.damaged(format!("width {audio_state} with weights in blocks of {block}")));
        }
        Ok(ModelInfo {
            vocabulary,
            spelled_tokens: 0,
            audio_ctx,
            state: audio_state,
            audio_layers,
            text_ctx,
            text_layers,
            mels,
            tensors: 0,
            length: self.length,
        })
    }

    fn mel_filters(&mut self, mels: u32) -> Result<(), ModelError> {
        let (bands, bins) = (self.number("the mel filters")?, self.number("the mel filters")?);
        if bands != mels || bins != FFT_BINS {
            return Err(
                self.damaged(format!("mel filters of {bands} × {bins}, where {mels} × {FFT_BINS} are due"))
            );
        }
        self.skip(u64::from(bands) * u64::from(bins) * 4, "the mel filters")
    }

    fn vocabulary(&mut self, most: u32) -> Result<u32, ModelError> {
        let count = self.number("the vocabulary")?;
        if count > most {
            return Err(self.damaged(format!("{count} words for {most} tokens")));
        }
        for _ in 0..count {
            let length = self.number("the vocabulary")?;
            if length > 1_024 {
                return Err(self.damaged(format!("a word of {length} bytes")));
            }
            self.skip(u64::from(length), "the vocabulary")?;
        }
        Ok(count)
    }

    fn tensor(&mut self) -> Result<(), ModelError> {
        let part = "the weights";
        let (dimensions, name_length, kind) = (self.number(part)?, self.number(part)?, self.number(part)?);
        if !(1..=4).contains(&dimensions) || !(1..=256).contains(&name_length) {
            return Err(self
                .damaged(format!("a weight of {dimensions} dimensions and a name of {name_length} bytes")));
        }
        let Some((block, block_bytes)) = block_of(kind) else {
            return Err(self.damaged(format!("weights of unknown kind {kind}")));
        };
        let mut elements: u64 = 1;
        for _ in 0..dimensions {
            let size = self.number(part)?;
            elements = elements.saturating_mul(u64::from(size));
        }
        if elements == 0 || !elements.is_multiple_of(block) {
            return Err(self.damaged(format!("a weight of {elements} values in blocks of {block}")));
        }
        self.skip((elements / block).saturating_mul(block_bytes).saturating_add(u64::from(name_length)), part)
    }

    fn number(&mut self, part: &str) -> Result<u32, ModelError> {
        let mut bytes = [0; 4];
        if self.at + 4 > self.length {
            return Err(self.truncated(part));
        }
        self.file.read_exact(&mut bytes).map_err(|source| self.unreadable(source))?;
        self.at += 4;
        Ok(u32::from_le_bytes(bytes))
    }

    fn skip(&mut self, count: u64, part: &str) -> Result<(), ModelError> {
        if count > self.length - self.at {
            return Err(self.truncated(part));
        }
        let by = i64::try_from(count).map_err(|_| self.truncated(part))?;
        self.file.seek_relative(by).map_err(|source| self.unreadable(source))?;
        self.at += count;
        Ok(())
    }

    fn unreadable(&self, source: io::Error) -> ModelError {
        ModelError::Unreadable { path: self.path.clone(), source }
    }

    fn truncated(&self, part: &str) -> ModelError {
        ModelError::Truncated { path: self.path.clone(), length: self.length, part: part.to_owned() }
    }

    fn damaged(&self, what: String) -> ModelError {
        ModelError::Damaged { path: self.path.clone(), at: self.at, what }
    }
}

/// Kind of the large weights in a type of file: ggml `src/ggml.c`, `ggml_ftype_to_ggml_type`, which ends the process
/// at any other.
fn kind_of_file(file_type: u32) -> Option<u32> {
    Some(match file_type {
        0..=3 => file_type,
        7 => 8,
        8 => 6,
        9 => 7,
        10..=14 => file_type,
        _ => return None,
    })
}

/// Values a block and bytes a block of a kind of weights: ggml `src/ggml.c`, `type_traits`.
fn block_of(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (1, 4),      // f32
        1 => (1, 2),      // f16
        2 => (32, 18),    // q4_0
        3 => (32, 20),    // q4_1
        6 => (32, 22),    // q5_0
        7 => (32, 24),    // q5_1
        8 => (32, 34),    // q8_0
        10 => (256, 84),  // q2_K
        11 => (256, 110), // q3_K
        12 => (256, 144), // q4_K
        13 => (256, 176), // q5_K
        14 => (256, 210), // q6_K
        _ => return None,
    })
}

/// In words, what a file is that does not begin like a model.
fn what_starts_with(start: &[u8]) -> String {
    let text = String::from_utf8_lossy(start).trim_start().to_lowercase();
    if start.is_empty() {
        "the file is empty".to_owned()
    } else if MAGIC.to_le_bytes().starts_with(start) {
        "it ends after the first bytes".to_owned()
    } else if text.starts_with("version https://git-lfs") {
        "it is the pointer that git-lfs leaves in place of the file (`git lfs pull` brings it)".to_owned()
    } else if text.starts_with('<') {
        "it is a web page, as a server sends with an error or a log-in".to_owned()
    } else if start.starts_with(b"GGUF") {
        "it is a GGUF file; whisper.cpp's own models are in the older ggml format".to_owned()
    } else if start.starts_with(b"PK") || start.starts_with(&[0x1f, 0x8b]) {
        "it is an archive; unpack it first".to_owned()
    } else {
        let bytes: Vec<String> = start.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("it begins with {}, a model with 6c 6d 67 67", bytes.join(" "))
    }
}
