use super::table::{Cell, Sheet};

/// Excel takes UTF-8 for the local code page unless the file begins with this.
const BOM: &str = "\u{feff}";

/// A sheet as CSV (RFC 4180), for Excel, too: facts as pairs, then each table under its heading.
pub fn csv(sheet: &Sheet) -> String {
    let mut text = String::from(BOM);
    row(&mut text, [&Cell::from(sheet.title.as_str())]);
    for (name, fact) in &sheet.facts {
        row(&mut text, [&Cell::from(*name), fact]);
    }
    for table in &sheet.tables {
        text.push_str("\r\n");
        row(&mut text, [&Cell::from(table.title)]);
        let names: Vec<Cell> = table.columns.iter().map(|column| Cell::from(column.name)).collect();
        row(&mut text, &names);
        for cells in &table.rows {
            row(&mut text, cells);
        }
    }
    text
}

fn row<'a>(text: &mut String, cells: impl IntoIterator<Item = &'a Cell>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        field(text, cell);
    }
    text.push_str("\r\n");
}

/// Words that a spreadsheet would take for a formula get an apostrophe in front: what a customer says, or somebody writes into a note,
/// must not run on the reader's machine. Numbers are left as they are.
fn field(text: &mut String, cell: &Cell) {
    let Cell::Text(words) = cell else {
        text.push_str(&cell.printed());
        return;
    };
    let is_formula = words.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || words.starts_with(['\t', '\r', '\n']);
    let guarded = if is_formula { format!("'{words}") } else { words.clone() };
    if guarded.contains(['"', ',', '\r', '\n']) {
        text.push_str(&format!("\"{}\"", guarded.replace('"', "\"\"")));
    } else {
        text.push_str(&guarded);
    }
}
