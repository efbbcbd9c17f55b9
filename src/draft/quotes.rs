use std::ops::Range;

use super::words::{Cue, cue};

/// A stretch of a rule's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where its words stand, quotation marks left out.
    pub(super) range: Range<usize>,
    pub(super) quoted: bool,
}

/// What is wrong with a quotation mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// No mark closes it.
    Open,
    /// No mark opens it.
    Close,
    /// An opening mark stands where a closing one belongs.
    Turned,
}

/// Cuts `text` into what is quoted and what is not; marks without a partner are named with their place.
pub(super) fn read(text: &str) -> (Vec<Piece>, Vec<(usize, Slip)>) {
    let (mut pieces, mut slips) = (Vec::new(), Vec::new());
    let mut from = 0;
    let mut push = |range: Range<usize>, quoted: bool| {
        if !text[range.clone()].trim().is_empty() {
            pieces.push(Piece { range, quoted });
        }
    };
    while let Some((at, open, close)) = next_open(text, from, &mut slips) {
        push(from..at, false);
        let start = at + open.len_utf8();
        let (end, next) = match end_of(text, start, open, close) {
            End::Closed(end) => (end, end + close.len_utf8()),
            End::Turned(end) => {
                slips.push((end, Slip::Turned));
                (end, end + open.len_utf8())
            }
            End::Missing(end) => {
                slips.push((at, Slip::Open));
                (end, end)
            }
        };
        push(start..end, true);
        from = next;
    }
    push(from..text.len(), false);
    (pieces, slips)
}

const PAIRS: [(char, char); 5] = [('“', '”'), ('「', '」'), ('『', '』'), ('"', '"'), ('‘', '’')];

fn next_open(text: &str, from: usize, slips: &mut Vec<(usize, Slip)>) -> Option<(usize, char, char)> {
    for (offset, character) in text[from..].char_indices() {
        if let Some((open, close)) = PAIRS.into_iter().find(|(open, _)| *open == character) {
            return Some((from + offset, open, close));
        }
        if PAIRS.iter().any(|(_, close)| *close == character) {
            slips.push((from + offset, Slip::Close));
        }
    }
    None
}

enum End {
    Closed(usize),
    Turned(usize),
    /// Where the words probably end.
    Missing(usize),
}

/// Where the words end that start at `start`.
fn end_of(text: &str, start: usize, open: char, close: char) -> End {
    let mut sentence_end = None;
    let mut line_end = None;
    let mut ended = false;
    for (offset, character) in text[start..].char_indices() {
        let at = start + offset;
        let rest = &text[at..];
        if character == close {
            return End::Closed(at);
        }
        if character == open {
            let after = rest[open.len_utf8()..].chars().next();
            let closes = after.is_none_or(|next| ",。;、\n)或时!?:".contains(next));
            return if closes {
                End::Turned(at)
            } else {
                End::Missing(line_end.or(sentence_end).unwrap_or(at))
            };
        }
        // A prohibition right after a sentence is not part of what is said.
        if ended && matches!(cue(rest), Some(Cue::Never(_))) {
            return End::Missing(at);
        }
        ended = matches!(character, '。' | '!' | '?' | ')' | '\n');
        if character == '\n' {
            line_end.get_or_insert(at);
        } else if ended && character != ')' {
            sentence_end = Some(at + character.len_utf8());
        }
    }
    End::Missing(line_end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_without_a_partner_end_where_the_words_do() {
        for (text, quoted, slips) in [
            ("说:“您好,\n请讲。”不可以说:“喂”", &["您好,\n请讲。", "喂"][..], &[][..]),
            ("说:“您好!请讲。不可以直接挂机", &["您好!请讲。"], &[Slip::Open]),
            ("说:“您好!\n不可以说:“喂!”", &["您好!", "喂!"], &[Slip::Open]),
            (
                "说:“请大声一点好吗?若仍听不清:“请换一部电话。”",
                &["请大声一点好吗?", "请换一部电话。"],
                &[Slip::Open],
            ),
            ("说“您好“,或“早上好”", &["您好", "早上好"], &[Slip::Turned]),
            ("说您好”。", &[], &[Slip::Close]),
            ("说\"您好\"或「早」", &["您好", "早"], &[]),
        ] {
            let (pieces, found) = read(text);
            let words: Vec<&str> =
                pieces.iter().filter(|piece| piece.quoted).map(|piece| &text[piece.range.clone()]).collect();
            assert_eq!(words, quoted, "{text}");
            assert_eq!(found.iter().map(|(_, slip)| *slip).collect::<Vec<_>>(), slips, "{text}");
        }
    }
}
