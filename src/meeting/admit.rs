//! Whether what is about to be entered can be true of this meeting, as far as it has gone.

use super::{EventKind, Meeting};
use crate::common::message::{Explain, Message};

/// Names that sound less alike are not proposed.
const ALIKE: f64 = 0.8;

/// Why something cannot be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// Nobody in the description has that short name.
    Unknown {
        /// What was given.
        given: String,
        /// The short name that is most like it, and whose it is.
        near: Option<(String, String)>,
    },
    /// The agenda has fewer items.
    Item {
        /// What was given.
        number: u32,
        /// How many there are.
        items: usize,
    },
    /// The meeting was opened already.
    Open,
    /// The meeting was not opened yet, or was closed.
    NotOpen,
    /// The meeting was closed already.
    Closed,
    /// The meeting is suspended already.
    Suspended,
    /// The meeting is not suspended.
    NotSuspended,
    /// The law lets a meeting of this kind be held in the open only.
    AlwaysOpen(&'static str),
    /// The meeting is closed as a whole.
    Whole,
    /// Nobody is named who could open again what is recorded closed.
    NoHolder,
    /// It is closed to the public already.
    Private,
    /// It is not closed to the public.
    NotPrivate,
}

impl Explain for Objection {
    fn message(&self) -> Message {
        let about = |key: &str| Message::new(&format!("record.objection.{key}"));
        match self {
            Self::Unknown { given, near: Some((id, name)) } => {
                about("near").with("given", given).with("id", id).with("name", name)
            }
            Self::Unknown { given, near: None } => about("unknown").with("given", given),
            Self::Item { number, items } => about("item").with("number", number).with("items", items),
            Self::Open => about("open"),
            Self::NotOpen => about("not_open"),
            Self::Closed => about("closed"),
            Self::Suspended => about("suspended"),
            Self::NotSuspended => about("not_suspended"),
            Self::AlwaysOpen(kind) => about("always_open").with("kind", kind),
            Self::Whole => about("whole"),
            Self::NoHolder => about("no_holder"),
            Self::Private => about("private"),
            Self::NotPrivate => about("not_private"),
        }
    }

    fn is_usage(&self) -> bool {
        true
    }
}

impl Meeting {
    /// Whether this can happen next.
    ///
    /// # Errors
    /// The [`Objection`]. What is only unusual, an agreement before the opening for example, is
    /// none: it may be the opening that was forgotten, and [`super::checks`] tells it.
    pub fn may_happen(&self, kind: &EventKind) -> Result<(), Objection> {
        let (mut opened, mut closed, mut suspended, mut private) = (false, false, false, false);
        for event in &self.events {
            match event.kind {
                EventKind::Opened => opened = true,
                EventKind::Closed => closed = true,
                EventKind::Suspended => suspended = true,
                EventKind::Resumed => suspended = false,
                EventKind::Private => private = true,
                EventKind::Public => private = false,
                _ => {}
            }
        }
        match kind {
            EventKind::Opened if closed => Err(Objection::Closed),
            EventKind::Opened if opened => Err(Objection::Open),
            EventKind::Closed
            | EventKind::Suspended
            | EventKind::Resumed
            | EventKind::Agreed(_)
            | EventKind::Item(_)
            | EventKind::Interjection(_)
                if closed =>
            {
                Err(Objection::Closed)
            }
            EventKind::Closed | EventKind::Suspended if !opened => Err(Objection::NotOpen),
            EventKind::Suspended if suspended => Err(Objection::Suspended),
            EventKind::Resumed if !suspended => Err(Objection::NotSuspended),
            EventKind::Private | EventKind::Public if self.is_closed() => Err(Objection::Whole),
            EventKind::Private if private => Err(Objection::Private),
            EventKind::Public if !private => Err(Objection::NotPrivate),
            EventKind::Private => match self.kind.filter(|kind| kind.is_always_open()) {
                Some(kind) => Err(Objection::AlwaysOpen(kind.name())),
                None if self.holders.is_empty() => Err(Objection::NoHolder),
                None => Ok(()),
            },
            EventKind::Item(number) if !self.agenda.is_empty() && *number as usize > self.agenda.len() => {
                Err(Objection::Item { number: *number, items: self.agenda.len() })
            }
            _ => Ok(()),
        }
    }

    /// Whether there is somebody of that short name who can sit down.
    ///
    /// # Errors
    /// [`Objection::Unknown`], with who may have been meant.
    pub fn may_sit(&self, given: &str) -> Result<(), Objection> {
        if self.person(given).is_some() {
            return Ok(());
        }
        let wanted = given.to_lowercase();
        let alike = |text: &str| strsim::jaro_winkler(&wanted, &text.to_lowercase());
        let likeness =
            |id: &str, name: &str| name.split_whitespace().map(alike).fold(alike(id).max(alike(name)), f64::max);
        let near = self.people.iter().map(|person| (likeness(&person.id, &person.name), person));
        let near = near.filter(|(alike, _)| *alike >= ALIKE).max_by(|(a, _), (b, _)| a.total_cmp(b));
        let near = near.map(|(_, person)| (person.id.clone(), person.name.clone()));
        Err(Objection::Unknown { given: given.to_owned(), near })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting(events: &[EventKind]) -> Meeting {
        let text = "[rapat]\nacara = [\"Satu\", \"Dua\"]\n[[orang]]\nid = \"rusdi\"\nnama = \"H. Rusdi Hanafi, S.E.\"\n[[orang]]\nid = \"siti\"\nnama = \"Siti Aminah\"\n";
        let mut meeting = Meeting::parse(text, "rapat.toml").expect("a meeting");
        for (at, kind) in (1..).zip(events) {
            meeting.happened(at, kind.clone());
        }
        meeting
    }

    #[test]
    fn what_cannot_come_next_is_objected_to() {
        use EventKind::{Agreed, Closed, Gavel, Item, Note, Opened, Private, Public, Resumed, Suspended};
        for (before, next, objection) in [
            (&[][..], Opened, None),
            (&[], Agreed(None), None),
            (&[], Closed, Some(Objection::NotOpen)),
            (&[Opened], Opened, Some(Objection::Open)),
            (&[Opened], Resumed, Some(Objection::NotSuspended)),
            (&[Opened, Suspended], Suspended, Some(Objection::Suspended)),
            (&[Opened, Suspended], Closed, None),
            (&[Opened, Closed], Closed, Some(Objection::Closed)),
            (&[Opened, Closed], Opened, Some(Objection::Closed)),
            (&[Opened, Closed], Agreed(None), Some(Objection::Closed)),
            (&[Opened, Closed], Gavel(3), None),
            (&[Opened, Closed], Note("Doa".to_owned()), None),
            (&[Opened], Private, Some(Objection::NoHolder)),
            (&[Opened, Private], Private, Some(Objection::Private)),
            (&[Opened, Private], Public, None),
            (&[Opened, Private, Public], Public, Some(Objection::NotPrivate)),
            (&[Opened], Item(2), None),
            (&[Opened], Item(5), Some(Objection::Item { number: 5, items: 2 })),
        ] {
            assert_eq!(meeting(before).may_happen(&next).err(), objection, "{before:?} {next:?}");
        }
        assert_eq!(Meeting::bare().may_happen(&Item(5)), Ok(()));
    }

    #[test]
    fn a_meeting_that_opens_or_closes_twice_or_agrees_outside_is_told() {
        use EventKind::{Agreed, Closed, Gavel, Opened};
        let found = |events: &[EventKind]| {
            let all = super::super::checks(&meeting(events), None);
            let keys = all.iter().map(|finding| finding.message().key);
            keys.filter(|key| ["opened_twice", "closed_twice", "not_open"].iter().any(|end| key.ends_with(end)))
                .collect::<Vec<_>>()
        };
        for (events, expected) in [
            (&[Opened, Agreed(None), Closed, Gavel(3)][..], &[][..]),
            (&[Opened, Opened, Closed], &["check.opened_twice"]),
            (&[Opened, Closed, Closed], &["check.closed_twice"]),
            (&[Opened, Closed, Agreed(None)], &["check.not_open"]),
            (&[Agreed(None), Opened, Closed], &["check.not_open"]),
            (
                &[Opened, Closed, Opened, Agreed(None), Closed],
                &["check.opened_twice", "check.closed_twice", "check.not_open"],
            ),
        ] {
            assert_eq!(found(events), expected, "{events:?}");
        }
    }

    #[test]
    fn who_is_meant_is_proposed_and_never_put_in() {
        let near = |given: &str| match meeting(&[]).may_sit(given) {
            Ok(()) => Some("ok".to_owned()),
            Err(Objection::Unknown { near, .. }) => near.map(|(id, _)| id),
            Err(other) => panic!("{other:?}"),
        };
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(near("rusdi"), said("ok"));
        assert_eq!([near("rusdy"), near("hanafy"), near("Amina")], [said("rusdi"), said("rusdi"), said("siti")]);
        assert_eq!(near("xyz"), None);
    }
}
