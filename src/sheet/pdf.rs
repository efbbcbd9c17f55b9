use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Date, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::pdf_text::{encoded, width_em, wrapped};
use super::table::{Cell, Sheet, Table};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 42.0;
const TITLE_SIZE: f32 = 16.0;
const HEADING_SIZE: f32 = 11.0;
const SIZE: f32 = 9.0;
/// From one line to the next, in em.
const LEADING: f32 = 1.45;
/// Between the edge of a cell and its words.
const PADDING: f32 = 3.0;

/// The one font. It is not in the file: every reader of PDF has one for this name and this encoding, or takes its own Chinese font for
/// it, as ISO 32000 (9.7.5.2) has it. So no font has to be shipped, and text can be searched and copied.
const FONT: Name<'static> = Name(b"F");
const BASE_FONT: Name<'static> = Name(b"STSong-Light");
const ENCODING: Name<'static> = Name(b"UniGB-UTF16-H");

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const TYPE0: Ref = Ref::new(4);
const CID_FONT: Ref = Ref::new(5);
const DESCRIPTOR: Ref = Ref::new(6);
const FIRST_PAGE: i32 = 7;

/// A sheet as PDF, A4. `made_ms` is when, ms since 1970.
pub fn pdf(sheet: &Sheet, made_ms: i64) -> Vec<u8> {
    let mut layout = Layout::new();
    layout.line(&sheet.title, TITLE_SIZE);
    layout.facts(&sheet.facts);
    for table in &sheet.tables {
        layout.table(table);
    }
    write(layout.finish(), &sheet.title, made_ms)
}

/// Pages as they fill.
struct Layout {
    pages: Vec<Content>,
    /// How high the free part of the newest page reaches.
    top: f32,
}

impl Layout {
    fn new() -> Self {
        Self { pages: vec![Content::new()], top: PAGE.1 - MARGIN }
    }

    fn page(&mut self) -> &mut Content {
        if self.pages.is_empty() {
            self.pages.push(Content::new());
        }
        let newest = self.pages.len() - 1;
        &mut self.pages[newest]
    }

    /// Whether so much fits on the page; if not, there is a new one.
    fn make_room(&mut self, height: f32) -> bool {
        let fits = self.top - height >= MARGIN + SIZE * 2.0;
        if !fits {
            self.pages.push(Content::new());
            self.top = PAGE.1 - MARGIN;
        }
        fits
    }

    fn show(&mut self, text: &str, x: f32, y: f32, size: f32) {
        if text.is_empty() {
            return;
        }
        let page = self.page();
        page.begin_text().set_font(FONT, size).next_line(x, y).show(Str(&encoded(text))).end_text();
    }

    fn rule(&mut self, y: f32, width: f32) {
        let page = self.page();
        page.set_line_width(width).set_stroke_gray(0.6);
        page.move_to(MARGIN, y).line_to(PAGE.0 - MARGIN, y).stroke();
    }

    /// A heading.
    fn line(&mut self, text: &str, size: f32) {
        let room_em = (PAGE.0 - 2.0 * MARGIN) / size;
        for line in wrapped(text, room_em) {
            self.make_room(size * LEADING);
            self.top -= size * LEADING;
            let y = self.top + size * 0.35;
            self.show(&line, MARGIN, y, size);
        }
    }

    /// Two pairs a row.
    fn facts(&mut self, facts: &[(&'static str, Cell)]) {
        let half = (PAGE.0 - 2.0 * MARGIN) / 2.0;
        let (label_em, size) = (6.0, SIZE + 1.0);
        self.top -= 4.0;
        for pair in facts.chunks(2) {
            let room_em = half / size - label_em - 1.0;
            let values: Vec<Vec<String>> =
                pair.iter().map(|(_, value)| wrapped(&value.printed(), room_em)).collect();
            let height = values.iter().map(Vec::len).max().unwrap_or(1) as f32 * size * LEADING;
            self.make_room(height);
            for (place, ((name, _), lines)) in pair.iter().zip(&values).enumerate() {
                let x = MARGIN + half * place as f32;
                let y = self.top - size * 1.1;
                self.show(name, x, y, size);
                for (line, text) in lines.iter().enumerate() {
                    self.show(text, x + label_em * size, y - line as f32 * size * LEADING, size);
                }
            }
            self.top -= height;
        }
    }

    fn table(&mut self, table: &Table) {
        // A heading stays with the first row.
        let row = SIZE * LEADING + 2.0;
        self.make_room(HEADING_SIZE * LEADING * 2.0 + row * 3.0);
        self.top -= HEADING_SIZE;
        self.line(table.title, HEADING_SIZE);
        if table.rows.is_empty() {
            self.line("没有", SIZE);
            return;
        }
        let names: Vec<Cell> = table.columns.iter().map(|column| Cell::from(column.name)).collect();
        let widths = widths(table);
        self.row(&names, &widths, &table.rows[0]);
        self.rule(self.top, 0.8);
        for cells in &table.rows {
            let height = height(cells, &widths);
            if !self.make_room(height) {
                self.row(&names, &widths, cells);
                self.rule(self.top, 0.8);
            }
            self.row(cells, &widths, cells);
            self.rule(self.top, 0.3);
        }
    }

    /// Numbers stand at the right, and so does what stands over them.
    fn row(&mut self, cells: &[Cell], widths: &[f32], aligned_as: &[Cell]) {
        let mut x = MARGIN;
        for ((cell, width), like) in cells.iter().zip(widths).zip(aligned_as) {
            for (line, text) in cell_lines(cell, *width).iter().enumerate() {
                let y = self.top - SIZE * 1.15 - line as f32 * SIZE * LEADING;
                let inset = if like.is_number() { width - PADDING - width_em(text) * SIZE } else { PADDING };
                self.show(text, x + inset, y, SIZE);
            }
            x += width;
        }
        self.top -= height(cells, widths);
    }

    /// The pages, numbered.
    fn finish(mut self) -> Vec<Content> {
        let count = self.pages.len();
        for (place, page) in self.pages.iter_mut().enumerate() {
            let text = format!("{} / {count}", place + 1);
            let x = (PAGE.0 - width_em(&text) * SIZE) / 2.0;
            page.begin_text()
                .set_font(FONT, SIZE)
                .next_line(x, MARGIN - SIZE)
                .show(Str(&encoded(&text)))
                .end_text();
        }
        self.pages
    }
}

fn widths(table: &Table) -> Vec<f32> {
    let all: f32 = table.columns.iter().map(|column| column.width_em).sum();
    let room = PAGE.0 - 2.0 * MARGIN;
    // A small table is not pulled over the whole page.
    let scale = (room / all).min(SIZE * 1.6);
    table.columns.iter().map(|column| column.width_em * scale).collect()
}

fn cell_lines(cell: &Cell, width: f32) -> Vec<String> {
    wrapped(&cell.printed(), (width - 2.0 * PADDING) / SIZE)
}

fn height(cells: &[Cell], widths: &[f32]) -> f32 {
    let lines = cells.iter().zip(widths).map(|(cell, width)| cell_lines(cell, *width).len()).max();
    lines.unwrap_or(1) as f32 * SIZE * LEADING + 3.0
}

fn write(pages: Vec<Content>, title: &str, made_ms: i64) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.set_version(1, 5);
    pdf.catalog(CATALOG).pages(PAGES).lang(TextStr("zh-CN"));
    let ids: Vec<(Ref, Ref)> =
        (FIRST_PAGE..).step_by(2).take(pages.len()).map(|id| (Ref::new(id), Ref::new(id + 1))).collect();
    let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    pdf.pages(PAGES).kids(ids.iter().map(|(page, _)| *page)).count(count);
    for ((id, content_id), content) in ids.iter().zip(pages) {
        let mut page = pdf.page(*id);
        page.parent(PAGES).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(*content_id);
        page.resources().fonts().pair(FONT, TYPE0);
        page.finish();
        pdf.stream(*content_id, &content.finish());
    }
    write_font(&mut pdf);
    let mut info = pdf.document_info(INFO);
    info.title(TextStr(title)).producer(TextStr("callcue"));
    if let Some(date) = pdf_date(made_ms) {
        info.creation_date(date);
    }
    info.finish();
    pdf.finish()
}

fn write_font(pdf: &mut Pdf) {
    pdf.type0_font(TYPE0).base_font(BASE_FONT).encoding_predefined(ENCODING).descendant_font(CID_FONT);
    let mut font = pdf.cid_font(CID_FONT);
    font.subtype(CidFontType::Type0).base_font(BASE_FONT).font_descriptor(DESCRIPTOR).default_width(1_000.0);
    let collection = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"GB1"), supplement: 5 };
    font.system_info(collection);
    // Latin characters, which are 1 to 95 of the collection, are half as wide.
    font.widths().same(1, 95, 500.0);
    font.finish();
    let mut descriptor = pdf.font_descriptor(DESCRIPTOR);
    descriptor.name(BASE_FONT).flags(FontFlags::SYMBOLIC | FontFlags::SERIF);
    descriptor.bbox(Rect::new(-25.0, -254.0, 1_000.0, 880.0));
    descriptor.italic_angle(0.0).ascent(880.0).descent(-120.0).cap_height(880.0).stem_v(93.0);
    descriptor.finish();
}

fn pdf_date(made_ms: i64) -> Option<Date> {
    let made = jiff::Timestamp::from_millisecond(made_ms).ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let part = |part: i8| part.unsigned_abs();
    let date = Date::new(made.year().unsigned_abs()).month(part(made.month())).day(part(made.day()));
    let date = date.hour(part(made.hour())).minute(part(made.minute())).second(part(made.second()));
    Some(date.utc_offset_hour(0).utc_offset_minute(0))
}
