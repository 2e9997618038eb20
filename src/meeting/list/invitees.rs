//! Who was invited and came.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use super::table::{Table, Wanted};
use super::words::{Column, Word};
use super::{Remark, Remarks};
use crate::meeting::Person;

/// The invitees of a list, on the sheet of that name where one is given; where it says who came,
/// only those. `None` with the reasons where it cannot be read without a guess.
pub(in crate::meeting) fn invitees(
    path: &Path,
    date: Option<Date>,
    sheet: Option<&str>,
) -> (Option<Vec<Arc<Person>>>, Vec<Remark>) {
    let mut remarks = Remarks::of(path);
    let Some(table) = Table::read(path, &Wanted { date, sheet, status: false }, &mut remarks) else {
        return (None, remarks.all);
    };
    let mut invitees = Vec::new();
    for row in &table.rows {
        let Some(name) = table.cell(row, Column::Name) else { continue };
        if table.tells_status() {
            match table.word(row, name) {
                Ok(Word::Present(_)) => {}
                Ok(Word::Excused | Word::Absent) => continue,
                Err(slip) => {
                    remarks.at(row.line, slip);
                    continue;
                }
            }
        }
        let own = |column| table.cell(row, column).map(str::to_owned);
        invitees.push(Arc::new(Person {
            id: format!("{}:{}", remarks.file, row.line),
            name: name.to_owned(),
            group: None,
            office: own(Column::Office),
            institution: own(Column::Institution),
            title: None,
            rank: None,
            number: None,
        }));
    }
    let is_whole = remarks.all.iter().all(|remark| remark.slip.is_harmless());
    (is_whole.then_some(invitees), remarks.all)
}
