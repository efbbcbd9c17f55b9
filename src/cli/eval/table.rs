use std::io::{self, Write};

use crate::eval::{Figures, Report};

const HEADINGS: [&str; 12] = [
    "condition",
    "files",
    "CER %",
    "ins",
    "del",
    "sub",
    "SER %",
    "exact",
    "invented",
    "RTF",
    "mean ms",
    "p95 ms",
];

/// One line a condition, and one for all of them; what could not be measured is a dash.
pub(super) fn print_table(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(report.conditions().map(|(name, figures)| row(name, &figures)));
    rows.push(row("in all", &report.all()));
    let width = |column: usize| rows.iter().map(|row| columns(&row[column])).max().unwrap_or(0);
    let widths: [usize; HEADINGS.len()] = std::array::from_fn(width);
    for row in &rows {
        let [name, figures @ ..] = row;
        write!(out, "{name}{}", " ".repeat(widths[0] - columns(name)))?;
        for (figure, width) in figures.iter().zip(&widths[1..]) {
            write!(out, "  {figure:>width$}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn row(name: &str, figures: &Figures) -> [String; HEADINGS.len()] {
    let silent = figures.files - figures.sentences;
    [
        name.to_owned(),
        figures.files.to_string(),
        decimal(figures.cer.map(percent), 2),
        figures.insertions.to_string(),
        figures.deletions.to_string(),
        figures.substitutions.to_string(),
        decimal(figures.ser.map(percent), 2),
        format!("{}/{}", figures.exact, figures.sentences),
        format!("{}/{silent}", figures.invented),
        decimal(figures.rtf, 3),
        decimal(figures.latency_mean_ms, 1),
        decimal(figures.latency_p95_ms, 1),
    ]
}

fn percent(rate: f64) -> f64 {
    rate * 100.0
}

fn decimal(value: Option<f64>, places: usize) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.places$}"))
}

/// Columns of a terminal: Chinese characters take two.
fn columns(text: &str) -> usize {
    text.chars().map(|character| if character < '\u{2e80}' { 1 } else { 2 }).sum()
}
