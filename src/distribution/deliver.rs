//! Sends what is to be sent: each parcel once.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::log::{self, Log, place};
use super::make::{Ready, alone, put};
use super::parcel::{Event, Parcel, Standing, What};
use super::{Error, Settings, mail, webhook};
use crate::common::chained_log;
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};
use crate::meeting::Way;

/// What became of parcels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Those that were sent now.
    pub sent: Vec<Parcel>,
    /// Those that were not, and why.
    pub failed: Vec<(Parcel, Message)>,
    /// Those that may have been sent before: a person decides.
    pub uncertain: Vec<Parcel>,
    /// How many had been sent before.
    pub before: usize,
}

/// Sends parcels that were made and not sent: these, or all of the meeting. What may have been sent
/// by e-mail when the program was stopped is sent only if `again` names it; other ways know what
/// they have. `progress` hears how many are done, of how many.
///
/// # Errors
/// When the record is no longer official or is sealed, what was kept of parcels is not as it was
/// written, or nothing can be entered there. What goes wrong with one parcel stands in the report.
pub fn send(
    folder: &Path,
    only: Option<&[String]>,
    again: &[String],
    by: &str,
    settings: &Settings,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Report, Error> {
    let _alone = alone(folder)?;
    let log = Log::read(folder)?;
    if let Some(finding @ chained_log::Finding::Chain { .. }) = log.finding() {
        return Err(chained_log::Error::Changed(finding.clone()).into());
    }
    for id in again {
        log.parcel(id)?;
    }
    let mut report = Report::default();
    let mut parcels = log.parcels();
    parcels.retain(|parcel| only.is_none_or(|only| only.contains(&parcel.id)));
    let ready = Ready::of(folder)?;
    let count = parcels.len();
    for (done, parcel) in parcels.into_iter().enumerate() {
        progress(done, count);
        let standing = parcel.standing();
        let is_mail = matches!(parcel.contents.recipient.way, Way::Mail(_));
        match standing {
            _ if standing.is_sent() => report.before += 1,
            Standing::Uncertain if is_mail && !again.contains(&parcel.id) => report.uncertain.push(parcel),
            _ if stop.load(Ordering::Relaxed) => return Err(Error::Interrupted),
            _ => one(folder, &ready, &parcel, by, settings, stop, &mut report)?,
        }
    }
    progress(count, count);
    Ok(report)
}

fn one(
    folder: &Path,
    ready: &Ready,
    parcel: &Parcel,
    by: &str,
    settings: &Settings,
    stop: &AtomicBool,
    report: &mut Report,
) -> Result<(), Error> {
    let enter = |what: What| {
        let event = Event { at: Timestamp::now(), by: by.trim().to_owned(), parcel: parcel.id.clone(), what };
        log::append(folder, event)?.parcel(&parcel.id)
    };
    let checked = check(folder, ready, parcel).and_then(|files| {
        // What is missing in the settings is told before anything is entered as begun.
        settings.have(&parcel.contents.recipient.way).map(|()| files)
    });
    let outcome = match checked {
        Ok(files) => {
            enter(What::Sending)?;
            deliver(parcel, &files, settings, stop)
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(detail) => report.sent.push(enter(What::Sent { detail })?),
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(Error::Unanswered { .. }) => report.uncertain.push(parcel.clone()),
        Err(error) => {
            let parcel = enter(What::Failed { detail: error.to_string() })?;
            report.failed.push((parcel, error.message()));
        }
    }
    Ok(())
}

/// The files of a parcel, if they are as they were made and may go out still.
fn check(folder: &Path, ready: &Ready, parcel: &Parcel) -> Result<Vec<(String, Vec<u8>)>, Error> {
    ready.check(&parcel.contents.recipient)?;
    if parcel.contents.seal != ready.seal {
        return Err(Error::Replaced { edition: ready.manifest.edition });
    }
    let place = place(folder, &parcel.id);
    let file = |document: &super::Document| {
        let path = place.join(&document.file);
        let bytes = fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        if sha256(&bytes) == document.sha256 {
            Ok((document.file.clone(), bytes))
        } else {
            Err(Error::Changed { path })
        }
    };
    parcel.contents.files.iter().map(file).collect()
}

fn deliver(
    parcel: &Parcel,
    files: &[(String, Vec<u8>)],
    settings: &Settings,
    stop: &AtomicBool,
) -> Result<String, Error> {
    match &parcel.contents.recipient.way {
        Way::Folder(into) => {
            // Its name is the parcel's: what was taken from there meanwhile is not put there again.
            if !into.is_dir() {
                let source = std::io::ErrorKind::NotFound.into();
                return Err(Error::Write { path: into.clone(), source });
            }
            let whole = into.join(&parcel.id);
            if !whole.is_dir() {
                put(into, &parcel.id, files)?;
            }
            Ok(whole.display().to_string())
        }
        Way::Mail(to) => mail::send(parcel, to, files, settings),
        Way::Webhook(address) => webhook::send(parcel, address, files, settings, stop),
    }
}
