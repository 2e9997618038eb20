//! Why a record stays in its state.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::folder;
use super::{Finding, Hindrance, Stage, State};
use crate::common::clock::moment;
use crate::common::message::{Explain, Message};
use crate::document::risalah;
use crate::{recording, signature, transcript};

/// Why a record was not given another state.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] transcript::store::Error),
    /// A file of the folder failed.
    #[error(transparent)]
    Folder(#[from] folder::Error),
    /// The recording could not be looked at.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// The document could not be made.
    #[error(transparent)]
    Document(#[from] risalah::Error),
    /// The document was not signed electronically.
    #[error(transparent)]
    Signature(#[from] signature::Error),
    /// What is sealed is signed on paper: a signature in the open would tell of it.
    #[error("sealed: no electronic signature")]
    SealedUnsigned,
    /// The store holds a state that does not exist.
    #[error("`{0}` is no state")]
    UnknownState(String),
    /// Not the word for a stage.
    #[error("`{0}` is no stage")]
    NoStage(String),
    /// The record has not come so far.
    #[error("never {0}")]
    NeverWas(Stage),
    /// Its words were recognised anew after that stage.
    #[error("recognised anew since {0}")]
    OtherRecognition(Stage),
    /// There is no way from one state to the other.
    #[error("no way from {} to {}", from.key(), to.key())]
    NoWay { from: State, to: State },
    /// Becoming official is more than a step.
    #[error("official by finalize only")]
    NeedsFinalize,
    /// Nobody's name.
    #[error("no name")]
    Nameless,
    /// The meeting's decision is not said.
    #[error("no decision")]
    NoDecision,
    /// Nothing begins within the passage of which that was not said before.
    #[error("no passage")]
    NoPassage,
    /// The way back needs a reason.
    #[error("back from {} to {} without a reason", from.key(), to.key())]
    NeedsReason { from: State, to: State },
    /// Speakers may still correct their turns.
    #[error("correction until {until}")]
    PeriodRuns { until: Zoned },
    /// A period that does not end.
    #[error("{days} days")]
    Period { days: u32 },
    /// The computer's clock stands before something that has happened.
    #[error("the clock says {now}, after {known}")]
    Clock { now: Timestamp, known: Timestamp },
    /// The checks before `resmi` found something.
    #[error("{} hindrances", .0.len())]
    Hindered(Vec<Hindrance>),
    /// Nothing has changed since the last edition.
    #[error("edition {edition} is as it would be")]
    Unchanged { edition: u32, document: String },
    /// An official document is not as it was.
    #[error("not the document that was signed")]
    NotTheDocument(Finding),
    /// A manifest cannot be read.
    #[error("{path}: {detail}")]
    Manifest { path: PathBuf, detail: String },
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Store(error) => error.message(),
            Self::Folder(error) => error.message(),
            Self::Recording(error) => error.message(),
            Self::Document(error) => error.message(),
            Self::Signature(error) => error.message(),
            Self::SealedUnsigned => Message::new("status.sealed_unsigned"),
            Self::UnknownState(state) => Message::new("status.unknown_state").with("state", state),
            Self::NoStage(text) => Message::new("status.no_stage").with("stage", text),
            Self::NeverWas(stage) => Message::new("status.never_was").with("stage", stage),
            Self::OtherRecognition(stage) => Message::new("status.other_recognition").with("stage", stage),
            Self::NoWay { from, to } => {
                let next = from.next().map_or("–", State::key);
                Message::new("status.no_way").with("from", from.key()).with("to", to.key()).with("next", next)
            }
            Self::NeedsFinalize => Message::new("status.needs_finalize"),
            Self::Nameless => Message::new("status.nameless"),
            Self::NoDecision => Message::new("status.no_decision"),
            Self::NoPassage => Message::new("status.no_passage"),
            Self::NeedsReason { from, to } => {
                Message::new("status.needs_reason").with("from", from.key()).with("to", to.key())
            }
            Self::PeriodRuns { until } => Message::new("status.period_runs").with("until", moment(until)),
            Self::Period { days } => Message::new("status.period").with("days", days),
            Self::Clock { now, known } => {
                let here = |at: &Timestamp| moment(&at.to_zoned(TimeZone::system()));
                Message::new("status.clock").with("now", here(now)).with("known", here(known))
            }
            Self::Hindered(hindrances) => Message::new("status.hindered").with("count", hindrances.len()),
            Self::Unchanged { edition, document } => {
                Message::new("status.unchanged").with("edition", edition).with("document", document)
            }
            Self::NotTheDocument(finding) => finding.message(),
            Self::Manifest { path, detail } => {
                Message::new("status.manifest").with("path", path.display()).with("detail", detail)
            }
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::NoStage(_)
            | Self::SealedUnsigned
            | Self::NoWay { .. }
            | Self::NeedsFinalize
            | Self::Nameless
            | Self::NoDecision
            | Self::NoPassage
            | Self::NeedsReason { .. }
            | Self::Period { .. } => true,
            Self::Store(error) => error.is_usage(),
            Self::Signature(error) => error.is_usage(),
            _ => false,
        }
    }
}
