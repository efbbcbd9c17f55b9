use super::chinese::syntax_in_chinese;
use super::diagnostic::{Diagnostic, ScriptMistakes};
use super::lint::Lint;
use super::model::{Required, Script};

/// Larger files of scripts and assessment standards are refused; the bundled script has 40 kB.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// More variants of one sentence are not made of [`Script::alike`].
const ALIKE_MAX: usize = 64;

impl Script {
    /// Reads a script file named `file`.
    ///
    /// # Errors
    /// [`ScriptMistakes`], every one located; mend the file.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScriptMistakes> {
        let refuse = |mistakes| ScriptMistakes { file: file.to_owned(), mistakes };
        if text.len() > FILE_BYTES_MAX {
            let message = format!("the file has {} bytes; a script has at most {FILE_BYTES_MAX}", text.len());
            let zh = format!("文件有 {} 字节; 话术最多 {FILE_BYTES_MAX} 字节", text.len());
            return Err(refuse(vec![Diagnostic::at(text, None, message).in_chinese(zh)]));
        }
        let mut script: Self = toml::from_str(text).map_err(|error| {
            let message = one_line(error.message());
            let zh = syntax_in_chinese(&message);
            refuse(vec![Diagnostic::at(text, error.span(), message).in_chinese(zh)])
        })?;
        let mut mistakes = Lint::new(text).script(&script);
        if mistakes.is_empty() {
            script.find_alike();
            return Ok(script);
        }
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        Err(refuse(mistakes))
    }
}

impl Script {
    /// Fills [`Required::alike`].
    fn find_alike(&mut self) {
        for step in self.rules.iter_mut().flat_map(|rule| &mut rule.say) {
            let mut variants = step.variants();
            let own = variants.len();
            for group in &self.alike {
                for index in 0..variants.len() {
                    let mut words = group.iter().map(|word| word.get_ref().as_str());
                    let Some(word) = words.clone().find(|word| variants[index].contains(word)) else {
                        continue;
                    };
                    let others = words.by_ref().filter(|other| *other != word);
                    let others: Vec<_> = others.map(|other| variants[index].replace(word, other)).collect();
                    variants.extend(others);
                }
                variants.truncate(ALIKE_MAX);
            }
            step.alike = variants.split_off(own.min(variants.len()));
        }
    }
}

pub(crate) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl super::model::Forbidden {
    /// All that counts as saying it: its own text and the variants.
    pub(crate) fn variants(&self) -> Vec<&str> {
        std::iter::once(&self.text).chain(&self.heard).map(|one| one.get_ref().as_str()).collect()
    }
}

impl Required {
    /// All that counts as saying it: the variants and the whole sentence, or without variants the clauses of its text.
    pub(crate) fn variants(&self) -> Vec<String> {
        if self.heard.is_empty() {
            let own = Self::clauses(self.text.get_ref());
            return std::iter::once(own).chain(self.alike.iter().cloned()).collect();
        }
        let whole = self.heard.iter().filter_map(|variant| self.whole(variant.get_ref()));
        let own = self.heard.iter().map(|one| one.get_ref().clone()).chain(whole);
        own.chain(self.alike.iter().cloned()).collect()
    }

    /// The sentence in one piece, in which what surrounds the parts of `variant` helps to hear them.
    fn whole(&self, variant: &str) -> Option<String> {
        let (mut whole, mut rest) = (String::new(), self.text.get_ref().as_str());
        for part in variant.split('…') {
            let (before, after) = rest.split_once(part)?;
            whole.extend([before, "<", part, ">"]);
            rest = after;
        }
        whole.push_str(rest);
        Some(whole)
    }

    /// `text` as a phrase of which every clause must be heard.
    pub(crate) fn clauses(text: &str) -> String {
        text.split([',', '\u{ff0c}', '。', '!', '\u{ff01}', '?', '\u{ff1f}', ';', '\u{ff1b}', '…'])
            .filter(|clause| clause.contains('{') || clause.chars().any(char::is_alphanumeric))
            .collect::<Vec<_>>()
            .join("…")
    }
}
