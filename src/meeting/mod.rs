//! The meeting: who sits at which microphone, what is on the agenda, who is present, what the
//! operator entered.
//!
//! A [`Meeting`] is read from `rapat.toml` ([`Meeting::read`]); a missing file is a
//! [`Meeting::bare`] one, whose document has dots where something is to be filled in. Its keys are
//! Indonesian, because secretariats write them; a contradiction in the file is refused with its
//! line, never resolved by a guess. What all meetings of an institution share stands once in
//! `lembaga.toml`. What is said here about rules of a meeting comes from
//! Peraturan DPR RI 1/2014, UU 23/2014 Pasal 183 and PP 12/2018 Pasal 90.

mod admit;
mod attendance;
mod check;
mod decision;
mod draft;
pub mod edit;
mod emblem;
mod entered;
mod error;
mod event;
mod file;
mod kind;
mod label;
mod list;
mod page;
mod people;
mod read;
mod recipient;
mod retention;
mod signing;
mod site;
mod time;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use crate::common::clock::Channel;
use crate::common::paper::Paper;
use crate::seal::Holder;

pub use admit::Objection;
pub use attendance::{Attendance, Group, Quorum, QuorumRule};
pub use check::{Finding, Need, Recorded, checks};
pub use decision::Decision;
pub use draft::{Draft, KnownInstitution, NewPerson, NewSeat, short_name};
pub use emblem::Emblem;
pub use error::{Error, Fault};
pub use event::{Event, EventKind};
pub use kind::{Kind, Nature};
pub use label::{Label, capitals};
pub use list::{Listed, Member, Mode, Remark, Slip, Status, Unlisted, is_lectern, is_shared, likeness, roster};
pub use page::Page;
pub use people::{Occupant, Person, Seat};
pub use read::INSTITUTION;
pub use recipient::{Recipient, Way, WayFault};
pub use retention::{Archiving, Class, Fate, FileKind, Rule, Since, Term};
pub use signing::Signing;
pub use site::Site;
pub use time::{Zone, offset};

/// All that is known of one meeting beforehand, or was announced or entered by the operator.
///
/// What is `None` or empty was not given; the document leaves room for it. Times within the
/// recording are milliseconds since its first sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meeting {
    /// Lines of the letterhead, the name of the institution first.
    pub letterhead: Vec<String>,
    /// The picture above the letterhead.
    pub emblem: Option<Arc<Emblem>>,
    /// Where the record is signed.
    pub city: Option<String>,
    /// Kind of meeting.
    pub kind: Option<Kind>,
    /// The meeting's name where it is more than its kind, for example `Rapat Komisi II`.
    pub name: Option<String>,
    /// Open or closed. Always open for a plenary and a public hearing.
    pub nature: Option<Nature>,
    /// To whom a closed meeting is sealed.
    pub holders: Vec<Holder>,
    /// Whether what is read of an open meeting holds a part that is closed to others.
    pub shows_closed: bool,
    /// The record's number; given when it becomes official.
    pub number: Option<String>,
    /// Year of sessions, as the institution writes it.
    pub year: Option<String>,
    /// Period of sessions, a Roman number.
    pub period: Option<String>,
    /// Which meeting of the period it is.
    pub sequence: Option<u32>,
    /// With whom the meeting is held.
    pub partner: Option<String>,
    /// The day on which it begins.
    pub date: Option<Date>,
    /// The zone of every civil time.
    pub zone: Option<Zone>,
    /// When the recording began.
    pub start: Option<DateTime>,
    /// The room and building.
    pub place: Option<String>,
    /// The items of the agenda.
    pub agenda: Vec<String>,
    /// What was spoken of, in the words of the secretariat, for the short report.
    pub points: Vec<String>,
    /// The chair.
    pub chair: Option<Arc<Person>>,
    /// Who sits beside the chair; an empty list says that nobody does.
    pub deputies: Option<Vec<Arc<Person>>>,
    /// The secretary of the meeting, who signs on the chair's behalf.
    pub secretary: Option<Arc<Person>>,
    /// How many members are present, excused and absent.
    pub attendance: Option<Attendance>,
    /// The quorum as it was announced.
    pub quorum: Option<Quorum>,
    /// The party groups.
    pub groups: Vec<Arc<Group>>,
    /// Invited non-members; an empty list says that there were none.
    pub invitees: Option<Vec<Arc<Person>>>,
    /// Number of observers without invitation.
    pub observers: Option<u32>,
    /// Everyone who is named, in the order of the file.
    pub people: Vec<Arc<Person>>,
    /// The microphones, ascending by channel.
    pub seats: Vec<Seat>,
    /// What the operator entered, by time; at one time, in the order of the file.
    pub events: Vec<Event>,
    /// Decisions and conclusions beside those that were entered with their agreement.
    pub decisions: Vec<Decision>,
    /// The attendance list member by member, where one was read without a contradiction.
    pub members: Vec<Member>,
    /// What is wrong with the lists that were read.
    pub remarks: Vec<Remark>,
    /// The files that were read beside `rapat.toml`: a folder that is to hold the whole meeting
    /// needs them.
    pub sources: Vec<PathBuf>,
    /// The institution's file, where one was read.
    pub institution: Option<PathBuf>,
    /// The paper that the record is printed on.
    pub paper: Paper,
    /// Its margins and type.
    pub page: Page,
    /// How long members may correct their own turns.
    pub correction: CorrectionPeriod,
    /// The model that recognises the recording once more when the meeting is over, by its name.
    pub second_model: Option<String>,
    /// Codes of the languages that are spoken, the usual one first; empty where none are named.
    pub languages: Vec<String>,
    /// How long the files of meetings are kept; what no rule names is kept for ever.
    pub retention: Vec<Rule>,
    /// How an archive describes the record.
    pub archiving: Archiving,
    /// How the published site looks, and where it stands.
    pub site: Site,
    /// What electronic signatures need.
    pub signing: Signing,
    /// To whom records are sent.
    pub recipients: Vec<Recipient>,
}

/// How long members may correct what they said. Silence is consent (Tata Tertib DPR 1950–1984; a
/// setting, since each council has its own rules).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrectionPeriod {
    /// The day on which the provisional record went out.
    pub from: Option<Date>,
    /// How many days, that day not counted.
    pub days: u32,
}

impl Default for CorrectionPeriod {
    fn default() -> Self {
        Self { from: None, days: 4 }
    }
}

impl Meeting {
    /// Whether it is closed to the public.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.nature.is_some_and(|nature| nature != Nature::Terbuka)
    }

    /// The mark of secrecy that stands on every page, if there is one.
    #[must_use]
    pub fn secrecy(&self) -> Option<&'static str> {
        let part = self.shows_closed.then_some(Nature::Tertutup);
        self.nature.and_then(Nature::mark).or(part.and_then(Nature::mark))
    }

    /// A meeting of which nothing is known: every channel is an unknown speaker, every field is
    /// dots.
    #[must_use]
    pub fn bare() -> Self {
        Self::default()
    }

    /// The seat of a channel, if the file has one.
    #[must_use]
    pub fn seat(&self, channel: Channel) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.channel == channel)
    }

    /// The person with this short name.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<&Arc<Person>> {
        self.people.iter().find(|person| person.id == id)
    }

    /// Who speaks on a channel at a time of the recording, or `None` when nobody is mapped to it
    /// then.
    #[must_use]
    pub fn speaker(&self, channel: Channel, millis: u64) -> Option<&Arc<Person>> {
        self.seat(channel)?.occupant(millis)
    }

    /// The channel whose sound lies in the file of this name, in a set of mono files.
    #[must_use]
    pub fn channel_of_file(&self, name: &str) -> Option<Channel> {
        self.seats.iter().find(|seat| seat.file.as_deref() == Some(name)).map(|seat| seat.channel)
    }

    /// Checks the seats and events against a recording of this many channels.
    ///
    /// # Errors
    /// [`Fault::NoSuchChannel`] with the line of the first seat or event whose channel the
    /// recording lacks.
    pub fn check_channels(&self, channels: u16) -> Result<(), Error> {
        let seats = self.seats.iter().map(|seat| (seat.channel, &seat.origin));
        let events = self.events.iter().filter_map(|event| match event.kind {
            EventKind::Interjection(channel) => Some((channel, &event.origin)),
            _ => None,
        });
        match seats.chain(events).find(|(channel, _)| channel.number() > channels) {
            Some((channel, origin)) => {
                Err(Error::at(origin, "kanal", Fault::NoSuchChannel { channel: channel.number(), channels }))
            }
            None => Ok(()),
        }
    }

    /// The civil time that many milliseconds after the recording's start, in the meeting's zone.
    ///
    /// `started` is the recording's own knowledge of its start; the file's `mulai`, written by a
    /// person, goes before it. `None` when neither is known, or when `started` is but the zone
    /// is not: a zone is never assumed.
    #[must_use]
    pub fn civil(&self, millis: u64, started: Option<jiff::Timestamp>) -> Option<DateTime> {
        let start = self.start.or_else(|| Some(started?.to_zoned(self.zone?.offset().to_time_zone()).datetime()))?;
        let elapsed = jiff::SignedDuration::from_millis(i64::try_from(millis).ok()?);
        start.checked_add(elapsed).ok()
    }

    /// A short name of the meeting for other programs, such as `2027-03-09-paripurna-7`: letters,
    /// digits and hyphens only.
    #[must_use]
    pub fn session(&self) -> String {
        let parts = [
            self.date.map(|date| date.to_string()),
            self.kind.map(|kind| kind.key().to_owned()),
            self.sequence.map(|sequence| sequence.to_string()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "rapat".to_owned() } else { parts.join("-") }
    }
}
