//! Sheets of a spreadsheet, as offices make it: XLSX, XLS, ODS, or CSV in whatever encoding and
//! with whatever separator.
//!
//! What is hidden was hidden for a reason: hidden sheets and columns are passed over, rows that a
//! filter hides are read, and rows that a hand hid are told.

mod layout;

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use calamine::{Data, Ods, Reader, SheetVisible, Xls, Xlsb, Xlsx};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::Slip;
use crate::common::caught::caught;
use layout::Layout;

/// A list of a thousand people is below a hundredth of this, packed or unpacked.
const LIMIT: u64 = 32 << 20;
/// Far above a house of parliament with its guests.
const ROWS: usize = 20_000;
/// What an XLSX or ODS begins with: it is a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";
/// What an XLS begins with, and an XLSX with a password.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";

/// A row with the number that an editor or the spreadsheet shows beside it.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
    /// Hidden by a hand, and not by a filter.
    pub(super) hidden: bool,
    /// Cells, from 0, with a formula that has no result, or one that is an error.
    pub(super) without_result: Vec<usize>,
}

/// One sheet that holds anything.
pub(super) struct Sheet {
    /// Its name; none in CSV.
    pub(super) name: Option<String>,
    pub(super) visible: bool,
    /// The rows that are not empty.
    pub(super) rows: Vec<Row>,
}

/// The sheets that are not empty.
pub(super) fn sheets(path: &Path) -> Result<Vec<Sheet>, Slip> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Slip::Absent,
        _ => Slip::Unreadable(error.to_string()),
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Slip::TooLarge);
    }
    let mut sheets = if bytes.starts_with(ZIP) || bytes.starts_with(COMPOUND) {
        caught(|| workbook(bytes)).unwrap_or(Err(Slip::Damaged))?
    } else {
        vec![Sheet { name: None, visible: true, rows: text(&bytes)? }]
    };
    for sheet in &mut sheets {
        sheet.rows.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()) || !row.without_result.is_empty());
        if sheet.rows.len() > ROWS {
            return Err(Slip::TooLarge);
        }
    }
    sheets.retain(|sheet| !sheet.rows.is_empty());
    Ok(sheets)
}

fn workbook(bytes: Vec<u8>) -> Result<Vec<Sheet>, Slip> {
    if bytes.starts_with(COMPOUND) {
        let unreadable = |error: calamine::XlsError| match error {
            calamine::XlsError::Password => Slip::Password,
            error => Slip::Unreadable(error.to_string()),
        };
        // An XLSX with a password is a compound file without a workbook.
        if bytes.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
            return Err(Slip::Password);
        }
        let book = Xls::new(Cursor::new(bytes)).map_err(unreadable)?;
        let merged = |name: &String| book.merge_cells_by_sheet_name(name).unwrap_or_default();
        let layouts: Vec<Layout> = book.sheet_names().iter().map(|name| Layout::merged(&merged(name))).collect();
        return read(book, &layouts);
    }
    let parts = parts(&bytes)?;
    let has = |name: &str| parts.iter().any(|(part, _)| part == name);
    let unreadable = |error: &dyn std::fmt::Display| Slip::Unreadable(error.to_string());
    if has("xl/workbook.bin") {
        let book = Xlsb::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
        return read(book, &[]);
    }
    if has("content.xml") {
        let layouts = layout::of_ods(&parts);
        let book = Ods::new(Cursor::new(bytes)).map_err(|error| match error {
            calamine::OdsError::Password => Slip::Password,
            error => unreadable(&error),
        })?;
        return read(book, &layouts);
    }
    let layouts = layout::of_xlsx(&parts);
    let book = Xlsx::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    read(book, &layouts)
}

/// UTF-16, as names in a compound file are.
const ENCRYPTED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

fn read<R: Reader<Cursor<Vec<u8>>>>(mut book: R, layouts: &[Layout]) -> Result<Vec<Sheet>, Slip>
where
    R::Error: std::fmt::Display,
{
    let plain = Layout::default();
    let mut sheets = Vec::new();
    for (index, meta) in book.sheets_metadata().to_vec().into_iter().enumerate() {
        if meta.typ != calamine::SheetType::WorkSheet {
            continue;
        }
        let layout = layouts.get(index).unwrap_or(&plain);
        let range = book.worksheet_range(&meta.name).map_err(|error| Slip::Unreadable(error.to_string()))?;
        let (top, left) = range.start().map_or((0, 0), |(row, column)| (row as usize, column as usize));
        let mut rows: Vec<Row> = Vec::new();
        for (index, cells) in range.rows().take(ROWS + 1).enumerate() {
            let place = top + index;
            let mut row = Row {
                line: place + 1,
                cells: vec![String::new(); left],
                hidden: layout.rows.contains(&place),
                without_result: Vec::new(),
            };
            for (column, data) in cells.iter().enumerate().map(|(column, data)| (left + column, data)) {
                let shown = !layout.columns.contains(&column);
                if shown
                    && (matches!(data, Data::Error(_))
                        || (layout.formulas.contains(&(place, column)) && matches!(data, Data::Empty)))
                {
                    row.without_result.push(column);
                }
                row.cells.push(if shown { cell(data) } else { String::new() });
            }
            rows.push(row);
        }
        // A formula in a cell beyond all that has a value.
        for (place, column) in &layout.formulas {
            if let Some(row) = rows.iter_mut().find(|row| row.line == place + 1)
                && *column >= row.cells.len()
                && !layout.columns.contains(column)
            {
                row.without_result.push(*column);
            }
        }
        layout.fill(&mut rows);
        let visible = meta.visible == SheetVisible::Visible;
        sheets.push(Sheet { name: Some(meta.name), visible, rows });
    }
    Ok(sheets)
}

/// The parts of an archive that tell how its sheets are laid out. A small archive can hold a huge
/// file: what it says of its sizes is not believed.
fn parts(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Slip> {
    let unreadable = |error: &dyn std::fmt::Display| Slip::Unreadable(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    let mut left = LIMIT;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let name = part.name().to_owned();
        let mut content = Vec::new();
        let size = part.take(left + 1).read_to_end(&mut content).map_err(|error| unreadable(&error))?;
        left = left.checked_sub(size as u64).ok_or(Slip::TooLarge)?;
        let is_wanted = name.ends_with(".xml") || name.ends_with(".rels") || name == "xl/workbook.bin";
        if is_wanted {
            parts.push((name, content));
        }
    }
    Ok(parts)
}

fn cell(data: &Data) -> String {
    match data {
        Data::Empty | Data::Error(_) => String::new(),
        Data::DateTime(moment) if moment.is_datetime() => {
            day(moment.as_f64()).map_or_else(String::new, |day| day.to_string())
        }
        Data::DateTimeIso(moment) => moment.split('T').next().unwrap_or_default().to_owned(),
        other => tidy(&other.to_string()),
    }
}

/// The day of a date that is kept as a number of days.
fn day(days: f64) -> Option<Date> {
    let span: Span = 0.days().try_days(days as i64).ok()?;
    jiff::civil::date(1899, 12, 30).checked_add(span).ok()
}

/// One line, single spaces.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(bytes: &[u8]) -> Result<Vec<Row>, Slip> {
    let text = decoded(bytes);
    // Excel's own way to name the separator.
    let (text, told, skipped) = match text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        Some((separator, rest)) => (rest, separator.trim_end().bytes().next(), 1),
        None => (text.as_str(), None, 0),
    };
    let separator = told.unwrap_or_else(|| separator(text));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|error| Slip::Unreadable(error.to_string()))?;
        let line = record.position().map_or(0, |position| position.line() as usize) + skipped;
        Ok(Row { line, cells: record.iter().map(tidy).collect(), hidden: false, without_result: Vec::new() })
    };
    reader.records().take(ROWS + 1).map(row).collect()
}

/// By its byte order mark; else UTF-8 if it is that, else what Windows writes in Indonesia.
fn decoded(bytes: &[u8]) -> String {
    let encoding = match bytes {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
        _ => WINDOWS_1252,
    };
    // Takes the byte order mark away.
    encoding.decode(bytes).0.into_owned()
}

/// The separator that parts most of the lines, outside quotes.
fn separator(text: &str) -> u8 {
    let count = |separator: u8| {
        let mut quoted = false;
        let parts = |byte: u8| {
            quoted ^= byte == b'"';
            byte == separator && !quoted
        };
        text.bytes().take(64 << 10).map(parts).filter(|parts| *parts).count()
    };
    // Of two that part equally often, the first.
    let candidates = [b';', b'\t', b','];
    let mut best = (b',', 0);
    for candidate in candidates {
        let parts = count(candidate);
        if parts > best.1 {
            best = (candidate, parts);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_found_outside_quotes() {
        assert_eq!(separator("Nama;Fraksi\n\"Ani, S.Pd.\";F-A\n\"Budi, S.H., M.H.\";F-B\n"), b';');
        assert_eq!(separator("Nama,Fraksi\n\"Ani; Budi; Cici\",F-A\n"), b',');
        assert_eq!(separator("Nama\tFraksi\nAni\tF-A\n"), b'\t');
        assert_eq!(separator("Nama\nAni\n"), b',');
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(decoded(b"\xef\xbb\xbfNama"), "Nama");
        assert_eq!(decoded(b"Ren\xe9 \x96 Ni\x92mah"), "René – Ni’mah");
        assert_eq!(decoded("محمد".as_bytes()), "محمد");
        assert_eq!(decoded(b"\xff\xfeN\0a\0"), "Na");
    }
}
