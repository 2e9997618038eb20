//! What looks like personal data: rules over the words of a speaker. They propose; a person decides.

use std::ops::Range;

use super::digits::{Digits, rows, small};
use crate::transcript::redaction::Reason;

/// Words before a number that say what it is.
const REACH: usize = 8;

const NIK: [&str; 6] = ["nik", "ktp", "kependudukan", "kk", "identitas", "paspor"];
const TELEPHONE: [&str; 9] = ["telepon", "telpon", "hp", "handphone", "ponsel", "wa", "whatsapp", "seluler", "kontak"];
const ACCOUNT: [&str; 3] = ["rekening", "norek", "virtual"];
const STREET: [&str; 9] = ["jalan", "jl", "gang", "gg", "perumahan", "perum", "kompleks", "komplek", "blok"];
const LIVES: [&str; 7] = ["alamat", "alamatnya", "beralamat", "tinggal", "rumah", "rumahnya", "domisili"];
const ENDING: [&str; 8] = ["com", "co", "id", "net", "org", "go", "gmail", "yahoo"];
const PERSON: [&str; 22] = [
    "saudara",
    "saudari",
    "bapak",
    "ibu",
    "pak",
    "bu",
    "warga",
    "pasien",
    "korban",
    "penderita",
    "anak",
    "anaknya",
    "istri",
    "istrinya",
    "suami",
    "suaminya",
    "beliau",
    "almarhum",
    "almarhumah",
    "bernama",
    "keluarganya",
    "ibunya",
];
const HEALTH: [&str; 27] = [
    "hiv",
    "aids",
    "tbc",
    "tuberkulosis",
    "kanker",
    "tumor",
    "diabetes",
    "stroke",
    "hamil",
    "kehamilan",
    "keguguran",
    "depresi",
    "odgj",
    "skizofrenia",
    "hepatitis",
    "sifilis",
    "kusta",
    "lumpuh",
    "difabel",
    "disabilitas",
    "diagnosis",
    "didiagnosis",
    "didiagnosa",
    "autis",
    "autisme",
    "leukemia",
    "epilepsi",
];
const HEALTH_PAIRS: [(&str, &str); 7] = [
    ("rekam", "medis"),
    ("gagal", "ginjal"),
    ("cuci", "darah"),
    ("gangguan", "jiwa"),
    ("sakit", "jiwa"),
    ("rawat", "inap"),
    ("serangan", "jantung"),
];
const CHILD: [&str; 13] = [
    "anak", "anaknya", "siswa", "siswi", "murid", "pelajar", "bocah", "balita", "bayi", "remaja", "santri", "putra",
    "putri",
];
const NAMED: [&str; 6] = ["bernama", "namanya", "nama", "inisial", "berinisial", "atas"];
/// Below this age somebody is a child (UU 35/2014 Pasal 1).
const GROWN_UP: u32 = 18;

/// What a speaker says, as the rules see it.
pub(super) struct Spoken<'a> {
    /// The words without capitals and signs.
    pub(super) plain: &'a [String],
    /// The words as they are written.
    pub(super) written: &'a [&'a str],
    /// The parts of names of persons who hold an office: those are named in their office.
    pub(super) roster: &'a [String],
}

/// What the rules find, ascending; a place is found once, by the rule that is sure of it.
pub(super) fn find(spoken: &Spoken<'_>) -> Vec<(Reason, Range<usize>)> {
    let mut found = numbers(spoken);
    for rule in [emails, addresses, minors, health, names] {
        for one in rule(spoken) {
            let is_free = |(_, other): &(Reason, Range<usize>)| other.end <= one.1.start || one.1.end <= other.start;
            if found.iter().all(is_free) {
                found.push(one);
            }
        }
    }
    found.sort_by_key(|(_, words)| (words.start, words.end));
    found
}

impl Spoken<'_> {
    fn word(&self, place: usize) -> &str {
        self.plain.get(place).map_or("", String::as_str)
    }

    /// Whether one of these words stands shortly before this place.
    fn before(&self, place: usize, wanted: &[&str]) -> bool {
        self.plain[place.saturating_sub(REACH)..place].iter().any(|word| wanted.contains(&word.as_str()))
    }

    fn near(&self, words: &Range<usize>, wanted: &[&str]) -> bool {
        let until = (words.end + REACH).min(self.plain.len());
        self.plain[words.start.saturating_sub(REACH)..until].iter().any(|word| wanted.contains(&word.as_str()))
    }

    /// Where the names end that begin here: capitals, and not those of the roster.
    fn name(&self, from: usize) -> Option<usize> {
        let is_name = |place: &usize| {
            let capital = self.written.get(*place).and_then(|word| word.chars().next()).is_some_and(char::is_uppercase);
            capital && !self.roster.iter().any(|known| known == self.word(*place)) && !self.word(*place).is_empty()
        };
        let ends = |place: usize| self.written.get(place).is_some_and(|word| word.ends_with([',', '.', ';', '?', '!']));
        let mut end = from;
        while end < from + 4 && is_name(&end) {
            end += 1;
            if ends(end - 1) {
                break;
            }
        }
        (end > from).then_some(end)
    }
}

fn numbers(spoken: &Spoken<'_>) -> Vec<(Reason, Range<usize>)> {
    let of = |Digits { text, words }: Digits| {
        let (count, at) = (text.len(), words.start);
        let mobile = text.starts_with("08") || text.starts_with("628");
        let reason = if count == 16 || (count >= 12 && spoken.before(at, &NIK)) {
            Reason::Nik
        } else if spoken.before(at, &ACCOUNT) && count >= 6 {
            Reason::Account
        } else if (mobile && (9..=14).contains(&count)) || (spoken.before(at, &TELEPHONE) && count >= 6) {
            Reason::Telephone
        } else {
            return None;
        };
        Some((reason, words))
    };
    rows(spoken.plain).into_iter().filter_map(of).collect()
}

fn emails(spoken: &Spoken<'_>) -> Vec<(Reason, Range<usize>)> {
    let mut found = Vec::new();
    for (place, word) in spoken.written.iter().enumerate() {
        let whole = word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if whole {
            found.push((Reason::Email, place..place + 1));
            continue;
        }
        // Spoken: *budi at contoh titik com*.
        let at = ["at", "et", "ad", "@"].contains(&spoken.word(place)) || *word == "@";
        let until = (place + 6).min(spoken.plain.len());
        let dot = (place + 1..until).find(|place| ["titik", "dot"].contains(&spoken.word(*place)));
        if let Some(dot) = dot.filter(|dot| at && place > 0 && ENDING.contains(&spoken.word(dot + 1))) {
            let mut end = dot + 2;
            while ["titik", "dot"].contains(&spoken.word(end)) && ENDING.contains(&spoken.word(end + 1)) {
                end += 2;
            }
            found.push((Reason::Email, place - 1..end));
        }
    }
    found
}

fn addresses(spoken: &Spoken<'_>) -> Vec<(Reason, Range<usize>)> {
    let mut found: Vec<(Reason, Range<usize>)> = Vec::new();
    let mut from = 0;
    for place in 0..spoken.plain.len() {
        let (word, lived) = (spoken.word(place), spoken.before(place, &LIVES));
        if place < from || !(STREET.contains(&word) || ["rt", "rw"].contains(&word)) {
            continue;
        }
        // A house has a number; a street that is mended has none.
        let reach = (place + 10).min(spoken.plain.len());
        let numbered = (place..reach).filter(|at| ["nomor", "no", "rt", "rw", "blok"].contains(&spoken.word(*at)));
        let ends = numbered.filter_map(|at| {
            rows(&spoken.plain[at + 1..reach])
                .first()
                .filter(|row| row.words.start <= 1)
                .map(|row| at + 1 + row.words.end)
        });
        match ends.max() {
            Some(end) => {
                found.push((Reason::Address, place..end));
                from = end;
            }
            None if lived && STREET.contains(&word) => {
                let end = spoken.name(place + 1).unwrap_or((place + 2).min(spoken.plain.len()));
                found.push((Reason::Address, place..end));
                from = end;
            }
            None => {}
        }
    }
    found
}

fn minors(spoken: &Spoken<'_>) -> Vec<(Reason, Range<usize>)> {
    let mut found = Vec::new();
    for place in 0..spoken.plain.len() {
        if !CHILD.contains(&spoken.word(place)) {
            continue;
        }
        let reach = (place + 8).min(spoken.plain.len());
        let named = (place + 1..reach).find(|at| NAMED.contains(&spoken.word(*at))).and_then(|at| spoken.name(at + 1));
        let aged = (place + 1..reach)
            .filter(|at| ["umur", "usia", "berusia", "berumur"].contains(&spoken.word(*at)))
            .find_map(|at| small(&spoken.plain[at + 1..]).map(|(age, taken)| (age, at + 1 + taken)));
        let aged =
            aged.filter(|(age, _)| *age < GROWN_UP).map(|(_, end)| end + usize::from(spoken.word(end) == "tahun"));
        if let Some(end) = named.max(aged) {
            found.push((Reason::Minor, place..end));
        }
    }
    found
}

fn health(spoken: &Spoken<'_>) -> Vec<(Reason, Range<usize>)> {
    let one = |place: usize| HEALTH.contains(&spoken.word(place)).then_some(place..place + 1);
    let two =
        |place: usize| HEALTH_PAIRS.contains(&(spoken.word(place), spoken.word(place + 1))).then_some(place..place + 2);
    let places = (0..spoken.plain.len()).filter_map(|place| two(place).or_else(|| one(place)));
    places.filter(|words| spoken.near(words, &PERSON)).map(|words| (Reason::Health, words)).collect()
}

fn names(spoken: &Spoken<'_>) -> Vec<(Reason, Range<usize>)> {
    let begins = |place: usize| match (spoken.word(place), spoken.word(place + 1)) {
        ("bernama" | "berinisial", _) => Some(place + 1),
        ("atas", "nama") => Some(place + 2),
        _ => None,
    };
    let name = |place: usize| begins(place).and_then(|from| Some((Reason::Name, from..spoken.name(from)?)));
    (0..spoken.plain.len()).filter_map(name).collect()
}
