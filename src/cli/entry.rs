//! What the operator enters, as it is typed behind `--event`.

use e_risalah::clock::Channel;
use e_risalah::meeting::EventKind;
use e_risalah::recording::Entered;

/// `buka`, `skors`, `cabut-skors`, `tutup`, `palu[:KALI]`, `setuju[:KEPUTUSAN]`, `interupsi:KANAL`, `acara:BUTIR`, `lagu:JUDUL`,
/// `catatan:TEKS` or `duduk:KANAL[:ORANG]`.
pub fn parse(text: &str) -> Option<Entered> {
    let (word, rest) = match text.split_once(':') {
        Some((word, rest)) => (word, Some(rest.trim()).filter(|rest| !rest.is_empty())),
        None => (text, None),
    };
    let channel = |text: &str| Channel::new(text.trim().parse().ok()?);
    let kind = match (word.trim(), rest) {
        ("buka", None) => EventKind::Opened,
        ("skors", None) => EventKind::Suspended,
        ("cabut-skors", None) => EventKind::Resumed,
        ("tutup", None) => EventKind::Closed,
        ("palu", strokes) => EventKind::Gavel(strokes.map_or(Some(1), |strokes| strokes.parse().ok())?),
        ("setuju", decision) => EventKind::Agreed(decision.map(str::to_owned)),
        ("interupsi", Some(number)) => EventKind::Interjection(channel(number)?),
        ("acara", Some(item)) => EventKind::Item(item.parse().ok().filter(|item| *item > 0)?),
        ("lagu", Some(title)) => EventKind::Song(title.to_owned()),
        ("catatan", Some(note)) => EventKind::Note(note.to_owned()),
        ("duduk", Some(rest)) => {
            let (number, person) = rest.split_once(':').unwrap_or((rest, ""));
            let person = Some(person.trim().to_owned()).filter(|person| !person.is_empty());
            return Some(Entered::Seated { channel: channel(number)?, person });
        }
        _ => return None,
    };
    Some(Entered::Event(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_understood_and_no_other() {
        let second = Channel::new(2).expect("a channel");
        for (text, expected) in [
            ("buka", Entered::Event(EventKind::Opened)),
            ("palu:3", Entered::Event(EventKind::Gavel(3))),
            ("palu", Entered::Event(EventKind::Gavel(1))),
            ("setuju:Menyetujui: satu", Entered::Event(EventKind::Agreed(Some("Menyetujui: satu".into())))),
            ("acara:3", Entered::Event(EventKind::Item(3))),
            ("interupsi:2", Entered::Event(EventKind::Interjection(second))),
            ("duduk:2:ani", Entered::Seated { channel: second, person: Some("ani".into()) }),
            ("duduk:2", Entered::Seated { channel: second, person: None }),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for wrong in [
            "",
            "bukak",
            "interupsi",
            "interupsi:0",
            "interupsi:65",
            "palu:tiga",
            "acara",
            "acara:0",
            "buka:1",
            "duduk:x:ani",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
