//! `risalah record`: starts the recorder and shows it.

use std::fs;
use std::path::{Path, PathBuf};

use e_risalah::common::atomic_file;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder::{self, Folder, MEETING};
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder;
use e_risalah::record::capture::Rehearsal;
use e_risalah::record::recorder::Client;
use e_risalah::recording::{Claim, Growth, Resumed, folder_of, seal_of};
use e_risalah::seal::{self, Holder, MeetingKey, Seal};

use super::args::Args;
use super::session::RecordSession;
use super::{recorder_process, second_pass};
use crate::cli::console::Console;
use crate::cli::outcome::{End, Failure};
use crate::cli::recogniser::Recogniser;
use crate::cli::recorder_order::RecorderOrder;
use crate::cli::room_profile::copy_room_profile;
use crate::cli::shell::quoted;

/// Minutes of room below which a person is told: a plenary may last so long.
const SHORT_MINUTES: u64 = 4 * 60;

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let meeting = match &args.meeting {
        Some(path) => Meeting::read(path)?,
        None => meeting_folder::describe(args.output.as_deref().unwrap_or(Path::new(".")))?,
    };
    // The recogniser comes later and on its own: a mistake must be known before the meeting.
    args.recogniser_args.engine().check()?;
    let folder = args.output.clone().unwrap_or_else(|| PathBuf::from(new_name(&meeting)));
    let recording = folder_of(&folder);
    let before = [&recording, &folder].map(|path| path.exists());
    let resume = is_unfinished(&recording)?;
    let (key, seal) = sealed(&meeting, &folder, resume).inspect_err(|_| {
        // What was only made to see whether it can be is not left behind.
        for (path, was_there) in [&recording, &folder].into_iter().zip(before) {
            let _ = was_there || fs::remove_dir(path).is_ok();
        }
    })?;
    // The key of an open meeting's recogniser, which hears what is closed of it.
    let listener = key.as_ref().filter(|_| seal.is_none()).map(MeetingKey::recipient);
    Folder::create(&folder)?;
    if let Some(path) = &args.meeting {
        copy_into_folder(path, &folder.join(MEETING))?;
        for source in meeting_folder::needed_files(&meeting, &folder).iter().filter(|source| source.is_file()) {
            copy_into_folder(source, &folder.join(source.file_name().unwrap_or_default()))?;
        }
    }
    let room = copy_room_profile(&meeting, &folder);
    let order = RecorderOrder {
        folder: absolute(&recording),
        mirror: args.mirror.as_deref().map(|mirror| folder_of(&absolute(mirror))),
        device: args.device.clone(),
        channels: meeting.seats.iter().map(|seat| seat.channel.number()).max(),
        source: args.source.as_deref().map(absolute),
        speed: args.speed,
        names: names(&meeting),
        conference: args.conference,
        resume,
        seal,
        listener,
    };
    // What the disk has room for is known before the recording takes of it.
    let short = short_disks(&order);
    let (child, client) = recorder_process::start(&order, &folder)?;
    // Only now: before an error that ends the command, nobody needs to hear of these.
    if args.meeting.is_none() && !folder.join(MEETING).is_file() {
        console.warning(&Message::new("record.undescribed").with("folder", quoted(&folder)));
    }
    if resume {
        console.warning(&Message::new("record.resuming").with("folder", folder.display()));
    }
    console.notices(&room);
    if order.seal.is_some() {
        console.note(&Message::new("seal.recording").with("holders", named_holders(&meeting)));
    }
    second_pass::check(&meeting, console);
    console.warnings(&short);
    let mut session = RecordSession::new(folder, recording, meeting, console, client);
    session.started_here(order, child);
    session.run(Recogniser::new(&args.recogniser_args).with_key(key))
}

/// The key that the recogniser is handed, and of a closed meeting what its ledger will say of it. A
/// closed meeting that nobody could open again is not begun, nor is one gone on with that was begun
/// open.
fn sealed(meeting: &Meeting, folder: &Path, resume: bool) -> Result<(Option<MeetingKey>, Option<Seal>), Failure> {
    if !meeting.is_closed() {
        if resume && seal_of(folder)?.is_some() {
            return Ok((None, None));
        }
        // Parts of it may be closed while it is recorded: this process and its recogniser read them.
        let key = MeetingKey::generate();
        seal::hold(key.clone());
        return Ok((Some(key), None));
    }
    if resume {
        // Its key is in no memory any more: it is recognised when somebody opens it.
        return match seal_of(folder)? {
            Some(_) => Ok((None, None)),
            None => Err(Failure::usage(Message::new("seal.was_open").with("path", folder.display()))),
        };
    }
    let key = MeetingKey::generate();
    let seal = key.seal(&meeting.holders)?;
    // This process shows what is recognised.
    seal::hold(key.clone());
    Ok((Some(key), Some(seal)))
}

fn named_holders(meeting: &Meeting) -> String {
    let named = |holder: &Holder| format!("{} ({})", holder.name, holder.role.key());
    meeting.holders.iter().map(named).collect::<Vec<_>>().join(", ")
}

/// Whether the folder holds a recording that nobody closed, which is gone on with. A recording is
/// never written over, and one that runs is not started twice.
fn is_unfinished(recording: &Path) -> Result<bool, Failure> {
    if Client::reach(recording).is_ok() {
        return Err(Failure::usage(Message::new("record.running").with("path", recording.display())));
    }
    if let Some(growth) = Growth::open(recording)? {
        Resumed::may(&growth)?;
        return Ok(true);
    }
    // Held for a moment, to see that it can be: the recorder's own words would have no room on a
    // disk without room.
    Claim::take(recording)?.release();
    Ok(false)
}

/// Copies a file into the meeting's folder; one of that name that says something else is not
/// written over.
fn copy_into_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |source| folder::Error::Write { path: to.to_owned(), source };
    let content = fs::read(from).map_err(failed)?;
    match fs::read(to) {
        Ok(present) if present == content => Ok(()),
        Ok(_) => Err(failed(std::io::ErrorKind::AlreadyExists.into()).into()),
        Err(_) => Ok(atomic_file::write(to, &content).map_err(failed)?),
    }
}

fn names(meeting: &Meeting) -> Vec<String> {
    let most = meeting.seats.last().map_or(0, |seat| seat.channel.index() + 1);
    let mut names = vec![String::new(); most];
    for seat in &meeting.seats {
        let person = seat.occupant(0).map(|person| person.name.clone());
        names[seat.channel.index()] = person.unwrap_or_default();
    }
    names
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// That a disk of the recording will soon be full. What the source gives is only known when it was
/// opened; a device is taken for one of 24 bits at 48 kHz.
fn short_disks(order: &RecorderOrder) -> Vec<Message> {
    let source = order.source.as_ref().and_then(|path| Rehearsal::open(path, order.speed).ok());
    let second =
        source.map_or(48_000 * 3 * u64::from(order.channels.unwrap_or(2)), |source| source.format().bytes_a_second());
    let folders = [Some(&order.folder), order.mirror.as_ref()];
    let mut warnings = Vec::new();
    for folder in folders.into_iter().flatten() {
        // One that is not there yet lies on the disk of the one above it.
        let there = folder.ancestors().find(|folder| folder.exists());
        let free = there.and_then(|folder| fs4::available_space(folder).ok());
        let minutes = free.map_or(u64::MAX, |free| free / second.max(1) / 60);
        if minutes < SHORT_MINUTES {
            let short = Message::new("record.short").with("path", folder.display());
            warnings.push(short.with("time", format!("{:02}:{:02}", minutes / 60, minutes % 60)));
        }
    }
    warnings
}

/// The meeting's short name, else the day and minute.
fn new_name(meeting: &Meeting) -> String {
    match meeting.date {
        Some(_) => meeting.session(),
        None => jiff::Zoned::now().strftime("rapat-%Y-%m-%d-%H%M").to_string(),
    }
}
