//! What the paths that a user gave mean.

use std::fs;
use std::path::{Path, PathBuf};

use super::arrange::{self, by_name};
use super::{Error, Warning};
use crate::common::clock::Channel;
use crate::recording::{self, LEDGER, Ledger};

/// Where the channels of a recording come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// One file that holds every channel.
    File(PathBuf),
    /// Files that each hold one channel, or a part of one.
    Set(Set),
    /// Files that follow one another on one timeline, each with every channel.
    Parts(Vec<PathBuf>),
    /// The folder of a recording that was made here, or is being made: its ledger says which file
    /// stands where.
    Recording(PathBuf),
}

/// Files that belong to one recording, and what a person must know of how they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The microphones, ascending by channel. A channel that is left out is silent.
    pub members: Vec<Member>,
    /// As many channels as the seat map has at least; 0 where the files alone say it.
    pub least: u16,
    /// What was left out, moved or is missing.
    pub warnings: Vec<Warning>,
}

/// A microphone, or files with several channels that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its channel, or the first of several.
    pub first: Channel,
    /// Its files in the order of time.
    pub parts: Vec<Part>,
}

/// A file on the timeline of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The file.
    pub path: PathBuf,
    /// The sample of the recording at which it begins; `None` where it follows the one before.
    pub start: Option<u64>,
}

impl Part {
    /// A file that follows the one before.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, start: None }
    }
}

/// What a seat map says of a microphone's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat<'a> {
    /// The seat's channel.
    pub channel: Channel,
    /// The name of its file, where the map gives one.
    pub file: Option<&'a str>,
}

impl Input {
    /// The recording that these paths stand for: a file; several files, one for each channel in
    /// this order; the folder of a meeting, or its `rekaman`; or a folder of audio files, whose
    /// names say which channel each holds and in which order its parts follow.
    ///
    /// # Errors
    /// [`Error::Nothing`], [`Error::Missing`], [`Error::FolderWithoutAudio`],
    /// [`Error::FolderAmongFiles`], [`Error::TooManyFiles`] or [`Error::Io`];
    /// [`Error::TwoReadings`] and its kin where names and heads leave two ways to read them.
    pub fn from_paths(paths: &[PathBuf]) -> Result<Self, Error> {
        Self::with_seats(paths, &[])
    }

    /// The same, with what the seat map says: a file that it names goes to its channel, and a
    /// number without a seat is told.
    ///
    /// # Errors
    /// As [`Input::from_paths`]; [`Error::ChannelTwice`] where seat map and names contradict each
    /// other.
    pub fn with_seats(paths: &[PathBuf], seats: &[Seat<'_>]) -> Result<Self, Error> {
        match paths {
            [] => Err(Error::Nothing),
            [path] if is_folder(path)? => Self::from_folder(path, seats),
            [path] => Ok(match arrange::seat_of(path, seats) {
                Some(first) => Self::of(vec![Member { first, parts: vec![Part::new(path.clone())] }], Vec::new()),
                None => Self::File(path.clone()),
            }),
            paths => {
                for path in paths {
                    if is_folder(path)? {
                        return Err(Error::FolderAmongFiles { path: path.clone() });
                    }
                }
                arrange::listed(paths, seats)
            }
        }
    }

    /// The same with only the files that hold this microphone, where it has files of its own: no
    /// other is read.
    #[must_use]
    pub fn only(&self, channel: Option<Channel>) -> Self {
        match (self, channel) {
            (Self::Set(set), Some(channel)) if set.members.len() > 1 => {
                let mut alone = set.clone();
                alone.members.retain(|member| member.first == channel);
                if alone.members.is_empty() { self.clone() } else { Self::Set(alone) }
            }
            _ => self.clone(),
        }
    }

    /// A set of files whose channels are known.
    ///
    /// # Errors
    /// [`Error::Nothing`] or [`Error::ChannelTwice`].
    pub fn from_channels(files: Vec<(Channel, PathBuf)>) -> Result<Self, Error> {
        let member = |(first, path)| Member { first, parts: vec![Part::new(path)] };
        Self::of_channels(files.into_iter().map(member).collect(), Vec::new())
    }

    /// Microphones in the order of their channels.
    pub(super) fn of_channels(mut members: Vec<Member>, warnings: Vec<Warning>) -> Result<Self, Error> {
        members.sort_by_key(|member| member.first);
        for pair in members.windows(2) {
            if let [before, member] = pair
                && before.first == member.first
            {
                let path = |member: &Member| member.parts.first().map(|part| part.path.clone()).unwrap_or_default();
                return Err(Error::ChannelTwice { channel: member.first, first: path(before), second: path(member) });
            }
        }
        if members.is_empty() { Err(Error::Nothing) } else { Ok(Self::of(members, warnings)) }
    }

    /// One file that begins the first channel and of which nothing is to be told is only that file.
    pub(super) fn of(members: Vec<Member>, warnings: Vec<Warning>) -> Self {
        if let [Member { first, parts }] = members.as_slice()
            && let [Part { path, start: None | Some(0) }] = parts.as_slice()
            && first.index() == 0
            && warnings.is_empty()
        {
            return Self::File(path.clone());
        }
        Self::Set(Set { members, least: 0, warnings })
    }

    fn from_folder(folder: &Path, seats: &[Seat<'_>]) -> Result<Self, Error> {
        let recording = recording::folder_of(folder);
        if recording.is_dir() {
            return Self::from_recording(recording, seats);
        }
        arrange::folder(folder, seats)
    }

    fn from_recording(folder: PathBuf, seats: &[Seat<'_>]) -> Result<Self, Error> {
        let archived = recording::archived_channels(&folder);
        if !archived.is_empty() {
            return Self::from_channels(archived);
        }
        // A ledger that does not even say what was recorded is no help; the segments are there all the
        // same.
        if Ledger::read(&folder.join(LEDGER)).is_ok_and(|ledger| ledger.start().is_some()) {
            return Ok(Self::Recording(folder));
        }
        match segments(&folder)? {
            segments if segments.is_empty() => arrange::folder(&folder, seats),
            segments => Ok(Self::Parts(segments)),
        }
    }
}

/// The segments of a recording whose ledger is lost: files named by six digits.
fn segments(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let io = |source| Error::io(folder, source);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let digits = |stem: &[u8]| stem.len() == 6 && stem.iter().all(u8::is_ascii_digit);
        let named = path.file_stem().is_some_and(|stem| digits(stem.as_encoded_bytes()));
        if named && path.extension().is_some_and(|ending| ending == "wav") && path.is_file() {
            files.push(path);
        }
    }
    files.sort_by(|a, b| by_name(a, b));
    Ok(files)
}

fn is_folder(path: &Path) -> Result<bool, Error> {
    fs::metadata(path).map(|metadata| metadata.is_dir()).map_err(|source| Error::io(path, source))
}
