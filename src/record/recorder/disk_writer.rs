//! Brings what the `capture_loop` hands over to the disk, in its order. It may wait for the disk;
//! nobody waits for it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::capture_loop::Outcome;
use super::mirror::MirrorWriter;
use super::server::Server;
use super::{Error, Mirror, Refusal, Reply, log};
use crate::common::alarm::Alarm;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::meeting::EventKind;
use crate::recording::{self, Cause, Claim, End, Entered, Fact, Ledger, Start, Writer};
use crate::seal::{Holder, MeetingKey, no_core_dumps};

/// How often sound is brought to the disk.
const SYNC: Duration = Duration::from_secs(1);

/// What is to be done.
pub(super) enum Task {
    /// The first sound is there.
    Begin(Start),
    /// Sound, whole frames.
    Sound(Vec<u8>),
    /// Samples that were lost.
    Gap(u64, Cause),
    /// A line of the ledger.
    Note(Fact),
    /// What somebody entered at a sample.
    Enter(u64, Entered, Option<String>, Sender<Reply>),
    /// Closes the meeting to the public or opens it again: the segment ends here, and what follows
    /// is sealed to a key of its own for these holders, or is not.
    Turn(Entered, Option<String>, Vec<Holder>, Sender<Reply>),
    /// Takes back, as of a sample, what a person entered last.
    Withdraw(u64, Option<u64>, Option<String>, Sender<Reply>),
    /// The folder is gone: what it still takes will not be found.
    Leave,
    /// Closes the recording.
    Finish(End),
}

/// How far it has come.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    /// The folder that the recording is in.
    pub folder: PathBuf,
    /// Samples that the disk has confirmed.
    pub confirmed: u64,
    /// Samples that were lost.
    pub lost: u64,
    pub last: Option<Fact>,
    pub mirror: Mirror,
    pub moved: bool,
    pub alarms: Vec<Alarm>,
    pub undo: Option<(u64, Entered)>,
    pub closed_from: Option<u64>,
}

/// Where the disk writer begins.
pub(super) enum StartAt {
    /// In a folder that holds nothing.
    New(Claim),
    /// Behind what was recorded before.
    Behind(Box<Writer>),
}

pub(super) struct DiskWriter {
    tasks: Receiver<Task>,
    /// Bytes of sound that wait.
    queued: Arc<AtomicU64>,
    progress: Arc<Mutex<Progress>>,
    now: Progress,
    server: Arc<Server>,
    claim: Option<Claim>,
    writer: Option<Writer>,
    /// The folder of the copy, until there is something to copy.
    target: Option<Claim>,
    copy: Option<MirrorWriter>,
    /// The keys of what was entered, with its sample and what was taken back by it.
    keys: HashMap<String, Reply>,
    /// The public half of the key that the recogniser has.
    listener: Option<String>,
    failed: Option<recording::Error>,
}

impl DiskWriter {
    pub fn new(
        place: StartAt,
        target: Result<Option<Claim>, String>,
        tasks: Receiver<Task>,
        queued: Arc<AtomicU64>,
        server: Arc<Server>,
        listener: Option<String>,
    ) -> Self {
        let (claim, writer) = match place {
            StartAt::New(claim) => (Some(claim), None),
            StartAt::Behind(writer) => (None, Some(*writer)),
        };
        let folder = claim.as_ref().map(Claim::folder).or(writer.as_ref().map(Writer::folder));
        let ledger = writer.as_ref().map(Writer::ledger);
        let gap = |fact: &Fact| if let Fact::Gap { frames, .. } = fact { *frames } else { 0 };
        let entered = |(key, at): (&str, u64)| (key.to_owned(), Reply::Entered { at });
        let now = Progress {
            folder: folder.map(ToOwned::to_owned).unwrap_or_default(),
            confirmed: writer.as_ref().map_or(0, Writer::position),
            lost: ledger.map_or(0, |ledger| ledger.facts.iter().map(gap).sum()),
            last: ledger.and_then(|ledger| ledger.facts.last().cloned()),
            mirror: if matches!(target, Ok(Some(_))) { Mirror::Following } else { Mirror::None },
            moved: ledger.is_some_and(|ledger| ledger.facts.iter().any(|fact| matches!(fact, Fact::Moved { .. }))),
            alarms: ledger.map(|ledger| ledger.alarms().collect()).unwrap_or_default(),
            undo: ledger.and_then(|ledger| ledger.last_entered()).map(|(_, at, entered)| (at, entered.clone())),
            closed_from: ledger.and_then(closed_from),
        };
        let keys = ledger.map(|ledger| ledger.keys().map(entered).collect()).unwrap_or_default();
        let (target, refused) = target.map_or_else(|reason| (None, Some(reason)), |target| (target, None));
        let progress = Arc::new(Mutex::new(now.clone()));
        let mut disk_writer = Self {
            tasks,
            queued,
            progress,
            now,
            server,
            claim,
            writer,
            target,
            copy: None,
            keys,
            listener,
            failed: None,
        };
        if let Some(reason) = refused {
            disk_writer.without_copy(reason);
        }
        disk_writer.begin_copy();
        disk_writer
    }

    /// Where others see how far it has come.
    pub fn progress(&self) -> Arc<Mutex<Progress>> {
        Arc::clone(&self.progress)
    }

    /// Works until it is told to close the recording, or no disk takes more.
    pub fn run(mut self) -> Result<Outcome, Error> {
        let mut next = Instant::now() + SYNC;
        let end = loop {
            match self.tasks.recv_deadline(next) {
                Ok(Task::Finish(end)) => break end,
                Ok(task) => self.take(task)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break End::Asked,
            }
            if Instant::now() >= next {
                self.second();
                next = Instant::now() + SYNC;
            }
            if self.failed.is_some() && !self.rescue() {
                break End::Disk;
            }
            self.publish();
        };
        self.finish(end)
    }

    fn publish(&self) {
        self.now.clone_into(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn take(&mut self, task: Task) -> Result<(), Error> {
        match task {
            Task::Begin(start) => {
                if let Some(claim) = self.claim.take() {
                    let format = start.format;
                    tracing::info!(channels = format.channels, rate = format.rate.get(), "recording begins");
                    self.writer = Some(Writer::begin(claim, start)?);
                    self.begin_copy();
                }
            }
            Task::Sound(sound) => {
                self.append(&sound);
                self.queued.fetch_sub(sound.len() as u64, Ordering::AcqRel);
            }
            Task::Gap(frames, cause) => self.gap(frames, cause),
            Task::Note(fact) => drop(self.write(&fact)),
            Task::Enter(at, entered, key, reply) => drop(reply.send(self.enter(at, entered, key))),
            Task::Turn(entered, key, holders, reply) => drop(reply.send(self.turn(entered, key, &holders))),
            Task::Withdraw(at, line, key, reply) => drop(reply.send(self.withdraw(at, line, key))),
            Task::Leave => {
                // Of a folder that was left already nothing more is wanted.
                if self.copy.is_some() {
                    self.failed = Some(recording::Error::Absent { path: self.now.folder.clone() });
                }
            }
            Task::Finish(_) => {}
        }
        Ok(())
    }

    fn append(&mut self, sound: &[u8]) {
        let Some(writer) = &mut self.writer else { return };
        let before = writer.position();
        if let Err(error) = writer.append(sound) {
            let taken = writer.format().bytes(writer.position() - before) as usize;
            self.failed = Some(error);
            if self.rescue() {
                self.append(&sound[taken..]);
            }
        }
    }

    fn gap(&mut self, frames: u64, cause: Cause) {
        let Some(writer) = &mut self.writer else { return };
        let at = writer.position();
        if let Err(error) = writer.gap(frames, cause) {
            let left = frames - (writer.position() - at).min(frames);
            self.failed = Some(error);
            if !self.rescue() {
                return;
            }
            if left > 0 {
                return self.gap(left, cause);
            }
            drop(self.write(&Fact::Gap { at, frames, cause }));
        }
        self.now.lost += frames;
        let fact = Fact::Gap { at, frames, cause };
        log::fact(&fact);
        self.now.last = Some(fact);
    }

    /// Writes a line of the ledger, in the second folder where the first does not take it.
    fn write(&mut self, fact: &Fact) -> Result<(), String> {
        self.try_twice(fact, Writer::note)
    }

    fn try_twice(
        &mut self,
        fact: &Fact,
        write: fn(&mut Writer, Fact) -> Result<(), recording::Error>,
    ) -> Result<(), String> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        if let Err(error) = write(writer, fact.clone()) {
            let reason = error.to_string();
            self.failed = Some(error);
            if !self.rescue() {
                return Err(reason);
            }
            let Some(writer) = &mut self.writer else { return Err(reason) };
            if let Err(error) = write(writer, fact.clone()) {
                self.failed = Some(error);
                return Err(reason);
            }
        }
        log::fact(fact);
        self.now.last = Some(fact.clone());
        Ok(())
    }

    fn enter(&mut self, at: u64, entered: Entered, key: Option<String>) -> Reply {
        let Some(writer) = &self.writer else { return Reply::Refused { reason: Refusal::Early } };
        let at = at.min(writer.position());
        if let Some(answered) = key.as_ref().and_then(|key| self.keys.get(key)) {
            return answered.clone();
        }
        let alarm = if let Entered::Alarm(alarm) = entered { Some(alarm) } else { None };
        if alarm.is_some_and(|alarm| self.now.alarms.contains(&alarm)) {
            // A recogniser that was started again finds what the one before it found.
            return Reply::Entered { at };
        }
        let fact = Fact::Event { at, entered, key: key.clone(), withdraws: None, seal: None };
        self.answer(&fact, key, Reply::Entered { at }, alarm)
    }

    /// From the sample that is recorded next on, the meeting is closed or open again. Line and key
    /// are one: whenever the recorder dies, what follows is either sealed or was not yet asked for.
    fn turn(&mut self, entered: Entered, key: Option<String>, holders: &[Holder]) -> Reply {
        let Some(writer) = &self.writer else { return Reply::Refused { reason: Refusal::Early } };
        if let Some(answered) = key.as_ref().and_then(|key| self.keys.get(key)) {
            return answered.clone();
        }
        let ledger = writer.ledger();
        let closes = entered.turns_sealed() == Some(true);
        let refused = match (closes, ledger.current_seal().is_some()) {
            _ if ledger.seal().is_some() => Some(Refusal::Whole),
            (true, true) => Some(Refusal::Private),
            (false, false) => Some(Refusal::NotPrivate),
            _ => None,
        };
        if let Some(reason) = refused {
            return Reply::Refused { reason };
        }
        let seal = if closes {
            // The secret half is in this process for this moment only.
            no_core_dumps();
            match MeetingKey::generate().seal_heard(holders, self.listener.as_deref()) {
                Ok(seal) => Some(Box::new(seal)),
                Err(_) => return Reply::Refused { reason: Refusal::NoHolder },
            }
        } else {
            None
        };
        let at = writer.position();
        let fact = Fact::Event { at, entered, key: key.clone(), withdraws: None, seal };
        if let Err(detail) = self.try_twice(&fact, Writer::turn) {
            return Reply::Refused { reason: Refusal::Disk(detail) };
        }
        self.entered(key, Reply::Entered { at })
    }

    fn withdraw(&mut self, at: u64, line: Option<u64>, key: Option<String>) -> Reply {
        let Some(writer) = &self.writer else { return Reply::Refused { reason: Refusal::Early } };
        if let Some(answered) = key.as_ref().and_then(|key| self.keys.get(key)) {
            return answered.clone();
        }
        let ledger = writer.ledger();
        let found = match line {
            None => ledger.last_entered(),
            Some(line) => ledger.entered_in(line).map(|(of, entered)| (line, of, entered)),
        };
        let Some((line, of, entered)) = found else { return Reply::Refused { reason: Refusal::Nothing } };
        if entered.turns_sealed().is_some() {
            return Reply::Refused { reason: Refusal::Turned };
        }
        let reply = Reply::Withdrawn { at: of, entered: entered.clone() };
        // Documents are Indonesian, and so is what one shows that was made by a program which does not know
        // of taking back.
        let note = Message::new("recording.withdrawn").with("at", writer.format().clock().hms(of));
        let note = Entered::Event(EventKind::Note(note.what(Language::Indonesian)));
        let at = at.min(writer.position());
        let fact = Fact::Event { at, entered: note, key: key.clone(), withdraws: Some(line), seal: None };
        self.answer(&fact, key, reply, None)
    }

    fn answer(&mut self, fact: &Fact, key: Option<String>, reply: Reply, alarm: Option<Alarm>) -> Reply {
        if let Err(detail) = self.write(fact) {
            return Reply::Refused { reason: Refusal::Disk(detail) };
        }
        self.now.alarms.extend(alarm);
        self.entered(key, reply)
    }

    /// Remembers what was answered to what was entered.
    fn entered(&mut self, key: Option<String>, reply: Reply) -> Reply {
        self.keys.extend(key.map(|key| (key, reply.clone())));
        let ledger = self.writer.as_ref().map(Writer::ledger);
        let undo = ledger.and_then(|ledger| ledger.last_entered());
        self.now.undo = undo.map(|(_, at, entered)| (at, entered.clone()));
        self.now.closed_from = ledger.and_then(closed_from);
        reply
    }

    /// What is done each second.
    fn second(&mut self) {
        if let Some(reason) = self.copy.as_mut().and_then(|copy| copy.failure().map(str::to_owned)) {
            self.copy = None;
            self.without_copy(reason);
        }
        self.sync();
    }

    fn sync(&mut self) {
        let Some(writer) = &mut self.writer else { return };
        if let Err(error) = writer.sync() {
            self.failed = Some(error);
        }
        self.now.confirmed = writer.confirmed();
    }

    fn begin_copy(&mut self) {
        if let (Some(writer), Some(target)) = (&self.writer, self.target.take_if(|_| self.writer.is_some())) {
            self.copy = Some(MirrorWriter::begin(writer.folder().to_owned(), target));
        }
    }

    fn without_copy(&mut self, reason: String) {
        self.now.mirror = Mirror::Failed(reason.clone());
        let at = self.writer.as_ref().map_or(0, Writer::position);
        drop(self.write(&Fact::MirrorFailed { at, reason }));
    }

    /// Goes on in the second folder when the first takes no more; whether it does.
    fn rescue(&mut self) -> bool {
        let (Some(copy), Some(writer)) = (self.copy.take(), &mut self.writer) else { return false };
        let claim = match copy.finish() {
            Ok(claim) => claim,
            Err(reason) => {
                self.now.mirror = Mirror::Failed(reason);
                return false;
            }
        };
        let at = writer.position();
        let moved = writer.move_to(claim);
        self.now.moved = writer.folder() != self.now.folder;
        writer.folder().clone_into(&mut self.now.folder);
        self.now.confirmed = writer.confirmed();
        match moved {
            Ok(lost) => {
                self.now.lost += lost;
                self.now.mirror = Mirror::None;
                let fact = Fact::Moved { at, folder: self.now.folder.clone() };
                log::fact(&fact);
                self.now.last = Some(fact);
                self.failed = None;
                // Who finds it under the second folder's name is told so; under the first it is found as well.
                self.publish();
                let _ = self.server.tell(&self.now.folder);
                true
            }
            Err(error) => {
                self.now.mirror = Mirror::Failed(error.to_string());
                self.failed = Some(error);
                false
            }
        }
    }

    /// Closes the recording.
    fn finish(mut self, end: End) -> Result<Outcome, Error> {
        let Some(mut writer) = self.writer.take() else {
            self.target.into_iter().chain(self.claim).for_each(Claim::release);
            return Ok(Outcome { folder: self.now.folder, frames: 0, lost: 0, end, copy_failed: None });
        };
        let mut closed = writer.close(if self.failed.is_some() { End::Disk } else { end });
        self.writer = Some(writer);
        if closed.is_err() && self.rescue() {
            closed = self.writer.as_mut().map_or(Ok(0), |writer| writer.close(end));
        }
        let copied = self.copy.take().map(MirrorWriter::finish);
        let copy_failed = match (copied, self.now.mirror) {
            (Some(Err(reason)), _) | (None, Mirror::Failed(reason)) => Some(reason),
            (Some(Ok(claim)), _) => {
                claim.release();
                None
            }
            (None, _) => None,
        };
        let confirmed = self.writer.as_ref().map_or(0, Writer::confirmed);
        let outcome = |frames| Outcome { folder: self.now.folder, frames, lost: self.now.lost, end, copy_failed };
        let lost = self.now.lost;
        if let Ok(frames) = &closed {
            tracing::info!(frames, lost, ?end, "recording closed");
        } else {
            tracing::error!(confirmed, lost, ?end, "recording not closed");
        }
        match closed {
            Ok(frames) => Ok(outcome(frames)),
            // Not even the last lines fit; the sound is there, and closing is what `recover` does.
            Err(_) if end == End::Disk => Ok(outcome(confirmed)),
            Err(error) => Err(error.into()),
        }
    }
}

/// The sample from which on an open meeting is closed at the moment.
fn closed_from(ledger: &Ledger) -> Option<u64> {
    ledger.stretches().last().filter(|stretch| stretch.until.is_none()).map(|stretch| stretch.from)
}
