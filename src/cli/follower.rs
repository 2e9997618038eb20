//! The recogniser's process: it follows the recording, is started again when it dies, and works off what is left at the end.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, unbounded};
use e_risalah::common::clock::Clock;
use e_risalah::common::lock::{self, is_held};
use e_risalah::common::message::Message;
use e_risalah::floor;
use e_risalah::recognise::pipeline::Preview;
use e_risalah::record::recorder::Status;
use e_risalah::recording::{LEDGER, folder_of};
use e_risalah::transcript::Utterance;
use e_risalah::transcript::store::Store;

use super::preview;
use super::record::oneself;
use super::screen::Recogniser;
use super::show::Console;
use super::{End, STOP};

/// The file in which the recogniser says how far it is, held locked while it lives.
const PROGRESS: &str = ".pengikut";
/// What it said.
const LOG: &str = "pengenal.log";
/// How often it is started again before a person must look.
const TRIES: u32 = 5;
/// And how long it is left alone in between.
const REST: Duration = Duration::from_secs(3);

/// How long one that was asked to end is waited for.
const ENDS: Duration = Duration::from_secs(5);

/// How long the screen keeps what was being said when no words follow, in milliseconds.
const PAST: u64 = 10_000;

/// What is known of the recogniser and of what it recognised.
pub struct Seen {
    pub recogniser: Recogniser,
    /// The newest turns, at most as many as were asked for.
    pub turns: VecDeque<(Clock, Utterance)>,
    /// What is being said.
    pub preview: Option<(Clock, Preview)>,
}

/// Looks after the recogniser in a thread of its own: its files may lie on a disk that stalls, and the screen must not.
pub struct Tending {
    seen: Arc<Mutex<Seen>>,
    recorder: Sender<Option<Status>>,
    thread: JoinHandle<Follower>,
}

impl Tending {
    /// Begins for the meeting of a folder.
    pub fn begin(mut follower: Follower, folder: &Path, most: usize) -> Self {
        let seen = Seen { recogniser: Recogniser::Off, turns: VecDeque::new(), preview: None };
        let seen = Arc::new(Mutex::new(seen));
        let (recorder, heard) = unbounded::<Option<Status>>();
        let (shown, folder) = (Arc::clone(&seen), folder.to_owned());
        let thread = thread::spawn(move || {
            while let Ok(status) = heard.recv() {
                // Only how it is now counts, however long the last look took.
                let status = heard.try_iter().last().unwrap_or(status);
                follower.tend(&folder);
                let fresh = follower.new_turns(&folder);
                let said = preview::seen(&folder);
                let mut seen = lock(&shown);
                seen.recogniser = follower.state(&folder, status.as_ref());
                seen.turns.extend(fresh);
                let old = seen.turns.len().saturating_sub(most);
                seen.turns.drain(..old);
                seen.preview = status.and_then(|status| current(said?, &status, &seen.turns));
            }
            follower
        });
        Self { seen, recorder, thread }
    }

    /// Tells how the recorder is; the recogniser is looked after as often.
    pub fn tell(&self, status: Option<&Status>) {
        let _ = self.recorder.send(status.cloned());
    }

    /// What was seen last.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }

    /// Ends looking, and gives the recogniser back.
    pub fn end(self) -> Follower {
        drop(self.recorder);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The recogniser of one recording, as seen from the desk.
pub struct Follower {
    model: Option<OsString>,
    engine: String,
    child: Option<Child>,
    deaths: u32,
    died: Instant,
    seen: i64,
    done: bool,
}

impl Follower {
    /// One that is started as soon as there is something to follow, unless one is at work.
    pub fn new(model: Option<&OsStr>, engine: &str) -> Self {
        let (model, engine) = (model.map(OsStr::to_owned), engine.to_owned());
        Self { model, engine, child: None, deaths: 0, died: Instant::now(), seen: 0, done: false }
    }

    fn spawn(&mut self, folder: &Path) {
        let log = OpenOptions::new().create(true).append(true).open(folder.join(LOG));
        let spawned = oneself("transcribe").ok().and_then(|mut process| {
            process.arg(folder).arg("-o").arg(folder).args(["--json", "--follow", "--engine", &self.engine]);
            if let Some(model) = &self.model {
                process.arg("--model").arg(model);
            }
            let log = log.map_or_else(|_| Stdio::null(), Stdio::from);
            process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().ok()
        });
        self.child = spawned;
    }

    /// Starts it, and again where it died.
    fn tend(&mut self, folder: &Path) {
        match self.child.as_mut().map(Child::try_wait) {
            Some(Ok(Some(status))) if matches!(status.code(), Some(0 | 3)) => {
                self.done = true;
                self.child = None;
            }
            Some(Ok(Some(_))) => {
                self.child = None;
                self.deaths += 1;
                self.died = Instant::now();
            }
            None if self.is_due() && folder_of(folder).join(LEDGER).exists() && !is_held(&folder.join(PROGRESS)) => {
                self.spawn(folder);
            }
            _ => {}
        }
    }

    /// Whether it may be started now.
    fn is_due(&self) -> bool {
        !self.done && self.deaths <= TRIES && (self.deaths == 0 || self.died.elapsed() > REST)
    }

    /// How it is, for the screen.
    fn state(&self, folder: &Path, status: Option<&Status>) -> Recogniser {
        if self.done {
            return Recogniser::Done;
        }
        if self.deaths > TRIES {
            return Recogniser::Degraded;
        }
        if self.child.is_none() && self.deaths > 0 {
            return Recogniser::Restarting { times: self.deaths };
        }
        let Some(status) = status else { return Recogniser::Off };
        let there = status.format.clock().millis(status.position);
        let here = progress(folder);
        Recogniser::Following { behind_ms: there.saturating_sub(here) }
    }

    /// What was recognised since the last time.
    fn new_turns(&mut self, folder: &Path) -> Vec<(Clock, Utterance)> {
        // Before the recogniser has begun there is no store; while it writes, the next time will do.
        let Ok(store) = Store::open(folder) else { return Vec::new() };
        let Ok((clock, fresh, seen)) = store.recognised_since(self.seen) else { return Vec::new() };
        self.seen = seen;
        fresh.into_iter().map(|utterance| (clock, utterance)).collect()
    }

    /// Waits until everything is recognised and written, and says where; or from which folder, which holds the whole recording, it can be
    /// gone on with.
    pub fn finish(mut self, folder: &Path, whole: &Path, console: Console, quiet: bool) -> End {
        let unfinished = || Message::new("record.unrecognised").with("folder", whole.display());
        let mut told = Instant::now();
        while !self.done && self.deaths <= TRIES {
            self.tend(folder);
            if STOP.load(Ordering::Relaxed) {
                break;
            }
            if !quiet && told.elapsed() > Duration::from_secs(2) {
                told = Instant::now();
                let at = floor::CLOCK.hms(floor::CLOCK.at_millis(progress(folder)));
                console.note(&Message::new("record.catching_up").with("at", at));
            }
            thread::sleep(Duration::from_millis(50));
        }
        if !self.done {
            if let Some(child) = self.child.take() {
                end(child);
            } else if is_held(&folder.join(PROGRESS)) {
                // One that another screen started; it writes the documents when it is done.
                console.warning(&Message::new("record.recognising").with("folder", folder.display()));
                return End::Warned;
            }
        }
        let documents = ["risalah-sementara.pdf", "risalah-sementara.docx"].map(|name| folder.join(name));
        if !documents.iter().all(|path| path.is_file()) || !self.done && self.deaths > 0 {
            console.warning(&unfinished());
            return End::Warned;
        }
        for path in documents {
            console.file(&path);
        }
        End::Done
    }
}

/// What is being said at this moment, unless its final words are there.
fn current(said: Preview, status: &Status, turns: &VecDeque<(Clock, Utterance)>) -> Option<(Clock, Preview)> {
    let clock = status.format.clock();
    let is_past = clock.millis(status.position.saturating_sub(said.span.end)) > PAST;
    let is_final = turns.iter().any(|(_, turn)| turn.channel == said.channel && turn.span.end > said.span.start);
    (!is_past && !is_final).then_some((clock, said))
}

/// Held by a recogniser that follows a recording; tells how far it is.
pub struct Place {
    folder: PathBuf,
    file: File,
    told: Instant,
}

impl Place {
    /// Takes the place, where no other recogniser is at work.
    pub fn take(folder: &Path) -> Result<Self, lock::Error> {
        let file = lock::hold(&folder.join(PROGRESS))?;
        // One that was killed may have left it.
        preview::clear(folder);
        Ok(Self { folder: folder.to_owned(), file, told: Instant::now() })
    }

    /// Shows what is being said.
    pub fn show(&self, said: &Preview) {
        preview::show(&self.folder, said);
    }

    /// Says that the recording was read up to this millisecond.
    pub fn tell(&mut self, millis: u64) {
        use std::io::{Seek, SeekFrom, Write};
        if self.told.elapsed() < Duration::from_millis(250) {
            return;
        }
        self.told = Instant::now();
        // Of fixed width, so that a reader never sees the rest of a longer one. Nothing depends on it.
        let _ =
            self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(format!("{millis:020}").as_bytes()));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        preview::clear(&self.folder);
    }
}

fn progress(folder: &Path) -> u64 {
    let meeting =
        if folder.ends_with(e_risalah::recording::FOLDER) { folder.parent().unwrap_or(folder) } else { folder };
    fs::read_to_string(meeting.join(PROGRESS)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// Lets a recogniser end that is no longer waited for: what it has recognised is kept, and it must not stand in the way of the next.
fn end(mut child: Child) {
    let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM);
    let asked = Instant::now();
    while asked.elapsed() < ENDS && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
}
