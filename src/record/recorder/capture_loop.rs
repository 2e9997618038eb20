//! The one thread that matters: from the ring to the disk writer, with the timeline kept true. It
//! waits for nothing but the next pulse.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::disk_watch::DiskWatch;
use super::disk_writer::{DiskWriter, Progress, StartAt, Task};
use super::levels::Levels;
use super::monotonic::MonotonicTime;
use super::server::{Asked, Server};
use super::sound::{Running, Sound};
use super::status::{LOW_MINUTES, Meter, Refusal, Reply, Request, State, Status};
use super::{Error, hearing};
use crate::record::capture::{self, Next, Outlet};
use crate::recording::{self, Absence, Cause, Claim, End, Fact, Format, Resumed, Start};
use crate::seal::Seal;

/// Sound that the ring holds between two pulses, and when memory is full.
const RING_MS: u64 = 5_000;
/// Sound that memory holds while a disk stalls.
const HELD_MS: u64 = 30_000;
/// How often sound is taken out of the ring.
const PULSE: Duration = Duration::from_millis(10);
/// How often the clocks and the disk are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often a lost device is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How often the computer's clock is entered.
const CLOCK: Duration = Duration::from_mins(1);
/// A device that gives nothing for so long is gone, whatever it says.
const STALLED: Duration = Duration::from_secs(3);
/// Before this much time the device's drift drowns in the size of its buffers.
const DRIFT_KNOWN: Duration = Duration::from_mins(10);
/// Minutes of room at which the disk is said to end soon.
const LOW: [u64; 3] = [LOW_MINUTES, 10, 3];
/// Windows of the meters in a second.
const METERED: u32 = 10;

/// What is to be recorded, and where.
pub struct Plan {
    /// The recording's folder.
    pub folder: PathBuf,
    /// Where a second copy is made, and where the recording goes on when the first disk takes no
    /// more.
    pub mirror: Option<PathBuf>,
    /// The source.
    pub sound: Sound,
    /// Names of the channels.
    pub names: Vec<String>,
    /// The port on which the room's conference system is heard, 0 for any that is free.
    pub conference: Option<u16>,
    /// The zone of civil times.
    pub zone: TimeZone,
    /// Whether the folder holds a recording that nobody closed, which is gone on with.
    pub resume: bool,
    /// The key of a closed meeting, to which everything is sealed. One that is gone on with has its
    /// own in its ledger.
    pub seal: Option<Seal>,
    /// The public half of the key that the recogniser has: it hears what is closed of an open
    /// meeting.
    pub listener: Option<String>,
}

/// What became of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The folder that it ended in.
    pub folder: PathBuf,
    /// Samples of each channel, gaps counted.
    pub frames: u64,
    /// Of these, samples that were lost.
    pub lost: u64,
    /// Why it ended.
    pub end: End,
    /// Why the copy in the second folder is not whole, where one was asked for.
    pub copy_failed: Option<String>,
}

/// Records until it is told to stop, the source ends, or no disk takes more.
///
/// # Errors
/// Before the first sample: everything that keeps a recording from being begun. Afterwards only
/// what no second folder could mend; what was recorded is on the disk then.
pub fn run(plan: Plan, stop: &AtomicBool) -> Result<Outcome, Error> {
    let Plan { folder, mirror, mut sound, names, conference, zone, resume, seal, listener } = plan;
    let format = sound.format();
    let mut began = None;
    let place = if resume {
        let Resumed { writer, began: utc, elapsed } = Resumed::begin(&folder, format, names.clone())?;
        began = Some((utc, MonotonicTime::now().before(elapsed.unsigned_abs())));
        StartAt::Behind(Box::new(writer))
    } else {
        StartAt::New(Claim::take(&folder)?)
    };
    let target = copy_of(&place, &folder, mirror)?;
    let (requests, asked) = bounded(64);
    let heard = conference.map(|port| hearing::begin(port, requests.clone())).transpose()?;
    let server = Server::begin(&folder, requests, heard)
        .map_err(|source| recording::Error::Io { path: folder.clone(), source })?;
    let (tasks, waiting) = unbounded();
    let queued = Arc::new(AtomicU64::new(0));
    let disk_writer = DiskWriter::new(place, target, waiting, Arc::clone(&queued), Arc::new(server), listener);
    let progress = disk_writer.progress();
    let reached = progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (intake, outlet) = capture::ring(format, RING_MS);
    let name = sound.name();
    let (speed, has_clock) = (sound.speed(), sound.has_clock());
    let (running, sound) = if resume { (None, Some(sound)) } else { (Some(sound.start(intake, 0)?), Some(sound)) };
    let disk_writer = thread::Builder::new()
        .name("disk".into())
        .spawn(move || disk_writer.run())
        .map_err(|source| recording::Error::Io { path: folder.clone(), source })?;
    let stepped = began.map_or(0, |(utc, monotonic): (Timestamp, MonotonicTime)| {
        Timestamp::now().as_millisecond() - utc.as_millisecond() - monotonic.elapsed().as_millis() as i64
    });
    let capture_loop = CaptureLoop {
        watch: DiskWatch::begin(&reached.folder),
        position: reached.confirmed,
        returned: reached.confirmed,
        state: if resume { State::DeviceLost } else { State::Waiting },
        missed: if resume { Cause::Overrun } else { Cause::Device },
        tasks,
        queued,
        progress,
        outlet,
        running,
        sound,
        opening: None,
        asked,
        began,
        names,
        seal,
        zone,
        name,
        speed,
        has_clock,
        last_sound: Instant::now(),
        received: reached.confirmed,
        behind: 0,
        low: LOW.len(),
        left: false,
        stepped,
        meters: vec![Levels::default(); usize::from(format.channels)],
        shown: vec![Meter::default(); usize::from(format.channels)],
        format,
    };
    let asked = capture_loop.keep(stop, || disk_writer.is_finished());
    // Until the last lines are on the disk it still answers.
    while !disk_writer.is_finished() {
        asked.answer();
    }
    disk_writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The folder of the copy. One that cannot be had keeps a recording from being begun, but not one
/// from being gone on with.
fn copy_of(
    place: &StartAt,
    folder: &std::path::Path,
    mirror: Option<PathBuf>,
) -> Result<Result<Option<Claim>, String>, Error> {
    let Some(mirror) = mirror else { return Ok(Ok(None)) };
    let same = |one: &std::path::Path, other: &std::path::Path| matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other);
    match place {
        StartAt::New(_) if same(folder, &mirror) => Err(Error::SameFolder { path: mirror }),
        StartAt::New(_) => Ok(Ok(Some(Claim::take(&mirror)?))),
        // It went on there before.
        StartAt::Behind(writer) if same(writer.folder(), &mirror) => Ok(Ok(None)),
        StartAt::Behind(writer) => {
            Ok(Claim::take_copy(&mirror, writer.folder()).map(Some).map_err(|error| error.to_string()))
        }
    }
}

/// A source that was opened anew, or the reason to try again later: in either case the source
/// itself comes back.
struct Opened {
    sound: Sound,
    running: Option<(Running, Outlet)>,
    /// The frame from which it plays, where it is a file.
    from: u64,
}

struct CaptureLoop {
    tasks: Sender<Task>,
    /// Bytes of sound that wait for the disk writer.
    queued: Arc<AtomicU64>,
    progress: Arc<Mutex<Progress>>,
    watch: DiskWatch,
    format: Format,
    names: Vec<String>,
    seal: Option<Seal>,
    zone: TimeZone,
    outlet: Outlet,
    running: Option<Running>,
    /// The source, unless it is being opened.
    sound: Option<Sound>,
    opening: Option<Receiver<Opened>>,
    name: String,
    speed: f64,
    has_clock: bool,
    asked: Receiver<Asked>,
    /// When the first sample was taken, by both clocks.
    began: Option<(Timestamp, MonotonicTime)>,
    last_sound: Instant,
    /// Samples of each channel that were handed over, gaps counted.
    position: u64,
    /// Frames that the source gave.
    received: u64,
    /// How far the sound was behind the monotonic clock a second ago, in frames.
    behind: u64,
    /// How many thresholds of [`LOW`] are still ahead.
    low: usize,
    /// Whether the disk writer was told to leave the folder.
    left: bool,
    /// How far the civil clock stood off the monotonic one when it was last entered, in
    /// milliseconds.
    stepped: i64,
    state: State,
    /// Why nothing came while the source was lost.
    missed: Cause,
    /// Where the sound began, or began again: only what is on the disk beyond it shows that it
    /// records.
    returned: u64,
    meters: Vec<Levels>,
    /// What the meters showed over their last whole window.
    shown: Vec<Meter>,
}

/// A recorder that records no more, and whose last lines are on their way.
struct Ending(CaptureLoop);

impl Ending {
    fn answer(&self) {
        if let Ok((request, reply)) = self.0.asked.recv_timeout(PULSE) {
            let _ = reply.send(match request {
                Request::Status => Reply::Status(Box::new(self.0.status())),
                Request::Stop => Reply::Stopping,
                Request::Enter { .. } | Request::Withdraw { .. } => Reply::Refused { reason: Refusal::Ended },
            });
        }
    }
}

impl CaptureLoop {
    /// Keeps on until the end; `gave_up` tells that the disk writer did.
    fn keep(mut self, stop: &AtomicBool, gave_up: impl Fn() -> bool) -> Ending {
        let (mut next_look, mut next_clock) = (Instant::now(), Instant::now() + CLOCK);
        let mut next_retry = Instant::now();
        let most = self.format.bytes(self.format.clock().at_millis(HELD_MS));
        let end = loop {
            let ended = self.drain(most);
            if gave_up() {
                break End::Disk;
            }
            if stop.load(Ordering::Relaxed) {
                break End::Asked;
            }
            let now = Instant::now();
            if ended && !self.has_clock && self.running.is_some() {
                break End::SourceEnded;
            }
            if self.state == State::DeviceLost {
                if now >= next_retry && self.opening.is_none() {
                    next_retry = now + RETRY;
                    self.open();
                }
                self.resume_device();
            } else {
                self.watch_device();
            }
            if now >= next_look {
                next_look = now + LOOK;
                self.look();
            }
            if now >= next_clock {
                next_clock = now + CLOCK;
                self.enter_clock();
            }
            if let Ok((request, reply)) = self.asked.recv_timeout(PULSE) {
                let stops = request == Request::Stop;
                self.answer(request, &reply);
                if stops {
                    break End::Asked;
                }
            }
        };
        self.let_go();
        if end != End::Disk {
            // What is in the ring still belongs to it, and so does the last minute's drift.
            self.drain(u64::MAX);
            self.enter_clock();
        }
        self.hand_over(Task::Finish(end));
        Ending(self)
    }

    /// Without a disk writer there is no disk that takes it; that is seen at the next pulse.
    fn hand_over(&self, task: Task) {
        let _ = self.tasks.send(task);
    }

    /// Takes what is in the ring, as long as no more than `most` bytes wait for the disk; whether
    /// the source has ended.
    fn drain(&mut self, most: u64) -> bool {
        let bytes = self.format.bytes_a_second() as usize;
        while self.queued.load(Ordering::Acquire) <= most {
            let mut sound = Vec::new();
            match self.outlet.take(&mut sound, bytes) {
                Next::Sound(_) => {
                    let frames = (sound.len() / self.format.frame()) as u64;
                    self.last_sound = Instant::now();
                    self.begin_if_first(frames);
                    self.received += frames;
                    self.position += frames;
                    self.measure(&sound);
                    self.queued.fetch_add(sound.len() as u64, Ordering::AcqRel);
                    self.hand_over(Task::Sound(sound));
                }
                Next::Lost(mark) => self.gap(mark.frames, mark.cause),
                Next::Nothing => return false,
                Next::Ended => return true,
            }
        }
        false
    }

    /// The recording begins with its first sample, not with the first attempt.
    fn begin_if_first(&mut self, frames: u64) {
        if self.began.is_some() {
            return;
        }
        let elapsed = Duration::from_millis(self.format.clock().millis(frames)).div_f64(self.speed);
        let utc = Timestamp::now() - jiff::SignedDuration::try_from(elapsed).unwrap_or_default();
        self.began = Some((utc, MonotonicTime::now().before(elapsed)));
        self.hand_over(Task::Begin(Start {
            utc,
            zone: self.zone.clone(),
            format: self.format,
            device: self.name.clone(),
            names: self.names.clone(),
            seal: self.seal.clone(),
        }));
    }

    fn gap(&mut self, frames: u64, cause: Cause) {
        // What is lost before the first sample is not a part of the recording.
        if self.began.is_some() && frames > 0 {
            self.position += frames;
            self.hand_over(Task::Gap(frames, cause));
        }
    }

    fn note(&self, fact: Fact) {
        if self.began.is_some() {
            self.hand_over(Task::Note(fact));
        }
    }

    fn progress(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, request: Request, reply: &Sender<Reply>) {
        let early = || Reply::Refused { reason: Refusal::Early };
        let _ = match request {
            Request::Status => reply.send(Reply::Status(Box::new(self.status()))),
            Request::Stop => reply.send(Reply::Stopping),
            Request::Enter { .. } | Request::Withdraw { .. } if self.began.is_none() => reply.send(early()),
            Request::Enter { entered, key, holders, .. } if entered.turns_sealed().is_some() => {
                // Whether it can be is known only when the disk writer comes to it.
                self.hand_over(Task::Turn(entered, key, holders, reply.clone()));
                Ok(())
            }
            Request::Enter { entered, ago_ms, key, .. } => {
                let at = self.position.saturating_sub(self.format.clock().at_millis(ago_ms));
                let _ = reply.send(Reply::Taken { at });
                self.hand_over(Task::Enter(at, entered, key, reply.clone()));
                Ok(())
            }
            Request::Withdraw { line, key } => {
                self.hand_over(Task::Withdraw(self.position, line, key, reply.clone()));
                Ok(())
            }
        };
    }

    fn status(&self) -> Status {
        let Progress { folder, confirmed, lost, last, mirror, moved, alarms, undo, closed_from } = self.progress();
        Status {
            state: self.state,
            folder,
            started: self.began.map_or_else(Timestamp::now, |(utc, _)| utc),
            format: self.format,
            device: self.name.clone(),
            position: confirmed,
            received: self.position,
            lost,
            meters: self.shown.clone(),
            disk_seconds: self.watch.free() / self.format.bytes_a_second().max(1),
            mirror,
            moved,
            alarms,
            last,
            undo,
            closed_from,
        }
    }

    fn measure(&mut self, sound: &[u8]) {
        let sample = self.format.sample;
        let window = self.format.rate.get() / METERED;
        if self.meters.first().is_some_and(|levels| levels.count >= window) {
            self.shown = self.meters.iter_mut().map(Levels::take).collect();
        }
        for frame in sound.chunks_exact(self.format.frame()) {
            for (levels, bytes) in self.meters.iter_mut().zip(frame.chunks_exact(sample.bytes())) {
                levels.add(sample.value(bytes));
            }
        }
    }

    fn watch_device(&mut self) {
        let silent = self.last_sound.elapsed() >= STALLED;
        let fault = self.running.as_ref().and_then(Running::fault);
        if !self.has_clock || fault.is_none() && !silent {
            return;
        }
        self.let_go();
        (self.state, self.missed) = (State::DeviceLost, Cause::Device);
        let (why, reason) = fault.unwrap_or((Absence::Mute, String::new()));
        self.note(Fact::Lost { at: self.position, why, reason });
    }

    /// Ends the source; a sound server that died may take its time for that.
    fn let_go(&mut self) {
        let running = self.running.take();
        if self.has_clock {
            thread::spawn(move || drop(running));
        }
    }

    /// Tries a lost source again, in a thread of its own: looking for a device takes long.
    fn open(&mut self) {
        let Some(mut sound) = self.sound.take() else { return };
        let from = self.due();
        let (format, has_clock) = (self.format, self.has_clock);
        let (done, opening) = bounded(1);
        self.opening = Some(opening);
        thread::spawn(move || {
            let (intake, outlet) = capture::ring(format, RING_MS);
            let running = sound.start(intake, if has_clock { from.max(1) } else { from }).ok();
            let opened = Instant::now();
            while running.is_some() && has_clock && outlet.is_empty() && opened.elapsed() < STALLED {
                thread::sleep(PULSE);
            }
            let gives = !has_clock || !outlet.is_empty();
            let running = running.filter(|_| gives).map(|running| (running, outlet));
            let _ = done.send(Opened { sound, running, from });
        });
    }

    /// Takes up a source that was opened again. What was missed is counted by the monotonic clock
    /// when its first sound is there.
    fn resume_device(&mut self) {
        let opened = match self.opening.as_ref().map(Receiver::try_recv) {
            Some(Ok(opened)) => opened,
            Some(Err(TryRecvError::Disconnected)) => return self.opening = None,
            Some(Err(TryRecvError::Empty)) | None => return,
        };
        let Opened { sound, running, from } = opened;
        (self.opening, self.sound) = (None, Some(sound));
        let Some((running, outlet)) = running else { return };
        (self.running, self.outlet) = (Some(running), outlet);
        let missing = if self.has_clock { self.behind_clock() } else { from.saturating_sub(self.position) };
        self.gap(missing, self.missed);
        self.received += missing;
        self.behind = self.behind_clock();
        self.last_sound = Instant::now();
        self.state = State::Waiting;
        self.returned = self.position;
        self.note(Fact::Returned { at: self.position });
    }

    /// The sample that is due by the monotonic clock.
    fn due(&self) -> u64 {
        let Some((_, began)) = self.began else { return 0 };
        let elapsed = began.elapsed().mul_f64(self.speed);
        self.format.clock().at_millis(elapsed.as_millis() as u64)
    }

    /// Frames by which the sound is behind the monotonic clock.
    fn behind_clock(&self) -> u64 {
        self.due().saturating_sub(self.position + self.outlet.waiting())
    }

    /// A computer that slept, or a device that said nothing of what it lost, shows as a leap of the
    /// monotonic clock.
    fn watch_clock(&mut self) {
        if !self.has_clock || self.state == State::DeviceLost {
            return;
        }
        let behind = self.behind_clock();
        let leap = behind.saturating_sub(self.behind);
        if leap > u64::from(self.format.rate.get()) {
            self.gap(leap, Cause::Overrun);
            self.received += leap;
        } else {
            self.behind = behind;
        }
    }

    /// What is looked at each second.
    fn look(&mut self) {
        self.watch_clock();
        let Progress { folder, confirmed, .. } = self.progress();
        if self.state == State::Waiting && confirmed > self.returned {
            self.state = State::Recording;
        }
        if self.watch.turn_to(&folder) {
            self.low = LOW.len();
        }
        // A folder that is gone may take sound for a while that nobody will find.
        if self.watch.is_gone() && !self.left {
            self.hand_over(Task::Leave);
        }
        self.left = self.watch.is_gone();
        self.watch_disk();
    }

    fn watch_disk(&mut self) {
        let minutes = self.watch.free() / self.format.bytes_a_second().max(1) / 60;
        // The thresholds that are still above what is left: the fewer, the nearer the end.
        let ahead = LOW.iter().filter(|low| minutes >= **low).count();
        if ahead < self.low && self.began.is_some() {
            self.low = ahead;
            self.note(Fact::Low { at: self.position, minutes });
        }
    }

    fn enter_clock(&mut self) {
        let Some((utc, began)) = self.began else { return };
        let elapsed = began.elapsed();
        let now = Timestamp::now();
        let off = now.as_millisecond() - utc.as_millisecond() - elapsed.as_millis() as i64;
        let stepped_ms = if (off - self.stepped).abs() > 100 { off - self.stepped } else { 0 };
        self.stepped = if stepped_ms == 0 { self.stepped } else { off };
        let given = self.received as f64 / f64::from(self.format.rate.get());
        let known = self.has_clock && elapsed >= DRIFT_KNOWN;
        let ppm = known.then(|| ((given / elapsed.as_secs_f64() - 1.0) * 1e7).round() / 10.0);
        self.note(Fact::Clock { at: self.position, utc: now, ppm, stepped_ms });
    }
}
