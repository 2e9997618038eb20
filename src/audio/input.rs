//! What the paths that a user gave mean.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::clock::{Channel, MAX_CHANNELS};
use crate::recording::{self, LEDGER, Ledger};

/// Extensions by which a file in a folder is taken for sound.
const EXTENSIONS: [&str; 32] = [
    "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "au", "snd", "caf", "flac", "mp3", "mp2", "mpga",
    "ogg", "oga", "opus", "spx", "m4a", "m4b", "mp4", "mov", "3gp", "aac", "mka", "mkv", "webm", "amr", "wma", "ac3",
    "dss",
];

/// Where the channels of a recording come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// One file that holds every channel.
    File(PathBuf),
    /// One file for each channel, ascending by channel. A channel that is left out is silent.
    Set(Vec<(Channel, PathBuf)>),
    /// Files that follow one another on one timeline, each with every channel.
    Parts(Vec<PathBuf>),
    /// The folder of a recording that was made here, or is being made: its ledger says which file stands where.
    Recording(PathBuf),
}

impl Input {
    /// The recording that these paths stand for: a file; several files, one for each channel in this order; the folder of a meeting,
    /// or its `rekaman`; or a folder of audio files, one for each channel in the order of their names (numbers by their value).
    ///
    /// # Errors
    /// [`Error::Nothing`], [`Error::Missing`], [`Error::FolderWithoutAudio`], [`Error::FolderAmongFiles`],
    /// [`Error::TooManyFiles`] or [`Error::Io`]. The content of files is not looked at.
    pub fn from_paths(paths: &[PathBuf]) -> Result<Self, Error> {
        match paths {
            [] => Err(Error::Nothing),
            [path] if is_folder(path)? => Self::from_folder(path),
            [path] => Ok(Self::File(path.clone())),
            paths => {
                for path in paths {
                    if is_folder(path)? {
                        return Err(Error::FolderAmongFiles { path: path.clone() });
                    }
                }
                Self::in_order(paths.to_vec())
            }
        }
    }

    /// A set of files whose channels are known, as a seat map gives them.
    ///
    /// # Errors
    /// [`Error::Nothing`] or [`Error::ChannelTwice`].
    pub fn from_channels(mut files: Vec<(Channel, PathBuf)>) -> Result<Self, Error> {
        files.sort_by_key(|(channel, _)| *channel);
        for pair in files.windows(2) {
            if let [(first_channel, first), (channel, second)] = pair
                && first_channel == channel
            {
                return Err(Error::ChannelTwice { channel: *channel, first: first.clone(), second: second.clone() });
            }
        }
        if files.is_empty() { Err(Error::Nothing) } else { Ok(Self::Set(files)) }
    }

    fn from_folder(folder: &Path) -> Result<Self, Error> {
        let recording = recording::folder_of(folder);
        if recording.is_dir() {
            return Self::from_recording(recording);
        }
        let files = audio_files(folder)?;
        match files.as_slice() {
            [file] => Ok(Self::File(file.clone())),
            _ => Self::in_order(files),
        }
    }

    fn from_recording(folder: PathBuf) -> Result<Self, Error> {
        let archived = recording::archived_channels(&folder);
        if !archived.is_empty() {
            return Self::from_channels(archived);
        }
        // A ledger that does not even say what was recorded is no help; the segments are there all the same.
        if Ledger::read(&folder.join(LEDGER)).is_ok_and(|ledger| ledger.start().is_some()) {
            return Ok(Self::Recording(folder));
        }
        audio_files(&folder).map(Self::Parts)
    }

    fn in_order(files: Vec<PathBuf>) -> Result<Self, Error> {
        if files.len() > usize::from(MAX_CHANNELS) {
            return Err(Error::TooManyFiles { files: files.len() });
        }
        Ok(Self::Set(files.into_iter().enumerate().map(|(index, file)| (Channel::from_index(index), file)).collect()))
    }
}

fn is_folder(path: &Path) -> Result<bool, Error> {
    fs::metadata(path).map(|metadata| metadata.is_dir()).map_err(|source| Error::io(path, source))
}

/// The audio files of a folder in the order of their names; never none.
fn audio_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let io = |source| Error::io(folder, source);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if is_audio_name(&path) && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Error::FolderWithoutAudio { path: folder.to_owned() });
    }
    files.sort_by(|a, b| by_name(a, b));
    Ok(files)
}

fn is_audio_name(path: &Path) -> bool {
    // macOS leaves a hidden "._name" beside each file on a foreign disk.
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().and_then(|extension| extension.to_str());
    !hidden && extension.is_some_and(|given| EXTENSIONS.iter().any(|known| given.eq_ignore_ascii_case(known)))
}

/// The order of names in which `mik2` comes before `mik10`.
fn by_name(a: &Path, b: &Path) -> Ordering {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (left, right) = (name(a), name(b));
    pieces(&left).cmp(pieces(&right)).then_with(|| a.cmp(b))
}

/// A name cut into numbers (by length, then digits: their value, however long) and the letters between them.
fn pieces(name: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let digits = first.is_ascii_digit();
        let end = rest.find(|letter: char| letter.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        if digits {
            let value = piece.trim_start_matches('0');
            Some((value.len(), value))
        } else {
            // After every number, as letters sort after digits.
            Some((usize::MAX, piece))
        }
    })
}

/// The number at the end of a part's name, such as 12 of `000012.wav`.
pub(super) fn part_number(path: &Path) -> Option<u64> {
    let stem = path.file_stem()?.to_str()?;
    let digits = stem.len() - stem.bytes().rev().take_while(u8::is_ascii_digit).count();
    stem[digits..].parse().ok()
}
