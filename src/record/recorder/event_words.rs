//! What the operator enters, as it is typed behind `risalah record event` and sent by the page. The
//! one list of its words: the parser, the help and the messages go by it.

use crate::common::clock::Channel;
use crate::meeting::EventKind;
use crate::recording::Entered;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Enter this.
    Enter(Entered),
    /// Take back what was entered last.
    Withdraw,
    /// Show what may be entered, and of whom.
    List,
}

/// A word, and what may stand behind its colon.
struct Word {
    name: &'static str,
    /// As it is shown; in brackets where it may be left out.
    argument: &'static str,
    read: fn(Option<&str>) -> Option<Request>,
}

const WORDS: [Word; 15] = [
    Word { name: "buka", argument: "", read: |rest| alone(rest, EventKind::Opened) },
    Word { name: "skors", argument: "", read: |rest| alone(rest, EventKind::Suspended) },
    Word { name: "cabut-skors", argument: "", read: |rest| alone(rest, EventKind::Resumed) },
    Word { name: "tutup", argument: "", read: |rest| alone(rest, EventKind::Closed) },
    Word { name: "tertutup", argument: "", read: |rest| alone(rest, EventKind::Private) },
    Word { name: "terbuka", argument: "", read: |rest| alone(rest, EventKind::Public) },
    Word {
        name: "palu",
        argument: "[:KALI]",
        read: |rest| Some(event(EventKind::Gavel(rest.map_or(Some(1), |strokes| strokes.parse().ok())?))),
    },
    Word {
        name: "setuju",
        argument: "[:KEPUTUSAN]",
        read: |rest| Some(event(EventKind::Agreed(rest.map(str::to_owned)))),
    },
    Word { name: "interupsi", argument: ":KANAL", read: |rest| Some(event(EventKind::Interjection(channel(rest?)?))) },
    Word {
        name: "acara",
        argument: ":BUTIR",
        read: |rest| Some(event(EventKind::Item(rest?.parse().ok().filter(|item| *item > 0)?))),
    },
    Word { name: "lagu", argument: ":JUDUL", read: |rest| Some(event(EventKind::Song(rest?.to_owned()))) },
    Word { name: "catatan", argument: ":TEKS", read: |rest| Some(event(EventKind::Note(rest?.to_owned()))) },
    Word { name: "duduk", argument: ":KANAL[:ORANG]", read: |rest| seated(rest?) },
    Word { name: "dengar", argument: "", read: |rest| rest.is_none().then_some(Request::Enter(Entered::ListenAgain)) },
    Word { name: "batal", argument: "", read: |rest| rest.is_none().then_some(Request::Withdraw) },
];

/// Words that are this like one of the list may have been meant for it.
const ALIKE: f64 = 0.8;

/// Asks for the list, in either language.
const LIST: [&str; 2] = ["help", "bantuan"];

/// What the text asks for; `None` where it is none of the words.
#[must_use]
pub fn parse(text: &str) -> Option<Request> {
    let (name, rest) = match text.split_once(':') {
        Some((name, rest)) => (name, Some(rest.trim()).filter(|rest| !rest.is_empty())),
        None => (text, None),
    };
    let name = name.trim();
    if LIST.contains(&name) {
        return Some(Request::List);
    }
    let word = WORDS.iter().find(|word| word.name == name)?;
    (word.read)(rest)
}

/// What was entered, as it is entered: the word that [`parse`] reads as the same. `None` for what no
/// person enters.
#[must_use]
pub fn word(entered: &Entered) -> Option<String> {
    Some(match entered {
        Entered::Event(kind) => match kind {
            EventKind::Opened => "buka".to_owned(),
            EventKind::Suspended => "skors".to_owned(),
            EventKind::Resumed => "cabut-skors".to_owned(),
            EventKind::Closed => "tutup".to_owned(),
            EventKind::Private => "tertutup".to_owned(),
            EventKind::Public => "terbuka".to_owned(),
            EventKind::Gavel(strokes) => format!("palu:{strokes}"),
            EventKind::Agreed(None) => "setuju".to_owned(),
            EventKind::Agreed(Some(decision)) => format!("setuju:{decision}"),
            EventKind::Interjection(channel) => format!("interupsi:{}", channel.number()),
            EventKind::Item(item) => format!("acara:{item}"),
            EventKind::Song(title) => format!("lagu:{title}"),
            EventKind::Note(text) => format!("catatan:{text}"),
        },
        Entered::Seated { channel, person: None } => format!("duduk:{}", channel.number()),
        Entered::Seated { channel, person: Some(person) } => format!("duduk:{}:{person}", channel.number()),
        Entered::ListenAgain => "dengar".to_owned(),
        Entered::Microphone { .. } | Entered::Alarm(_) => return None,
    })
}

/// Every word with what may stand behind it.
#[must_use]
pub fn forms() -> Vec<String> {
    WORDS.iter().map(|word| format!("{}{}", word.name, word.argument)).collect()
}

/// The word that was perhaps meant.
#[must_use]
pub fn near(text: &str) -> Option<&'static str> {
    let typed = text.split(':').next().unwrap_or_default().trim().to_lowercase();
    let alike = |word: &Word| strsim::jaro_winkler(word.name, &typed);
    let near = WORDS.iter().filter(|word| word.name != typed).max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(near) >= ALIKE).then_some(near.name)
}

fn event(kind: EventKind) -> Request {
    Request::Enter(Entered::Event(kind))
}

fn alone(rest: Option<&str>, kind: EventKind) -> Option<Request> {
    rest.is_none().then(|| event(kind))
}

fn channel(text: &str) -> Option<Channel> {
    Channel::new(text.trim().parse().ok()?)
}

fn seated(rest: &str) -> Option<Request> {
    let (number, person) = rest.split_once(':').unwrap_or((rest, ""));
    let person = Some(person.trim().to_owned()).filter(|person| !person.is_empty());
    Some(Request::Enter(Entered::Seated { channel: channel(number)?, person }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_understood_and_no_other() {
        let second = Channel::new(2).expect("a channel");
        for (text, expected) in [
            ("buka", Entered::Event(EventKind::Opened)),
            ("tertutup", Entered::Event(EventKind::Private)),
            ("terbuka", Entered::Event(EventKind::Public)),
            ("palu:3", Entered::Event(EventKind::Gavel(3))),
            ("palu", Entered::Event(EventKind::Gavel(1))),
            ("setuju:Menyetujui: satu", Entered::Event(EventKind::Agreed(Some("Menyetujui: satu".into())))),
            ("acara:3", Entered::Event(EventKind::Item(3))),
            ("interupsi:2", Entered::Event(EventKind::Interjection(second))),
            ("duduk:2:ani", Entered::Seated { channel: second, person: Some("ani".into()) }),
            ("duduk:2", Entered::Seated { channel: second, person: None }),
            ("dengar", Entered::ListenAgain),
        ] {
            let again = word(&expected).and_then(|word| parse(&word));
            assert_eq!(again, Some(Request::Enter(expected.clone())), "{text}");
            assert_eq!(parse(text), Some(Request::Enter(expected)), "{text}");
        }
        assert_eq!([parse("batal"), parse("help")], [Some(Request::Withdraw), Some(Request::List)]);
        for wrong in [
            "",
            "bukak",
            "batal:3",
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

    #[test]
    fn the_word_that_was_meant_is_found() {
        assert_eq!(
            [near("bukak"), near("interupsi2"), near("tutub:1")],
            [Some("buka"), Some("interupsi"), Some("tutup")]
        );
        assert_eq!([near("xyz"), near("")], [None, None]);
        // The word is right; what stands behind it is not.
        assert_ne!(near("acara:nol"), Some("acara"));
    }

    #[test]
    fn what_is_listed_is_understood() {
        for form in forms() {
            let filled = form.replace(['[', ']'], "");
            let filled = ["KALI", "KANAL", "BUTIR"].iter().fold(filled, |text, number| text.replace(number, "2"));
            assert!(parse(&filled).is_some(), "{form}");
        }
    }
}
