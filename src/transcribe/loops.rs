/// Characters that numbers are read in; in them repetition is ordinary.
const DIGITS: &str = "0123456789零一二两三四五六七八九幺";

/// A unit said more often than this in a row is a loop of the model, not speech. People do say 好的好的好的, and
/// 对对对对.
const REPEATS_MAX: usize = 4;

/// The same for digits: as many as a mobile number has.
const DIGIT_REPEATS_MAX: usize = 11;

/// How often a unit is kept of a loop: 喂喂 stays two words for the matcher.
const REPEATS_KEPT: usize = 2;

/// Longest unit looked for, in characters: loops of whole sentences are ended by the bound on tokens.
const UNIT_CHARS_MAX: usize = 20;

/// Cuts endless repetitions, which are the way in which Whisper's decoder most often goes wrong.
///
/// Gives the text and whether something was cut.
///
/// ```
/// use callcue::transcribe::cut_loops;
///
/// assert_eq!(cut_loops("好的好的好的"), ("好的好的好的".to_owned(), false));
/// assert_eq!(cut_loops("请稍等稍等稍等稍等稍等稍等"), ("请稍等稍等".to_owned(), true));
/// assert_eq!(cut_loops("一三八八八八八八八八八"), ("一三八八八八八八八八八".to_owned(), false));
/// ```
pub fn cut_loops(text: &str) -> (String, bool) {
    let characters: Vec<char> = text.chars().collect();
    let mut kept = String::with_capacity(text.len());
    let mut cut = false;
    let mut at = 0;
    while at < characters.len() {
        if let Some((unit, repeats)) = loop_at(&characters[at..]) {
            kept.extend(&characters[at..at + unit * REPEATS_KEPT]);
            at += unit * repeats;
            // A loop that the bound on tokens ended in the middle leaves a beginning of its unit.
            let unit_characters = &characters[at - unit..at];
            if unit_characters.starts_with(&characters[at..]) {
                at = characters.len();
            }
            cut = true;
        } else {
            kept.push(characters[at]);
            at += 1;
        }
    }
    (kept, cut)
}

/// Length of the unit and number of its repeats, if `rest` begins with a loop. The shortest unit wins.
fn loop_at(rest: &[char]) -> Option<(usize, usize)> {
    (1..=UNIT_CHARS_MAX.min(rest.len() / (REPEATS_MAX + 1))).find_map(|length| {
        let unit = &rest[..length];
        let repeats = rest.chunks_exact(length).take_while(|chunk| *chunk == unit).count();
        let all_digits = unit.iter().all(|character| DIGITS.contains(*character));
        let allowed = if all_digits { DIGIT_REPEATS_MAX } else { REPEATS_MAX };
        (repeats > allowed).then_some((length, repeats))
    })
}
