//! Whom a label names, as a person writes it: the whole label, the name with or without titles and
//! degrees, or the short name.

use crate::common::clock::Channel;
use crate::meeting::{Meeting, Person, capitals};
use crate::transcript::edit::words;

/// Whom a label names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// The person with this short name.
    Person(String),
    /// Somebody who is not known.
    Unknown,
    /// Nobody of the roster.
    Nobody,
    /// Several of the roster.
    Several,
}

const INTERJECTION: &str = "INTERUPSI - ";
/// What stands above a speaker who is not known, and what stood there in copies of earlier
/// versions.
const UNKNOWN: [&str; 2] = ["PEMBICARA BELUM TERIDENTIFIKASI", "PEMBICARA TIDAK DIKENAL"];
/// A lectern or shared microphone at which nobody is named, before its number.
const MICROPHONE: &str = "MIKROFON ";

/// Whom this text names. What fits the whole label goes before what fits a name, and that before a
/// role alone; two people whom it fits equally are not told apart.
#[must_use]
pub fn who(meeting: &Meeting, text: &str) -> Named {
    let plain = plain(text);
    let label = plain.strip_prefix(INTERJECTION).unwrap_or(&plain);
    let numbered = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit());
    if UNKNOWN.contains(&label) || label.strip_prefix(MICROPHONE).is_some_and(numbered) {
        return Named::Unknown;
    }
    let name = label.split_once('(').map_or(label, |(_, rest)| rest.strip_suffix(')').unwrap_or(rest)).trim();
    let fits: [&dyn Fn(&Person) -> bool; 4] = [
        &|person| normal(&label_of(meeting, person)) == label,
        &|person| normal(&person.name) == name || normal(&person.id) == name,
        &|person| bare(&person.name) == bare(name) && !bare(name).is_empty(),
        &|person| label_of(meeting, person).split_once(" (").is_some_and(|(role, _)| normal(role) == label),
    ];
    for fit in fits {
        let found: Vec<&str> =
            meeting.people.iter().filter(|person| fit(person)).map(|person| person.id.as_str()).collect();
        match found[..] {
            [] => {}
            [one] => return Named::Person(one.to_owned()),
            _ => return Named::Several,
        }
    }
    Named::Nobody
}

/// Whether a label says that its turn is an interjection.
pub(super) fn interjects(text: &str) -> bool {
    plain(text).starts_with(INTERJECTION)
}

fn label_of(meeting: &Meeting, person: &Person) -> String {
    // The channel does not matter for somebody who is known.
    meeting.label_of(Some(person), Channel::from_index(0)).to_string()
}

/// The label without number, time, microphone and colon, in capitals.
fn plain(text: &str) -> String {
    let text = normal(text);
    let text = match text.split_once(". ") {
        Some((number, rest)) if number.chars().all(|c| c.is_ascii_digit()) => rest,
        _ => &text,
    };
    let mut text = text.trim();
    loop {
        let shorter = match text.strip_suffix(']').and_then(|rest| rest.rfind('[').map(|at| &rest[..at])) {
            Some(rest) => rest.trim_end(),
            None => text.trim_end_matches(':').trim_end(),
        };
        if shorter == text {
            return text.to_owned();
        }
        text = shorter;
    }
}

/// In capitals, with one space between words and plain dashes.
fn normal(text: &str) -> String {
    let text: Vec<&str> = words(text).collect();
    text.join(" ").to_uppercase().replace(['–', '—'], "-").replace('\u{a0}', " ")
}

/// A name without titles and degrees.
fn bare(name: &str) -> String {
    let name = capitals(name.split(',').next().unwrap_or_default());
    let parts = words(&name).filter(|part| !part.contains('.'));
    normal(&parts.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting() -> Meeting {
        let text = "orang = [
            { id = 'rusdi', nama = 'H. Rusdi Hanafi, S.Sos., M.Si.' },
            { id = 'siti', nama = 'Siti Aminah, S.Pd.', fraksi = 'F-CDN' },
            { id = 'ali1', nama = 'Moh. Ali', fraksi = 'F-CDN' },
            { id = 'ali2', nama = 'Moh. Ali', fraksi = 'F-MLT' },
            { id = 'surya', nama = 'Ir. Surya Pratama, M.T.', sebutan = 'Wali Kota' },
        ]
        fraksi = [{ kode = 'F-CDN', nama = 'Cendana' }, { kode = 'F-MLT', nama = 'Melati' }]
        [rapat]
        ketua = 'rusdi'";
        Meeting::parse(text, "rapat.toml").expect("valid")
    }

    #[test]
    fn a_label_is_understood_as_people_write_it() {
        let meeting = meeting();
        let person = |id: &str| Named::Person(id.to_owned());
        for (text, expected) in [
            ("12. F-CDN (SITI AMINAH, S.Pd.): [00:03:10]", person("siti")),
            ("Siti Aminah", person("siti")),
            ("F-MLT (SITI AMINAH):", person("siti")),
            ("siti", person("siti")),
            ("INTERUPSI – F-CDN (SITI AMINAH, S.Pd.):", person("siti")),
            ("KETUA RAPAT:", person("rusdi")),
            ("Rusdi Hanafi", person("rusdi")),
            ("Wali Kota", person("surya")),
            ("F-MLT (MOH. ALI):", person("ali2")),
            ("Moh. Ali", Named::Several),
            ("F-CDN", Named::Several),
            ("PEMBICARA BELUM TERIDENTIFIKASI: [mikrofon 9] [00:00:01]", Named::Unknown),
            ("PEMBICARA TIDAK DIKENAL: [mikrofon 9] [00:00:01]", Named::Unknown),
            ("12. MIKROFON 09: [mimbar] [00:00:01]", Named::Unknown),
            ("Mikrofon", Named::Nobody),
            ("Siti Aminah dan Moh. Ali", Named::Nobody),
            ("", Named::Nobody),
            ("12. [00:03:10]", Named::Nobody),
        ] {
            assert_eq!(who(&meeting, text), expected, "{text}");
        }
        assert!(interjects("3. INTERUPSI – F-CDN (SITI AMINAH):") && !interjects("F-CDN (SITI AMINAH):"));
    }
}
