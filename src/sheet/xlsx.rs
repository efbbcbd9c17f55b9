use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::table::{Cell, Column, Sheet};

/// Name of the worksheet with the facts.
const OVERVIEW: &str = "总览";
/// Width of a column in Excel's unit, about a digit, for each Chinese character.
const UNITS_PER_EM: f64 = 2.2;

/// A workbook cannot be made of that sheet: a defect, not a mistake of whoever asked.
#[derive(Debug, thiserror::Error)]
#[error("no workbook can be made of it: {0}; please report it")]
pub struct NotWritten(#[from] XlsxError);

/// A sheet as a workbook: facts on the first worksheet, each table on one of its own. `made_ms` is when, ms since 1970.
///
/// Words are written as strings, so that none of them is ever a formula.
///
/// # Errors
/// [`NotWritten`].
pub fn xlsx(sheet: &Sheet, made_ms: i64) -> Result<Vec<u8>, NotWritten> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(made_ms.div_euclid(1_000))?;
    let properties = DocProperties::new().set_title(&sheet.title).set_creation_datetime(&made);
    workbook.set_properties(&properties);
    let bold = Format::new().set_bold();
    let overview = page(&mut workbook, OVERVIEW)?;
    overview.write_string_with_format(0, 0, &sheet.title, &bold)?;
    for (row, (name, fact)) in (1..).zip(&sheet.facts) {
        overview.write_string(row, 0, *name)?;
        put(overview, row, 1, fact)?;
    }
    widen(overview, &[Column { name: "", width_em: 6.0 }, Column { name: "", width_em: 14.0 }])?;
    for table in &sheet.tables {
        let worksheet = page(&mut workbook, table.title)?;
        for (column, place) in table.columns.iter().zip(0..) {
            worksheet.write_string_with_format(0, place, column.name, &bold)?;
        }
        worksheet.set_freeze_panes(1, 0)?;
        for (row, cells) in (1..).zip(&table.rows) {
            for (column, cell) in (0..).zip(cells) {
                put(worksheet, row, column, cell)?;
            }
        }
        widen(worksheet, &table.columns)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn page<'a>(workbook: &'a mut Workbook, name: &str) -> Result<&'a mut Worksheet, XlsxError> {
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(name)?;
    // A4, as wide as a page, however long.
    worksheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(worksheet)
}

fn put(worksheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => worksheet.write_string(row, column, text)?,
        #[expect(clippy::cast_precision_loss, reason = "points and counts are far below 2^53")]
        Cell::Whole(number) => worksheet.write_number(row, column, *number as f64)?,
        Cell::Decimal(number) => worksheet.write_number(row, column, *number)?,
        Cell::Empty => return Ok(()),
    };
    Ok(())
}

fn widen(worksheet: &mut Worksheet, columns: &[Column]) -> Result<(), XlsxError> {
    for (place, column) in (0..).zip(columns) {
        worksheet.set_column_width(place, f64::from(column.width_em) * UNITS_PER_EM)?;
    }
    Ok(())
}
