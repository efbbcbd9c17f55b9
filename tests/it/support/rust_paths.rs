//! Finds the paths that a Rust source uses, in code only: comments, strings and characters are left out.

/// A path that begins at a root: `crate`, `callcue`, `super`, `std`, `core` or `tokio`.
#[derive(Debug)]
pub(crate) struct UsedPath {
    /// Line of its last name, from 1.
    pub(crate) line: usize,
    /// Its names; `self` at the end of a group is left out, what is renamed has its true name.
    pub(crate) segments: Vec<String>,
    /// How many inline modules (`mod x { … }`) it stands in.
    pub(crate) inline_depth: usize,
}

const ROOTS: &[&str] = &["crate", "callcue", "super", "std", "core", "tokio"];

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    /// `::`
    Then,
    Other(char),
}

/// Every path in `source`, groups (`a::{b, c}`) taken apart.
pub(crate) fn used_paths(source: &str) -> Vec<UsedPath> {
    let mut reader =
        Reader { tokens: tokens(source), next: 0, found: Vec::new(), braces: 0, inline: Vec::new() };
    while reader.next < reader.tokens.len() {
        reader.step();
    }
    reader.found
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    next: usize,
    found: Vec<UsedPath>,
    braces: usize,
    /// Depth of braces at which each open inline module began.
    inline: Vec<usize>,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.next + ahead).map(|(_, token)| token)
    }

    fn is_mark(&self, ahead: usize, mark: char) -> bool {
        self.peek(ahead) == Some(&Token::Other(mark))
    }

    fn step(&mut self) {
        match self.peek(0) {
            Some(Token::Name(name)) if name == "mod" && self.is_mark(2, '{') => {
                self.inline.push(self.braces);
                self.braces += 1;
                self.next += 3;
            }
            Some(Token::Name(name)) if ROOTS.contains(&name.as_str()) && !self.goes_on_from_a_name() => {
                self.tree(&mut Vec::new());
            }
            Some(Token::Other('{')) => {
                self.braces += 1;
                self.next += 1;
            }
            Some(Token::Other('}')) => {
                self.braces = self.braces.saturating_sub(1);
                self.inline.pop_if(|depth| *depth == self.braces);
                self.next += 1;
            }
            _ => self.next += 1,
        }
    }

    /// True for the `std` of `my::std`, not for that of `::std`.
    fn goes_on_from_a_name(&self) -> bool {
        let back = |by: usize| self.next.checked_sub(by).map(|index| &self.tokens[index].1);
        back(1) == Some(&Token::Then) && matches!(back(2), Some(Token::Name(name)) if name != "use")
    }

    /// Reads a path or a group from here on, as the rest of `above`.
    fn tree(&mut self, above: &mut Vec<String>) {
        let length = above.len();
        let mut line = self.tokens.get(self.next).map_or(0, |(line, _)| *line);
        loop {
            match self.peek(0).cloned() {
                Some(Token::Name(name)) => above.push(name),
                Some(Token::Other('*')) => above.push("*".to_owned()),
                Some(Token::Other('{')) => {
                    self.group(above);
                    above.truncate(length);
                    return;
                }
                _ => break,
            }
            line = self.tokens[self.next].0;
            self.next += 1;
            let goes_on = matches!(self.peek(1), Some(Token::Name(_) | Token::Other('{' | '*')));
            if self.peek(0) != Some(&Token::Then) || !goes_on {
                break;
            }
            self.next += 1;
        }
        let mut segments = above.clone();
        segments.pop_if(|name| name == "self");
        self.found.push(UsedPath { line, segments, inline_depth: self.inline.len() });
        above.truncate(length);
    }

    fn group(&mut self, above: &mut Vec<String>) {
        self.next += 1;
        while let Some(token) = self.peek(0) {
            match token {
                Token::Other('}') => break,
                // `as other` names nothing new.
                Token::Name(name) if name == "as" => self.next += 2,
                Token::Other(',') => self.next += 1,
                Token::Name(_) | Token::Other('*' | '{') => self.tree(above),
                _ => self.next += 1,
            }
        }
        self.next += 1;
    }
}

/// Names, `::` and marks of `source`, each with its line.
fn tokens(source: &str) -> Vec<(usize, Token)> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = match skipped(&chars, at) {
            Some(end) => end,
            None if is_name(chars[at]) => {
                let end = (at..chars.len()).find(|&index| !is_name(chars[index])).unwrap_or(chars.len());
                tokens.push((line, Token::Name(chars[at..end].iter().collect())));
                end
            }
            None if chars[at..].starts_with(&[':', ':']) => {
                tokens.push((line, Token::Then));
                at + 2
            }
            None => {
                if !chars[at].is_whitespace() {
                    tokens.push((line, Token::Other(chars[at])));
                }
                at + 1
            }
        };
        line += chars[at..end].iter().filter(|&&char| char == '\n').count();
        at = end;
    }
    tokens
}

fn is_name(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// End of the comment, string or character that begins at `at`, if one does.
fn skipped(chars: &[char], at: usize) -> Option<usize> {
    let rest = &chars[at..];
    let find = |mark: &[char], from: usize| {
        (from..rest.len()).find(|&index| rest[index..].starts_with(mark)).map(|index| index + mark.len())
    };
    let length = match rest {
        ['/', '/', ..] => find(&['\n'], 2).unwrap_or(rest.len()),
        ['/', '*', ..] => block_comment(rest),
        ['r', '"' | '#', ..] => {
            let hashes = rest[1..].iter().take_while(|&&char| char == '#').count();
            if rest.get(1 + hashes) != Some(&'"') {
                return None;
            }
            let mut close = vec!['"'];
            close.resize(1 + hashes, '#');
            find(&close, 2 + hashes)?
        }
        ['"', ..] => quoted(rest, '"'),
        // A character, not a lifetime.
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => quoted(rest, '\''),
        _ => return None,
    };
    Some(at + length)
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => depth += 1,
            ['*', '/', ..] => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

/// Length of what stands between two `mark`s, they and escapes included.
fn quoted(rest: &[char], mark: char) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != mark {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}
