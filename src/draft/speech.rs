use super::document::Body;
use super::quotes::{self, Slip};
use super::words::{
    Cue, Label, caller_speaks, cue, is_alternative, is_mention, is_situation, is_talk, leading_label,
    prefix_of, speech_verb, wait_ms,
};

/// Words as the document has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) line: usize,
}

/// Words to say, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) words: Words,
    /// What may be said instead.
    pub(super) or: Vec<String>,
    /// How long to wait after it.
    pub(super) wait_ms: u64,
}

/// What the text of one rule says.
#[derive(Clone, Debug, Default)]
pub(super) struct Speech {
    /// What stands before the first words.
    pub(super) situation: String,
    /// Words of the caller.
    pub(super) caller: Vec<Words>,
    pub(super) say: Vec<Said>,
    pub(super) never: Vec<Words>,
    /// Forbidden in general terms.
    pub(super) conduct: Vec<Words>,
    /// Quotation marks without partner, by line.
    pub(super) slips: Vec<(usize, Slip)>,
    /// There is text after the situation and beside the words, such as what to do next.
    pub(super) remarks: Vec<Words>,
}

impl Speech {
    pub(super) fn has_words(&self) -> bool {
        !self.say.is_empty() || !self.never.is_empty() || !self.caller.is_empty()
    }
}

/// Reads the text of one rule. `forbidden`: a heading says that all of it is.
pub(super) fn read(body: &Body, forbidden: bool) -> Speech {
    let (pieces, slips) = quotes::read(body.text());
    let mut reader = Reader {
        body,
        forbidden,
        never: forbidden,
        talk: false,
        list: forbidden,
        called: false,
        lead: String::new(),
        speech: Speech::default(),
    };
    reader.speech.slips = slips.into_iter().map(|(at, slip)| (body.line_at(at), slip)).collect();
    let quoted = pieces.iter().any(|piece| piece.quoted);
    for (index, piece) in pieces.iter().enumerate() {
        if piece.quoted {
            reader.quoted(piece.range.start, piece.range.end);
        } else {
            let before_quote = pieces.get(index + 1).is_some_and(|next| next.quoted);
            reader.outside(piece.range.start, piece.range.end, before_quote, quoted);
        }
    }
    reader.finish()
}

struct Reader<'a> {
    body: &'a Body,
    forbidden: bool,
    /// What comes is forbidden.
    never: bool,
    /// Words without quotation marks are running.
    talk: bool,
    /// Forbidden words are listed, one a sign.
    list: bool,
    /// The last words were the caller's.
    called: bool,
    /// Text since the last words.
    lead: String,
    speech: Speech,
}

impl<'a> Reader<'a> {
    fn text(&self, start: usize, end: usize) -> &'a str {
        &self.body.text()[start..end]
    }

    fn words(&self, at: usize, text: &str) -> Words {
        Words { text: text.trim().to_owned(), line: self.body.line_at(at) }
    }

    fn finish(mut self) -> Speech {
        self.take_lead();
        self.speech
    }

    /// The text since the last words becomes the situation, or a remark.
    fn take_lead(&mut self) -> String {
        let lead = std::mem::take(&mut self.lead);
        if self.speech.say.is_empty() && self.speech.never.is_empty() {
            self.speech.situation.push_str(&lead);
        }
        lead
    }

    fn quoted(&mut self, start: usize, end: usize) {
        let quoted = self.text(start, end);
        let words = self.words(start, quoted);
        self.talk = false;
        if self.never {
            if is_mention(quoted, &self.lead) && !self.list && !self.lead.is_empty() {
                self.lead.push_str(quoted);
                return;
            }
            self.speech.never.push(words);
            self.lead.clear();
        } else if (self.called && is_alternative(&self.lead))
            || caller_speaks(&self.lead, &self.body.text()[end..])
        {
            let lead = self.take_lead();
            if !lead.is_empty() && self.speech.say.is_empty() {
                self.speech.situation.push_str(&format!("「{}」", words.text));
            }
            self.speech.caller.push(words);
            self.called = true;
        } else if is_mention(quoted, &self.lead) {
            self.lead.push_str(quoted);
        } else {
            self.say(words);
        }
    }

    fn say(&mut self, words: Words) {
        let lead = self.take_lead();
        self.called = false;
        match self.speech.say.last_mut() {
            Some(before) if is_alternative(&lead) => before.or.push(words.text),
            _ => self.speech.say.push(Said { words, or: Vec::new(), wait_ms: 0 }),
        }
    }

    /// Text outside of quotation marks, a sentence at a time.
    fn outside(&mut self, start: usize, end: usize, before_quote: bool, quoted: bool) {
        let mut from = start;
        for (offset, character) in self.text(start, end).char_indices() {
            if matches!(character, '。' | '!' | '?' | ';' | '\n') {
                let to = start + offset + character.len_utf8();
                self.sentence(from, to, false, quoted);
                from = to;
            }
        }
        if from < end {
            self.sentence(from, end, before_quote, quoted);
        }
    }

    fn sentence(&mut self, start: usize, end: usize, before_quote: bool, quoted: bool) {
        let mut start = start;
        if start == 0 || self.body.text()[..start].ends_with('\n') {
            start = self.line_starts(start, end);
        }
        let (mut from, mut fresh) = (start, false);
        let mut clause = true;
        let mut until = start;
        for (offset, character) in self.text(start, end).char_indices() {
            let at = start + offset;
            if at < until {
                continue;
            }
            let found = if clause { cue(self.text(at, end)) } else { None };
            clause = matches!(character, ',' | ':' | ')' | '、') || (clause && character == ' ');
            match found {
                Some(Cue::Never(length)) => {
                    self.part(from, at, fresh, false, quoted);
                    (self.never, self.talk, fresh) = (true, false, true);
                    self.take_lead();
                    from = at + length;
                    until = from;
                }
                Some(Cue::Say) if self.never && !self.forbidden => {
                    self.part(from, at, fresh, false, quoted);
                    (self.never, self.talk, fresh) = (false, false, false);
                    from = at;
                }
                _ => {}
            }
        }
        self.part(from, end, fresh, before_quote, quoted);
    }

    /// A new line: its label, or the end of a prohibition that did not announce a list. Returns where its text begins.
    fn line_starts(&mut self, start: usize, end: usize) -> usize {
        let text = self.text(start, end);
        if let Some((label, rest)) = leading_label(text).filter(|_| start > 0 || text.starts_with('【')) {
            self.never = label == Label::Never;
            self.list = self.never;
            self.talk = self.never;
            match label {
                Label::Say => self.lead.push(':'),
                Label::Never => drop(self.take_lead()),
                _ => {}
            }
            return end - rest.len();
        }
        if self.never && !self.forbidden {
            let goes_on = self.talk && self.list;
            let quote = self.body.text()[end..].starts_with(['“', '「', '"']) && text.trim().is_empty();
            self.never = goes_on || quote;
        }
        start
    }

    fn part(&mut self, start: usize, end: usize, fresh: bool, before_quote: bool, quoted: bool) {
        let text = self.text(start, end);
        if text.chars().any(char::is_alphanumeric) || text.contains(':') || !self.never {
            if self.never {
                self.forbid(start, end, fresh, before_quote, quoted);
            } else {
                self.narrate(start, end);
            }
        }
    }

    /// Text outside of quotation marks in a prohibition.
    fn forbid(&mut self, start: usize, end: usize, fresh: bool, before_quote: bool, quoted: bool) {
        let text = self.text(start, end);
        if self.forbidden && !fresh {
            // A list of what is forbidden: all of it, or what is quoted in it.
            if !quoted {
                self.never_list(start, text);
            }
            return;
        }
        if fresh {
            if let Some(colon) = text.find(':') {
                self.talk = true;
                self.list = false;
                let tail = &text[colon + 1..];
                if !before_quote || tail.contains(char::is_alphanumeric) {
                    self.never_words(start + colon + 1, tail);
                }
            } else if let Some(said) = speech_verb(text) {
                let first = said.split([',', '。', ';', '\n']).next().unwrap_or_default().trim();
                let generic = [
                    "脏", "粗", "方言", "谎", "闲", "与", "不", "任何", "有", "服务", "出", "一些", "得",
                    "的", "或",
                ];
                if !first.is_empty() && !before_quote && prefix_of(first, &generic).is_none() {
                    self.speech.never.push(self.words(end - said.len(), first));
                    let rest = &said[said.find(first).unwrap_or(0) + first.len()..];
                    self.conduct(end - rest.len(), rest);
                } else if !before_quote {
                    self.conduct(start, text);
                }
            } else if !before_quote {
                self.conduct(start, text);
            } else {
                self.lead.push_str(text);
            }
        } else if self.talk && prefix_of(text.trim(), &["或", "并", "以及", "且", "对", "等"]).is_none()
        {
            self.never_words(start, text);
        } else if !before_quote {
            self.talk = false;
            self.conduct(start, text);
        } else {
            self.lead.push_str(text);
        }
    }

    /// Forbidden words without quotation marks.
    fn never_words(&mut self, at: usize, text: &str) {
        if self.list {
            return self.never_list(at, text);
        }
        let text = text.trim().trim_end_matches(['。', ';']);
        if text.contains(char::is_alphanumeric) {
            self.speech.never.push(self.words(at, text));
        }
    }

    fn never_list(&mut self, at: usize, text: &str) {
        for one in text.split(['、', '/', ';', '。', '|']) {
            let one =
                one.trim().trim_start_matches(|c: char| c.is_ascii_digit() || "().,-•".contains(c)).trim();
            if one.contains(char::is_alphanumeric) && one != "等" {
                self.speech.never.push(self.words(at, one));
            }
        }
    }

    fn conduct(&mut self, at: usize, text: &str) {
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        let text = prefix_of(text, &["或者", "或", "并且", "以及", "和", "等"])
            .map_or(text, |word| &text[word.len()..]);
        if text.chars().count() >= 2 {
            self.speech.conduct.push(self.words(at, text));
        }
    }

    /// Text outside of quotation marks about what to say: who, when, how long to wait, or the words after a colon.
    fn narrate(&mut self, start: usize, end: usize) {
        let text = self.text(start, end);
        if let (Some(wait_ms), Some(said)) = (wait_ms(text), self.speech.say.last_mut()) {
            said.wait_ms = said.wait_ms.max(wait_ms);
        }
        let opened = self.lead.trim_end().ends_with(':');
        let colon = text.rfind(':').map(|at| at + 1);
        let (head, tail) = text.split_at(colon.unwrap_or(0));
        let slash = text.trim_start().starts_with('/');
        if tail.contains(char::is_alphanumeric) && is_talk(tail) && (colon.is_some() || opened || self.talk) {
            let at = end - tail.len();
            if colon.is_none() && self.talk && !opened {
                let line = self.words(at, tail);
                if let Some(said) = self.speech.say.last_mut() {
                    if slash {
                        said.or.push(line.text.trim_start_matches('/').to_owned());
                    } else {
                        said.words.text.push_str(&line.text);
                    }
                }
                return;
            }
            self.lead.push_str(head);
            self.say(self.words(at, tail));
            self.talk = true;
            return;
        }
        self.talk = false;
        let remark = text.trim_matches(|c: char| !c.is_alphanumeric());
        if !self.speech.say.is_empty() && remark.chars().count() > 2 && is_situation(remark) {
            self.speech.remarks.push(self.words(start, remark));
        }
        self.lead.push_str(text);
    }
}
