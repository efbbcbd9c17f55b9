/// Which words of a growing transcript can be believed: those that two passes in a row agree on.
///
/// Each pass hears the utterance from its start to a later moment. Its last words are often wrong, because they are
/// cut off in the middle; words further back hardly change. The longest common beginning of two passes is therefore
/// committed, and a committed word is never taken back. (Local agreement with n = 2: Liu et al. 2020, “Low-latency
/// sequence-to-sequence speech recognition and translation by partial hypothesis selection”, section 3.)
///
/// Counted in characters, which in Mandarin are syllables.
///
/// ```
/// use callcue::transcribe::Agreement;
///
/// let mut words = Agreement::default();
/// words.pass("您好请");
/// assert_eq!((words.committed(), words.tentative()), ("", "您好请".to_owned()));
/// words.pass("您好前问有");
/// assert_eq!((words.committed(), words.tentative()), ("您好", "前问有".to_owned()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    committed: String,
    latest: String,
}

impl Agreement {
    /// Takes what a further pass heard.
    pub fn pass(&mut self, text: &str) {
        let agreed = common_beginning(&self.latest, text);
        if agreed.len() > self.committed.len() && agreed.starts_with(&self.committed) {
            agreed.clone_into(&mut self.committed);
        }
        text.clone_into(&mut self.latest);
    }

    /// What will not change any more.
    pub fn committed(&self) -> &str {
        &self.committed
    }

    /// What the latest pass heard after that.
    pub fn tentative(&self) -> String {
        beyond(&self.committed, &self.latest).to_owned()
    }
}

/// Running text of an utterance that is transcribed in several pieces, because it is longer than the model's window.
///
/// A piece is open while passes go over it and settled when its final text is there. Pieces settle in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces(Vec<Piece>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Piece {
    running: Agreement,
    settled: Option<String>,
}

impl Default for Pieces {
    /// One open piece.
    fn default() -> Self {
        Self(vec![Piece::default()])
    }
}

impl Pieces {
    /// Begins another piece and gives its number.
    pub fn begin(&mut self) -> usize {
        self.0.push(Piece::default());
        self.current()
    }

    /// Number of the latest piece.
    pub fn current(&self) -> usize {
        self.0.len() - 1
    }

    /// Takes a pass over piece `number`, unless its final text is there already.
    pub fn pass(&mut self, number: usize, text: &str) {
        if let Some(piece) = self.0.get_mut(number)
            && piece.settled.is_none()
        {
            piece.running.pass(text);
        }
    }

    /// Settles piece `number` on `text`, or on what is committed of it if there is none.
    pub fn settle(&mut self, number: usize, text: Option<&str>) {
        if let Some(piece) = self.0.get_mut(number) {
            let text = text.unwrap_or_else(|| piece.running.committed());
            piece.settled = Some(text.to_owned());
        }
    }

    /// Whether every piece is settled.
    pub fn all_settled(&self) -> bool {
        self.0.iter().all(|piece| piece.settled.is_some())
    }

    /// The settled text of all pieces in order.
    pub fn text(&self) -> String {
        self.0.iter().filter_map(|piece| piece.settled.as_deref()).collect()
    }

    /// What will not change any more until the end of the utterance, and what follows it for now.
    ///
    /// Of a settled piece that is what was committed before and the rest of its final text, so that the committed
    /// words grow and never shrink, even where the final text corrects one of them.
    pub fn committed_and_tentative(&self) -> (String, String) {
        let (mut committed, mut tentative) = (String::new(), String::new());
        let mut unbroken = true;
        for piece in &self.0 {
            let believed = piece.running.committed();
            let rest = match &piece.settled {
                Some(text) => beyond(believed, text).to_owned(),
                None => piece.running.tentative(),
            };
            if unbroken {
                committed.push_str(believed);
            } else {
                tentative.push_str(believed);
            }
            unbroken &= piece.settled.is_some();
            if unbroken {
                committed.push_str(&rest);
            } else {
                tentative.push_str(&rest);
            }
        }
        (committed, tentative)
    }
}

fn common_beginning<'a>(one: &str, other: &'a str) -> &'a str {
    let end = other
        .char_indices()
        .zip(one.chars())
        .find(|((_, a), b)| a != b)
        .map_or_else(|| other.len().min(one.len()), |((at, _), _)| at);
    &other[..end]
}

/// What `text` has after `beginning`; where it begins otherwise, after as many characters.
fn beyond<'a>(beginning: &str, text: &'a str) -> &'a str {
    text.strip_prefix(beginning).unwrap_or_else(|| {
        let skipped = beginning.chars().count();
        text.char_indices().nth(skipped).map_or("", |(at, _)| &text[at..])
    })
}
