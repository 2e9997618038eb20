//! What no machine may change: it is left as it is, and marked for a person to hear.

use std::ops::Range;

use super::Matter;
use super::draft::{Draft, UNSURE};
use super::number::{Number, Scale};
use super::passage::Numeral;

const NEGATIONS: [&str; 3] = ["tidak", "belum", "bukan"];
/// With the passive, which decides a Perda, and the active.
const CONSENT: [&str; 4] = ["setuju", "disetujui", "menyetujui", "persetujuan"];

/// Words before a number that make it the number of a law, an article, a paragraph.
const ARTICLES: [&str; 7] = ["pasal", "ayat", "huruf", "angka", "butir", "nomor", "no"];

/// Words that make the numbers of their sentence votes.
const VOTING: [&str; 8] = ["suara", "voting", "setuju", "menyetujui", "menolak", "abstain", "abstein", "blangko"];

/// After a number they show that it counts those who vote.
const VOTERS: [&str; 11] = [
    "suara",
    "orang",
    "anggota",
    "fraksi",
    "setuju",
    "menyetujui",
    "menolak",
    "abstain",
    "abstein",
    "blangko",
    "tidak",
];

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

const CURRENCIES: [&str; 5] = ["dolar", "dollar", "euro", "ringgit", "yen"];

/// *Tidak*, *belum*, *bukan*, *setuju*: marked where the recogniser was unsure of them, and kept from every rule in any case.
pub(super) fn words(draft: &mut Draft) {
    let passage = draft.passage;
    for place in 0..passage.len() {
        let word = passage.lower(place);
        let stem = word.trim_end_matches("lah").trim_end_matches("kah");
        let is = |words: &[&str]| words.contains(&word) || words.contains(&stem);
        let matter = match word {
            _ if is(&NEGATIONS) => Matter::Negation,
            _ if is(&CONSENT) => Matter::Consent,
            _ => continue,
        };
        if passage.least_probability(place..place + 1) < UNSURE {
            draft.doubt(place..place + 1, matter, None);
        } else {
            draft.keep(place..place + 1);
        }
    }
}

/// *Pasal dua belas ayat dua*, *Nomor dua puluh tiga Tahun dua ribu empat belas*.
pub(super) fn articles(draft: &mut Draft) {
    let passage = draft.passage;
    for numeral in &passage.numerals {
        let Range { start, end } = numeral.words;
        let noun = passage.before(start);
        if !ARTICLES.contains(&noun)
            || !passage.tail(start - 1).trim_end_matches('.').is_empty()
            || !matches!(passage.lead(start), "" | "(")
        {
            continue;
        }
        // The year of a law belongs to its number.
        let year = (noun == "nomor" && passage.lower(end) == "tahun").then(|| passage.numeral_at(end + 1)).flatten();
        let clear = !passage.touches(numeral) && passage.lead(start).is_empty();
        let proposal = clear.then(|| article(noun, numeral)).flatten();
        draft.doubt(numeral.words.clone(), Matter::Article, proposal);
        if let Some(year) = year {
            let proposal = year.within(1900..=2100).map(|year| year.to_string());
            draft.doubt(year.words.clone(), Matter::Article, proposal);
        }
    }
}

fn article(noun: &str, numeral: &Numeral) -> Option<String> {
    let number = numeral.number.as_integer()?;
    Some(if noun == "ayat" { format!("({number})") } else { number.to_string() })
}

/// Every number that is an amount of money, in whatever way it is said.
pub(super) fn money(draft: &mut Draft) {
    let passage = draft.passage;
    for place in 0..passage.len() {
        if let Some(sum) = passage.lower(place).strip_prefix("rp") {
            written_money(draft, place, sum);
        }
    }
    for numeral in &passage.numerals {
        let Range { start, end } = numeral.words;
        let next = passage.lower(end);
        let bound = end < passage.len() && passage.is_unbroken(end - 1..end + 1);
        let clear = !passage.touches(numeral);
        if bound && next == "rupiah" {
            draft.doubt(start..end + 1, Matter::Money, clear.then(|| rupiah(&numeral.number)));
        } else if bound && CURRENCIES.contains(&next) {
            draft.doubt(start..end + 1, Matter::Money, None);
        } else if numeral.number.is_large() && !(bound && THINGS.contains(&next)) {
            draft.doubt(start..end, Matter::Money, clear.then(|| numeral.number.to_string()));
        }
    }
}

/// `Rp`, `Rp.` or `Rp100.000`, with what belongs to it.
fn written_money(draft: &mut Draft, place: usize, sum: &str) {
    let passage = draft.passage;
    let sum = sum.trim_start_matches('.');
    if sum.is_empty() {
        let Some(numeral) = passage.numeral_at(place + 1).filter(|_| passage.lead(place + 1).is_empty()) else {
            return;
        };
        draft.doubt(place..numeral.words.end, Matter::Money, Some(rupiah(&numeral.number)));
    } else if let Some(mut number) = super::number::figures(sum) {
        let scale = passage.tail(place).is_empty().then(|| Scale::of(passage.lower(place + 1))).flatten();
        number.scale = scale;
        let end = place + 1 + usize::from(scale.is_some());
        draft.doubt(place..end, Matter::Money, Some(rupiah(&number)));
    } else if sum.starts_with(|c: char| c.is_ascii_digit()) {
        draft.doubt(place..place + 1, Matter::Money, None);
    }
}

fn rupiah(number: &Number) -> String {
    format!("Rp{number}")
}

/// The numbers of a sentence in which people vote.
pub(super) fn votes(draft: &mut Draft) {
    let passage = draft.passage;
    let sentences = passage.sentences().into_iter();
    let votes = sentences.filter(|sentence| sentence.clone().any(|place| VOTING.contains(&passage.lower(place))));
    for numeral in votes.flat_map(|sentence| sentence.filter_map(|place| passage.numeral_at(place))) {
        let Range { start, end } = numeral.words;
        // One word stays in letters in any case; it is marked only where it counts those who vote.
        let counts = VOTERS.contains(&passage.lower(end)) || VOTING.contains(&passage.before(start));
        if numeral.is_one_word() && !counts {
            continue;
        }
        let proposal = (!numeral.is_one_word() && !passage.touches(numeral)).then(|| numeral.number.to_string());
        draft.doubt(numeral.words.clone(), Matter::Vote, proposal);
    }
}
