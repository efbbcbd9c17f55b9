use super::gap::{GapKind, Gaps};

/// Longer lines are cut: a paragraph of a standard has a few hundred characters.
const LINE_CHARS_MAX: usize = 4_000;

/// One line of the document that is not blank, cleaned.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
    pub(super) text: String,
}

/// The lines of `text`, with full-width ASCII (，：１Ａ) as ASCII, so that everything after reads one form of each sign.
pub(super) fn lines(text: &str, gaps: &mut Gaps) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut first_odd, mut odd) = (0, 0_usize);
    for (index, raw) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let number = index + 1;
        let mut count = 0;
        let mut clean = String::with_capacity(raw.len().min(LINE_CHARS_MAX * 4));
        for character in raw.chars() {
            let Some(character) = plain(character) else {
                if odd == 0 {
                    first_odd = number;
                }
                odd += 1;
                continue;
            };
            if count == LINE_CHARS_MAX {
                let message = format!("这一行超过 {LINE_CHARS_MAX} 个字, 后面的没有读; 请分段");
                gaps.at(number, GapKind::LeftOut, message);
                break;
            }
            clean.push(character);
            count += 1;
        }
        let text = clean.trim();
        if !text.is_empty() {
            lines.push(Line { number, text: text.to_owned() });
        }
    }
    if odd > 0 {
        let message = format!("有 {odd} 个控制字符或看不见的字符, 已去掉, 这是第一处");
        gaps.at(first_odd, GapKind::Characters, message);
    }
    lines
}

/// `character` in the one form in which it is read on; none for what is not text.
fn plain(character: char) -> Option<char> {
    match character {
        '\t' => Some('\t'),
        '\r' | '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}' => Some(' '),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0),
        '\u{2012}' | '\u{2013}' | '\u{2212}' => Some('-'),
        // zero width, directions, private use (the latter stand for slots, see `wording`)
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => None,
        '\u{e000}'..='\u{f8ff}' | '\u{fffd}' => None,
        _ if character.is_control() => None,
        _ => Some(character),
    }
}

/// What stands below one number: its text, lines joined by `\n`, and where each line came from.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    text: String,
    /// Byte at which a line starts, and its number in the document.
    starts: Vec<(usize, usize)>,
    full: bool,
}

impl Body {
    /// Longer ones are cut; the text of one rule has a few hundred characters.
    const BYTES_MAX: usize = 16_000;

    pub(super) fn of(line: usize, text: &str) -> Self {
        let mut body = Self::default();
        body.push(line, text);
        body
    }

    /// Adds a line; false if there is no room for it.
    pub(super) fn push(&mut self, line: usize, text: &str) -> bool {
        if self.text.len() + text.len() > Self::BYTES_MAX {
            self.full = true;
            return false;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.starts.push((self.text.len(), line));
        self.text.push_str(text);
        true
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Line of the document in which byte `offset` of the text stands.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let after = self.starts.partition_point(|(start, _)| *start <= offset);
        self.starts.get(after.saturating_sub(1)).map_or(0, |(_, line)| *line)
    }

    pub(super) fn first_line(&self) -> usize {
        self.starts.first().map_or(0, |(_, line)| *line)
    }

    pub(super) fn last_line(&self) -> usize {
        self.starts.last().map_or(0, |(_, line)| *line)
    }

    pub(super) const fn is_full(&self) -> bool {
        self.full
    }
}
