//! Amounts of money, in whatever way they are said: always marked, never changed.
//!
//! An amount is a whole run of words that belong to numbers. Where it comes out at one figure, that
//! is proposed.

use std::ops::Range;

use super::Matter;
use super::draft::Draft;
use super::number::{self, Number};
use super::passage::Passage;

/// After a number they show that it counts things and not money.
const THINGS: [&str; 28] = [
    "orang",
    "jiwa",
    "penduduk",
    "warga",
    "anggota",
    "keluarga",
    "rumah",
    "unit",
    "buah",
    "pohon",
    "bibit",
    "ekor",
    "lembar",
    "ton",
    "kilogram",
    "liter",
    "meter",
    "kilometer",
    "hektare",
    "hektar",
    "kubik",
    "kali",
    "tahun",
    "hari",
    "suara",
    "pelanggan",
    "kendaraan",
    "siswa",
];

const CURRENCIES: [&str; 9] = ["dolar", "dollar", "euro", "ringgit", "yen", "yuan", "riyal", "poundsterling", "baht"];

/// Whose dollar or other currency it is.
const COUNTRIES: [&[&str]; 8] = [
    &["amerika", "serikat"],
    &["amerika"],
    &["as"],
    &["singapura"],
    &["australia"],
    &["hong", "kong"],
    &["malaysia"],
    &["saudi"],
];

/// Words that are numbers, one behind the other.
#[derive(Clone)]
struct Run {
    words: Range<usize>,
    /// What it comes to, where that is certain.
    number: Option<Number>,
}

pub(super) fn mark(draft: &mut Draft) {
    let passage = draft.passage;
    for place in 0..passage.len() {
        if let Some(sum) = passage.lower(place).strip_prefix("rp") {
            written(draft, place, sum.trim_start_matches('.'));
        }
    }
    let runs = runs(passage);
    for (index, run) in runs.iter().enumerate() {
        let Some(end) = end_of_money(passage, run) else {
            percent(draft, run);
            continue;
        };
        let before = index.checked_sub(1).and_then(|index| runs.get(index));
        let first = before.filter(|before| is_linked(passage, before, run));
        let first = first.filter(|first| draft.is_free(first.words.start..end));
        let proposal = match first {
            Some(first) => range(passage, first, run, end),
            None => run.number.as_ref().map(|number| in_currency(passage, number, run.words.end..end)),
        };
        draft.doubt(first.unwrap_or(run).words.start..end, Matter::Money, proposal);
    }
}

/// The runs of a passage. A comma or period within the words ends one.
fn runs(passage: &Passage) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut place = 0;
    while place < passage.len() {
        let mut end = place;
        while end < passage.len() && is_part(passage, end) && passage.is_unbroken(place..end + 1) {
            end += 1;
        }
        if end > place {
            // A comma that belongs to a word which is no number stays with it.
            let words = (place..end).find(|word| passage.lower(*word) != "koma").unwrap_or(end)..end;
            if !words.is_empty() {
                let number = number_of(passage, words.clone());
                runs.push(Run { words, number });
            }
        }
        place = end.max(place + 1);
    }
    runs
}

fn is_part(passage: &Passage, place: usize) -> bool {
    let beside = |word: &str| word == "koma" || number::is_part(word);
    match passage.lower(place) {
        "kosong" => passage.lower(place + 1) == "koma" || (place > 1 && is_decimal(passage, place)),
        "koma" => beside(passage.before(place)) || passage.before(place) == "kosong",
        word => passage.is_number(place) || number::is_part(word),
    }
}

/// Whether *kosong* stands among the digits after *koma*.
fn is_decimal(passage: &Passage, place: usize) -> bool {
    let digits =
        (0..place).rev().take_while(|word| number::is_part(passage.lower(*word)) || passage.lower(*word) == "kosong");
    digits.into_iter().any(|word| passage.lower(word) == "koma")
}

fn number_of(passage: &Passage, words: Range<usize>) -> Option<Number> {
    let beside = |inner: usize, outer: usize, ends: bool| {
        let pair = inner.min(outer)..inner.max(outer) + 1;
        passage.is_unbroken(pair) && number::is_glued(passage.lower(outer), ends)
    };
    let glued = (words.start > 0 && beside(words.start, words.start - 1, true))
        || (words.end < passage.len() && beside(words.end - 1, words.end, false));
    let words: Vec<&str> = words.map(|word| passage.lower(word)).collect();
    if glued { None } else { number::amount(&words) }
}

/// Where an amount ends that the run begins: behind its currency. `None` where it counts something
/// else or nothing large.
fn end_of_money(passage: &Passage, run: &Run) -> Option<usize> {
    let end = run.words.end;
    let next = if passage.is_unbroken(end - 1..end + 1) { passage.lower(end) } else { "" };
    if next == "rupiah" {
        return Some(end + 1);
    }
    if CURRENCIES.contains(&next) {
        let country = COUNTRIES.iter().find(|country| passage.reads(end + 1, country));
        let country = country.filter(|_| passage.is_unbroken(end..end + 2));
        return Some(end + 1 + country.map_or(0, |country| country.len()));
    }
    let scales = |word: usize| number::Scale::of(passage.lower(word)).is_some();
    let is_counted = run.words.clone().skip(1).any(scales)
        || passage.numerals.iter().any(|numeral| run.words.contains(&numeral.words.start) && numeral.number.is_large());
    (is_counted && !THINGS.contains(&next) && next != "persen").then_some(end)
}

/// *Setengah persen*: no amount of money, but no machine writes a fraction.
fn percent(draft: &mut Draft, run: &Run) {
    let passage = draft.passage;
    let Range { start, end } = run.words;
    let whole = passage.numeral_at(start).is_some_and(|numeral| numeral.words.end == end);
    if !whole && passage.lower(end) == "persen" && passage.is_unbroken(end - 1..end + 1) {
        let proposal = run.number.as_ref().map(|number| format!("{number}%"));
        draft.doubt(start..end + 1, Matter::Number, proposal);
    }
}

/// Whether two runs are the ends of one range: *dua sampai tiga juta*, *antara dua dan tiga juta*,
/// *dua atau tiga juta*.
fn is_linked(passage: &Passage, first: &Run, last: &Run) -> bool {
    let Range { start, end } = first.words;
    let word =
        |word: &str| passage.lower(end) == word && end + 1 == last.words.start && passage.is_unbroken(end - 1..end + 2);
    passage.joined(end) == Some(last.words.start) || word("atau") || (word("dan") && passage.before(start) == "antara")
}

/// Both ends of a range. *Dua sampai tiga juta* are millions at both.
fn range(passage: &Passage, first: &Run, last: &Run, end: usize) -> Option<String> {
    let (from, to) = (first.number.as_ref()?, last.number.as_ref()?);
    let link = (first.words.end..last.words.start).map(|word| passage.core(word)).collect::<Vec<_>>().join(" ");
    let write = |number: &Number| in_currency(passage, number, last.words.end..end);
    if from.whole >= 1000 || from.scale.is_some() {
        return Some(format!("{} {link} {}", write(from), write(to)));
    }
    let unit = to.unit()?;
    let from = Number { scale: Some(unit), ..from.clone() };
    let count = to.scale.map_or_else(|| to.whole / unit.value(), |_| to.whole);
    (from.whole < count).then(|| format!("{} {link} {}", write(&from), write(to)))
}

/// A number with the words of its currency; *rupiah* is written in front.
fn in_currency(passage: &Passage, number: &Number, currency: Range<usize>) -> String {
    match passage.lower(currency.start) {
        "rupiah" if !currency.is_empty() => format!("Rp{number}"),
        _ => {
            let words = currency.map(|word| format!(" {}", passage.core(word)));
            words.fold(number.to_string(), |text, word| text + &word)
        }
    }
}

/// `Rp`, `Rp.` or `Rp100.000`, with what belongs to it.
fn written(draft: &mut Draft, place: usize, sum: &str) {
    let passage = draft.passage;
    let next = place + 1;
    let follows = |word: usize| {
        let tail = sum.is_empty() || passage.tail(place).is_empty();
        tail && word < passage.len() && passage.lead(next).is_empty() && passage.is_unbroken(next..word + 1)
    };
    let mut end = next;
    while follows(end) && is_part(passage, end) {
        end += 1;
    }
    let rest = (place + 1..end).map(|word| passage.lower(word));
    let words: Vec<&str> = Some(sum).filter(|sum| !sum.is_empty()).into_iter().chain(rest).collect();
    let is_sum = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) || end > next;
    if words.first().is_some_and(is_sum) {
        let number = number::amount(&words).filter(|_| !passage.goes_on(end));
        // *Rp dua sampai tiga juta*: which figure the first end has, the second tells.
        let last = passage.joined(end).filter(|start| passage.numeral_at(*start).is_some());
        let last = last.and_then(|start| runs(passage).into_iter().find(|run| run.words.start == start));
        let proposal = number.filter(|_| last.is_none()).map(|number| format!("Rp{number}"));
        draft.doubt(place..last.map_or(end, |last| last.words.end), Matter::Money, proposal);
    }
}
