//! Whether a recording is as it was made.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::growth::is_recorded;
use super::recover::{data_start, hash};
use super::{Error, Fact, Format, Growth, Part, is_sealed, sealed};
use crate::common::message::{Explain, Message};
use crate::seal::{self, Chunk, Seal, tails_of};

/// What is not as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A line of the ledger does not follow from the line before.
    Chain {
        /// Its number, from 1.
        line: u64,
    },
    /// The ledger ends in something that is no line.
    Torn,
    /// The recording was never closed.
    Open,
    /// The last line claims another length than the segments and gaps make.
    Length,
    /// A segment is not there.
    Missing(PathBuf),
    /// A segment's samples are not those that were recorded.
    Changed(PathBuf),
    /// What is wrong with a sealed segment, which only a key tells.
    Sealed(PathBuf, Chunk),
    /// A file that the ledger does not know.
    Unknown(PathBuf),
}

impl Explain for Finding {
    fn message(&self) -> Message {
        match self {
            Self::Chain { line } => Message::new("recording.chain").with("line", line),
            Self::Torn => Message::new("recording.torn"),
            Self::Open => Message::new("recording.open"),
            Self::Length => Message::new("recording.length"),
            Self::Missing(path) => Message::new("recording.missing").with("path", path.display()),
            Self::Changed(path) => Message::new("recording.changed").with("path", path.display()),
            Self::Unknown(path) => Message::new("recording.unknown").with("path", path.display()),
            Self::Sealed(path, found) => {
                let about = |key: &str| Message::new(&format!("seal.chunk_{key}")).with("path", path.display());
                match found {
                    Chunk::Changed { chunk } => about("changed").with("chunk", chunk),
                    Chunk::Moved { chunk, from } => about("moved").with("chunk", chunk).with("from", from),
                    Chunk::Foreign { chunk, from } => {
                        about("foreign").with("chunk", chunk).with("from", from.display())
                    }
                    Chunk::Cut { chunk } => about("cut").with("chunk", chunk),
                    Chunk::Header => about("header"),
                }
            }
        }
    }
}

/// What an examination came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is not as it was made; empty where all is.
    pub findings: Vec<Finding>,
    /// Files whose samples were compared with the ledger.
    pub compared: usize,
    /// Samples of each channel, gaps counted.
    pub frames: u64,
    /// The form of the samples.
    pub format: Format,
    /// The hash of the ledger's last line: written down elsewhere, it proves later that not even
    /// the whole was replaced.
    pub seal: String,
}

/// Compares every segment with its hash and every line of the ledger with the one before.
/// `progress` hears how many of how many files are done.
///
/// # Errors
/// [`Error::Busy`] while it is recorded to, [`Error::Absent`], [`Error::NoStart`] or [`Error::Io`].
pub fn verify(folder: &Path, progress: &mut dyn FnMut(usize, usize)) -> Result<Verdict, Error> {
    let mut to_the_end = |done, all| {
        progress(done, all);
        true
    };
    verify_while(folder, &mut to_the_end)
}

/// The same as long as `progress` says that it is to go on. What is told of one that was ended is
/// not the whole: whoever ends it knows.
///
/// # Errors
/// As [`verify`].
pub fn verify_while(folder: &Path, progress: &mut dyn FnMut(usize, usize) -> bool) -> Result<Verdict, Error> {
    let growth = Growth::open(folder)?.ok_or_else(|| Error::Absent { path: folder.to_owned() })?;
    if is_recorded(growth.folder()) {
        return Err(Error::Busy { path: growth.folder().to_owned() });
    }
    let (ledger, format) = (growth.ledger(), growth.format());
    let mut findings = Vec::new();
    findings.extend(ledger.broken.map(|line| Finding::Chain { line }));
    if ledger.torn {
        findings.push(Finding::Torn);
    }
    if !ledger.is_closed() {
        findings.push(Finding::Open);
    }
    let archived = archived(&growth);
    let is_archived = !archived.is_empty();
    let mut known: HashSet<PathBuf> = archived.iter().map(|(path, _)| path.clone()).collect();
    let mut compared = 0;
    let mut frames = growth.gaps().iter().map(|gap| gap.end).max().unwrap_or(0);
    let whole = archived.len() + ledger.segments().len();
    for (path, sha256) in archived {
        match File::open(&path).and_then(|file| file.metadata()) {
            Err(_) => findings.push(Finding::Missing(path)),
            Ok(metadata) => {
                if hash(&path, 0, metadata.len())? != sha256 {
                    findings.push(Finding::Changed(path));
                }
                compared += 1;
            }
        }
        if !progress(compared, whole) {
            break;
        }
    }
    for index in 0.. {
        let Some(part) = growth.part(index) else { break };
        known.insert(part.path.clone());
        if is_sealed(&part.path) {
            known.extend(tails_of(&part.path).unwrap_or_default().into_iter().map(|(_, path)| path));
        }
        frames = frames.max(part.first.saturating_add(part.frames.unwrap_or(0)));
        let sha256 = ledger.facts.iter().find_map(|fact| match fact {
            Fact::Segment { file, sha256, .. } if part.path.ends_with(file) => Some(sha256),
            _ => None,
        });
        match File::open(&part.path) {
            Err(_) if is_archived => {}
            Err(_) => findings.push(Finding::Missing(part.path.clone())),
            Ok(_) if is_sealed(&part.path) => {
                findings.extend(compare_sealed(&growth, &part, sha256.map(String::as_str))?);
                compared += 1;
            }
            Ok(mut file) => {
                let start = data_start(&mut file).map_err(Error::io(&part.path))?;
                let bytes = format.bytes(part.frames.unwrap_or(0));
                // A segment that was not closed has no hash yet; that it is open has been said.
                if let Some(sha256) = sha256
                    && (start == 0 && bytes > 0 || hash(&part.path, start, bytes)? != *sha256)
                {
                    findings.push(Finding::Changed(part.path.clone()));
                }
                compared += 1;
            }
        }
        if !progress(compared, whole) {
            break;
        }
    }
    if ledger.length().is_some_and(|length| length != frames) {
        findings.push(Finding::Length);
    }
    findings.extend(strangers(growth.folder(), &known)?);
    Ok(Verdict { findings, compared, frames, format, seal: ledger.head().to_owned() })
}

/// Compares a sealed segment with its hash, and where this process holds the meeting's key, opens
/// each of its chunks.
fn compare_sealed(growth: &Growth, part: &Part, sha256: Option<&str>) -> Result<Vec<Finding>, Error> {
    let io = || Error::io(&part.path);
    let mut found = Vec::new();
    if let Some(sha256) = sha256
        && sealed::hash(&part.path).map_err(io())? != sha256
    {
        found.push(Finding::Changed(part.path.clone()));
    }
    // One of which a crash left no sound may not even have a whole header; its hash was compared.
    let frames = part.frames.unwrap_or(0);
    if let Some(key) = growth.seal_of(part).and_then(Seal::held).filter(|_| frames > 0) {
        let plain = sealed::HEADER + growth.format().bytes(frames);
        let others: Vec<PathBuf> = (0..).map_while(|index| growth.part(index)).map(|part| part.path).collect();
        let wrong = seal::examine(&part.path, &key, plain, &others).map_err(io())?;
        found.extend(wrong.map(|wrong| Finding::Sealed(part.path.clone(), wrong)));
    }
    Ok(found)
}

fn archived(growth: &Growth) -> Vec<(PathBuf, String)> {
    let one = |fact: &Fact| match fact {
        Fact::Archived { file, sha256, .. } => Some((growth.folder().join(file), sha256.clone())),
        _ => None,
    };
    growth.ledger().facts.iter().filter_map(one).collect()
}

/// Sound in the folder that was not recorded there.
fn strangers(folder: &Path, known: &HashSet<PathBuf>) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    for entry in folder.read_dir().map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let is_sound = path.extension().is_some_and(|end| end == "wav" || end == "flac" || end == "age");
        if is_sound && !known.contains(&path) {
            found.push(Finding::Unknown(path));
        }
    }
    found.sort_by_key(|finding| format!("{finding:?}"));
    Ok(found)
}
