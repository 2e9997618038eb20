//! The document: a value made of a meeting and its transcript by [`compose`], and a writer for each
//! file format.
//!
//! [`compose`] is a pure function and the writers are functions of its result: the same input gives
//! the same bytes. What is not known is printed as dots to be filled in, never invented; no
//! recognised word is left out.

mod akn;
mod anchor;
mod brief;
mod chorus;
mod compose;
mod csv;
mod cue;
mod docx;
mod error;
mod fields;
mod format;
mod json;
mod letter;
mod official;
#[cfg(feature = "pdf")]
mod pdf;
mod popolo;
mod public;
mod register;
pub(crate) mod remark;
pub mod rttm;
mod said;
mod sections;
mod seglst;
mod sheet;
mod speakers;
mod srt;
mod tei;
mod templates;
mod text;
mod txt;
mod vtt;
pub(crate) mod who;
mod wording;

use std::ops::Range;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::common::clock::{Channel, Span};
use crate::common::paper::Paper;
use crate::meeting::{Emblem, Meeting, Page};
use crate::transcript::Transcript;

pub use anchor::{Anchor, Holds};
pub(crate) use compose::INTERJECTION;
pub use compose::compose;
pub use error::Error;
pub(crate) use fields::below;
pub use format::Format;
pub use letter::{Disposition, Letter, Part, extract_sheet, letter_sheet};
pub use official::{Official, compose_official};
pub use public::{Public, compose_public, sheet_public, write_public};
pub use sheet::Sheet;
pub use templates::{FOLDER as TEMPLATES, Templates};
pub(crate) use text::OMITTED;
pub(crate) use text::printable;
pub(crate) use wording::{day_and_date, long_date};

/// The record of a meeting, ready to be written: all texts are printable and final.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Risalah {
    /// The paper it is laid out for.
    pub paper: Paper,
    /// Margins and type.
    pub page: Page,
    /// The picture above the letterhead; for a template, the name of its file.
    #[serde(serialize_with = "emblem_name")]
    pub emblem: Option<Arc<Emblem>>,
    /// Lines of the letterhead.
    pub letterhead: Vec<String>,
    /// What stands on every page: that it is provisional, and its secrecy.
    pub marks: Vec<String>,
    /// What stands behind the text of every page.
    pub watermark: Option<String>,
    /// The title, in capitals.
    pub title: String,
    /// What the short report has of its own.
    pub brief: Brief,
    /// The name of the meeting alone, in capitals.
    pub meeting: String,
    /// Short title and date for the head of each page.
    pub running: String,
    /// The fields before the body.
    pub fields: Vec<Field>,
    /// Who signed the attendance list, by party group.
    pub groups: Vec<Signatories>,
    /// Every member with room to sign, by party group, and then the invitees.
    pub register: Vec<Signing>,
    /// How many members came, and how many did not.
    pub total: String,
    /// Invited non-members.
    pub invitees: Vec<String>,
    /// Observers without invitation.
    pub observers: String,
    /// What the marks in the body mean.
    pub legend: Vec<Legend>,
    /// What was said and what happened, in order.
    pub body: Vec<Entry>,
    /// What was decided.
    pub decisions: Vec<String>,
    /// The signature block.
    pub closing: Closing,
    /// How the record was made.
    pub colophon: Vec<String>,
    /// When the transcript was begun: the date that files carry inside.
    pub created: jiff::Timestamp,
}

/// What the short report has beside fields and decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Brief {
    /// Its title, in capitals.
    pub title: String,
    /// What was spoken of.
    pub points: Vec<String>,
}

/// One field before the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its lines.
    pub lines: Vec<String>,
    /// Whether the lines are numbered.
    pub numbered: bool,
}

/// The members of one party group who signed the attendance list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signatories {
    /// Letter, name and code of the group.
    pub title: String,
    /// How many of how many.
    pub count: String,
    /// Their names, as far as they are known.
    pub names: Vec<String>,
}

/// People who sign an attendance list together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signing {
    /// Who they are.
    pub title: String,
    /// What is said of each beside the name.
    pub note: String,
    /// The people.
    pub rows: Vec<Signer>,
    /// How many there are, and how many of them came.
    pub total: String,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// The name.
    pub name: String,
    /// Whether they came, or their office; empty where it is to be written by hand.
    pub note: String,
}

/// The meaning of one mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Legend {
    /// The mark, or a sample of the marked text.
    pub mark: String,
    /// How it is printed.
    pub kind: RunKind,
    /// What it means.
    pub meaning: String,
}

/// One piece of the body.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
pub enum Entry {
    /// Someone speaks.
    Turn(Turn),
    /// An item of the agenda begins: a heading.
    Item {
        /// The heading.
        text: String,
    },
    /// Something happens: a line in parentheses.
    Event {
        /// The line.
        text: String,
    },
}

/// A turn as it is numbered in the working copy: its label, and all that stands below it until the
/// next label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Who speaks.
    pub label: String,
    /// From the first to behind the last of its utterances, as places in the transcript.
    pub utterances: Range<usize>,
}

/// The turns of a record in the order of their numbers, which begin with 1.
#[must_use]
pub fn turns(risalah: &Risalah) -> Vec<Numbered> {
    let mut turns: Vec<Numbered> = Vec::new();
    for entry in &risalah.body {
        let Entry::Turn(turn) = entry else { continue };
        let mut runs = turn.paragraphs.iter().flatten().map(|run| run.utterance);
        let Some(first) = runs.next() else { continue };
        let end = runs.next_back().unwrap_or(first) + 1;
        match turns.last_mut() {
            Some(last) if turn.continued => last.utterances.end = end,
            _ => turns.push(Numbered { label: turn.label.clone(), utterances: first..end }),
        }
    }
    turns
}

/// What one speaker says without another taking the floor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turn {
    /// Who speaks, without the colon.
    pub label: String,
    /// The microphone, where the speaker is not known.
    pub microphone: Option<String>,
    /// Whether a member speaks who does not chair the meeting.
    #[serde(skip)]
    pub member: bool,
    /// Whether only events stand between this turn and the one before it: the label is not printed
    /// again.
    pub continued: bool,
    /// Its channel.
    pub channel: Channel,
    /// From the first to the last sample of its utterances.
    pub span: Span,
    /// What was said, broken at long pauses.
    pub paragraphs: Vec<Paragraph>,
}

/// Runs of text, with a space between one and the next.
pub type Paragraph = Vec<Run>;

/// A stretch of text of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The text.
    pub text: String,
    /// What sort of text it is.
    pub kind: RunKind,
    /// What a person who corrects the record is told of it.
    #[serde(skip)]
    pub remark: Option<String>,
    /// The place in the transcript of the utterance that it belongs to.
    pub utterance: usize,
}

/// What a run of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Recognised speech.
    Spoken,
    /// Recognised speech that someone should listen to.
    Doubtful,
    /// A mark of the record itself.
    Mark,
}

/// Place, date and signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closing {
    /// Place and date, the day left open.
    pub place_and_date: String,
    /// On whose behalf, and in which office, it is signed.
    pub office: Vec<String>,
    /// Who signs.
    pub name: String,
    /// Rank and number of a civil servant, below the name.
    pub below: Vec<String>,
}

/// The record as it is read on paper: words that members said in chorus stand there once.
fn printed(meeting: &Meeting, transcript: &Transcript) -> Risalah {
    chorus::joined(compose(meeting, transcript), transcript.recording.clock)
}

/// The attendance list of a meeting of which nothing was recorded yet.
#[must_use]
pub fn register_before(meeting: &Meeting, now: jiff::Timestamp) -> Sheet {
    Sheet::register(&compose(meeting, &Transcript::nothing(now)))
}

/// Writes the short report of a record for Word and `LibreOffice`.
///
/// # Errors
/// When the package cannot be put together.
pub fn write_brief(risalah: &Risalah) -> Result<Vec<u8>, Error> {
    docx::brief(&brief::shown(risalah))
}

/// Writes a record for Word and `LibreOffice`.
///
/// # Errors
/// When the package cannot be put together.
pub fn write_word(risalah: &Risalah) -> Result<Vec<u8>, Error> {
    docx::write(risalah)
}

/// Writes a meeting's record or transcript in one format.
///
/// # Errors
/// When the format's own library refuses the document, which no valid meeting or transcript should
/// bring about.
pub fn write(format: Format, meeting: &Meeting, transcript: &Transcript) -> Result<Vec<u8>, Error> {
    // What comes back from Word is compared with the utterances as they are.
    let by_speaker = (format != Format::Working).then(|| transcript.by_speaker());
    let transcript = by_speaker.as_ref().unwrap_or(transcript);
    match format {
        Format::Docx => docx::write(&printed(meeting, transcript)),
        Format::Working if !transcript.version.complete => Err(Error::Incomplete),
        Format::Working => docx::working_copy(&compose(meeting, transcript), transcript),
        Format::Pdf => Sheet::record(&printed(meeting, transcript)).typeset(&Templates::built_in()),
        Format::Brief => Sheet::brief(&compose(meeting, transcript)).typeset(&Templates::built_in()),
        Format::BriefWord => write_brief(&compose(meeting, transcript)),
        Format::Register => Sheet::register(&compose(meeting, transcript)).typeset(&Templates::built_in()),
        Format::Csv => csv::write(meeting, transcript),
        Format::Akn => akn::write(meeting, transcript),
        Format::Tei => tei::write(meeting, transcript),
        Format::Popolo => popolo::write(meeting),
        Format::Txt => Ok(txt::write(&printed(meeting, transcript))),
        Format::Srt => Ok(srt::write(meeting, transcript)),
        Format::Vtt => Ok(vtt::write(meeting, transcript)),
        Format::Json => json::write(meeting, transcript),
        Format::Seglst => seglst::write(meeting, transcript),
        Format::Rttm => Ok(rttm::write(meeting, transcript)),
    }
}

/// The document of a format that is laid out by a template, or `None` for one that is not.
#[must_use]
pub fn sheet(format: Format, meeting: &Meeting, transcript: &Transcript) -> Option<Sheet> {
    let transcript = &transcript.by_speaker();
    match format {
        Format::Pdf => Some(Sheet::record(&printed(meeting, transcript))),
        Format::Brief => Some(Sheet::brief(&compose(meeting, transcript))),
        Format::Register => Some(Sheet::register(&compose(meeting, transcript))),
        _ => None,
    }
}

/// The file in which a template finds the emblem.
pub const EMBLEM: &str = "lambang.png";

#[allow(clippy::ref_option, reason = "serde hands it so")]
fn emblem_name<S: Serializer>(emblem: &Option<Arc<Emblem>>, serializer: S) -> Result<S::Ok, S::Error> {
    emblem.as_ref().map(|_| EMBLEM).serialize(serializer)
}
