//! Score cards as files: CSV, XLSX and PDF say what the JSON says.

use calamine::{Data, Reader, Xlsx};
use callcue::score::{Member, MonthSum, ScoreCard, TeamScores};
use callcue::sheet::{Cell, Column, Sheet, Table, card_sheet, csv, pdf, team_sheet, xlsx};
use jiff::civil::date;

use crate::score_card::{rich_card, standard};

const MADE_MS: i64 = 1_795_752_000_000;

/// Rows of RFC 4180.
fn rows_of_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.strip_prefix('\u{feff}').expect("a byte order mark for Excel").chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    assert!(!quoted && field.is_empty(), "the last row is ended");
    rows
}

/// The worksheets of a workbook, cells as text.
fn sheets_of_xlsx(bytes: Vec<u8>) -> Vec<(String, Vec<Vec<String>>)> {
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    names
        .into_iter()
        .map(|name| {
            assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name} has formulas");
            let range = book.worksheet_range(&name).unwrap();
            let rows = range.rows().map(|row| row.iter().map(cell).collect()).collect();
            (name, rows)
        })
        .collect()
}

fn cell(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        Data::Float(number) => format!("{number:.2}"),
        Data::String(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

/// What a PDF shows, piece by piece. Strings stand there as they are: streams of ours are not packed.
fn pieces_of_pdf(bytes: &[u8]) -> Vec<String> {
    let mut pieces = Vec::new();
    for end in (0..bytes.len()).filter(|&at| bytes[at..].starts_with(b" Tj")) {
        let shown = match bytes[end - 1] {
            b'>' => {
                let from = bytes[..end].iter().rposition(|&byte| byte == b'<').unwrap();
                let hex = std::str::from_utf8(&bytes[from + 1..end - 1]).unwrap();
                (0..hex.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                    .collect()
            }
            _ => {
                let from = bytes[..end].iter().rposition(|&byte| byte == b'\n').unwrap();
                unescaped(&bytes[from + 2..end - 1])
            }
        };
        let units: Vec<u16> = shown.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        pieces.push(String::from_utf16(&units).unwrap());
    }
    pieces
}

/// A literal string of PDF.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        let digits = bytes[at + 1..].iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            let octal = std::str::from_utf8(&bytes[at + 1..=at + digits]).unwrap();
            out.push(u8::from_str_radix(octal, 8).unwrap());
            at += 1 + digits;
        } else {
            let plain = match bytes[at + 1] {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'f' => 12,
                other => other,
            };
            out.push(plain);
            at += 2;
        }
    }
    out
}

/// Rows of CSV behind the heading of a table.
fn table_of_csv<'a>(rows: &'a [Vec<String>], title: &str) -> &'a [Vec<String>] {
    let from = rows.iter().position(|row| *row == [title]).unwrap_or_else(|| panic!("no {title}")) + 1;
    let length = rows[from..].iter().position(|row| *row == [""]).unwrap_or(rows.len() - from);
    &rows[from..from + length]
}

fn check(sheet: &Sheet, facts: &[(&str, String)], tables: &[(&str, Vec<Vec<String>>)]) {
    let rows = rows_of_csv(&csv(sheet));
    let book = sheets_of_xlsx(xlsx(sheet, MADE_MS).unwrap());
    let shown = pieces_of_pdf(&pdf(sheet, MADE_MS));
    let paper = shown.concat();
    for (name, value) in facts {
        let pair = vec![(*name).to_owned(), value.clone()];
        assert!(rows.contains(&pair), "CSV: {pair:?} in {rows:?}");
        assert!(book[0].1.contains(&pair), "XLSX: {pair:?} in {:?}", book[0].1);
        let place = shown.iter().position(|piece| piece == name).unwrap_or_else(|| panic!("PDF: no {name}"));
        assert_eq!(shown[place + 1], *value, "PDF: {name}");
    }
    for (title, expected) in tables {
        let unguarded =
            |row: &Vec<String>| row.iter().map(|cell| cell.trim_start_matches('\'').to_owned()).collect();
        let in_csv: Vec<Vec<String>> = table_of_csv(&rows, title)[1..].iter().map(unguarded).collect();
        assert_eq!(in_csv, *expected, "CSV: {title}");
        let (_, in_book) = book.iter().find(|(name, _)| name == title).unwrap();
        assert_eq!(in_book[1..], *expected, "XLSX: {title}");
        for row in expected {
            assert!(paper.contains(&row.concat()) || is_wrapped(row, &shown), "PDF: {row:?} in {shown:?}");
        }
    }
}

/// Whether the cells of a row come one after the other, each perhaps in several lines.
fn is_wrapped(row: &[String], shown: &[String]) -> bool {
    (0..shown.len()).any(|from| {
        let mut at = from;
        row.iter().filter(|cell| !cell.is_empty()).all(|cell| {
            let mut rest = cell.as_str();
            while !rest.is_empty() {
                let Some(next) = shown.get(at).and_then(|piece| rest.strip_prefix(piece.as_str())) else {
                    return false;
                };
                rest = next;
                at += 1;
            }
            true
        })
    })
}

fn words<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[test]
fn a_cards_files_say_what_its_json_says() {
    let card: ScoreCard = rich_card();
    let json = serde_json::to_value(&card).unwrap();
    let facts = [
        ("工号", json["agent"].as_str().unwrap().to_owned()),
        ("姓名", "王芳".to_owned()),
        ("起始分", json["start"].to_string()),
        ("总分", json["total"].to_string()),
        ("班组平均", format!("{:.2}", json["team_mean"].as_f64().unwrap())),
        ("通话", json["calls"].to_string()),
        ("已复核通话", json["reviewed"].to_string()),
        ("待判定", json["undecided"].to_string()),
        ("制表时间", "2026-11-27 12:00".to_owned()),
    ];
    let lines = json["lines"].as_array().unwrap().iter().map(|line| {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let evidence = match (line["flag"].as_i64(), line["entry"].as_i64()) {
            (Some(flag), _) => format!("{} #{flag}", text("call")),
            (_, Some(entry)) => format!("录入 {entry}"),
            _ => "考核标准".to_owned(),
        };
        let counts = if line["void"].as_bool().unwrap() { "否" } else { "是" };
        let appeal = match line["appeal"]["decision"].as_str() {
            Some("overturned") => "撤销",
            Some(_) => "维持",
            None => "",
        };
        let points = line["points"].to_string();
        vec![
            text("date"),
            text("item"),
            points,
            counts.into(),
            text("reason"),
            evidence,
            text("who"),
            appeal.into(),
        ]
    });
    let items = card
        .by_item
        .iter()
        .map(|sum| vec![sum.item.clone(), sum.text.clone(), sum.count.to_string(), sum.points.to_string()]);
    let trend = card.trend.iter().map(|one| vec![one.month.clone(), words(one.total)]);
    let faults = card.faults.iter().map(|one| vec![one.rule.clone(), one.count.to_string()]);
    let tables = [
        ("明细", lines.collect()),
        ("按条款", items.collect()),
        ("趋势", trend.collect()),
        ("最常见的问题", faults.collect::<Vec<_>>()),
    ];
    check(&card_sheet(&card, "2026-11-27 12:00"), &facts, &tables);
}

#[test]
fn a_teams_files_say_what_its_json_says() {
    let month = date(2026, 11, 1);
    let member = |number: u32| Member {
        agent: number.to_string(),
        agent_name: format!("客服{number}"),
        months: vec![(month, MonthSum { calls: number, counted: Vec::new() })],
        open_appeals: number % 3,
    };
    let members: Vec<Member> = (1_001..1_121).map(member).collect();
    let scores: TeamScores = standard().team("一组", month, MADE_MS, &members);
    let agents = scores.agents.iter().map(|one| {
        let numbers = [one.total, one.deductions, one.bonuses].map(|number| number.to_string());
        let [total, deductions, bonuses] = numbers;
        vec![
            one.agent.clone(),
            one.agent_name.clone(),
            total,
            deductions,
            bonuses,
            one.open_appeals.to_string(),
            one.calls.to_string(),
        ]
    });
    let facts = [("班组", "一组".to_owned()), ("人数", "120".to_owned()), ("平均分", "100.00".to_owned())];
    let sheet = team_sheet(&scores, "2026-11-27 12:00");
    let agents = agents.collect();
    let shown = pieces_of_pdf(&pdf(&sheet, MADE_MS));
    assert!(
        shown.contains(&"1 / 4".to_owned()) || shown.contains(&"1 / 3".to_owned()),
        "several pages: {shown:?}"
    );
    let headings = shown.iter().filter(|piece| *piece == "待裁定申诉").count();
    assert!(headings > 1, "each page of a table has its heading");
    // A whole number with decimals reads as one in a workbook.
    let facts = &facts[..2];
    check(&sheet, facts, &[("成员", agents)]);
}

#[test]
fn words_are_never_formulas_and_never_break_a_table() {
    let evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a,b", "say \"so\"", "two\r\nlines", " =1", "＝1"];
    let rows = evil.iter().map(|text| vec![Cell::Text((*text).to_owned()), Cell::Whole(-5)]).collect();
    let columns = vec![Column { name: "话", width_em: 4.0 }, Column { name: "分", width_em: 2.0 }];
    let tables = vec![Table { title: "表", columns, rows }];
    let sheet = Sheet { title: "=标题".into(), facts: Vec::new(), tables };
    let rows = rows_of_csv(&csv(&sheet));
    assert_eq!(rows[0], ["'=标题"]);
    for (row, text) in table_of_csv(&rows, "表")[1..].iter().zip(evil) {
        let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝']);
        let expected = if is_formula { format!("'{text}") } else { text.to_owned() };
        assert_eq!(*row, [expected, "-5".to_owned()], "{text:?}; a number is no formula");
    }
    let book = sheets_of_xlsx(xlsx(&sheet, MADE_MS).unwrap());
    assert_eq!(book[1].1[1], ["=1+1", "-5"], "a string in a workbook is a string");
    let shown = pieces_of_pdf(&pdf(&sheet, MADE_MS)).concat();
    assert!(!shown.contains(char::is_control), "{shown:?}");
}

/// For a look at it: `CALLCUE_SHEET_FOLDER=/tmp cargo test --test it sheet::`, then pdftoppm.
#[test]
fn files_can_be_kept_to_be_looked_at() {
    let Some(folder) = std::env::var_os("CALLCUE_SHEET_FOLDER").map(std::path::PathBuf::from) else { return };
    let sheet = card_sheet(&rich_card(), "2026-11-27 12:00");
    std::fs::write(folder.join("card.pdf"), pdf(&sheet, MADE_MS)).unwrap();
    std::fs::write(folder.join("card.xlsx"), xlsx(&sheet, MADE_MS).unwrap()).unwrap();
    std::fs::write(folder.join("card.csv"), csv(&sheet)).unwrap();
}
