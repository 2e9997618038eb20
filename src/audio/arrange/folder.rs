//! What lies in a folder: recordings, what looks like one and is not read, and everything else.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::super::wav::read_full;
use super::super::{Error, Warning, warning::Why};
use super::name::by_name;
use crate::common::riff;
use crate::recording;

/// Endings of files that hold sound. Whether this program can read one shows when it is opened.
const SOUND: [&str; 42] = [
    "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "caf", "flac", "mp3", "mp2", "mpga", "ogg", "oga",
    "opus", "spx", "m4a", "m4b", "mp4", "m4v", "mov", "aac", "adts", "webm", "mkv", "mka", "3gp", "3g2", "amr", "awb",
    "wma", "asf", "ac3", "eac3", "dts", "ape", "wv", "au", "snd", "gsm", "avi",
];
/// Of these, the ones that hold a picture beside the sound.
const VIDEO: [&str; 9] = ["mp4", "m4v", "mov", "webm", "mkv", "3gp", "3g2", "asf", "avi"];
/// Endings that programs give to a file while it is copied or downloaded.
const PARTIAL: [&str; 12] = [
    "part",
    "partial",
    "crdownload",
    "download",
    "filepart",
    "tmp",
    "temp",
    "sebagian",
    "opdownload",
    "incomplete",
    "copying",
    "aria2",
];
/// The kinds of an ISO file that hold sound; pictures have kinds of their own.
const BRANDS: [&[u8; 3]; 6] = [b"M4A", b"M4B", b"mp4", b"iso", b"qt ", b"3gp"];

/// The transcript of a meeting folder: what sound lies beside it was copied there.
const TRANSCRIPT: &str = "transkrip.db";

/// What a folder holds.
#[derive(Default)]
pub(super) struct Found {
    /// Files with the name of a recording, in the order of their names.
    pub(super) files: Vec<PathBuf>,
    /// What looks like a recording and is not read.
    pub(super) passed: Vec<Warning>,
}

/// Looks through a folder.
pub(super) fn look(folder: &Path) -> Result<Found, Error> {
    let io = |source| Error::io(folder, source);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        paths.push(entry.map_err(io)?.path());
    }
    paths.sort_by(|a, b| by_name(a, b));
    let mut found = Found::default();
    for path in paths {
        match judge(&path) {
            Some(Ok(())) => found.files.push(path),
            Some(Err(why)) => found.passed.push(Warning::PassedOver { path, why }),
            None => {}
        }
    }
    Ok(found)
}

/// Recordings that lie beside that of a meeting folder, where nothing reads them.
pub(in super::super) fn beside(recording: &Path) -> Vec<Warning> {
    if recording.file_name().is_none_or(|name| name != recording::FOLDER) {
        return Vec::new();
    }
    let parent = recording.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(found) = look(parent) else { return Vec::new() };
    let known = |path: &Path| path.file_name() == recording.file_name();
    // An empty file holds no words that could be missed.
    let filled = |path: &PathBuf| fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0);
    let files = found.files.into_iter().filter(filled);
    let files = files.map(|path| Warning::PassedOver { path, why: Why::BesideRecording });
    let passed =
        found.passed.into_iter().filter(|warning| !matches!(warning, Warning::PassedOver { path, .. } if known(path)));
    files.chain(passed).collect()
}

/// The name that a file would have if it could be read.
pub(super) fn intended(path: &Path, why: &Why) -> Option<PathBuf> {
    match why {
        Why::DeadLink | Why::NotAFile | Why::Unreadable(_) => Some(path.to_owned()),
        Why::Unfinished => {
            let stem = Path::new(path.file_stem()?);
            let name = stem.to_str().map_or(stem, |stem| Path::new(stem.trim_start_matches('.')));
            has_ending(name, &SOUND).then(|| path.with_file_name(name))
        }
        _ => None,
    }
}

/// Whether a file is named as one that holds a picture.
pub(super) fn is_video(path: &Path) -> bool {
    has_ending(path, &VIDEO)
}

/// `Ok` for a recording, `Err` for what looks like one and is not read, nothing for anything else.
fn judge(path: &Path) -> Option<Result<(), Why>> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    // macOS leaves a "._name" beside each file on a foreign disk.
    if name.starts_with("._") {
        return None;
    }
    if name.starts_with('.') {
        // rsync copies into ".name.ending.random".
        let inner = name.split('.').skip(2).any(|piece| SOUND.contains(&piece));
        return inner.then_some(Err(Why::Unfinished));
    }
    let metadata = fs::metadata(path);
    if metadata.as_ref().is_ok_and(fs::Metadata::is_dir) {
        return holds_sound(path).then_some(Err(Why::Folder));
    }
    if has_ending(path, &PARTIAL) {
        let inner = path.file_stem().map(Path::new).is_some_and(|inner| has_ending(inner, &SOUND));
        return (inner || is_sound(path)).then_some(Err(Why::Unfinished));
    }
    if has_ending(path, &SOUND) {
        return Some(match metadata {
            Ok(metadata) if metadata.is_file() => match File::open(path) {
                Ok(_) => Ok(()),
                Err(error) => Err(Why::Unreadable(error.to_string())),
            },
            Ok(_) => Err(Why::NotAFile),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Why::DeadLink),
            Err(error) => Err(Why::Unreadable(error.to_string())),
        });
    }
    (metadata.is_ok_and(|metadata| metadata.is_file()) && is_sound(path)).then_some(Err(Why::Ending))
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|given| endings.iter().any(|known| given.eq_ignore_ascii_case(known)))
}

/// Whether a folder, or the recording in it, holds sound. The folder of a record whose sound was
/// only copied there does not count.
fn holds_sound(folder: &Path) -> bool {
    let sound = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).any(|path| has_ending(&path, &SOUND) && path.is_file())
    };
    let inner = folder.join(recording::FOLDER);
    let record = folder.join(TRANSCRIPT).is_file();
    sound(&inner) || inner.join(recording::LEDGER).is_file() || (!record && sound(folder))
}

/// Whether a file's first bytes are those of sound, whatever its name is.
fn is_sound(path: &Path) -> bool {
    let mut head = [0; 16];
    let Ok(read) = File::open(path).and_then(|mut file| read_full(&mut file, &mut head)) else { return false };
    let head = &head[..read];
    let kind = |id: &[u8], kind: &[u8]| head.starts_with(id) && head.get(8..12) == Some(kind);
    let iso = head.get(4..8) == Some(b"ftyp")
        && head.get(8..11).is_some_and(|kind| BRANDS.iter().any(|known| *known == kind));
    let first = [
        b"fLaC".as_slice(),
        b"OggS",
        b"caff",
        b"ID3",
        b"#!AMR",
        b"riff\x2E\x91\xCF\x11",
        b"\x30\x26\xB2\x75\x8E\x66\xCF\x11",
    ];
    iso || riff::is_wave(head)
        || [b"AIFF", b"AIFC"].iter().any(|form| kind(b"FORM", *form))
        || first.iter().any(|magic| head.starts_with(magic))
}
