//! Makes whisper model files that whisper.cpp really loads and runs, with weights made so that the answer is known.
//!
//! All weights are zero but three: the decoder's position table points at one dimension for each position, the token
//! table gives the wanted character the same dimension, and layer norms pass it on. So the model says one fixed text,
//! a character a position, whatever it hears. Prompt tokens shift the positions, which shows whether a prompt was given.

use std::path::{Path, PathBuf};

const VOCABULARY: usize = 51_865;
const END_OF_TEXT: usize = 50_257;
const STATE: usize = 32;
const AUDIO_CTX: usize = 1_500;
const TEXT_CTX: usize = 128;
const MELS: usize = 80;
const FFT_BINS: usize = 201;
/// Start, language, task and “no timestamps” come before the first character; it is said at the last one's position.
const FIRST_POSITION: usize = 3;

/// What the made-up model says.
pub(crate) enum Says<'a> {
    /// This, then the end; at most 28 characters.
    Once(&'a str),
    /// This character, and never the end.
    Forever(char),
}

/// Byte positions of a model file's parts, for cutting it.
pub(crate) struct Layout {
    pub(crate) hyperparameters: usize,
    pub(crate) filters: usize,
    pub(crate) vocabulary: usize,
    pub(crate) tensors: Vec<usize>,
}

/// The bytes of a model file, and where its parts begin.
pub(crate) fn model(says: &Says) -> (Vec<u8>, Layout) {
    let characters: Vec<char> = match says {
        Says::Once(text) => text.chars().collect(),
        Says::Forever(character) => vec![*character],
    };
    let mut file = File::default();
    file.number(0x6767_6d6c);
    let hyperparameters = file.0.len();
    for value in [VOCABULARY, AUDIO_CTX, STATE, 2, 1, TEXT_CTX, STATE, 2, 1, MELS, 1] {
        file.number(value as u32);
    }
    let filters = file.0.len();
    file.number(MELS as u32);
    file.number(FFT_BINS as u32);
    file.floats(&vec![0.01; MELS * FFT_BINS]);
    let vocabulary = file.0.len();
    file.number(1 + characters.len() as u32);
    file.word(" ");
    for character in &characters {
        file.word(&character.to_string());
    }
    let tensors = file.weights(says, characters.len());
    (file.0, Layout { hyperparameters, filters, vocabulary, tensors })
}

/// Writes a model file into `folder`.
pub(crate) fn write_model(folder: &Path, says: &Says) -> PathBuf {
    let path = folder.join("parrot.bin");
    std::fs::write(&path, model(says).0).unwrap();
    path
}

#[derive(Default)]
struct File(Vec<u8>);

impl File {
    fn number(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn floats(&mut self, values: &[f32]) {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    fn word(&mut self, word: &str) {
        self.number(word.len() as u32);
        self.0.extend(word.as_bytes());
    }

    /// `shape` with the fastest dimension first, as ggml has it.
    fn tensor(&mut self, name: &str, shape: &[usize], values: &[f32], half: bool) {
        assert_eq!(shape.iter().product::<usize>(), values.len(), "{name}");
        self.number(shape.len() as u32);
        self.number(name.len() as u32);
        self.number(u32::from(half));
        for size in shape {
            self.number(*size as u32);
        }
        self.0.extend(name.as_bytes());
        if half {
            // The two values used, 0 and 1, in IEEE half precision.
            let bits = values.iter().map(|value| if *value == 0.0 { 0_u16 } else { 0x3c00 });
            self.0.extend(bits.flat_map(u16::to_le_bytes));
        } else {
            self.floats(values);
        }
    }

    fn zeros(&mut self, name: &str, shape: &[usize], half: bool) {
        self.tensor(name, shape, &vec![0.0; shape.iter().product()], half);
    }

    fn norm(&mut self, name: &str) {
        self.tensor(&format!("{name}.weight"), &[STATE], &[1.0; STATE], false);
        self.zeros(&format!("{name}.bias"), &[STATE], false);
    }

    fn attention(&mut self, name: &str) {
        for part in ["query", "key", "value", "out"] {
            self.zeros(&format!("{name}.{part}.weight"), &[STATE, STATE], true);
            if part != "key" {
                self.zeros(&format!("{name}.{part}.bias"), &[STATE], false);
            }
        }
        self.norm(&format!("{name}_ln"));
    }

    fn perceptron(&mut self, name: &str) {
        self.zeros(&format!("{name}.mlp.0.weight"), &[STATE, 4 * STATE], true);
        self.zeros(&format!("{name}.mlp.0.bias"), &[4 * STATE], false);
        self.zeros(&format!("{name}.mlp.2.weight"), &[4 * STATE, STATE], true);
        self.zeros(&format!("{name}.mlp.2.bias"), &[STATE], false);
        self.norm(&format!("{name}.mlp_ln"));
    }

    /// Gives where each tensor begins, and the end of the last.
    fn weights(&mut self, says: &Says, characters: usize) -> Vec<usize> {
        let start = self.0.len();
        self.zeros("encoder.positional_embedding", &[STATE, AUDIO_CTX], false);
        let second = self.0.len();
        self.zeros("encoder.conv1.weight", &[3, MELS, STATE], true);
        self.zeros("encoder.conv1.bias", &[1, STATE], false);
        self.zeros("encoder.conv2.weight", &[3, STATE, STATE], true);
        self.zeros("encoder.conv2.bias", &[1, STATE], false);
        self.attention("encoder.blocks.0.attn");
        self.perceptron("encoder.blocks.0");
        self.norm("encoder.ln_post");
        let decoder = self.0.len();
        self.tensor("decoder.positional_embedding", &[STATE, TEXT_CTX], &positions(says), false);
        self.tensor("decoder.token_embedding.weight", &[STATE, VOCABULARY], &tokens(says, characters), true);
        self.attention("decoder.blocks.0.attn");
        self.attention("decoder.blocks.0.cross_attn");
        self.perceptron("decoder.blocks.0");
        let last = self.0.len();
        self.norm("decoder.ln");
        vec![start, second, decoder, last, self.0.len()]
    }
}

/// Position `p` points at dimension `p`; from the last dimension on all point at the last one.
fn positions(says: &Says) -> Vec<f32> {
    let mut table = vec![0.0; STATE * TEXT_CTX];
    for position in 0..TEXT_CTX {
        let dimension = match says {
            Says::Once(_) => position.min(STATE - 1),
            Says::Forever(_) => 0,
        };
        table[position * STATE + dimension] = 100.0;
    }
    table
}

/// Token `1 + n` is the n-th character; the end of text takes all dimensions that no character has.
fn tokens(says: &Says, characters: usize) -> Vec<f32> {
    let mut table = vec![0.0; STATE * VOCABULARY];
    match says {
        Says::Forever(_) => table[STATE] = 1.0,
        Says::Once(_) => {
            for index in 0..characters {
                table[(1 + index) * STATE + FIRST_POSITION + index] = 1.0;
            }
            for dimension in FIRST_POSITION + characters..STATE {
                table[END_OF_TEXT * STATE + dimension] = 1.0;
            }
        }
    }
    table
}
