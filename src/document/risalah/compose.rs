//! From meeting and transcript to the document: a pure function.

use std::collections::HashSet;
use std::iter::Peekable;

use jiff::civil::DateTime;

use crate::common::clock::{Channel, Clock};
use crate::common::flag::Flag;
use crate::document::orthography::Roster;
use crate::meeting::{Event, EventKind, Label, Meeting, Seat};
use crate::transcript::edit::Mark;
use crate::transcript::{Transcript, Utterance};

use super::text::{OMITTED, printable};
use super::wording::clock;
use super::{Entry, Legend, Risalah, Run, RunKind, Turn, brief, fields, register, said, who};

/// A pause of one speaker that begins a new paragraph, unless a person has joined what follows.
const PARAGRAPH_PAUSE_MS: u64 = 2_000;
/// Less than this is no overlap: utterances carry some 0.2 s of sound before and after the speech.
const SIMULTANEOUS_MS: u64 = 300;
/// How long after the operator's key an interjection may begin.
const INTERJECTION_MS: u64 = 30_000;

pub(super) const CUT_OFF: &str = "(…)";
pub(super) const SIMULTANEOUS: &str = "[bersamaan]";
const OFF_MICROPHONE: &str = "[di luar mikrofon]";
const CHANGED: &str = "[pembicara lain?]";
/// Stands before the label of a member who breaks in.
pub(crate) const INTERJECTION: &str = "INTERUPSI – ";

/// The record of a meeting.
///
/// Utterances of one speaker that follow each other make one turn; every utterance stands in the
/// document exactly once, in the order of the transcript, except one of which a correction has left
/// no word, and those that follow another in a passage that was left out. An event stands before
/// the first utterance that begins at its time or later.
#[must_use]
pub fn compose(meeting: &Meeting, transcript: &Transcript) -> Risalah {
    let body = Body::new(meeting, transcript).compose();
    let name = fields::name(meeting).to_uppercase();
    Risalah {
        paper: meeting.paper,
        page: meeting.page,
        emblem: meeting.emblem.clone(),
        letterhead: fields::letterhead(meeting),
        marks: fields::marks(meeting),
        watermark: Some(fields::WATERMARK.to_owned()),
        title: format!("RISALAH {name}"),
        brief: brief::brief(meeting, &name, &body),
        meeting: name,
        running: fields::running(meeting),
        fields: fields::fields(meeting, &transcript.recording),
        groups: fields::groups(meeting),
        register: register::register(meeting),
        total: register::total(meeting),
        invitees: fields::invitees(meeting),
        observers: fields::observers(meeting),
        legend: legend(meeting),
        body,
        decisions: fields::decisions(meeting),
        closing: fields::closing(meeting),
        colophon: fields::colophon(meeting, transcript),
        created: transcript.version.created,
    }
}

fn legend(meeting: &Meeting) -> Vec<Legend> {
    let entry = |mark: &str, kind, meaning: &str| Legend { mark: mark.to_owned(), kind, meaning: meaning.to_owned() };
    let common = meeting.seats.iter().any(Seat::is_common);
    let changed = || entry(CHANGED, RunKind::Mark, "pada mikrofon bersama, tingkat suara berubah sesudah jeda");
    let mut legend = vec![
        entry(CUT_OFF, RunKind::Mark, "ucapan terpotong oleh pembicara lain"),
        entry(SIMULTANEOUS, RunKind::Mark, "diucapkan ketika pembicara lain masih berbicara"),
        entry(OFF_MICROPHONE, RunKind::Mark, "diucapkan jauh dari mikrofon"),
        entry("[tidak jelas jj:mm:dd]", RunKind::Mark, "ada ucapan yang tidak tertangkap pada waktu rekaman itu"),
        entry("kata", RunKind::Doubtful, "hasil transkripsi yang meragukan, perlu didengarkan kembali"),
    ];
    if common {
        legend.insert(2, changed());
    }
    legend
}

struct Body<'a> {
    meeting: &'a Meeting,
    transcript: &'a Transcript,
    clock: Clock,
    /// Whose names may be said.
    roster: Roster,
    /// Utterances that the operator marked as interjections, by place in the transcript.
    interjections: HashSet<usize>,
    entries: Vec<Entry>,
    /// Whose turn it is: label and microphone.
    floor: Option<(Label, Channel)>,
    /// Whether the meeting decided to leave out what was said last.
    omits: bool,
}

impl<'a> Body<'a> {
    fn new(meeting: &'a Meeting, transcript: &'a Transcript) -> Self {
        Self {
            meeting,
            transcript,
            clock: transcript.recording.clock,
            roster: Roster::of(meeting),
            interjections: HashSet::new(),
            entries: Vec::new(),
            floor: None,
            omits: false,
        }
    }

    fn compose(mut self) -> Vec<Entry> {
        let transcript = self.transcript;
        let lines = self.event_lines();
        let mut lines = lines.into_iter().peekable();
        let simultaneous = simultaneous(transcript);
        for (index, utterance) in transcript.utterances.iter().enumerate() {
            self.events_until(utterance.span.start, &mut lines);
            self.utterance(index, utterance, simultaneous[index]);
        }
        self.events_until(u64::MAX, &mut lines);
        self.entries
    }

    /// The lines of the events with their positions. An interjection marks an utterance and has a
    /// line of its own only when there is none to mark.
    fn event_lines(&mut self) -> Vec<(u64, Entry)> {
        let mut lines = Vec::new();
        for event in &self.meeting.events {
            let position = self.clock.at_millis(event.at);
            if let EventKind::Interjection(channel) = event.kind
                && let Some(index) = self.interjection(channel, event.at)
            {
                self.interjections.insert(index);
                continue;
            }
            let entry = match event.kind {
                EventKind::Item(number) => Entry::Item { text: printable(&self.item(number)) },
                _ => Entry::Event { text: self.line(event) },
            };
            lines.push((position, entry));
        }
        lines
    }

    /// The utterance that an interjection on this channel at this time means: the one under way, or
    /// the next soon after.
    fn interjection(&self, channel: Channel, millis: u64) -> Option<usize> {
        let (at, latest) = (self.clock.at_millis(millis), self.clock.at_millis(millis.saturating_add(INTERJECTION_MS)));
        let mut utterances = self.transcript.utterances.iter().enumerate();
        utterances
            .find(|(_, utterance)| utterance.channel == channel && utterance.span.end > at)
            .filter(|(_, utterance)| utterance.span.start < latest)
            .map(|(index, _)| index)
    }

    fn line(&self, event: &Event) -> String {
        let time = || {
            let time = self.meeting.civil(event.at, self.transcript.recording.started).map(DateTime::time);
            clock(time, self.meeting.zone).to_uppercase()
        };
        let text = match &event.kind {
            EventKind::Opened => format!("RAPAT DIBUKA {}", time()),
            EventKind::Suspended => format!("RAPAT DISKORS {}", time()),
            EventKind::Resumed => format!("SKORS DICABUT {}", time()),
            EventKind::Closed => format!("RAPAT DITUTUP {}", time()),
            EventKind::Private => format!("RAPAT DINYATAKAN TERTUTUP {}", time()),
            EventKind::Public => format!("RAPAT DINYATAKAN TERBUKA KEMBALI {}", time()),
            EventKind::Gavel(strokes) => format!("KETUK PALU {strokes} KALI"),
            EventKind::Agreed(_) => "RAPAT: SETUJU".to_owned(),
            EventKind::Interjection(channel) => format!("INTERUPSI: {}", self.meeting.label(*channel, event.at)),
            EventKind::Item(number) => self.item(*number).to_uppercase(),
            EventKind::Song(title) => format!("MENYANYIKAN LAGU {}", title.to_uppercase()),
            EventKind::Note(text) => text.to_uppercase(),
        };
        format!("({})", printable(&text))
    }

    /// `Acara 2: Persetujuan Raperda`, as far as the agenda has it.
    fn item(&self, number: u32) -> String {
        let item = self.meeting.agenda.get((number as usize).saturating_sub(1));
        item.map_or_else(|| format!("Acara {number}"), |item| format!("Acara {number}: {item}"))
    }

    fn events_until(&mut self, position: u64, lines: &mut Peekable<impl Iterator<Item = (u64, Entry)>>) {
        while let Some((_, entry)) = lines.next_if(|(at, _)| *at <= position) {
            self.entries.push(entry);
        }
    }

    fn utterance(&mut self, index: usize, utterance: &Utterance, simultaneous: bool) {
        if utterance.is_emptied() {
            return;
        }
        // A passage has one mark, whoever spoke in it and for how long.
        let omitted = utterance.corrected.has(Mark::Omitted);
        if std::mem::replace(&mut self.omits, omitted) && omitted {
            return;
        }
        let label = who::label(self.meeting, self.clock, utterance);
        let channel = who::channel(self.meeting, self.clock, utterance);
        let interjects = self.interjections.contains(&index);
        let speaker = (label, channel);
        let goes_on = !interjects && self.floor.as_ref() == Some(&speaker);
        let pause = match self.entries.last_mut() {
            Some(Entry::Turn(turn)) if goes_on => {
                let pause = utterance.span.start.saturating_sub(turn.span.end);
                turn.span.end = turn.span.end.max(utterance.span.end);
                Some(self.clock.millis(pause))
            }
            _ => {
                let prefix = if interjects { INTERJECTION } else { "" };
                self.entries.push(Entry::Turn(Turn {
                    label: printable(&format!("{prefix}{}", speaker.0)),
                    microphone: speaker.0.microphone(),
                    member: self.is_member(utterance),
                    continued: goes_on,
                    channel,
                    span: utterance.span,
                    paragraphs: Vec::new(),
                }));
                None
            }
        };
        // Nobody is named there; a person who hears it may do so, or may have heard that it is the same.
        let asked = !utterance.corrected.has(Mark::Heard) && !omitted;
        let common = matches!(speaker.0, Label::Common { .. });
        let changed = asked && common && utterance.flags.contains(&Flag::LevelChange);
        self.floor = Some(speaker);
        let joined = utterance.corrected.has(Mark::Joined);
        let mut runs = self.runs(index, utterance, simultaneous);
        if changed {
            runs.insert(0, Run { text: CHANGED.to_owned(), kind: RunKind::Mark, utterance: index, remark: None });
        }
        let Some(Entry::Turn(turn)) = self.entries.last_mut() else { return };
        match turn.paragraphs.last_mut() {
            Some(paragraph) if !changed && pause.is_some_and(|pause| joined || pause < PARAGRAPH_PAUSE_MS) => {
                paragraph.extend(runs);
            }
            _ => turn.paragraphs.push(runs),
        }
    }

    /// Whether a member speaks who does not chair the meeting.
    fn is_member(&self, utterance: &Utterance) -> bool {
        let chairs = |id: &str| self.meeting.chair.as_ref().is_some_and(|chair| chair.id == id);
        who::person(self.meeting, self.clock, utterance)
            .is_some_and(|person| person.group.is_some() && !chairs(&person.id))
    }

    fn runs(&self, index: usize, utterance: &Utterance, simultaneous: bool) -> Vec<Run> {
        let mark = |text: String| Run { text, kind: RunKind::Mark, utterance: index, remark: None };
        if utterance.corrected.has(Mark::Omitted) {
            return vec![mark(OMITTED.to_owned())];
        }
        let mut runs = Vec::new();
        if simultaneous {
            runs.push(mark(SIMULTANEOUS.to_owned()));
        }
        if utterance.flags.contains(&Flag::OffMicrophone) {
            runs.push(mark(OFF_MICROPHONE.to_owned()));
        }
        if let Some(language) = utterance.flags.iter().find_map(|flag| language(*flag)) {
            runs.push(mark(format!("[{language}]")));
        }
        let text = printable(&utterance.text);
        let unheard = utterance.flags.contains(&Flag::NoWords) && utterance.corrected.is_raw();
        if unheard || text.is_empty() {
            runs.push(mark(format!("[tidak jelas {}]", self.clock.hms(utterance.span.start))));
        }
        if !text.is_empty() {
            runs.extend(said::runs(index, utterance, self.clock, &self.roster));
        }
        if self.is_cut_off(index, utterance) {
            runs.push(mark(CUT_OFF.to_owned()));
        }
        runs
    }

    /// Whether another speaker began while this utterance went on, outlasted it and took the floor,
    /// and the sentence was left open. All three, because an agreeing *ya* at the end of a
    /// sentence cuts nobody off.
    fn is_cut_off(&self, index: usize, utterance: &Utterance) -> bool {
        let utterances = &self.transcript.utterances;
        let ended = utterance.text.trim_end().ends_with(['.', '?', '!', '…']);
        let takes_over = utterances.get(index + 1).is_some_and(|next| next.channel != utterance.channel);
        if ended || !takes_over || utterance.text.trim().is_empty() {
            return false;
        }
        let latest = utterance.span.end.saturating_sub(self.clock.at_millis(SIMULTANEOUS_MS));
        utterances[index + 1..]
            .iter()
            .take_while(|other| other.span.start <= latest)
            .any(|other| other.channel != utterance.channel && other.span.end > utterance.span.end)
    }
}

/// For each utterance, whether it begins while another channel still speaks.
fn simultaneous(transcript: &Transcript) -> Vec<bool> {
    let least = transcript.recording.clock.at_millis(SIMULTANEOUS_MS);
    let mut until: Vec<(Channel, u64)> = Vec::new();
    let begins_within = |utterance: &Utterance| {
        let span = utterance.span;
        let others = until.iter().filter(|(channel, _)| *channel != utterance.channel);
        let common = others.map(|(_, end)| (*end).min(span.end).saturating_sub(span.start)).max().unwrap_or(0);
        match until.iter_mut().find(|(channel, _)| *channel == utterance.channel) {
            Some((_, end)) => *end = (*end).max(span.end),
            None => until.push((utterance.channel, span.end)),
        }
        common >= least.max(1)
    };
    transcript.utterances.iter().map(begins_within).collect()
}

/// What a passage in another language is marked with.
fn language(flag: Flag) -> Option<&'static str> {
    match flag {
        Flag::Javanese => Some("bahasa Jawa"),
        Flag::Sundanese => Some("bahasa Sunda"),
        Flag::English => Some("bahasa Inggris"),
        Flag::Arabic => Some("bahasa Arab"),
        Flag::OtherLanguage => Some("bahasa lain"),
        _ => None,
    }
}
