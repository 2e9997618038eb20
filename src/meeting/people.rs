//! People and the microphones they speak at.

use std::sync::Arc;

use crate::common::clock::Channel;

use super::Group;
use super::error::Origin;

/// Someone who is named in the meeting.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The short name by which the file refers to them.
    pub id: String,
    /// Name with titles and degrees, as in the roster.
    pub name: String,
    /// The party group, for members.
    pub group: Option<Arc<Group>>,
    /// Office, for example `Wakil Ketua I`.
    pub office: Option<String>,
    /// Where an invitee comes from.
    pub institution: Option<String>,
    /// What they are called in the record in place of group or office, for example `Wali Kota`.
    pub title: Option<String>,
    /// Rank of a civil servant, for example `Pembina Tingkat I`; it stands below the signature.
    pub rank: Option<String>,
    /// Number of a civil servant (*NIP*), which stands below the signature.
    pub number: Option<String>,
}

/// A microphone and who speaks at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat {
    /// Its channel in the recording.
    pub channel: Channel,
    /// Whether it is a lectern, which no one person owns.
    pub lectern: bool,
    /// Whether several people share it.
    pub shared: bool,
    /// Name of its file in a set of mono files.
    pub file: Option<String>,
    /// Who speaks at it, and when. Their times do not overlap.
    pub occupants: Vec<Occupant>,
    pub(super) origin: Origin,
}

/// Someone at a microphone for a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Occupant {
    /// Who.
    pub person: Arc<Person>,
    /// From which millisecond of the recording.
    pub from: u64,
    /// Up to which (excluded); `None` to the end.
    pub until: Option<u64>,
}

impl Seat {
    /// Whether it has many speakers and no owner: a lectern, or a microphone that several share.
    #[must_use]
    pub fn is_common(&self) -> bool {
        self.lectern || self.shared
    }

    /// Who speaks at it at this millisecond of the recording.
    #[must_use]
    pub fn occupant(&self, millis: u64) -> Option<&Arc<Person>> {
        let present = |occupant: &&Occupant| occupant.from <= millis && occupant.until.is_none_or(|end| millis < end);
        self.occupants.iter().find(present).map(|occupant| &occupant.person)
    }
}
