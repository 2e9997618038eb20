//! Ordinals: *hari kedua puluh lima* → `hari ke-25`; Roman figures where offices use them: *masa
//! sidang kedua* → `masa sidang II`.

use super::draft::Draft;
use super::number;
use super::passage::Passage;
use super::{Matter, Rule};

/// What is counted in Roman figures, and the most there can be of it.
const ROMAN: [(&[&str], u64); 8] = [
    (&["masa", "sidang"], 12),
    (&["masa", "persidangan"], 12),
    (&["wakil", "ketua"], 5),
    (&["komisi"], 20),
    (&["pansus"], 20),
    (&["triwulan"], 4),
    (&["semester"], 2),
    (&["pembicaraan", "tingkat"], 2),
];

/// Words of an ordinal, at the most: more than any below a thousand has.
const LONGEST: usize = 8;

/// After these, *ke* and a number apart are an ordinal and not a direction.
const COUNTED: [&str; 19] = [
    "rapat",
    "paripurna",
    "pleno",
    "kerja",
    "sidang",
    "hari",
    "minggu",
    "bulan",
    "tahun",
    "abad",
    "kali",
    "putaran",
    "tahap",
    "urutan",
    "peringkat",
    "pertemuan",
    "yang",
    "pasal",
    "ayat",
];

/// Nothing has a greater place in an order.
const MOST: u64 = 999;

pub(super) fn write(draft: &mut Draft) {
    let passage = draft.passage;
    for place in 1..passage.len() {
        let Some((value, words)) = read(passage, place) else { continue };
        let ends = other_ends(passage, &words);
        let long = words.len() > 1 || ends.iter().any(|end| end.len() > 1);
        if let Some(most) = roman_noun(passage, place)
            && let Some(roman) = number::roman(value).filter(|_| value <= most)
        {
            draft.change(words, &roman, Rule::Ordinal);
        } else if long && passage.lower(place).starts_with("ke") {
            let written = format!("ke-{value}");
            let before = ends.iter().map(|end| end.start).min().unwrap_or(place).min(place);
            if passage.lower(place) != "ke" || COUNTED.contains(&passage.before(before)) {
                draft.change(words, &written, Rule::Ordinal);
            } else if words.len() > 2 {
                // *Ke dua puluh lima sekolah* or *rapat dinas ke dua puluh lima*.
                draft.doubt(words, Matter::Number, Some(written));
            }
        }
    }
}

fn read(passage: &Passage, place: usize) -> Option<(u64, std::ops::Range<usize>)> {
    ordinal(passage, place).or_else(|| cardinal(passage, place))
}

/// The words of the other end of a range, *kedua sampai kedua puluh lima*: in figures are both or
/// none.
fn other_ends(passage: &Passage, words: &std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
    let is_ordinal = |place: usize| passage.lower(place).starts_with("ke") && ordinal(passage, place).is_some();
    let after = passage.joined(words.end).filter(|place| is_ordinal(*place));
    let after = after.and_then(|place| ordinal(passage, place)).map(|(_, words)| words);
    let before = (words.start.saturating_sub(LONGEST + 2)..words.start).filter(|place| is_ordinal(*place));
    let before = before.filter_map(|place| ordinal(passage, place)).map(|(_, words)| words);
    before.filter(|other| passage.joined(other.end) == Some(words.start)).chain(after).collect()
}

/// The ordinal that begins at a word, with the words it takes: *kedua puluh lima*, *ke dua puluh
/// lima*, *ketujuh*, *ke-7*.
fn ordinal(passage: &Passage, place: usize) -> Option<(u64, std::ops::Range<usize>)> {
    let first = passage.lower(place);
    let bound = |word: &usize| *word < passage.len() && passage.is_unbroken(word - 1..word + 1);
    let rest = (place + 1..place + LONGEST).take_while(bound).map(|word| passage.lower(word));
    let (number, used) = match first.strip_prefix("ke")?.trim_start_matches('-') {
        "" => {
            let (number, used) = number::spoken(&rest.collect::<Vec<_>>())?;
            (number.as_integer()?, used + 1)
        }
        "satu" if first == "kesatu" => (1, 1),
        figures if figures.bytes().all(|byte| byte.is_ascii_digit()) => (figures.parse().ok()?, 1),
        stem => {
            let words: Vec<&str> = std::iter::once(stem).chain(rest).collect();
            let (number, used) = number::spoken(&words)?;
            (number.as_integer()?, used)
        }
    };
    let words = place..place + used;
    if number > MOST {
        return None;
    }
    (!passage.goes_on(words.end)).then_some((number, words))
}

fn cardinal(passage: &Passage, place: usize) -> Option<(u64, std::ops::Range<usize>)> {
    if passage.lower(place) == "pertama" {
        return Some((1, place..place + 1));
    }
    let numeral = passage.numeral_at(place).filter(|numeral| !passage.touches(numeral))?;
    Some((numeral.number.as_integer()?, numeral.words.clone()))
}

/// The most that can be counted of the noun that stands before a word, if it is counted in Roman
/// figures.
fn roman_noun(passage: &Passage, place: usize) -> Option<u64> {
    let stands = |noun: &[&str]| place >= noun.len() && passage.reads(place - noun.len(), noun);
    let Some((_, most)) = ROMAN.iter().find(|(noun, _)| stands(noun)) else {
        // *Komisi satu sampai tiga*.
        let first = passage.ranges().find(|(_, last)| last.words.start == place)?.0;
        return roman_noun(passage, first.words.start);
    };
    passage.is_unbroken(place - 1..place + 1).then_some(*most)
}
