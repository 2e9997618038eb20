//! Dates and years: *sembilan Maret dua ribu dua puluh tujuh* → `9 Maret 2027`.

use std::ops::Range;

use super::draft::Draft;
use super::passage::Passage;
use super::{Matter, Rule};
use crate::common::date::{MONTHS, month_number};

/// The most days that each month has.
const DAYS: [u64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Between *tahun* and its number.
const KINDS_OF_YEAR: [&str; 6] = ["anggaran", "sidang", "ajaran", "pajak", "buku", "jamak"];
/// Papers that are named after their year.
const PAPERS: [&str; 9] = ["apbd", "rapbd", "apbn", "rkpd", "rpjmd", "lkpj", "kua-ppas", "propemperda", "periode"];

pub(super) fn write(draft: &mut Draft) {
    let passage = draft.passage;
    for place in 0..passage.len() {
        if let Some(month) = month(passage, place) {
            around(draft, place, month);
        }
    }
    for place in 0..passage.len() {
        if let Some(year) = named_year(passage, place) {
            let words = passage.numeral_at(place).map_or(place..place, |numeral| numeral.words.clone());
            draft.change(words, &year.to_string(), Rule::Date);
        } else if passage.before(place) == "tanggal"
            && let Some(numeral) = passage.numeral_at(place)
            && let Some(day) = numeral.within(1..=31)
            && !passage.touches(numeral)
        {
            draft.change(numeral.words.clone(), &day.to_string(), Rule::Date);
        }
    }
}

fn month(passage: &Passage, place: usize) -> Option<(&'static str, u64)> {
    let place = usize::from(month_number(passage.lower(place))?.unsigned_abs()) - 1;
    Some((MONTHS[place], DAYS[place]))
}

/// A month with the day before it and the year after it, as far as they are said.
fn around(draft: &mut Draft, place: usize, (name, days): (&'static str, u64)) {
    let passage = draft.passage;
    let bound = |at: usize| passage.is_unbroken(at - 1..at + 1);
    let before = passage.numeral_before(place).filter(|_| bound(place));
    let year = passage.numeral_at(place + 1).filter(|_| bound(place + 1));
    let year = year.and_then(|numeral| Some((year_of(passage, numeral.words.clone())?, numeral.words.end)));
    let Some(numeral) = before else {
        if let Some((year, end)) = year {
            draft.change(place..end, &format!("{name} {year}"), Rule::Date);
        }
        return;
    };
    let end = year.map_or(place + 1, |(_, end)| end);
    let words = numeral.words.start..end;
    match numeral.within(1..=days) {
        Some(day) if !passage.touches(numeral) => {
            let year = year.map_or_else(String::new, |(year, _)| format!(" {year}"));
            draft.change(words, &format!("{day} {name}{year}"), Rule::Date);
        }
        _ => draft.doubt(words, Matter::Number, None),
    }
}

/// A year of four figures with nothing of another number beside it.
fn year_of(passage: &Passage, words: Range<usize>) -> Option<u64> {
    let numeral = passage.numeral_at(words.start)?;
    numeral.within(1900..=2100).filter(|_| !passage.goes_on(words.end))
}

/// The year that a word before it says is one: *tahun anggaran dua ribu dua puluh tujuh*, *sampai*
/// after another year.
fn named_year(passage: &Passage, place: usize) -> Option<u64> {
    let numeral = passage.numeral_at(place)?;
    let year = year_of(passage, place..numeral.words.end).filter(|_| !passage.touches(numeral))?;
    let word = passage.before(place);
    let named = word == "tahun"
        || PAPERS.contains(&word)
        || (KINDS_OF_YEAR.contains(&word) && place > 1 && passage.lower(place - 2) == "tahun");
    let first = matches!(word, "sampai" | "hingga" | "dan").then(|| passage.numeral_before(place - 1)).flatten();
    // The comparison also ends the search: there are not many years one after the other.
    let goes_on = first.is_some_and(|first| {
        first.number.as_integer().is_some_and(|first| first < year) && named_year(passage, first.words.start).is_some()
    });
    (named || goes_on).then_some(year)
}
