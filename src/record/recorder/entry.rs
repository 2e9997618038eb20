//! What the operator enters, as it is typed behind `--event` and sent by the page. The one list of its words: the parser, the help and the messages go by it.

use crate::common::clock::Channel;
use crate::meeting::{EventKind, Meeting, Objection};
use crate::recording::Entered;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
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
    read: fn(Option<&str>) -> Option<Order>,
}

const WORDS: [Word; 12] = [
    Word { name: "buka", argument: "", read: |rest| alone(rest, EventKind::Opened) },
    Word { name: "skors", argument: "", read: |rest| alone(rest, EventKind::Suspended) },
    Word { name: "cabut-skors", argument: "", read: |rest| alone(rest, EventKind::Resumed) },
    Word { name: "tutup", argument: "", read: |rest| alone(rest, EventKind::Closed) },
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
    Word { name: "batal", argument: "", read: |rest| rest.is_none().then_some(Order::Withdraw) },
];

/// Asks for the list, in either language.
const LIST: [&str; 2] = ["help", "bantuan"];

/// What the text asks for; `None` where it is none of the words.
#[must_use]
pub fn parse(text: &str) -> Option<Order> {
    let (name, rest) = match text.split_once(':') {
        Some((name, rest)) => (name, Some(rest.trim()).filter(|rest| !rest.is_empty())),
        None => (text, None),
    };
    let name = name.trim();
    if LIST.contains(&name) {
        return Some(Order::List);
    }
    let word = WORDS.iter().find(|word| word.name == name)?;
    (word.read)(rest)
}

/// Every word with what may stand behind it.
#[must_use]
pub fn forms() -> Vec<String> {
    WORDS.iter().map(|word| format!("{}{}", word.name, word.argument)).collect()
}

/// Whether something may be entered now, in a recording of so many channels.
///
/// # Errors
/// What objects to it.
pub fn admit(meeting: &Meeting, entered: &Entered, channels: u16) -> Result<(), Objection> {
    let channel = match entered {
        Entered::Event(EventKind::Interjection(channel)) | Entered::Seated { channel, .. } => Some(*channel),
        _ => None,
    };
    if let Some(channel) = channel.filter(|channel| channel.number() > channels) {
        return Err(Objection::Channel { number: channel.number(), channels });
    }
    match entered {
        Entered::Event(kind) => meeting.may_happen(kind),
        Entered::Seated { person: Some(person), .. } => meeting.may_sit(person),
        _ => Ok(()),
    }
}

fn event(kind: EventKind) -> Order {
    Order::Enter(Entered::Event(kind))
}

fn alone(rest: Option<&str>, kind: EventKind) -> Option<Order> {
    rest.is_none().then(|| event(kind))
}

fn channel(text: &str) -> Option<Channel> {
    Channel::new(text.trim().parse().ok()?)
}

fn seated(rest: &str) -> Option<Order> {
    let (number, person) = rest.split_once(':').unwrap_or((rest, ""));
    let person = Some(person.trim().to_owned()).filter(|person| !person.is_empty());
    Some(Order::Enter(Entered::Seated { channel: channel(number)?, person }))
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
            assert_eq!(parse(text), Some(Order::Enter(expected)), "{text}");
        }
        assert_eq!([parse("batal"), parse("help")], [Some(Order::Withdraw), Some(Order::List)]);
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
    fn what_is_listed_is_understood() {
        for form in forms() {
            let filled = form.replace(['[', ']'], "");
            let filled = ["KALI", "KANAL", "BUTIR"].iter().fold(filled, |text, number| text.replace(number, "2"));
            assert!(parse(&filled).is_some(), "{form}");
        }
    }
}
