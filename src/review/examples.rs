use std::fmt::Write;

use serde_json::json;

use super::Verdict;

/// What was said where a rule hit, with the numbers of persons masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The words.
    pub text: String,
    /// By whom, as timelines say it: `agent`, `customer`.
    pub channel: String,
    /// In which way the rule was broken, as cases say it: `forbidden`, `missing`, …
    pub kind: String,
}

/// Examples as cases of a script file, to paste below the rule: each a call of that one sentence. A dismissed hit is a case without flags,
/// a confirmed one a case with its flag; of the unsure ones nobody knows, and their cases are comments.
///
/// A sentence alone is less than the call was: a rule that goes by what came before needs more lines from its owner.
pub fn toml_of(verdict: Verdict, examples: &[Example]) -> String {
    let mut out = String::new();
    for (number, example) in examples.iter().enumerate() {
        let name = match verdict {
            Verdict::Confirmed => "复核确认",
            Verdict::Dismissed => "复核驳回",
            Verdict::Unsure => "复核存疑",
        };
        let call = [
            json!({"at_ms": 0, "type": "call_started", "agent": "1024"}),
            json!({
                "at_ms": 4_000, "type": "speech", "channel": example.channel,
                "end_ms": 4_000 + 200 * example.text.chars().count().max(1), "text": one_line(&example.text),
            }),
            json!({"at_ms": 30_000, "type": "call_ended", "by": "customer"}),
        ];
        let flags = if verdict == Verdict::Confirmed { format!("{:?}", example.kind) } else { String::new() };
        let mut case = format!("[[rule.case]]\nname = \"{name} {}\"\ntimeline = '''\n", number + 1);
        for line in call {
            // Infallible: it is a string.
            let _ = writeln!(case, "{line}");
        }
        let _ = write!(case, "'''\nflags = [{flags}]\n");
        for line in case.lines() {
            let mark = if verdict == Verdict::Unsure { "# " } else { "" };
            let _ = writeln!(out, "{mark}{line}");
        }
        out.push('\n');
    }
    out
}

/// Three quotes would end the literal, a control character is not allowed in it.
fn one_line(text: &str) -> String {
    text.replace("'''", "’’’").chars().map(|one| if one.is_control() { ' ' } else { one }).collect()
}
