//! The recogniser's process: it follows the recording, is started again when it dies, and works off
//! what is left at the end.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, unbounded};
use e_risalah::common::clock::Clock;
use e_risalah::common::message::Message;
use e_risalah::floor;
use e_risalah::recognise::pipeline::Preview;
use e_risalah::recognise::{preview_file, progress_file};
use e_risalah::record::recorder::Status;
use e_risalah::recording::{LEDGER, folder_of, seal_of, stretches_of};
use e_risalah::seal::{ExposeSecret, MeetingKey};
use e_risalah::transcript::Utterance;
use e_risalah::transcript::store::Store;

use super::console::Console;
use super::interrupt::STOP;
use super::outcome::End;
use super::own_process::own_process;
use super::recogniser_args::RecogniserArgs;
use super::shell::quoted;

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

/// How the recogniser is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecogniserState {
    /// None was asked for.
    Off,
    /// It follows the recording.
    Following {
        /// How far behind.
        behind_ms: u64,
    },
    /// It died and is started again.
    Restarting {
        /// How often that was.
        times: u32,
    },
    /// It died too often; what is missing is recognised afterwards.
    Degraded,
    /// Everything is recognised.
    Done,
}

/// What is known of the recogniser and of what it recognised.
pub struct Recognised {
    pub state: RecogniserState,
    /// The newest turns, at most as many as were asked for.
    pub turns: VecDeque<(Clock, Utterance)>,
    /// What is being said.
    pub preview: Option<(Clock, Preview)>,
}

/// Looks after the recogniser in a thread of its own: its files may lie on a disk that stalls, and
/// the screen must not.
pub struct RecogniserWatch {
    recognised: Arc<Mutex<Recognised>>,
    recorder: Sender<Option<Status>>,
    thread: JoinHandle<Recogniser>,
}

impl RecogniserWatch {
    /// Begins for the meeting of a folder.
    pub fn begin(mut recogniser: Recogniser, folder: &Path, most: usize) -> Self {
        let recognised = Recognised { state: RecogniserState::Off, turns: VecDeque::new(), preview: None };
        let recognised = Arc::new(Mutex::new(recognised));
        let (recorder, heard) = unbounded::<Option<Status>>();
        let (shown, folder) = (Arc::clone(&recognised), folder.to_owned());
        let thread = thread::spawn(move || {
            while let Ok(status) = heard.recv() {
                // Only how it is now counts, however long the last look took.
                let status = heard.try_iter().last().unwrap_or(status);
                recogniser.keep_running(&folder);
                let fresh = recogniser.new_turns(&folder);
                let said = preview_file::read(&folder);
                let mut recognised = lock(&shown);
                recognised.state = recogniser.state(&folder, status.as_ref());
                recognised.turns.extend(fresh);
                let old = recognised.turns.len().saturating_sub(most);
                recognised.turns.drain(..old);
                recognised.preview = status.and_then(|status| current(said?, &status, &recognised.turns));
            }
            recogniser
        });
        Self { recognised, recorder, thread }
    }

    /// Tells how the recorder is; the recogniser is looked after as often.
    pub fn tell(&self, status: Option<&Status>) {
        let _ = self.recorder.send(status.cloned());
    }

    /// What was seen last.
    pub fn recognised(&self) -> MutexGuard<'_, Recognised> {
        lock(&self.recognised)
    }

    /// Ends the watch, and gives the recogniser back.
    pub fn end(self) -> Recogniser {
        drop(self.recorder);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn lock(recognised: &Mutex<Recognised>) -> MutexGuard<'_, Recognised> {
    recognised.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The recogniser of one recording, as the one sees it who shows the recording.
pub struct Recogniser {
    args: RecogniserArgs,
    /// The key of a closed meeting.
    key: Option<MeetingKey>,
    child: Option<Child>,
    deaths: u32,
    died: Instant,
    seen: i64,
    done: bool,
}

impl Recogniser {
    /// One that is started as soon as there is something to follow, unless one is at work.
    pub fn new(args: &RecogniserArgs) -> Self {
        let args = args.clone();
        Self { args, key: None, child: None, deaths: 0, died: Instant::now(), seen: 0, done: false }
    }

    /// The same of a closed meeting with this key.
    pub fn with_key(self, key: Option<MeetingKey>) -> Self {
        Self { key, ..self }
    }

    /// The key that it hands on.
    pub fn key(&self) -> Option<&MeetingKey> {
        self.key.as_ref()
    }

    /// Which model and engine it runs.
    pub fn args(&self) -> &RecogniserArgs {
        &self.args
    }

    fn spawn(&mut self, folder: &Path) {
        let log = OpenOptions::new().create(true).append(true).open(folder.join(LOG));
        let spawned = own_process("transcribe").ok().and_then(|mut process| {
            process.arg(folder).arg("-o").arg(folder).args(["--json", "--follow", "--engine", &self.args.engine]);
            if let Some(model) = &self.args.model {
                process.arg("--model").arg(model);
            }
            let log = log.map_or_else(|_| Stdio::null(), Stdio::from);
            process.stdout(Stdio::null()).stderr(log);
            spawn_with(process, self.key.as_ref())
        });
        self.child = spawned;
    }

    /// Starts it, and again where it died.
    fn keep_running(&mut self, folder: &Path) {
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
            None if self.is_due() && folder_of(folder).join(LEDGER).exists() && !progress_file::is_held(folder) => {
                if is_readable(folder) {
                    self.spawn(folder);
                } else {
                    // Without its key there is nothing to hear.
                    self.deaths = TRIES + 1;
                }
            }
            _ => {}
        }
    }

    /// Whether it may be started now.
    fn is_due(&self) -> bool {
        !self.done && self.deaths <= TRIES && (self.deaths == 0 || self.died.elapsed() > REST)
    }

    /// How it is, for the screen.
    fn state(&self, folder: &Path, status: Option<&Status>) -> RecogniserState {
        if self.done {
            return RecogniserState::Done;
        }
        if self.deaths > TRIES {
            return RecogniserState::Degraded;
        }
        if self.child.is_none() && self.deaths > 0 {
            return RecogniserState::Restarting { times: self.deaths };
        }
        let Some(status) = status else { return RecogniserState::Off };
        let there = status.format.clock().millis(status.position);
        let here = progress_file::read(folder).millis;
        RecogniserState::Following { behind_ms: there.saturating_sub(here) }
    }

    /// What was recognised since the last time.
    fn new_turns(&mut self, folder: &Path) -> Vec<(Clock, Utterance)> {
        // Before the recogniser has begun there is no store; while it writes, the next time will
        // do.
        let Ok(store) = Store::open(folder) else { return Vec::new() };
        let Ok((clock, fresh, seen)) = store.recognised_since(self.seen) else { return Vec::new() };
        self.seen = seen;
        fresh.into_iter().map(|utterance| (clock, utterance)).collect()
    }

    /// Waits until everything is recognised and written, and says where; or from which folder,
    /// which holds the whole recording, it can be gone on with.
    pub fn finish(mut self, folder: &Path, whole: &Path, console: Console, quiet: bool) -> End {
        let unfinished = || Message::new("record.unrecognised").with("folder", whole.display());
        let mut told = Instant::now();
        while !self.done && self.deaths <= TRIES {
            self.keep_running(folder);
            if STOP.load(Ordering::Relaxed) {
                break;
            }
            if !quiet && told.elapsed() > Duration::from_secs(2) {
                told = Instant::now();
                let at = floor::CLOCK.hms(floor::CLOCK.at_millis(progress_file::read(folder).millis));
                console.note(&Message::new("record.catching_up").with("at", at));
            }
            thread::sleep(Duration::from_millis(50));
        }
        if !self.done {
            if let Some(child) = self.child.take() {
                end(child);
            } else if progress_file::is_held(folder) {
                // One that another screen started; it writes the documents when it is done.
                console.warning(&Message::new("record.recognising").with("folder", folder.display()));
                return End::Warned;
            }
        }
        if is_sealed(folder) {
            // Nothing lies open in the folder; what was recognised is in its store.
            let key = if self.done { "seal.recognised" } else { "seal.unrecognised" };
            let told = Message::new(key).with("folder", quoted(whole));
            if self.done {
                console.note(&told);
                return End::Done;
            }
            console.warning(&told);
            return End::Warned;
        }
        let documents = ["risalah-sementara.pdf", "risalah-sementara.docx"].map(|name| folder.join(name));
        if !documents.iter().all(|path| path.is_file()) || !self.done && self.deaths > 0 {
            console.warning(&unfinished());
            return End::Warned;
        }
        for path in documents {
            console.file(&path);
        }
        if stretches_of(folder).is_ok_and(|parts| !parts.is_empty()) {
            console.note(&Message::new("seal.parts").with("folder", quoted(whole)));
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

/// Whether a meeting is recorded under seal as a whole.
fn is_sealed(folder: &Path) -> bool {
    seal_of(folder).is_ok_and(|seal| seal.is_some())
}

/// Whether the recogniser that is started from here can hear all of it: this process holds what it
/// hands on.
fn is_readable(folder: &Path) -> bool {
    stretches_of(folder).is_ok_and(|parts| parts.iter().all(|part| part.key().is_some()))
}

/// Starts a process that is handed the key of a meeting: through a pipe that only it has, never by
/// an argument or a file.
pub fn spawn_with(mut process: Command, key: Option<&MeetingKey>) -> Option<Child> {
    let Some(key) = key else { return process.stdin(Stdio::null()).spawn().ok() };
    let mut child = process.arg("--key-stdin").stdin(Stdio::piped()).spawn().ok()?;
    let secret = key.secret();
    let told = child.stdin.take().map(|mut stdin| stdin.write_all(secret.expose_secret().as_bytes()));
    if matches!(told, Some(Ok(()))) {
        return Some(child);
    }
    end(child);
    None
}

/// Lets a recogniser end that is no longer waited for: what it has recognised is kept, and it must
/// not stand in the way of the next.
fn end(mut child: Child) {
    let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM);
    let asked = Instant::now();
    while asked.elapsed() < ENDS && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
}
