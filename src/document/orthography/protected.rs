//! What no machine may change: it is left as it is, and marked for a person to hear.

use std::ops::Range;

use super::Matter;
use super::draft::{Draft, UNSURE};
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

/// *Tidak*, *belum*, *bukan*, *setuju*: marked where the recogniser was unsure of them, and kept
/// from every rule in any case.
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
        if let Some(last) = passage.joined(end).and_then(|place| passage.numeral_at(place)) {
            let proposal = (!passage.touches(last)).then(|| article(noun, last)).flatten();
            draft.doubt(last.words.clone(), Matter::Article, proposal);
        }
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
