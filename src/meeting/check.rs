//! What a record still lacks: the checks that need nothing but the meeting.
//!
//! The eight contents are those of Peraturan DPR RI 1/2014 Pasal 272 ayat (2). A lack never keeps a
//! provisional record from being printed, which has dots in its place; an official record must have
//! none. What the turns themselves must satisfy (every speaker known, every doubt heard) is not
//! known here.

use jiff::SignedDuration;
use jiff::civil::{Date, Time};

use crate::common::message::{Explain, Message};

use super::time::millis_until;
use super::{EventKind, Meeting, Remark};

/// What is known of the recording of a meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// When its first sample was taken.
    pub started: Option<jiff::Timestamp>,
    /// Its milliseconds, once it is complete.
    pub length: Option<u64>,
    /// How often the computer's clock was set while it ran: at which millisecond, and by how many.
    pub clock_set: Vec<(u64, i64)>,
}

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
    /// The meeting is closed, and nobody is named who could open its recording again.
    Holders,
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
    NotOpen {
        /// When.
        at: u64,
    },
    /// A suspension without its end, or an end without a suspension.
    Suspension,
    /// What is wrong with a list that was read.
    List(Remark),
    /// What was entered at a time at which there is no recording.
    Outside {
        /// The word or key in `rapat.toml`.
        what: &'static str,
        /// The line on which it stands.
        line: usize,
        /// When, in milliseconds of the recording.
        at: u64,
        /// By the clock on the wall, where it was entered so, with the time at which the recording
        /// began.
        clock: Option<(Time, Time)>,
        /// Milliseconds of the recording.
        length: u64,
    },
    /// The quorum was announced at a time of day at which there is no recording.
    QuorumOutside {
        /// When it was announced.
        time: Time,
    },
    /// The recording was made on another day than the meeting's.
    OtherDay {
        /// The day of the meeting.
        date: Date,
        /// The day of the recording.
        recorded: Date,
    },
    /// The computer's clock was set while it recorded.
    ClockSet {
        /// When first, in milliseconds of the recording.
        at: u64,
        /// By how many milliseconds in all.
        by: i64,
    },
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
            Self::Holders
            | Self::QuorumDiffers { .. }
            | Self::QuorumNotReached { .. }
            | Self::QuorumOutside { .. }
            | Self::OtherDay { .. }
            | Self::ClockSet { .. } => Need::Advice,
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
            Self::Holders => "segel.penerima",
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
            | Self::NotOpen { .. }
            | Self::Suspension => "peristiwa",
            Self::Outside { what: what @ ("keputusan" | "kursi"), .. } => what,
            Self::Outside { .. } => "peristiwa",
            Self::QuorumOutside { .. } => "kuorum.pukul",
            Self::OtherDay { .. } => "rapat.tanggal",
            Self::ClockSet { .. } => "rapat.mulai",
            Self::Agreement { .. } => "keputusan",
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Letterhead => "letterhead",
            Self::City => "city",
            Self::Kind => "kind",
            Self::Nature => "nature",
            Self::Holders => "holders",
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
            Self::NotOpen { .. } => "not_open",
            Self::Suspension => "suspension",
            Self::Outside { clock: None, .. } => "outside",
            Self::Outside { clock: Some(_), .. } => "outside_clock",
            Self::QuorumOutside { .. } => "quorum_outside",
            Self::OtherDay { .. } => "other_day",
            Self::ClockSet { .. } => "clock_set",
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
            Self::Agreement { at } | Self::OpenedTwice { at } | Self::ClosedTwice { at } | Self::NotOpen { at } => {
                message.with("at", hms(*at))
            }
            Self::Outside { what, line, at, clock, length } => {
                let message = message.with("what", what).with("line", line).with("length", hms(*length));
                match clock {
                    Some((time, start)) => message
                        .with("time", time.strftime("%H.%M"))
                        .with("start", start.strftime("%H.%M.%S"))
                        .with("end", end_of(*start, *length).strftime("%H.%M.%S")),
                    None => message.with("at", hms(*at)),
                }
            }
            Self::QuorumOutside { time } => message.with("time", time.strftime("%H.%M")),
            Self::OtherDay { date, recorded } => {
                message.with("date", date.strftime("%d-%m-%Y")).with("recorded", recorded.strftime("%d-%m-%Y"))
            }
            Self::ClockSet { at, by } => message.with("at", hms(*at)).with("by", signed(*by)),
            _ => message,
        }
    }
}

/// Milliseconds of the recording as `rapat.toml` writes them.
fn hms(millis: u64) -> String {
    let seconds = millis / 1000;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn end_of(start: Time, length: u64) -> Time {
    start.wrapping_add(SignedDuration::from_millis(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// A length of time with its sign, such as `-01:00:00`.
fn signed(millis: i64) -> String {
    format!("{}{}", if millis < 0 { '-' } else { '+' }, hms(millis.unsigned_abs()))
}

/// What the meeting lacks, in the order of the record's fields. Before there is a recording, and
/// nothing was entered by hand, what only the meeting itself brings is not missed.
#[must_use]
pub fn checks(meeting: &Meeting, recorded: Option<&Recorded>) -> Vec<Finding> {
    let started = recorded.and_then(|recorded| recorded.started);
    let missing = [
        (meeting.letterhead.is_empty(), Finding::Letterhead),
        (meeting.city.is_none(), Finding::City),
        (meeting.kind.is_none(), Finding::Kind),
        (meeting.nature.is_none(), Finding::Nature),
        // What is recorded is sealed already, or was recorded elsewhere.
        (meeting.is_closed() && meeting.holders.is_empty() && recorded.is_none(), Finding::Holders),
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
    if recorded.is_none() && meeting.events.is_empty() {
        let comes = [Finding::Opened, Finding::Closed, Finding::QuorumAnnounced, Finding::QuorumTime];
        findings.retain(|finding| !comes.contains(finding));
    }
    findings.extend(recorded.iter().flat_map(|recorded| times(meeting, recorded)));
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

/// What was entered at times that the recording does not have, and how far its own clock can be
/// believed.
fn times(meeting: &Meeting, recorded: &Recorded) -> Vec<Finding> {
    const SECOND: u64 = 1000;
    const MINUTE: u64 = 60 * SECOND;
    let mut findings = Vec::new();
    let started = meeting.civil(0, recorded.started);
    if let Some(length) = recorded.length {
        for event in &meeting.events {
            // A time of day is written to the minute.
            let slack = if event.clock.is_some_and(|clock| clock.second() == 0) { MINUTE } else { SECOND };
            if event.at > length.saturating_add(slack) {
                let clock = event.clock.zip(started.map(jiff::civil::DateTime::time));
                let (what, line) = (event.kind.key(), event.origin.line);
                findings.push(Finding::Outside { what, line, at: event.at, clock, length });
            }
        }
        let outside = |what, line, at: u64| {
            (at > length.saturating_add(SECOND)).then_some(Finding::Outside { what, line, at, clock: None, length })
        };
        let decisions = meeting.decisions.iter();
        findings.extend(decisions.filter_map(|decision| outside("keputusan", decision.line, decision.at?)));
        for seat in &meeting.seats {
            findings.extend(seat.occupants.iter().filter_map(|one| outside("kursi", seat.origin.line, one.from)));
        }
        let announced = meeting.quorum.and_then(|quorum| quorum.time);
        if let (Some(time), Some(start)) = (announced, started)
            && millis_until(start.time(), time) > length.saturating_add(MINUTE)
        {
            findings.push(Finding::QuorumOutside { time });
        }
    }
    let day = recorded.started.zip(meeting.zone);
    let day = day.map(|(started, zone)| started.to_zoned(zone.offset().to_time_zone()).date());
    if let (Some(date), Some(recorded)) = (meeting.date, day)
        && date != recorded
    {
        findings.push(Finding::OtherDay { date, recorded });
    }
    if let Some((at, _)) = recorded.clock_set.first() {
        let by = recorded.clock_set.iter().map(|(_, by)| by).sum();
        findings.push(Finding::ClockSet { at: *at, by });
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
    findings.extend(outside.map(|(_, event)| Finding::NotOpen { at: event.at }));
    let mut suspended = false;
    let paired = meeting.events.iter().all(|event| match event.kind {
        EventKind::Suspended => !std::mem::replace(&mut suspended, true),
        EventKind::Resumed => std::mem::replace(&mut suspended, false),
        _ => true,
    });
    // A meeting may be closed while it is suspended; what was suspended twice or never must be looked
    // at.
    findings.extend((!paired || (suspended && closed.is_none())).then_some(Finding::Suspension));
    findings
}
