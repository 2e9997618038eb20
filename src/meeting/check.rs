//! What a record still lacks: the checks that need nothing but the meeting.
//!
//! The eight contents are those of Peraturan DPR RI 1/2014 Pasal 272 ayat (2). A lack never keeps a provisional record from being
//! printed, which has dots in its place; an official record must have none. What the turns themselves must satisfy (every
//! speaker known, every doubt heard) is not known here.

use crate::message::{Explain, Message};

use super::{EventKind, Meeting, Remark};

/// The state of the record that cannot be reached as long as something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// The provisional record would have dots there, although it could be known before the meeting.
    Provisional,
    /// The official record must not be without it.
    Official,
    /// Neither; but a person should know.
    Advice,
}

impl Need {
    /// Its name for programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Provisional => "sementara",
            Self::Official => "resmi",
            Self::Advice => "saran",
        }
    }
}

/// Something that is missing, or that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// No letterhead.
    Letterhead,
    /// Nobody knows where it is signed.
    City,
    /// No kind of meeting.
    Kind,
    /// Neither open nor closed.
    Nature,
    /// No date.
    Date,
    /// No zone, so that no time can be printed.
    Zone,
    /// No place.
    Place,
    /// No agenda.
    Agenda,
    /// No chair.
    Chair,
    /// Neither people beside the chair nor the word that there were none.
    Deputies,
    /// No secretary.
    Secretary,
    /// No microphone has a person.
    Seats,
    /// It is not known when the recording began, so that events have no time of day.
    Start,
    /// No count of those present.
    Attendance,
    /// No party groups.
    Groups,
    /// Members of a group, or how many of them are present, are not given.
    GroupCount {
        /// The group.
        code: String,
    },
    /// Fewer names than members who are said to have signed.
    Signatories {
        /// The group.
        code: String,
        /// Names that are given.
        named: usize,
        /// Members present.
        present: u32,
    },
    /// No rule of the quorum.
    Quorum,
    /// What the chair announced is not entered.
    QuorumAnnounced,
    /// When it was announced is not entered.
    QuorumTime,
    /// The announced figure is another than that of the attendance.
    QuorumDiffers {
        /// What the chair announced.
        announced: u32,
        /// Members present by the attendance.
        present: u32,
    },
    /// The announced figure does not satisfy the rule.
    QuorumNotReached {
        /// What the chair announced.
        announced: u32,
        /// What the rule asks for.
        required: u32,
    },
    /// Neither invitees nor the word that there were none.
    Invitees,
    /// Neither a number of observers nor 0.
    Observers,
    /// The opening was not entered.
    Opened,
    /// The closing was not entered.
    Closed,
    /// The closing stands before the opening.
    ClosedFirst,
    /// The meeting was opened more than once.
    OpenedTwice {
        /// When it was the second time, in milliseconds of the recording.
        at: u64,
    },
    /// The meeting was closed more than once.
    ClosedTwice {
        /// When it was the second time.
        at: u64,
    },
    /// An agreement, an item, an interjection or a suspension outside the meeting.
    Outside {
        /// When.
        at: u64,
    },
    /// A suspension without its end, or an end without a suspension.
    Suspension,
    /// What is wrong with a list that was read.
    List(Remark),
    /// The meeting said *setuju*, and it is not said to what.
    Agreement {
        /// When, in milliseconds of the recording.
        at: u64,
    },
}

impl Finding {
    /// The state that it hinders.
    #[must_use]
    pub fn need(&self) -> Need {
        match self {
            Self::Letterhead
            | Self::City
            | Self::Kind
            | Self::Nature
            | Self::Date
            | Self::Zone
            | Self::Place
            | Self::Agenda
            | Self::Chair
            | Self::Secretary
            | Self::Seats => Need::Provisional,
            Self::QuorumDiffers { .. } | Self::QuorumNotReached { .. } => Need::Advice,
            Self::List(remark) if remark.slip.is_harmless() => Need::Advice,
            _ => Need::Official,
        }
    }

    /// The key of `rapat.toml` that mends it.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Letterhead => "lembaga.kop",
            Self::City => "lembaga.kota",
            Self::Kind => "rapat.jenis",
            Self::Nature => "rapat.sifat",
            Self::Date => "rapat.tanggal",
            Self::Zone => "rapat.zona",
            Self::Place => "rapat.tempat",
            Self::Agenda => "rapat.acara",
            Self::Chair => "rapat.ketua",
            Self::Deputies => "rapat.didampingi",
            Self::Secretary => "rapat.sekretaris",
            Self::Seats => "kursi",
            Self::Start => "rapat.mulai",
            Self::Attendance => "hadir",
            Self::List(_) => "daftar",
            Self::Groups | Self::GroupCount { .. } => "fraksi",
            Self::Signatories { .. } => "fraksi.penanda_tangan",
            Self::Quorum => "kuorum",
            Self::QuorumAnnounced | Self::QuorumDiffers { .. } | Self::QuorumNotReached { .. } => "kuorum.diumumkan",
            Self::QuorumTime => "kuorum.pukul",
            Self::Invitees => "rapat.undangan",
            Self::Observers => "rapat.peninjau",
            Self::Opened
            | Self::Closed
            | Self::ClosedFirst
            | Self::OpenedTwice { .. }
            | Self::ClosedTwice { .. }
            | Self::Outside { .. }
            | Self::Suspension => "peristiwa",
            Self::Agreement { .. } => "keputusan",
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Letterhead => "letterhead",
            Self::City => "city",
            Self::Kind => "kind",
            Self::Nature => "nature",
            Self::Date => "date",
            Self::Zone => "zone",
            Self::Place => "place",
            Self::Agenda => "agenda",
            Self::Chair => "chair",
            Self::Deputies => "deputies",
            Self::Secretary => "secretary",
            Self::Seats => "seats",
            Self::Start => "start",
            Self::Attendance => "attendance",
            Self::List(_) => "list",
            Self::Groups => "groups",
            Self::GroupCount { .. } => "group_count",
            Self::Signatories { .. } => "signatories",
            Self::Quorum => "quorum",
            Self::QuorumAnnounced => "quorum_announced",
            Self::QuorumTime => "quorum_time",
            Self::QuorumDiffers { .. } => "quorum_differs",
            Self::QuorumNotReached { .. } => "quorum_not_reached",
            Self::Invitees => "invitees",
            Self::Observers => "observers",
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::ClosedFirst => "closed_first",
            Self::OpenedTwice { .. } => "opened_twice",
            Self::ClosedTwice { .. } => "closed_twice",
            Self::Outside { .. } => "outside",
            Self::Suspension => "suspension",
            Self::Agreement { .. } => "agreement",
        }
    }
}

impl Explain for Finding {
    fn message(&self) -> Message {
        if let Self::List(remark) = self {
            return remark.message();
        }
        let message = Message::new(&format!("check.{}", self.name())).with("field", self.field());
        match self {
            Self::GroupCount { code } => message.with("code", code),
            Self::Signatories { code, named, present } => {
                message.with("code", code).with("named", named).with("present", present)
            }
            Self::QuorumDiffers { announced, present } => message.with("announced", announced).with("present", present),
            Self::QuorumNotReached { announced, required } => {
                message.with("announced", announced).with("required", required)
            }
            Self::Agreement { at } | Self::OpenedTwice { at } | Self::ClosedTwice { at } | Self::Outside { at } => {
                message.with("at", hms(*at))
            }
            _ => message,
        }
    }
}

/// Milliseconds of the recording as `rapat.toml` writes them.
fn hms(millis: u64) -> String {
    let seconds = millis / 1000;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// What the meeting lacks, in the order of the record's fields. `started` is what the recording itself knows of its beginning.
#[must_use]
pub fn checks(meeting: &Meeting, started: Option<jiff::Timestamp>) -> Vec<Finding> {
    let missing = [
        (meeting.letterhead.is_empty(), Finding::Letterhead),
        (meeting.city.is_none(), Finding::City),
        (meeting.kind.is_none(), Finding::Kind),
        (meeting.nature.is_none(), Finding::Nature),
        (meeting.date.is_none(), Finding::Date),
        (meeting.zone.is_none(), Finding::Zone),
        (meeting.start.is_none() && started.is_none(), Finding::Start),
        (meeting.place.is_none(), Finding::Place),
        (meeting.agenda.is_empty(), Finding::Agenda),
        (meeting.chair.is_none(), Finding::Chair),
        (meeting.deputies.is_none(), Finding::Deputies),
        (meeting.secretary.is_none(), Finding::Secretary),
        (meeting.seats.iter().all(|seat| seat.occupants.is_empty()), Finding::Seats),
        (meeting.attendance.is_none(), Finding::Attendance),
        (meeting.groups.is_empty(), Finding::Groups),
        (meeting.quorum.is_none(), Finding::Quorum),
        (meeting.invitees.is_none(), Finding::Invitees),
        (meeting.observers.is_none(), Finding::Observers),
    ];
    let mut findings: Vec<Finding> =
        missing.into_iter().filter_map(|(missing, finding)| missing.then_some(finding)).collect();
    findings.extend(meeting.remarks.iter().cloned().map(Finding::List));
    findings.extend(groups(meeting));
    findings.extend(quorum(meeting));
    findings.extend(course(meeting));
    findings.extend(meeting.open_agreements().map(|at| Finding::Agreement { at }));
    findings.sort_by_key(Finding::need);
    findings
}

fn groups(meeting: &Meeting) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in &meeting.groups {
        let code = group.code.clone();
        match (group.members, group.present) {
            (Some(_), Some(present)) => {
                let named = group.signatories.len();
                if named < present as usize {
                    findings.push(Finding::Signatories { code, named, present });
                }
            }
            _ => findings.push(Finding::GroupCount { code }),
        }
    }
    findings
}

fn quorum(meeting: &Meeting) -> Vec<Finding> {
    let Some(quorum) = meeting.quorum else { return Vec::new() };
    let mut findings = Vec::new();
    if quorum.time.is_none() {
        findings.push(Finding::QuorumTime);
    }
    let Some(announced) = quorum.announced else {
        findings.push(Finding::QuorumAnnounced);
        return findings;
    };
    if let Some(attendance) = meeting.attendance {
        let (present, required) = (attendance.present(), quorum.rule.required(attendance.members));
        if announced != present {
            findings.push(Finding::QuorumDiffers { announced, present });
        }
        if announced < required {
            findings.push(Finding::QuorumNotReached { announced, required });
        }
    }
    findings
}

/// Opening, suspensions and closing.
fn course(meeting: &Meeting) -> Vec<Finding> {
    let place = |kind: &EventKind| meeting.events.iter().position(|event| event.kind == *kind);
    let (opened, closed) = (place(&EventKind::Opened), place(&EventKind::Closed));
    let mut findings = Vec::new();
    match (opened, closed) {
        (Some(opened), Some(closed)) if closed < opened => findings.push(Finding::ClosedFirst),
        _ => {
            findings.extend(opened.is_none().then_some(Finding::Opened));
            findings.extend(closed.is_none().then_some(Finding::Closed));
        }
    }
    let again =
        |kind: &EventKind| meeting.events.iter().filter(|event| event.kind == *kind).nth(1).map(|event| event.at);
    findings.extend(again(&EventKind::Opened).map(|at| Finding::OpenedTwice { at }));
    findings.extend(again(&EventKind::Closed).map(|at| Finding::ClosedTwice { at }));
    let outside = meeting.events.iter().enumerate().find(|(place, event)| {
        let is_business = matches!(
            event.kind,
            EventKind::Agreed(_)
                | EventKind::Item(_)
                | EventKind::Interjection(_)
                | EventKind::Suspended
                | EventKind::Resumed
        );
        is_business && (opened.is_some_and(|opened| *place < opened) || closed.is_some_and(|closed| *place > closed))
    });
    findings.extend(outside.map(|(_, event)| Finding::Outside { at: event.at }));
    let mut suspended = false;
    let paired = meeting.events.iter().all(|event| match event.kind {
        EventKind::Suspended => !std::mem::replace(&mut suspended, true),
        EventKind::Resumed => std::mem::replace(&mut suspended, false),
        _ => true,
    });
    // A meeting may be closed while it is suspended; what was suspended twice or never must be looked at.
    findings.extend((!paired || (suspended && closed.is_none())).then_some(Finding::Suspension));
    findings
}
