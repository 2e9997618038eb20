//! `risalah record`: starts the recorder and the recogniser, shows both, and writes the record when the recording is closed.
//!
//! The recorder and the recogniser are processes of their own. When this one dies the recording goes on, and `--attach` shows it again.

mod second;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::folder::{self, Folder, MEETING};
use e_risalah::meeting::Meeting;
use e_risalah::message::{Explain, Message};
use e_risalah::recorder::{Client, State, Status};
use e_risalah::recording::{self, Claim, End as Ending, Fact, Growth, LEDGER, folder_of};

use super::args::Record;
use super::follower::Follower;
use super::recorder::Order;
use super::screen::{Action, Screen, View};
use super::show::{Speaker, print, relay, turn_line};
use super::{End, Failure, STOP, entry, export, soundcheck};

/// The file beside the recording that holds what the recorder said.
const LOG: &str = "perekam.log";

/// How often the screen is drawn.
const PULSE: Duration = Duration::from_millis(250);

/// A recorder is there within this time, or says why not.
const PATIENCE: Duration = Duration::from_secs(20);

/// Turns that the screen keeps.
const SHOWN: usize = 200;

pub fn run(args: &Record, speaker: Speaker) -> Result<End, Failure> {
    let folder = args.output.clone().unwrap_or_else(|| PathBuf::from("."));
    let recording = folder_of(&folder);
    if args.status {
        return status(&recording, speaker, args.voice.json);
    }
    if let Some(text) = &args.event {
        let entered =
            entry::parse(text).ok_or_else(|| Failure::usage(Message::new("record.event").with("what", text)))?;
        let mut client = Client::reach(&recording)?;
        let clock = client.status()?.format.clock();
        let at = client.enter(entered, 0)?;
        speaker.note(&Message::new("record.entered").with("at", clock.hms(at)));
        return Ok(End::Done);
    }
    if args.stop {
        let mut client = Client::reach(&recording)?;
        let now = client.status().map_or_else(|_| recording.clone(), |status| status.folder);
        client.stop()?;
        return closed(&recording, &now, speaker);
    }
    let meeting = match &args.meeting {
        Some(path) => Meeting::read(path)?,
        None => export::description(&folder)?,
    };
    if args.attach {
        let client = Client::reach(&recording)?;
        let follower = Follower::new(args.model.as_deref());
        return Desk::new(folder, recording, meeting, speaker, client, follower, None).sit(args.voice.quiet);
    }
    let folder = args.output.clone().unwrap_or_else(|| PathBuf::from(new_name(&meeting)));
    let recording = folder_of(&folder);
    refuse_taken(&recording)?;
    Folder::create(&folder)?;
    if let Some(path) = &args.meeting {
        keep(path, &folder.join(MEETING))?;
        for source in meeting.sources.iter().filter(|source| source.is_file()) {
            keep(source, &folder.join(source.file_name().unwrap_or_default()))?;
        }
    }
    soundcheck::bring(&meeting, &folder, speaker);
    let order = Order {
        folder: absolute(&recording),
        mirror: args.mirror.as_deref().map(|mirror| folder_of(&absolute(mirror))),
        device: args.device.clone(),
        channels: meeting.seats.iter().map(|seat| seat.channel.number()).max(),
        source: args.source.as_deref().map(absolute),
        speed: args.speed,
        names: names(&meeting),
        conference: args.conference,
    };
    second::check(&meeting, speaker);
    let (child, client) = start(&order, &folder)?;
    let follower = Follower::new(args.model.as_deref());
    Desk::new(folder, recording, meeting, speaker, client, follower, Some(child)).sit(args.voice.quiet)
}

/// The meeting's short name, else the day and minute.
fn new_name(meeting: &Meeting) -> String {
    match meeting.date {
        Some(_) => meeting.session(),
        None => jiff::Zoned::now().strftime("rapat-%Y-%m-%d-%H%M").to_string(),
    }
}

/// A recording is never written over, and one that runs is not started twice.
fn refuse_taken(recording: &Path) -> Result<(), Failure> {
    if Client::reach(recording).is_ok() {
        return Err(Failure::usage(Message::new("record.running").with("path", recording.display())));
    }
    match Growth::open(recording)? {
        Some(growth) if !growth.is_closed() => {
            Err(Failure::usage(Message::new("record.unfinished").with("path", recording.display())))
        }
        Some(_) => Err(recording::Error::Taken { path: recording.to_owned() }.into()),
        // Held for a moment, to see that it can be: the recorder's own words would have no room on a disk without room.
        None => {
            Claim::take(recording)?.release();
            Ok(())
        }
    }
}

fn keep(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |source| folder::Error::Write { path: to.to_owned(), source };
    let content = fs::read(from).map_err(failed)?;
    match fs::read(to) {
        Ok(present) if present == content => Ok(()),
        Ok(_) => Err(failed(std::io::ErrorKind::AlreadyExists.into()).into()),
        Err(_) => Ok(fs::write(to, content).map_err(failed)?),
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

/// This program once more, as another process.
pub fn oneself(command: &str) -> Result<Command, Failure> {
    let program =
        std::env::current_exe().map_err(|source| folder::Error::Folder { path: PathBuf::from("risalah"), source })?;
    let mut process = Command::new(program);
    process.arg(command);
    // Ctrl-C in this terminal is meant for the screen.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut process, 0);
    Ok(process)
}

/// Starts the recorder and waits until it answers, or says what it could not do.
fn start(order: &Order, folder: &Path) -> Result<(Child, Client), Failure> {
    let log = folder.join(LOG);
    let failed = |source| folder::Error::Write { path: log.clone(), source };
    let written = File::create(&log).map_err(failed)?;
    let mut child =
        oneself("recorder")?.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(written).spawn().map_err(failed)?;
    let order_text = serde_json::to_vec(order).map_err(|error| failed(error.into()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&order_text).map_err(failed)?;
    }
    let begun = Instant::now();
    loop {
        if let Ok(client) = Client::reach(&order.folder) {
            return Ok((child, client));
        }
        if let Ok(Some(status)) = child.try_wait() {
            let said = fs::read_to_string(&log).unwrap_or_default();
            relay(&said);
            return Err(Failure::told(status.code() == Some(2)));
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failure::failed(Message::new("record.no_answer").with("path", log.display())));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn status(recording: &Path, speaker: Speaker, json: bool) -> Result<End, Failure> {
    let status = Client::reach(recording)?.status()?;
    if json {
        print(&serde_json::to_string(&status).unwrap_or_default());
    } else {
        print(&speaker.sentence(&line(&status)));
    }
    Ok(if status.lost > 0 || status.state == State::DeviceLost { End::Warned } else { End::Done })
}

fn line(status: &Status) -> Message {
    let key = match status.state {
        State::Waiting => "record.waiting",
        State::Recording => "record.recording",
        State::DeviceLost => "record.device_lost",
    };
    let clock = status.format.clock();
    Message::new(key)
        .with("elapsed", clock.hms(status.position))
        .with("channels", status.format.channels)
        .with("rate", status.format.rate)
        .with("hours", status.disk_seconds / 3600)
        .with("lost", clock.decimal_seconds(status.lost))
}

/// Waits until the recorder has let go, and says what was recorded. `now` is the folder that the recording went on to; it may be the
/// only one that is left.
fn closed(recording: &Path, now: &Path, speaker: Speaker) -> Result<End, Failure> {
    let begun = Instant::now();
    let mut growth = Growth::open(now)?;
    if growth.is_none() {
        growth = Growth::open(recording)?;
    }
    if growth.is_none() && !recording.exists() {
        speaker.warning(&Message::new("record.gone").with("path", recording.display()));
        return Ok(End::Warned);
    }
    while let Some(open) = growth.as_mut().filter(|growth| !growth.is_closed()) {
        if begun.elapsed() > PATIENCE {
            return Err(Failure::failed(Message::new("record.not_closed").with("path", recording.display())));
        }
        thread::sleep(PULSE / 5);
        open.refresh()?;
    }
    let Some(growth) = growth else {
        speaker.warning(&Message::new("record.nothing").with("path", recording.display()));
        return Ok(End::Warned);
    };
    let clock = growth.clock();
    let lost: u64 = growth.gaps().iter().map(|gap| gap.len()).sum();
    let said = Message::new("record.closed")
        .with("path", growth.folder().display())
        .with("length", clock.hms(growth.length().unwrap_or_default()))
        .with("lost", clock.decimal_seconds(lost));
    let mut warned = lost > 0;
    for alarm in growth.ledger().alarms() {
        speaker.warning(&alarm.message());
        warned = true;
    }
    for (key, happened) in [
        ("record.disk_full", growth.ledger().end() == Some(Ending::Disk)),
        ("record.moved", growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::Moved { .. }))),
        ("record.mirror_failed", growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::MirrorFailed { .. }))),
    ] {
        if happened {
            speaker.warning(&Message::new(key).with("path", growth.folder().display()));
            warned = true;
        }
    }
    if warned {
        speaker.warning(&said);
        return Ok(End::Warned);
    }
    speaker.note(&said);
    Ok(End::Done)
}

/// Where a person sits who watches a recording.
struct Desk {
    folder: PathBuf,
    recording: PathBuf,
    /// Where the recording is by now.
    now: PathBuf,
    meeting: Meeting,
    speaker: Speaker,
    client: Client,
    follower: Follower,
    /// The recorder, where it was started from here.
    child: Option<Child>,
}

impl Desk {
    fn new(
        folder: PathBuf,
        recording: PathBuf,
        meeting: Meeting,
        speaker: Speaker,
        client: Client,
        follower: Follower,
        child: Option<Child>,
    ) -> Self {
        Self { folder, now: recording.clone(), recording, meeting, speaker, client, follower, child }
    }

    fn sit(mut self, quiet: bool) -> Result<End, Failure> {
        let on_screen = std::io::stdout().is_terminal() && std::io::stdin().is_terminal() && !quiet;
        let stays = if on_screen { self.watch()? } else { self.wait(quiet) };
        if !stays {
            self.speaker.note(&Message::new("record.detached").with("folder", self.folder.display()));
            return Ok(End::Done);
        }
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
        let end = closed(&self.recording, &self.now, self.speaker)?;
        if !self.recording.join(LEDGER).exists() {
            // Nothing came, or the folder is gone: there is nothing to wait for, and perhaps a copy elsewhere.
            if self.now.join(LEDGER).exists() {
                let folder = self.now.parent().unwrap_or(&self.now).display();
                self.speaker.warning(&Message::new("record.unrecognised").with("folder", folder));
            }
            return Ok(End::Warned);
        }
        let drained = self.follower.finish(&self.folder, self.speaker, quiet);
        // It may have been edited meanwhile; the recogniser, which read it too, has nobody to tell.
        let meeting = match export::description(&self.folder) {
            Ok(meeting) => meeting,
            Err(Failure { message: Some(mistake), .. }) => {
                self.speaker.warning(&mistake);
                return Ok(End::Warned);
            }
            Err(_) => self.meeting,
        };
        let second = match &meeting.second_model {
            Some(model) => second::pass(&self.folder, model, self.speaker, quiet),
            None => End::Done,
        };
        Ok(match (end, drained, second) {
            (End::Done, End::Done, End::Done) => End::Done,
            _ => End::Warned,
        })
    }

    /// With a screen; false when it was left while the recording goes on.
    fn watch(&mut self) -> Result<bool, Failure> {
        let Ok(mut screen) = Screen::open(self.speaker.language()) else { return Ok(self.wait(false)) };
        let mut turns = VecDeque::new();
        let mut note = None;
        loop {
            let status = self.status();
            if status.is_none() && !self.is_alive() {
                return Ok(true);
            }
            self.follower.tend(&self.folder);
            self.follower.new_turns(&self.folder, &mut turns, SHOWN);
            let recogniser = self.follower.state(status.as_ref());
            let preview = Follower::preview(&self.folder, status.as_ref(), &turns);
            let view = View {
                status: status.as_ref(),
                meeting: &self.meeting,
                turns: &turns,
                preview: preview.as_ref(),
                recogniser,
                note: note.as_ref(),
            };
            // Without its terminal a screen shows nothing to nobody.
            let Ok(action) = screen.draw(&view).and_then(|()| screen.poll(PULSE, &self.meeting)) else {
                return Ok(false);
            };
            match action {
                Some(Action::Enter(entered, pressed)) => {
                    let ago = u64::try_from(pressed.elapsed().as_millis()).unwrap_or(u64::MAX);
                    let answer = self.client.enter(entered.clone(), ago);
                    note = Some(match answer {
                        Ok(at) => {
                            let clock = status.as_ref().map_or(e_risalah::floor::CLOCK, |status| status.format.clock());
                            // So that the names beside the meters are right from now on.
                            export::enter(&mut self.meeting, clock.millis(at), &entered);
                            Message::new("record.entered").with("at", clock.hms(at))
                        }
                        Err(error) => error.message(),
                    });
                }
                Some(Action::Stop) => {
                    self.client.stop()?;
                    note = Some(Message::new("record.stopping"));
                }
                Some(Action::Detach) => return Ok(false),
                None => {}
            }
            if STOP.load(Ordering::Relaxed) {
                return Ok(false);
            }
        }
    }

    /// Without a screen, as a service: a request to end closes the recording.
    fn wait(&mut self, quiet: bool) -> bool {
        let mut said = None;
        let mut alarms = 0;
        let mut stopping = false;
        let mut turns = VecDeque::new();
        loop {
            let status = self.status();
            if status.is_none() && !self.is_alive() {
                return true;
            }
            self.follower.tend(&self.folder);
            if let Some(status) = &status
                && said != Some(status.state)
            {
                said = Some(status.state);
                let message = line(status);
                if status.state == State::DeviceLost {
                    self.speaker.warning(&message);
                } else if !quiet {
                    self.speaker.note(&message);
                }
            }
            for alarm in status.iter().flat_map(|status| status.alarms.iter().skip(alarms)) {
                self.speaker.warning(&alarm.message());
            }
            alarms = status.as_ref().map_or(alarms, |status| status.alarms.len());
            self.follower.new_turns(&self.folder, &mut turns, SHOWN);
            for (clock, utterance) in turns.drain(..) {
                if !quiet {
                    print(&turn_line(&self.meeting, clock, &utterance));
                }
            }
            if STOP.load(Ordering::Relaxed) && !stopping {
                stopping = self.client.stop().is_ok();
            }
            thread::sleep(PULSE);
        }
    }

    fn status(&mut self) -> Option<Status> {
        let status = self.client.status().ok()?;
        self.now.clone_from(&status.folder);
        Some(status)
    }

    fn is_alive(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => Client::reach(&self.now).map(|client| self.client = client).is_ok(),
        }
    }
}
