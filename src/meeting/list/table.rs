//! A list as a table: which sheet of a file it is, where its heading stands, what its columns hold.

use std::path::Path;

use jiff::civil::Date;

use super::sheet::{self, Row, Sheet};
use super::words::{self, Column, Word};
use super::{Remarks, Slip};
use crate::common::date::typed_date;

/// The heading stands in one of the first rows; titles may stand above it.
const HEADING_WITHIN: usize = 30;

/// Which list of a file is meant.
pub(super) struct Wanted<'a> {
    /// The day of the meeting.
    pub(super) date: Option<Date>,
    /// The name of the sheet, where the description gives it.
    pub(super) sheet: Option<&'a str>,
    /// Whether it must say who came.
    pub(super) status: bool,
}

/// Rows below their heading.
pub(super) struct Table {
    columns: Vec<Option<Column>>,
    pub(super) rows: Vec<Row>,
    /// What stands above the heading, and the name of the sheet.
    title: Vec<String>,
}

impl Table {
    /// Reads a list; the reason why it is none goes to the remarks.
    pub(super) fn read(path: &Path, wanted: &Wanted, remarks: &mut Remarks) -> Option<Self> {
        match Self::choose(path, wanted, remarks) {
            Ok(table) => Some(table),
            Err(slip) => {
                remarks.add(None, slip);
                None
            }
        }
    }

    fn choose(path: &Path, wanted: &Wanted, remarks: &mut Remarks) -> Result<Self, Slip> {
        let sheets = sheet::sheets(path)?;
        let names = |sheets: &[&Sheet]| sheets.iter().filter_map(|sheet| sheet.name.clone()).collect::<Vec<_>>();
        let all: Vec<&Sheet> = sheets.iter().collect();
        let is_list = |sheet: &&Sheet| Self::of(sheet).is_some_and(|table| !wanted.status || table.tells_status());
        let chosen = if let Some(name) = wanted.sheet.filter(|_| sheets.iter().any(|sheet| sheet.name.is_some())) {
            let is_meant =
                |sheet: &&&Sheet| sheet.name.as_deref().is_some_and(|own| words::plain(own) == words::plain(name));
            *all.iter().find(is_meant).ok_or_else(|| Slip::NoSheet { sheet: name.to_owned(), known: names(&all) })?
        } else {
            let (shown, hidden): (Vec<&Sheet>, Vec<&Sheet>) =
                all.iter().filter(|sheet| is_list(sheet)).partition(|sheet| sheet.visible);
            let of_the_day: Vec<&Sheet> = shown
                .iter()
                .copied()
                .filter(|sheet| Self::of(sheet).is_some_and(|table| wanted.date.is_some_and(|date| table.names(date))))
                .collect();
            match (shown.as_slice(), of_the_day.as_slice(), hidden.as_slice()) {
                ([one], ..) | (_, [one], _) => *one,
                ([], _, []) => {
                    let named = all.iter().any(|sheet| Self::of(sheet).is_some());
                    return Err(if named { Slip::NoStatus } else { Slip::NoNames });
                }
                ([], _, hidden) => return Err(Slip::OnlyHidden(names(hidden))),
                (several, ..) => return Err(Slip::Sheets(names(several))),
            }
        };
        let table = Self::of(chosen).ok_or(Slip::NoNames)?;
        if let (Some(date), None) = (wanted.date, wanted.sheet)
            && let [other] = table.dates().as_slice()
            && *other != date
        {
            return Err(Slip::OtherDate(*other));
        }
        if let Some(sheet) = &chosen.name
            && all.len() > 1
        {
            let others: Vec<&Sheet> = all.iter().copied().filter(|other| other.name.as_ref() != Some(sheet)).collect();
            remarks.add(None, Slip::Sheet { sheet: sheet.clone(), others: names(&others) });
        }
        for row in &table.rows {
            if row.hidden {
                remarks.at(row.line, Slip::HiddenRow);
            }
            for place in
                row.without_result.iter().filter(|place| table.columns.get(**place).is_some_and(Option::is_some))
            {
                remarks.at(row.line, Slip::NoResult(letters(*place)));
            }
        }
        Ok(table)
    }

    /// The table of a sheet, if a heading with a column of names stands in it.
    fn of(sheet: &Sheet) -> Option<Self> {
        let columns = |row: &Row| -> Vec<Option<Column>> { row.cells.iter().map(|cell| words::column(cell)).collect() };
        let is_heading = |row: &Row| columns(row).contains(&Some(Column::Name));
        let place = sheet.rows.iter().take(HEADING_WITHIN).position(is_heading)?;
        let mut heading = columns(&sheet.rows[place]);
        let mut first = place + 1;
        // *Kehadiran* above *Hadir*, *Izin* and *Tanpa Keterangan*: the lower line says what a column
        // holds.
        while let Some(lower) = sheet.rows.get(first).filter(|row| goes_on(&heading, row)) {
            for (place, column) in columns(lower).into_iter().enumerate() {
                match heading.get_mut(place) {
                    Some(upper) => *upper = column.or(*upper),
                    None => heading.push(column),
                }
            }
            first += 1;
        }
        let is_repeated = |row: &Row| is_heading(row) && columns(row).iter().flatten().count() > 1;
        let rows = sheet.rows[first..].iter().filter(|row| !is_repeated(row)).cloned().collect();
        let above = sheet.rows[..place].iter().map(|row| row.cells.join(" "));
        Some(Self { columns: heading, rows, title: sheet.name.iter().cloned().chain(above).collect() })
    }

    /// Whether its title or its sheet names this day.
    fn names(&self, date: Date) -> bool {
        self.title.iter().any(|text| dates(text, Some(date)).contains(&date))
    }

    /// The days that its title or its sheet names.
    fn dates(&self) -> Vec<Date> {
        let mut found: Vec<Date> = self.title.iter().flat_map(|text| dates(text, None)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The first cell of a row in a column of this kind that is not empty.
    pub(super) fn cell<'a>(&self, row: &'a Row, wanted: Column) -> Option<&'a str> {
        let cells = self.columns.iter().zip(&row.cells);
        let mut cells = cells.filter(|(column, _)| **column == Some(wanted)).map(|(_, cell)| cell.as_str());
        cells.find(|cell| !cell.is_empty())
    }

    /// Whether any column says who came.
    pub(super) fn tells_status(&self) -> bool {
        self.columns.iter().flatten().any(|column| matches!(column, Column::Status | Column::Tick(_)))
    }

    /// What a row says of attendance.
    pub(super) fn word(&self, row: &Row, name: &str) -> Result<Word, Slip> {
        let unknown = |word: &str| Slip::UnknownWord { name: name.to_owned(), word: word.to_owned() };
        let mut said: Option<Word> = None;
        let mut mode = None;
        for (column, cell) in self.columns.iter().zip(&row.cells) {
            let word = match column {
                Some(Column::Status) if !cell.is_empty() => words::word(cell).ok_or_else(|| unknown(cell))?,
                Some(Column::Mode) if words::tick(cell) != Some(false) => {
                    mode = Some(words::word(cell).ok_or_else(|| unknown(cell))?);
                    continue;
                }
                Some(Column::Tick(word)) => match words::tick(cell) {
                    Some(true) => *word,
                    Some(false) => continue,
                    None => words::word(cell).ok_or_else(|| unknown(cell))?,
                },
                _ => continue,
            };
            said = Some(match said {
                Some(before) => before.and(word).ok_or_else(|| Slip::Torn(name.to_owned()))?,
                None => word,
            });
        }
        match (said, mode) {
            (Some(said), Some(mode)) => said.and(mode).ok_or_else(|| Slip::Torn(name.to_owned())),
            (Some(word), None) | (None, Some(word)) => Ok(word),
            (None, None) => Err(Slip::Unmarked(name.to_owned())),
        }
    }
}

/// Whether a row below a heading is a part of it: a second line of words, or the numbers of the
/// columns.
fn goes_on(heading: &[Option<Column>], row: &Row) -> bool {
    let filled = || row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    let number = |cell: &str| words::plain(cell).bytes().all(|byte| byte.is_ascii_digit());
    let name = |place: usize| heading.get(place) == Some(&Some(Column::Name));
    if filled().any(|(place, cell)| name(place) && number(cell)) {
        return filled().all(|(_, cell)| number(cell));
    }
    let is_word = |(place, cell): (usize, &String)| {
        if name(place) {
            words::column(cell) == Some(Column::Name)
        } else {
            words::column(cell).is_some() || number(cell) || words::plain(cell) == "no"
        }
    };
    filled().all(is_word)
        && filled().any(|(_, cell)| matches!(words::column(cell), Some(Column::Tick(_) | Column::Mode)))
}

/// The days that a text names, *Selasa, 9 Maret 2027* or *09-03-2027*. With a day that is looked
/// for, also without its year.
fn dates(text: &str, wanted: Option<Date>) -> Vec<Date> {
    let clean = text.replace([',', '(', ')', ':', ';'], " ");
    let words: Vec<&str> = clean.split_whitespace().collect();
    let year = wanted.map(|date| date.year().to_string());
    let mut found: Vec<Date> = words.iter().filter_map(|word| typed_date(word)).collect();
    found.extend(words.windows(3).filter_map(|words| typed_date(&words.join(" "))));
    if let Some(year) = year {
        found.extend(words.windows(2).filter_map(|words| typed_date(&format!("{} {year}", words.join(" ")))));
        found.extend(words.iter().filter_map(|word| typed_date(&format!("{word}-{year}"))));
    }
    found
}

/// A column as a spreadsheet names it.
fn letters(place: usize) -> String {
    let (rest, last) = (place / 26, char::from(b'A' + (place % 26) as u8));
    if rest == 0 { last.to_string() } else { letters(rest - 1) + &last.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_found_in_titles() {
        let day = jiff::civil::date(2027, 3, 9);
        for text in ["Selasa, 9 Maret 2027", "Rapat 09-03-2027", "hadir 2027-03-09", "(9/3/2027)"] {
            assert_eq!(dates(text, None), [day], "{text}");
        }
        for text in ["9 Maret", "09-03", "Rapat 9.3"] {
            assert_eq!((dates(text, None), dates(text, Some(day))), (vec![], vec![day]), "{text}");
        }
        assert_eq!([0, 25, 26, 701].map(letters), ["A", "Z", "AA", "ZZ"]);
    }
}
