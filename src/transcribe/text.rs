use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

use super::cut_loops;

/// Lines that the published Whisper models invent on noise, from the subtitles they learned from. None can be part of
/// a service call, so text that contains one is dropped whole. (openai/whisper discussion 928.)
const INVENTED: [&str; 7] =
    ["Amara.org", "字幕志愿者", "字幕由", "不吝点赞", "打赏支持明镜", "订阅我的频道", "感谢观看"];

/// Brackets in which Whisper writes noises: `(音乐)`, `[BLANK_AUDIO]`, `【笑】`. Speech has none.
const BRACKETS: [(char, char); 6] =
    [('(', ')'), ('（', '）'), ('[', ']'), ('【', '】'), ('〔', '〕'), ('<', '>')];

/// Text of a recogniser after [`TextCleaner::clean`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The words.
    pub text: String,
    /// Whether an endless repetition was cut, see [`cut_loops`]: what follows the cut is doubtful.
    pub loop_cut: bool,
}

/// Makes raw text comparable with the script.
///
/// - traditional characters become simplified ones, character by character and never word by word: 資訊 becomes 资讯,
///   not 信息, because the script is matched on syllables and those must stay what was said;
/// - noises in brackets, notes, control characters and broken characters go;
/// - white space goes, but for one space between Latin words;
/// - subtitle credits, which published models invent on noise, go;
/// - endless repetitions are cut.
///
/// ```
/// use callcue::transcribe::TextCleaner;
///
/// let cleaner = TextCleaner::new();
/// assert_eq!(cleaner.clean(" 請問 您的電話(音樂)").text, "请问您的电话");
/// ```
pub struct TextCleaner {
    /// Absent if its bundled dictionaries cannot be read, which no test has seen; text then stays traditional.
    simplify: Option<OpenCC>,
}

impl Default for TextCleaner {
    fn default() -> Self {
        Self::new()
    }
}

impl TextCleaner {
    /// Loads the dictionaries, which are compiled in.
    pub fn new() -> Self {
        Self { simplify: OpenCC::from_config(BuiltinConfig::T2s).ok() }
    }

    /// Cleans what a recogniser wrote.
    pub fn clean(&self, raw: &str) -> Cleaned {
        let bare = without_noises(raw);
        let spaced = tidy_spaces(&bare);
        let simplified = self.simplify(&spaced);
        if INVENTED.iter().any(|line| simplified.contains(line)) {
            return Cleaned::default();
        }
        let (text, loop_cut) = cut_loops(&simplified);
        let has_words = text.chars().any(char::is_alphanumeric);
        Cleaned { text: if has_words { text } else { String::new() }, loop_cut }
    }

    /// Traditional characters as simplified ones, character by character, and nothing else.
    pub(crate) fn simplify(&self, text: &str) -> String {
        match &self.simplify {
            Some(simplify) => simplify.convert(text),
            None => text.to_owned(),
        }
    }
}

/// Takes out bracketed stretches, notes, and characters that are no text. A bracket without its other half goes alone.
fn without_noises(raw: &str) -> String {
    let mut kept = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(character) = rest.next() {
        if let Some((_, close)) = BRACKETS.iter().find(|(open, _)| *open == character) {
            if let Some(at) = rest.as_str().find(*close) {
                rest = rest.as_str()[at + close.len_utf8()..].chars();
            }
        } else if is_text(character) {
            kept.push(character);
        } else if character.is_control() {
            kept.push(' ');
        }
    }
    kept
}

fn is_text(character: char) -> bool {
    let unwanted = character.is_control()
        || matches!(character, '♪' | '♫' | '♬' | '\u{FFFD}' | '\u{FEFF}' | '\u{200B}'..='\u{200F}')
        || BRACKETS.iter().any(|(_, close)| *close == character);
    !unwanted
}

/// One space between two Latin letters or digits, none elsewhere.
fn tidy_spaces(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let latin_before = kept.chars().next_back().is_some_and(|last| last.is_ascii_alphanumeric());
        let latin_after = word.starts_with(|first: char| first.is_ascii_alphanumeric());
        if latin_before && latin_after {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}
