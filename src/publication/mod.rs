//! What of a record may go out, and in which form.
//!
//! [`published`] alone decides: of an official record of an open meeting it gives the words with
//! what was redacted taken out of them, and the spans in which the sound is silent. Whatever is
//! published is made of this and of nothing else. The record itself stays as it was signed: a
//! [`redaction`] is of the published copy only.

mod copy;
pub mod corpus;
mod error;
pub mod redaction;
pub mod site;
pub mod sound;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::common::clock::Span;
use crate::common::message::Message;
use crate::document::risalah::{Official, Public};
use crate::lifecycle::{self, Finding, Life, Manifest, Stage, State};
use crate::meeting::{EventKind, Meeting, Nature};
use crate::meeting_folder::{self, Evidence};
use crate::recording::{Growth, folder_of, sealed_stretches_of};
use crate::transcript::Transcript;
use crate::transcript::store::Store;

pub use copy::{FORMATS, document, file_name, prepare, sound_name, write_documents, write_sound};
pub use error::Error;
pub use redaction::{Reason, Redacted};

/// What may be published of a meeting.
#[derive(Clone, Debug)]
pub struct Published {
    /// The folder of the meeting.
    pub folder: PathBuf,
    /// The meeting as the official record describes it.
    pub meeting: Meeting,
    /// The words of the official edition, with marks where they were redacted. A passage that the
    /// meeting left out has no words. Utterances have the places and spans of the record.
    pub transcript: Transcript,
    /// What was taken out.
    pub redacted: Vec<Redacted>,
    /// Where there is no sound, on every microphone: samples at 16 kHz of the recording's clock,
    /// ascending, apart from each other.
    pub silenced: Vec<Range<u64>>,
    /// Whether the meeting was closed to the public for a while: nothing of that time is in the words.
    pub was_closed: bool,
    /// The signed edition.
    pub official: Official,
    /// Its manifest.
    pub manifest: Manifest,
    /// The hash of the manifest.
    pub seal: String,
    /// What a person should look at before it goes out.
    pub warnings: Vec<Message>,
}

impl Published {
    /// How many passages were redacted for each reason, as it is printed.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.redacted.iter().fold(BTreeMap::new(), |mut counts, one| {
            *counts.entry(one.reason.to_string()).or_default() += 1;
            counts
        })
    }

    /// What tells the published copy from the record, for documents.
    #[must_use]
    pub fn public(&self) -> Public {
        Public { official: self.official.clone(), redacted: self.counts().into_iter().collect() }
    }
}

/// What may be published of the meeting in this folder.
///
/// # Errors
/// [`Error::Closed`] where the meeting was not open, [`Error::Sealed`] where its recording, or a part of it, is under
/// seal, [`Error::Provisional`] where the record is not official or was opened again,
/// [`Error::Changed`] and [`Error::Described`] where what was signed is no longer what is there; or
/// when something cannot be read.
pub fn published(folder: &Path) -> Result<Published, Error> {
    if !sealed_stretches_of(folder)?.is_empty() {
        return Err(Error::Sealed { path: folder.to_owned() });
    }
    let mut meeting = meeting_folder::describe(folder)?;
    may_go_out(&meeting, folder)?;
    let store = Store::open_to_read(folder)?;
    let raw = store.load()?;
    let life = Life::read(&store, &raw)?;
    let (state, sealed) = (life.state(), life.sealed());
    let Some((seal, _)) = sealed.filter(|_| state >= State::Official) else {
        return Err(Error::Provisional { path: folder.to_owned(), state });
    };
    let verdict = lifecycle::verify_without_sound(folder, &store)?;
    // A document that is gone says nothing against the words that were signed.
    if let Some(finding) = verdict.findings.into_iter().find(|finding| !matches!(finding, Finding::Missing(_))) {
        return Err(Error::Changed(finding));
    }
    let manifest = Manifest::of(folder, seal.edition)?;
    if !manifest.describes(folder)? {
        return Err(Error::Described { path: folder.to_owned(), edition: seal.edition });
    }
    let current = Stage::Official(Some(seal.edition)).transcript(folder, &store)?;
    if let Some(evidence) = Evidence::find(None, folder, &folder_of(folder))? {
        // Of the conference system a signed record takes what it says of the meeting, not its doubts.
        evidence.consult(&mut meeting, &mut current.clone());
    }
    let official = lifecycle::official(&meeting, &manifest)?;
    let redactions = store.redactions()?;
    let closed = closed_parts(&meeting, folder)?;
    let clock = current.recording.clock;
    let spans: Vec<Span> =
        closed.iter().map(|part| Span::new(clock.at_millis(part.start), clock.at_millis(part.end))).collect();
    let hidden = redaction::hide(&current, &raw, &redactions, &spans);
    // What was entered there tells of what was said. That it was closed is no secret.
    meeting.events.retain(|event| {
        matches!(event.kind, EventKind::Private | EventKind::Public)
            || !closed.iter().any(|part| part.contains(&event.at))
    });
    let mut warnings = hidden.warnings;
    warnings.extend(redaction::repeated(&meeting, &hidden.transcript, &hidden.texts));
    Ok(Published {
        folder: folder.to_owned(),
        meeting,
        transcript: hidden.transcript,
        redacted: hidden.redacted,
        silenced: hidden.silenced,
        was_closed: !closed.is_empty(),
        official,
        manifest,
        seal: seal.manifest.clone(),
        warnings,
    })
}

/// The parts in which the meeting was closed to the public, in milliseconds of the recording. A part
/// that was sealed and then opened for good by a decision is public; one that is sealed was refused.
fn closed_parts(meeting: &Meeting, folder: &Path) -> Result<Vec<Range<u64>>, Error> {
    let growth = Growth::open(&folder_of(folder))?;
    let opened: Vec<u64> = growth
        .iter()
        .flat_map(|growth| {
            let clock = growth.clock();
            growth.ledger().stretches().into_iter().map(move |stretch| clock.millis(stretch.from))
        })
        .collect();
    let mut parts: Vec<Range<u64>> = Vec::new();
    let mut begun = None;
    for event in &meeting.events {
        match event.kind {
            EventKind::Private if !opened.contains(&event.at) => drop(begun.get_or_insert(event.at)),
            EventKind::Public => parts.extend(begun.take().map(|from| from..event.at)),
            _ => {}
        }
    }
    // Nobody said that it was opened again.
    parts.extend(begun.map(|from| from..u64::MAX / 1_000_000));
    Ok(parts)
}

/// Peraturan DPR RI 1/2014 Pasal 273: of a closed meeting nothing is published. One of which nobody
/// has said that it was open is not open.
fn may_go_out(meeting: &Meeting, folder: &Path) -> Result<(), Error> {
    match meeting.nature {
        Some(nature) if nature.mark().is_none() => Ok(()),
        nature => Err(Error::Closed { path: folder.to_owned(), nature: nature.map(Nature::name) }),
    }
}
