//! Rows of a spreadsheet, as offices export it: XLSX, or CSV in whatever encoding and with whatever separator.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Slip;

/// A list of a thousand people is below a hundredth of this, packed or unpacked.
const LIMIT: u64 = 32 << 20;
/// Far above a house of parliament with its guests.
const ROWS: usize = 20_000;
/// What an XLSX begins with: it is a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// A row with the number that an editor or the spreadsheet shows beside it.
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// The rows that are not empty.
pub(super) fn rows(path: &Path) -> Result<Vec<Row>, Slip> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Slip::Absent,
        _ => Slip::Unreadable(error.to_string()),
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Slip::TooLarge);
    }
    let mut rows = if bytes.starts_with(ZIP) { workbook(bytes)? } else { text(&bytes)? };
    rows.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
    if rows.len() > ROWS { Err(Slip::TooLarge) } else { Ok(rows) }
}

/// The first sheet that holds anything.
fn workbook(bytes: Vec<u8>) -> Result<Vec<Row>, Slip> {
    let unreadable = |error: calamine::XlsxError| Slip::Unreadable(error.to_string());
    unpacked_size(&bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    for name in book.sheet_names() {
        let sheet = book.worksheet_range(&name).map_err(unreadable)?;
        let first = sheet.start().map_or(0, |(row, _)| row as usize);
        let rows: Vec<Row> = sheet
            .rows()
            .take(ROWS + 1)
            .enumerate()
            .map(|(index, cells)| Row { line: first + index + 1, cells: cells.iter().map(cell).collect() })
            .collect();
        if rows.iter().flat_map(|row| &row.cells).any(|cell| !cell.is_empty()) {
            return Ok(rows);
        }
    }
    Ok(Vec::new())
}

/// A small archive can hold a huge file: what it says of its sizes is not believed.
fn unpacked_size(bytes: &[u8]) -> Result<(), Slip> {
    let unreadable = |error: &dyn std::fmt::Display| Slip::Unreadable(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    let mut left = LIMIT;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let size = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|error| unreadable(&error))?;
        left = left.checked_sub(size).ok_or(Slip::TooLarge)?;
    }
    Ok(())
}

fn cell(data: &Data) -> String {
    match data {
        Data::Empty | Data::Error(_) => String::new(),
        other => tidy(&other.to_string()),
    }
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
        Ok(Row { line, cells: record.iter().map(tidy).collect() })
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
