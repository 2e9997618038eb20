//! `risalah record`: starts the recorder and the recogniser, shows both, and writes the record when the recording is closed.
//!
//! The recorder and the recogniser are processes of their own. When this one dies the recording goes on, and `--attach` shows it again.

mod second;

use std::fs::{self, OpenOptions};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::common::atomic_file;
use e_risalah::common::clock::MAX_CHANNELS;
use e_risalah::common::message::{Explain, Message};
use e_risalah::floor;
use e_risalah::lifecycle::folder::{self, Folder, MEETING};
use e_risalah::meeting::Meeting;
use e_risalah::record::capture::Rehearsal;
use e_risalah::record::recorder::entry::{self, Order as Asked};
use e_risalah::record::recorder::{Client, State, Status};
use e_risalah::recording::{Claim, End as Ending, Entered, Fact, Growth, LEDGER, Resumed, folder_of};

use super::args::Record;
use super::described::Described;
use super::follower::{Follower, Tending};
use super::recorder::Order;
use super::screen::{Action, Screen, View, words};
use super::show::{Console, print, relay, turn_json, turn_line};
use super::status::typed;
use super::{End, Failure, STOP, alarms, export, given, soundcheck};

/// The file beside the recording that holds what the recorder said.
const LOG: &str = "perekam.log";

/// How often the screen is drawn.
const PULSE: Duration = Duration::from_millis(250);

/// A recorder is there within this time, or says why not.
const PATIENCE: Duration = Duration::from_secs(20);

/// And is started again within this time when it died.
const RESTARTED: Duration = Duration::from_secs(10);

/// Minutes of room below which a person is told before the recording begins: a plenary may last so long.
const SHORT_MINUTES: u64 = 4 * 60;

/// Turns that the screen keeps.
const SHOWN: usize = 200;

pub fn run(args: &Record, console: Console) -> Result<End, Failure> {
    let folder = args.output.clone().unwrap_or_else(|| PathBuf::from("."));
    let recording = folder_of(&folder);
    if args.status {
        return status(&recording, console, args.output_args.json);
    }
    if let Some(text) = &args.event {
        return event(text, &folder, &recording, console);
    }
    if args.stop {
        let mut client = Client::reach(&recording)?;
        let now = client.status().map_or_else(|_| recording.clone(), |status| status.folder);
        client.stop()?;
        return closed(&recording, &now, console);
    }
    let meeting = match &args.meeting {
        Some(path) => Meeting::read(path)?,
        None => export::description(&folder)?,
    };
    let follower = Follower::new(args.model.as_deref());
    if args.attach {
        let client = Client::reach(&recording)?;
        let mut desk = Desk::new(folder, recording, meeting, console, client);
        return desk.sit(follower, args.output_args.quiet);
    }
    let folder = args.output.clone().unwrap_or_else(|| PathBuf::from(new_name(&meeting)));
    if args.meeting.is_none() && !folder.join(MEETING).is_file() {
        console.warning(&Message::new("record.undescribed").with("folder", typed(&folder)));
    }
    let recording = folder_of(&folder);
    let resume = is_unfinished(&recording)?;
    if resume {
        console.warning(&Message::new("record.resuming").with("folder", folder.display()));
    }
    Folder::create(&folder)?;
    if let Some(path) = &args.meeting {
        bring(path, &folder.join(MEETING))?;
        for source in given::needed(&meeting, &folder).iter().filter(|source| source.is_file()) {
            bring(source, &folder.join(source.file_name().unwrap_or_default()))?;
        }
    }
    soundcheck::bring(&meeting, &folder, console);
    let order = Order {
        folder: absolute(&recording),
        mirror: args.mirror.as_deref().map(|mirror| folder_of(&absolute(mirror))),
        device: args.device.clone(),
        channels: meeting.seats.iter().map(|seat| seat.channel.number()).max(),
        source: args.source.as_deref().map(absolute),
        speed: args.speed,
        names: names(&meeting),
        conference: args.conference,
        resume,
    };
    second::check(&meeting, console);
    tell_room(&order, console);
    let (child, client) = start(&order, &folder)?;
    let mut desk = Desk::new(folder, recording, meeting, console, client);
    (desk.order, desk.child) = (Some(order), Some(child));
    desk.sit(follower, args.output_args.quiet)
}

/// Enters what a text asks for, or lists what may be asked for.
fn event(text: &str, folder: &Path, recording: &Path, console: Console) -> Result<End, Failure> {
    let no_event = || Message::new("record.event").with("what", text).with("events", entry::forms().join(", "));
    match entry::parse(text).ok_or_else(|| Failure::usage(no_event()))? {
        Asked::List => list(&export::description(folder)?, console),
        Asked::Withdraw => {
            let mut client = Client::reach(recording)?;
            let clock = client.status()?.format.clock();
            let (at, entered) = client.withdraw()?;
            let what = words::entered(console, &export::description(folder)?, &entered, clock.millis(at));
            console.note(&Message::new("record.withdrawn").with("at", clock.hms(at)).with("what", what));
        }
        Asked::Enter(entered) => {
            let mut client = Client::reach(recording)?;
            let status = client.status()?;
            // After a takeover what was entered stands where the recording is.
            let meeting = export::entered_in(meeting_alone(folder)?, &status.folder)?;
            entry::admit(&meeting, &entered, status.format.channels)?;
            let clock = status.format.clock();
            let at = client.enter(entered, 0)?;
            console.note(&Message::new("record.entered").with("at", clock.hms(at)));
        }
    }
    Ok(End::Done)
}

/// The description without what was entered; of a folder that is gone nothing is known.
fn meeting_alone(folder: &Path) -> Result<Meeting, Failure> {
    let path = folder.join(MEETING);
    if path.is_file() { Ok(Meeting::read(&path)?) } else { Ok(Meeting::bare()) }
}

/// What may be entered, who may be named, and the items of the agenda.
fn list(meeting: &Meeting, console: Console) {
    for form in entry::forms() {
        print(&form);
    }
    for (heading, lines) in [
        ("record.list.people", meeting.people.iter().map(|person| (person.id.clone(), person.name.clone())).collect()),
        ("record.list.items", (1..).zip(&meeting.agenda).map(|(n, item)| (n.to_string(), item.clone())).collect()),
    ] {
        let lines: Vec<(String, String)> = lines;
        if !lines.is_empty() {
            print(&format!("\n{}", console.text(heading)));
        }
        for (id, name) in lines {
            print(&format!("  {id:<24} {name}"));
        }
    }
}

/// Tells before the recording begins that its disk will soon be full. What the source gives is only known when it was opened; a device
/// is taken for one of 24 bits at 48 kHz.
fn tell_room(order: &Order, console: Console) {
    let source = order.source.as_ref().and_then(|path| Rehearsal::open(path, order.speed).ok());
    let second =
        source.map_or(48_000 * 3 * u64::from(order.channels.unwrap_or(2)), |source| source.format().bytes_a_second());
    let folders = [Some(&order.folder), order.mirror.as_ref()];
    for folder in folders.into_iter().flatten() {
        // One that is not there yet lies on the disk of the one above it.
        let there = folder.ancestors().find(|folder| folder.exists());
        let free = there.and_then(|folder| fs4::available_space(folder).ok());
        let minutes = free.map_or(u64::MAX, |free| free / second.max(1) / 60);
        if minutes < SHORT_MINUTES {
            let short = Message::new("record.short").with("path", folder.display());
            console.warning(&short.with("time", format!("{:02}:{:02}", minutes / 60, minutes % 60)));
        }
    }
}

/// The meeting's short name, else the day and minute.
fn new_name(meeting: &Meeting) -> String {
    match meeting.date {
        Some(_) => meeting.session(),
        None => jiff::Zoned::now().strftime("rapat-%Y-%m-%d-%H%M").to_string(),
    }
}

/// Whether the folder holds a recording that nobody closed, which is gone on with. A recording is never written over, and one that runs is
/// not started twice.
fn is_unfinished(recording: &Path) -> Result<bool, Failure> {
    if Client::reach(recording).is_ok() {
        return Err(Failure::usage(Message::new("record.running").with("path", recording.display())));
    }
    if let Some(growth) = Growth::open(recording)? {
        Resumed::may(&growth)?;
        return Ok(true);
    }
    // Held for a moment, to see that it can be: the recorder's own words would have no room on a disk without room.
    Claim::take(recording)?.release();
    Ok(false)
}

fn bring(from: &Path, to: &Path) -> Result<(), Failure> {
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
    let written = OpenOptions::new().create(true).append(true).open(&log).map_err(failed)?;
    let before = written.metadata().map_or(0, |log| log.len());
    let mut child = oneself("recorder")?
        .arg("--supervise")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(written)
        .spawn()
        .map_err(failed)?;
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
            relay(&said_since(&log, before));
            return Err(Failure::told(status.code() == Some(2)));
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failure::failed(Message::new("record.no_answer").with("path", log.display())));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// What the recorder wrote into its log behind so many bytes.
fn said_since(log: &Path, before: u64) -> String {
    let said = fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(said.get(before as usize..).unwrap_or_default()).into_owned()
}

fn status(recording: &Path, console: Console, json: bool) -> Result<End, Failure> {
    let status = Client::reach(recording)?.status()?;
    let troubles = status.troubles();
    if json {
        print(&serde_json::to_string(&status).unwrap_or_default());
    } else {
        print(&console.sentence(&line(&status)));
    }
    for trouble in &troubles {
        console.warning(trouble);
    }
    Ok(if troubles.is_empty() { End::Done } else { End::Warned })
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
fn closed(recording: &Path, now: &Path, console: Console) -> Result<End, Failure> {
    let begun = Instant::now();
    let mut growth = Growth::open(now)?;
    if growth.is_none() {
        growth = Growth::open(recording)?;
    }
    if growth.is_none() && !recording.exists() {
        console.warning(&Message::new("record.gone").with("path", recording.display()));
        return Ok(End::Warned);
    }
    while let Some(open) = growth.as_mut().filter(|growth| !growth.is_closed()) {
        // Nobody will close it any more, unless a recorder is started again at this moment.
        let died = begun.elapsed() > RESTARTED && !open.is_live();
        if died || begun.elapsed() > PATIENCE {
            let key = if died { "record.died" } else { "record.not_closed" };
            let folder = recording.parent().unwrap_or(recording).display();
            return Err(Failure::failed(Message::new(key).with("path", recording.display()).with("folder", folder)));
        }
        thread::sleep(PULSE / 5);
        open.refresh()?;
    }
    let Some(growth) = growth else {
        console.warning(&Message::new("record.nothing").with("path", recording.display()));
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
        console.warning(&alarm.message());
        warned = true;
    }
    let set = growth.ledger().clock_set(clock);
    if let Some((at, _)) = set.first() {
        let by = set.iter().map(|(_, by)| by).sum();
        console.warning(&e_risalah::meeting::Finding::ClockSet { at: *at, by }.message());
        warned = true;
    }
    for (key, happened) in [
        ("record.disk_full", growth.ledger().end() == Some(Ending::Disk)),
        ("record.moved", growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::Moved { .. }))),
        ("record.mirror_failed", growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::MirrorFailed { .. }))),
    ] {
        if happened {
            console.warning(&Message::new(key).with("path", growth.folder().display()));
            warned = true;
        }
    }
    if warned {
        console.warning(&said);
        return Ok(End::Warned);
    }
    console.note(&said);
    Ok(End::Done)
}

/// Where a person sits who watches a recording.
struct Desk {
    folder: PathBuf,
    recording: PathBuf,
    /// Where the recording is by now.
    now: PathBuf,
    meeting: Meeting,
    console: Console,
    client: Client,
    /// What is recorded and how, where it was started from here.
    order: Option<Order>,
    /// Who looks after the recorder, where it was started from here.
    child: Option<Child>,
    /// When the recorder answered last.
    answered: Instant,
}

/// How a screen was left.
enum Left {
    /// The recording has ended.
    Ended,
    /// It goes on.
    Recording,
}

impl Desk {
    fn new(folder: PathBuf, recording: PathBuf, meeting: Meeting, console: Console, client: Client) -> Self {
        let now = recording.clone();
        Self { folder, now, recording, meeting, console, client, order: None, child: None, answered: Instant::now() }
    }

    fn sit(&mut self, follower: Follower, quiet: bool) -> Result<End, Failure> {
        let on_screen = std::io::stdout().is_terminal() && std::io::stdin().is_terminal() && !quiet;
        let mirror = self.order.as_ref().and_then(|order| order.mirror.as_deref()).and_then(Path::parent);
        // The stick may be slow; the screen does not wait for it.
        let described = mirror.map(|mirror| Described::begin(&self.folder, mirror, &self.meeting));
        let tending = Tending::begin(follower, &self.folder, SHOWN);
        let left = if on_screen { self.watch(&tending)? } else { self.wait(&tending, quiet)? };
        if matches!(left, Left::Recording) {
            self.console.note(&Message::new("record.detached").with("folder", self.folder.display()));
            return Ok(End::Done);
        }
        let supervised = self.child.take().and_then(|mut child| child.wait().ok());
        let mut end = closed(&self.recording, &self.now, self.console)?;
        if let Some(described) = described
            && let Err(error) = described.end(&self.folder, &self.meeting)
        {
            self.console.warning(&error.message());
            end = End::Warned;
        }
        if supervised.is_some_and(|status| !status.success()) {
            end = End::Warned;
        }
        if !self.recording.join(LEDGER).exists() {
            // Nothing came, or the folder is gone: there is nothing to wait for, and perhaps a copy elsewhere.
            if self.now.join(LEDGER).exists() {
                let folder = self.now.parent().unwrap_or(&self.now).display();
                self.console.warning(&Message::new("record.unrecognised").with("folder", folder));
            }
            return Ok(End::Warned);
        }
        let drained =
            tending.end().finish(&self.folder, self.now.parent().unwrap_or(&self.folder), self.console, quiet);
        // It may have been edited meanwhile; the recogniser, which read it too, has nobody to tell.
        let second_model = match export::description(&self.folder) {
            Ok(meeting) => meeting.second_model,
            Err(Failure { message: Some(mistake), .. }) => {
                self.console.warning(&mistake);
                return Ok(End::Warned);
            }
            Err(_) => self.meeting.second_model.clone(),
        };
        let second = match &second_model {
            Some(model) => second::pass(&self.folder, model, self.console, quiet),
            None => End::Done,
        };
        Ok(match (end, drained, second) {
            (End::Done, End::Done, End::Done) => End::Done,
            _ => End::Warned,
        })
    }

    /// With a screen, until the recording has ended or the screen is left.
    fn watch(&mut self, tending: &Tending) -> Result<Left, Failure> {
        let Ok(mut screen) = Screen::open(self.console.language()) else { return self.wait(tending, false) };
        let mut note = None;
        loop {
            let status = self.status();
            if status.is_none() && self.has_ended()? {
                return Ok(Left::Ended);
            }
            tending.tell(status.as_ref());
            let drawn = {
                let seen = tending.seen();
                let view = View {
                    status: status.as_ref(),
                    meeting: &self.meeting,
                    turns: &seen.turns,
                    preview: seen.preview.as_ref(),
                    recogniser: seen.recogniser,
                    note: note.as_ref(),
                };
                screen.draw(&view)
            };
            // Without its terminal a screen shows nothing to nobody.
            let Ok(action) = drawn.and_then(|()| screen.poll(PULSE, &self.meeting)) else { return Ok(Left::Recording) };
            match action {
                Some(Action::Enter(entered, pressed)) => {
                    note = Some(self.enter(&entered, pressed, status.as_ref()).unwrap_or_else(Failure::what));
                }
                Some(Action::Withdraw) => {
                    note = Some(self.withdraw(status.as_ref()).unwrap_or_else(Failure::what));
                }
                Some(Action::Stop) => {
                    let stopped = self.client.stop();
                    note = Some(stopped.map_or_else(|error| error.message(), |()| Message::new("record.stopping")));
                }
                Some(Action::Detach) => return Ok(Left::Recording),
                None => {}
            }
            if STOP.load(Ordering::Relaxed) {
                return Ok(Left::Recording);
            }
        }
    }

    fn enter(&mut self, entered: &Entered, pressed: Instant, status: Option<&Status>) -> Result<Message, Failure> {
        let (clock, channels) =
            status.map_or((floor::CLOCK, MAX_CHANNELS), |status| (status.format.clock(), status.format.channels));
        entry::admit(&self.meeting, entered, channels)?;
        let ago = u64::try_from(pressed.elapsed().as_millis()).unwrap_or(u64::MAX);
        let at = self.client.enter(entered.clone(), ago)?;
        // So that the names beside the meters are right from now on.
        export::enter(&mut self.meeting, clock.millis(at), entered);
        Ok(Message::new("record.entered").with("at", clock.hms(at)))
    }

    fn withdraw(&mut self, status: Option<&Status>) -> Result<Message, Failure> {
        let clock = status.map_or(floor::CLOCK, |status| status.format.clock());
        let (at, entered) = self.client.withdraw()?;
        let what = words::entered(self.console, &self.meeting, &entered, clock.millis(at));
        // Who sits where is known again from what was entered and stands. With a mistake in the description it stays as it is.
        if let Ok(meeting) = meeting_alone(&self.folder).and_then(|meeting| export::entered_in(meeting, &self.now)) {
            self.meeting = meeting;
        }
        Ok(Message::new("record.withdrawn").with("at", clock.hms(at)).with("what", what))
    }

    /// Without a screen, as a service: a request to end closes the recording.
    fn wait(&mut self, tending: &Tending, quiet: bool) -> Result<Left, Failure> {
        let mut said = None;
        let mut told = Vec::new();
        let mut stopping = false;
        loop {
            let status = self.status();
            if status.is_none() && self.has_ended()? {
                return Ok(Left::Ended);
            }
            tending.tell(status.as_ref());
            let state = status.as_ref().map(|status| status.state);
            if said != Some(state) {
                match &status {
                    // A recorder that has not begun, or has nothing to close, ends without a word.
                    None if !self.now.join(LEDGER).exists() => {}
                    None => self.console.warning(&Message::new("record.stopped")),
                    Some(status) if status.state == State::DeviceLost => self.console.warning(&line(status)),
                    Some(status) if !quiet => self.console.note(&line(status)),
                    Some(_) => {}
                }
                said = Some(state);
            }
            for alarm in status.iter().flat_map(|status| &status.alarms) {
                if !told.contains(alarm) {
                    self.console.warning(&alarms::named(alarm.message(), &self.meeting));
                    told.push(*alarm);
                }
            }
            let turns: Vec<_> = tending.seen().turns.drain(..).collect();
            for (clock, utterance) in turns {
                if !quiet {
                    let line = if self.console.is_json() { turn_json } else { turn_line };
                    print(&line(&self.meeting, clock, &utterance));
                }
            }
            if STOP.load(Ordering::Relaxed) && !stopping {
                stopping = self.client.stop().is_ok();
                // What is left to recognise is waited for, until the next request to end.
                STOP.store(!stopping, Ordering::Relaxed);
            }
            thread::sleep(PULSE);
        }
    }

    fn status(&mut self) -> Option<Status> {
        let status = self.client.status().ok()?;
        self.now.clone_from(&status.folder);
        self.answered = Instant::now();
        Some(status)
    }

    /// Whether nothing more will come from a recorder that does not answer. One that died is started again by who looks after it; where
    /// that one died too, from here.
    fn has_ended(&mut self) -> Result<bool, Failure> {
        let growth = Growth::open(&self.now).ok().flatten().or_else(|| Growth::open(&self.recording).ok().flatten());
        if growth.as_ref().is_some_and(Growth::is_closed) {
            return Ok(true);
        }
        match self.child.as_mut().map(Child::try_wait) {
            Some(Ok(None)) => return Ok(false),
            Some(Ok(Some(status))) if status.code().is_some() => return Ok(true),
            Some(_) => self.child = None,
            None => {}
        }
        if let Ok(client) = Client::reach(&self.now).or_else(|_| Client::reach(&self.recording)) {
            self.client = client;
            return Ok(false);
        }
        if growth.is_none() {
            return Ok(true);
        }
        if let Some(order) = &mut self.order {
            order.resume = true;
            let (child, client) = start(order, &self.folder)?;
            (self.child, self.client) = (Some(child), client);
            return Ok(false);
        }
        Ok(self.answered.elapsed() > RESTARTED)
    }
}
