//! Utterances with their sound, for research on speech: only of institutions that have said so.
//!
//! ```text
//! ujaran.jsonl          an utterance a line, with its file, its words and who said them
//! suara/MEETING/m07-123456.flac
//! README.md LICENSE.txt
//! ```
//!
//! An utterance takes at most [`LONGEST`] seconds, as recognisers are trained on; a longer one is cut
//! between words. What was redacted, left out of the record or has no words is not in it. Everything
//! is made of [`published`] and of nothing else, and the same input gives the same bytes.

mod cut;
mod folder;
mod line;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::sound::{Codec, Sound};
use super::{Error, Published, published};
use crate::common::message::{Explain, Message};
use crate::floor::CLOCK;
use crate::transcript::Utterance;
use crate::transcript::edit::Mark;

use cut::{Piece, pieces};
use folder::Folder;
use line::Line;

/// Seconds of the longest utterance.
pub const LONGEST: u64 = 30;

/// Thousandths.
const WHOLE: u64 = 1000;

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corpus {
    /// Meetings in it.
    pub meetings: usize,
    /// Utterances in it.
    pub utterances: usize,
    /// Their length in samples at 16 kHz.
    pub samples: u64,
    /// Utterances in which something was redacted.
    pub redacted: usize,
    /// Utterances that are too long and cannot be cut, since the times of their words are not known.
    pub uncut: usize,
    /// Folders that were left out, and why.
    pub refused: Vec<(PathBuf, Message)>,
}

/// Makes the corpus of these meetings in a folder of its own; what an earlier one left there and is
/// not in this one is removed. `progress` hears the share done in thousandths.
///
/// # Errors
/// [`Error::NotEmpty`] where the folder holds something else, [`Error::NoCorpus`] where no meeting
/// may be in it, [`Error::Interrupted`]; or when something cannot be written.
pub fn make(
    folders: &[PathBuf],
    out: &Path,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Corpus, Error> {
    let mut corpus = Corpus::default();
    let mut chosen = Vec::new();
    for path in folders {
        match admitted(path) {
            Ok((published, licence, sound)) => chosen.push((published, licence, sound)),
            Err(error) => corpus.refused.push((path.clone(), error.message())),
        }
    }
    if chosen.is_empty() {
        return Err(Error::NoCorpus { refused: corpus.refused });
    }
    let folder = Folder::begin(out)?;
    let (mut lines, mut sessions, mut licences) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let count = chosen.len() as u64;
    for ((published, licence, sound), at) in chosen.iter().zip(0..) {
        let session = unique(published.meeting.session(), &mut sessions);
        let mut report = |share: u64| progress((at * WHOLE + share) / count);
        of_meeting(published, sound, &session, licence, &folder, stop, &mut report, &mut corpus, &mut lines)?;
        licences.insert(licence.as_str());
    }
    corpus.meetings = chosen.len();
    let houses: BTreeSet<String> = chosen.iter().map(|(one, ..)| one.meeting.letterhead.join(" ")).collect();
    folder.finish(&lines, &corpus, &houses, &licences)?;
    Ok(corpus)
}

/// What may be in it: a meeting that may be published, of an institution that has named a licence,
/// with its sound.
fn admitted(path: &Path) -> Result<(Published, String, Sound), Error> {
    let published = published(path)?;
    let licence = published.meeting.site.corpus.clone();
    let licence = licence.ok_or_else(|| Error::NotOptedIn { path: path.to_owned() })?;
    let sound = Sound::open(&published)?;
    Ok((published, licence, sound))
}

fn unique(session: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number: u32| format!("{session}-{number}"));
    let name = [session.clone()].into_iter().chain(numbered).find(|name| !taken.contains(name)).unwrap_or(session);
    taken.insert(name.clone());
    name
}

#[expect(clippy::too_many_arguments, reason = "one meeting of many, with what is gathered of all")]
fn of_meeting(
    published: &Published,
    sound: &Sound,
    session: &str,
    licence: &str,
    folder: &Folder,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
    corpus: &mut Corpus,
    lines: &mut Vec<Line>,
) -> Result<(), Error> {
    let transcript = published.transcript.by_speaker();
    let clock = transcript.recording.clock;
    let length = transcript.recording.length.max(1);
    for utterance in &transcript.utterances {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        progress(utterance.span.start.min(length) * WHOLE / length);
        if !has_words(utterance) || utterance.channel.number() > sound.channels() {
            continue;
        }
        let at_16_khz = |position: u64| clock.convert(position, CLOCK);
        let span = at_16_khz(utterance.span.start)..at_16_khz(utterance.span.end);
        if published.silenced.iter().any(|silent| silent.start < span.end && span.start < silent.end) {
            corpus.redacted += 1;
            continue;
        }
        let Some(pieces) = pieces(utterance, clock) else {
            corpus.uncut += 1;
            continue;
        };
        for Piece { span, text } in pieces {
            let samples = at_16_khz(span.start)..at_16_khz(span.end);
            let flac = sound.encode(Some(utterance.channel), samples.clone(), Codec::Flac)?;
            let file = folder.add(session, utterance.channel, samples.start, &flac)?;
            corpus.samples += samples.end - samples.start;
            corpus.utterances += 1;
            lines.push(Line::new(published, utterance, session, licence, file, samples, text));
        }
    }
    Ok(())
}

fn has_words(utterance: &Utterance) -> bool {
    !utterance.corrected.has(Mark::Omitted) && !utterance.is_emptied() && !utterance.said().trim().is_empty()
}
