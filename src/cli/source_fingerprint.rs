//! What tells one recording from another, so that a transcript never mixes two.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use e_risalah::audio::{FileInfo, Input, Set, Warning};
use e_risalah::common::digest::{hex, sha256};
use e_risalah::common::message::{Explain, Message};
use e_risalah::floor::external_turns::Given;
use e_risalah::lifecycle::folder;
use e_risalah::meeting::Meeting;
use e_risalah::record::soundcheck::room::Room;
use e_risalah::recording::Growth;
use e_risalah::transcript::store::CONTENT;
use sha2::{Digest, Sha256};

use super::console::Console;
use super::interrupt::STOP;
use super::outcome::Failure;
use super::progress::ShareProgress;

/// Of a file, this much was all that earlier versions looked at, beside its name and length.
const BEGINNING: usize = 1 << 20;

/// What a transcript depends on beside the sound: turns of a room that is known, or of a file, are
/// others, and two kinds never stand in one version.
pub struct Context<'a> {
    pub meeting: &'a Meeting,
    pub room: Option<&'a Room>,
    pub given: Option<&'a Given>,
}

/// What tells a recording from another. Of one that was made here, its ledger's beginning: it may
/// still grow. Of others, names, lengths and beginnings as in earlier versions, and then the
/// SHA-256 of every byte with its channel and place.
pub fn fingerprint(
    input: &Input,
    files: &[FileInfo],
    context: &Context<'_>,
    console: Console,
    hidden: bool,
) -> Result<String, Failure> {
    let turns = turns(context);
    if let Input::Recording(folder) = input
        && let Some(growth) = Growth::open(folder)?
    {
        return Ok(growth.identity() + &turns);
    }
    let places = places(input);
    let as_before = read_as_before(input, context.meeting);
    let whole = files.iter().map(|file| file.bytes).sum::<u64>().max(1);
    let mut progress = ShareProgress::new(console, "cli.progress.checking", hidden);
    let (mut text, mut content, mut before) = (Vec::with_capacity(files.len()), String::new(), 0);
    for (place, file) in files.iter().enumerate() {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        let (beginning, all) =
            read(&file.path, &mut |done| progress.report((before + done).saturating_mul(1000) / whole))?;
        before += file.bytes;
        let at = places.get(place).map_or("", String::as_str);
        let _ = writeln!(content, "{at} {all}");
        let at = if as_before { String::new() } else { format!("{at} ") };
        text.push(format!("{at}{name} {} {beginning}", file.bytes));
    }
    progress.end();
    Ok(text.join("\n") + &turns + CONTENT + &sha256(content.as_bytes()))
}

fn turns(context: &Context<'_>) -> String {
    let room = context.room.map_or_else(String::new, |room| format!("\nruang {}", room.identity()));
    room + &context.given.map_or_else(String::new, |given| format!("\ngiliran {}", given.identity()))
}

/// Channel and beginning of every file of a set.
fn places(input: &Input) -> Vec<String> {
    let Input::Set(Set { members, .. }) = input else { return Vec::new() };
    let place = |start: Option<u64>| start.map_or_else(String::new, |start| format!("@{start}"));
    let parts = members.iter().flat_map(|member| member.parts.iter().map(move |part| (member.first, part)));
    parts.map(|(channel, part)| format!("{channel}{}", place(part.start))).collect()
}

/// Whether earlier versions read the files in the same way: one for each channel, in order or as
/// the seat map says.
fn read_as_before(input: &Input, meeting: &Meeting) -> bool {
    let Input::Set(Set { members, .. }) = input else { return true };
    let named =
        |path: &Path| path.file_name().and_then(|name| name.to_str()).and_then(|name| meeting.channel_of_file(name));
    let alone =
        members.iter().all(|member| member.parts.len() == 1 && member.parts[0].start.is_none_or(|start| start == 0));
    let in_order = members.iter().enumerate().all(|(place, member)| member.first.index() == place);
    let by_seats = members.iter().all(|member| named(&member.parts[0].path) == Some(member.first));
    alone && (in_order || by_seats)
}

/// The SHA-256 of a file's beginning, and of all of it.
fn read(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<(String, String), Failure> {
    let failed = |source| folder::Error::Folder { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let (mut whole, mut first, mut piece) = (Sha256::new(), Vec::new(), vec![0; BEGINNING]);
    let mut done = 0;
    loop {
        let read = file.read(&mut piece).map_err(failed)?;
        if read == 0 {
            return Ok((sha256(&first), hex(whole)));
        }
        whole.update(&piece[..read]);
        let missing = BEGINNING - first.len();
        first.extend_from_slice(&piece[..read.min(missing)]);
        done += read as u64;
        progress(done);
        if STOP.load(Ordering::Relaxed) {
            return Err(Failure::failed(Message::new("general.interrupted")));
        }
    }
}

/// Length and time of every file, by which a change shows.
pub struct FileStamps(Vec<Option<(u64, SystemTime)>>);

impl FileStamps {
    pub fn of(files: &[FileInfo]) -> Self {
        let stamp = |file: &FileInfo| {
            let metadata = fs::metadata(&file.path).ok()?;
            Some((metadata.len(), metadata.modified().ok()?))
        };
        Self(files.iter().map(stamp).collect())
    }

    /// Tells which files have changed since; whether there are any.
    pub fn tell_changed(&self, files: &[FileInfo], console: Console) -> bool {
        let now = Self::of(files);
        let changed = files.iter().zip(self.0.iter().zip(&now.0)).filter(|(_, (before, now))| before != now);
        let paths: Vec<_> = changed.map(|(file, _)| file.path.clone()).collect();
        let any = !paths.is_empty();
        for path in paths {
            console.warning(&Warning::Changed { path }.message());
        }
        any
    }
}
