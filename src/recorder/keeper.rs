//! The one thread that matters: from the ring to the disk, with the timeline kept true.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::mirror::Copy;
use super::server::{Asked, Server};
use super::sound::{Running, Sound};
use super::status::{Meter, Mirror, Reply, Request, State, Status};
use super::steady::Steady;
use super::{Error, hearing};
use crate::capture::{self, Next, Outlet};
use crate::recording::{self, Cause, Claim, End, Fact, Format, Start, Writer};

/// Sound that the ring holds while a disk stalls.
const RING_MS: u64 = 10_000;
/// How often sound is taken out of the ring.
const PULSE: Duration = Duration::from_millis(10);
/// How often it is brought to the disk.
const SYNC: Duration = Duration::from_secs(1);
/// A device that gives nothing for so long is gone, whatever it says.
const STALLED: Duration = Duration::from_secs(3);
/// How often a lost device is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How often the computer's clock is entered.
const CLOCK: Duration = Duration::from_mins(1);
/// Before this much time the device's drift drowns in the size of its buffers.
const DRIFT_KNOWN: Duration = Duration::from_mins(10);
/// Windows of the meters in a second.
const METERED: u32 = 5;
/// Minutes of room at which the disk is said to end soon.
const LOW: [u64; 3] = [30, 10, 3];

/// What is to be recorded, and where.
pub struct Plan {
    /// The recording's folder.
    pub folder: PathBuf,
    /// Where a second copy is made, and where the recording goes on when the first disk takes no more.
    pub mirror: Option<PathBuf>,
    /// The source.
    pub sound: Sound,
    /// Names of the channels.
    pub names: Vec<String>,
    /// The port on which the room's conference system is heard, 0 for any that is free.
    pub conference: Option<u16>,
    /// The zone of civil times.
    pub zone: TimeZone,
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
}

/// Records until it is told to stop, the source ends, or no disk takes more.
///
/// # Errors
/// Before the first sample: everything that keeps a recording from being begun. Afterwards only what no second folder could mend; what
/// was recorded is on the disk then.
pub fn run(mut plan: Plan, stop: &AtomicBool) -> Result<Outcome, Error> {
    let claim = Claim::take(&plan.folder)?;
    let format = plan.sound.format();
    let (intake, outlet) = capture::ring(format, RING_MS);
    let (requests, asked) = bounded(64);
    let heard = plan.conference.map(|port| hearing::begin(port, requests.clone())).transpose()?;
    let _server = Server::begin(&plan.folder, requests, heard)
        .map_err(|source| recording::Error::Io { path: plan.folder.clone(), source })?;
    let running = plan.sound.start(intake, 0)?;
    let keeper = Keeper {
        mirror: None,
        mirror_failed: None,
        writer: None,
        claim: Some(claim),
        outlet,
        running: Some(running),
        asked,
        syncing: syncer(),
        began: None,
        last_sound: Instant::now(),
        received: 0,
        lost: 0,
        behind: 0,
        low: LOW.len(),
        disk_seconds: 0,
        stepped: 0,
        state: State::Waiting,
        returned: 0,
        meters: vec![Levels::default(); usize::from(format.channels)],
        shown: vec![Meter::default(); usize::from(format.channels)],
        last: None,
        failed: None,
        format,
        plan,
    };
    keeper.keep(stop)
}

/// Brings files to the disk beside the keeper, and tells how far it came.
struct Syncer {
    files: Sender<(File, u64)>,
    synced: Arc<AtomicU64>,
}

fn syncer() -> Syncer {
    let (files, waiting) = bounded::<(File, u64)>(1);
    let synced = Arc::new(AtomicU64::new(0));
    let done = Arc::clone(&synced);
    thread::spawn(move || {
        for (file, position) in waiting {
            if file.sync_data().is_ok() {
                done.store(position, Ordering::Release);
            }
        }
    });
    Syncer { files, synced }
}

struct Keeper {
    plan: Plan,
    format: Format,
    claim: Option<Claim>,
    writer: Option<Writer>,
    mirror: Option<Copy>,
    /// Why there is no copy any more.
    mirror_failed: Option<String>,
    outlet: Outlet,
    running: Option<Running>,
    asked: Receiver<Asked>,
    syncing: Syncer,
    /// When the first sample was taken, by both clocks.
    began: Option<(Timestamp, Steady)>,
    last_sound: Instant,
    /// Frames that the source gave.
    received: u64,
    lost: u64,
    /// How far the sound was behind the steady clock a second ago, in frames.
    behind: u64,
    /// How many thresholds of [`LOW`] are still ahead.
    low: usize,
    disk_seconds: u64,
    /// How far the civil clock stood off the steady one when it was last entered, in milliseconds.
    stepped: i64,
    state: State,
    /// Where the sound began, or began again: only what is on the disk beyond it shows that it records.
    returned: u64,
    meters: Vec<Levels>,
    /// What the meters showed over their last whole window.
    shown: Vec<Meter>,
    last: Option<Fact>,
    failed: Option<recording::Error>,
}

impl Keeper {
    fn keep(mut self, stop: &AtomicBool) -> Result<Outcome, Error> {
        let (mut next_sync, mut next_clock) = (Instant::now(), Instant::now() + CLOCK);
        let mut next_retry = Instant::now();
        let mut sound = Vec::new();
        let end = loop {
            let ended = self.drain(&mut sound)?;
            if self.failed.is_some() && !self.rescue() {
                break End::Disk;
            }
            if stop.load(Ordering::Relaxed) {
                break End::Asked;
            }
            let now = Instant::now();
            if ended && matches!(self.plan.sound, Sound::Rehearsal(_)) {
                break End::SourceEnded;
            }
            if self.state == State::DeviceLost {
                if now >= next_retry {
                    next_retry = now + RETRY;
                    self.reopen();
                }
            } else {
                self.watch_device();
            }
            if now >= next_sync {
                next_sync = now + SYNC;
                self.second();
            }
            if now >= next_clock {
                next_clock = now + CLOCK;
                self.enter_clock();
            }
            if let Ok((request, reply)) = self.asked.recv_timeout(PULSE) {
                let stops = request == Request::Stop;
                let _ = reply.send(self.answer(request));
                if stops {
                    break End::Asked;
                }
            }
        };
        self.finish(end, &mut sound)
    }

    /// Takes what is in the ring to the disk; whether the source has ended.
    fn drain(&mut self, sound: &mut Vec<u8>) -> Result<bool, Error> {
        let most = self.format.bytes_a_second() as usize;
        loop {
            sound.clear();
            match self.outlet.take(sound, most) {
                Next::Sound(_) => {
                    self.last_sound = Instant::now();
                    self.begin_if_first(sound.len())?;
                    self.received += (sound.len() / self.format.frame()) as u64;
                    self.measure(sound);
                    self.append(sound);
                }
                Next::Lost(mark) => self.gap(mark.frames, mark.cause),
                Next::Nothing => return Ok(false),
                Next::Ended => return Ok(true),
            }
            if self.failed.is_some() {
                return Ok(false);
            }
        }
    }

    /// The recording begins with its first sample, not with the first attempt.
    fn begin_if_first(&mut self, bytes: usize) -> Result<(), Error> {
        let Some(claim) = self.claim.take() else { return Ok(()) };
        let elapsed = Duration::from_millis(self.format.clock().millis((bytes / self.format.frame()) as u64))
            .div_f64(self.plan.sound.speed());
        let utc = Timestamp::now() - jiff::SignedDuration::try_from(elapsed).unwrap_or_default();
        self.began = Some((utc, Steady::now().before(elapsed)));
        let start = Start {
            utc,
            zone: self.plan.zone.clone(),
            format: self.format,
            device: self.plan.sound.name(),
            names: self.plan.names.clone(),
        };
        self.writer = Some(Writer::begin(claim, start)?);
        let target = self.plan.mirror.clone();
        self.mirror = target.map(|target| Copy::begin(self.plan.folder.clone(), target));
        Ok(())
    }

    fn append(&mut self, sound: &[u8]) {
        let Some(writer) = &mut self.writer else { return };
        let before = writer.position();
        if let Err(error) = writer.append(sound) {
            let taken = self.format.bytes(writer.position() - before) as usize;
            self.failed = Some(error);
            if self.rescue() {
                self.append(&sound[taken..]);
            }
        }
    }

    fn gap(&mut self, frames: u64, cause: Cause) {
        let Some(writer) = &mut self.writer else { return };
        self.lost += frames;
        let at = writer.position();
        match writer.gap(frames, cause) {
            Ok(()) => self.last = Some(Fact::Gap { at, frames, cause }),
            Err(error) => self.failed = Some(error),
        }
    }

    fn note(&mut self, fact: Fact) {
        let Some(writer) = &mut self.writer else { return };
        match writer.note(fact.clone()) {
            Ok(()) => self.last = Some(fact),
            Err(error) => self.failed = Some(error),
        }
    }

    fn position(&self) -> u64 {
        self.writer.as_ref().map_or(0, Writer::position)
    }

    /// Goes on in the second folder when the first takes no more; whether it does.
    fn rescue(&mut self) -> bool {
        let Some(mut mirror) = self.mirror.take() else { return false };
        let Some(writer) = self.writer.take() else { return false };
        if !mirror.finish() {
            self.writer = Some(writer);
            return false;
        }
        let at = writer.position();
        match writer.move_to(mirror.target()) {
            Ok(moved) => {
                self.last = Some(Fact::Moved { at, folder: moved.folder().to_owned() });
                self.writer = Some(moved);
                self.failed = None;
                self.low = LOW.len();
                true
            }
            Err(error) => {
                self.failed = Some(error);
                false
            }
        }
    }

    fn watch_device(&mut self) {
        let silent = self.last_sound.elapsed() >= STALLED;
        let fault = self.running.as_ref().and_then(Running::fault);
        if !self.plan.sound.has_clock() || fault.is_none() && !silent {
            return;
        }
        self.running = None;
        self.state = State::DeviceLost;
        let reason = fault.unwrap_or_else(|| format!("{} s", STALLED.as_secs()));
        self.note(Fact::Lost { at: self.position(), reason });
    }

    /// Tries a lost device again. What was missed is counted by the steady clock when its first sound is there.
    fn reopen(&mut self) {
        let (intake, outlet) = capture::ring(self.format, RING_MS);
        let position = self.position().max(1);
        let Ok(running) = self.plan.sound.start(intake, position) else { return };
        self.running = Some(running);
        self.outlet = outlet;
        let opened = Instant::now();
        while self.outlet.is_empty() && opened.elapsed() < STALLED {
            thread::sleep(PULSE);
        }
        if self.outlet.is_empty() {
            self.running = None;
            return;
        }
        let missing = self.behind_clock();
        self.gap(missing, Cause::Device);
        self.received += missing;
        self.behind = self.behind_clock();
        self.last_sound = Instant::now();
        self.state = State::Waiting;
        self.returned = self.position();
        self.note(Fact::Returned { at: self.position() });
    }

    /// Frames by which the sound is behind the steady clock.
    fn behind_clock(&self) -> u64 {
        let Some((_, began)) = self.began else { return 0 };
        let due = self.format.clock().at_millis(began.elapsed().as_millis() as u64);
        due.saturating_sub(self.position() + self.outlet.waiting())
    }

    /// A computer that slept, or a device that said nothing of what it lost, shows as a leap of the steady clock.
    fn watch_clock(&mut self) {
        if !self.plan.sound.has_clock() || self.state == State::DeviceLost {
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

    /// What is done each second.
    fn second(&mut self) {
        self.watch_clock();
        let Some(writer) = &mut self.writer else { return };
        let position = writer.position();
        match writer.settle() {
            // While the last second is still on its way to the disk, this one goes with the next.
            Ok(Some(file)) => drop(self.syncing.files.try_send((file, position))),
            Ok(None) => {}
            Err(error) => self.failed = Some(error),
        }
        if self.state == State::Waiting && self.syncing.synced.load(Ordering::Acquire) > self.returned {
            self.state = State::Recording;
        }
        self.watch_mirror();
        self.watch_disk();
    }

    fn watch_mirror(&mut self) {
        if let Some(reason) = self.mirror.as_ref().and_then(Copy::failure) {
            self.mirror = None;
            self.mirror_failed = Some(reason.clone());
            self.note(Fact::MirrorFailed { at: self.position(), reason });
        }
    }

    fn watch_disk(&mut self) {
        let Some(writer) = &self.writer else { return };
        let Ok(free) = fs4::available_space(writer.folder()) else { return };
        self.disk_seconds = free / self.format.bytes_a_second().max(1);
        let minutes = self.disk_seconds / 60;
        // The thresholds that are still above what is left: the fewer, the nearer the end.
        let ahead = LOW.iter().filter(|low| minutes >= **low).count();
        if ahead < self.low {
            self.low = ahead;
            self.note(Fact::Low { at: self.position(), minutes });
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
        let known = self.plan.sound.has_clock() && elapsed >= DRIFT_KNOWN;
        let ppm = known.then(|| ((given / elapsed.as_secs_f64() - 1.0) * 1e7).round() / 10.0);
        self.note(Fact::Clock { at: self.position(), utc: now, ppm, stepped_ms });
    }

    fn answer(&mut self, request: Request) -> Reply {
        match request {
            Request::Status => Reply::Status(Box::new(self.status())),
            Request::Stop => Reply::Stopping,
            Request::Enter { entered, ago_ms } => {
                let Some(writer) = &mut self.writer else {
                    return Reply::Refused { reason: "0".into() };
                };
                let at = writer.position().saturating_sub(self.format.clock().at_millis(ago_ms));
                match writer.enter(at, entered.clone()) {
                    Ok(()) => {
                        self.last = Some(Fact::Event { at, entered });
                        Reply::Entered { at }
                    }
                    Err(error) => {
                        let reason = error.to_string();
                        self.failed = Some(error);
                        Reply::Refused { reason }
                    }
                }
            }
        }
    }

    fn status(&self) -> Status {
        let mirror = match (&self.mirror, &self.mirror_failed) {
            (Some(_), _) => Mirror::Following,
            (None, Some(reason)) => Mirror::Failed(reason.clone()),
            (None, None) => Mirror::None,
        };
        Status {
            state: self.state,
            folder: self.writer.as_ref().map_or(&*self.plan.folder, Writer::folder).to_owned(),
            started: self.began.map_or_else(Timestamp::now, |(utc, _)| utc),
            format: self.format,
            device: self.plan.sound.name(),
            position: self.position(),
            lost: self.lost,
            meters: self.shown.clone(),
            disk_seconds: self.disk_seconds,
            mirror,
            last: self.last.clone(),
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

    /// Takes the last sound out of the ring and closes the recording.
    fn finish(mut self, end: End, sound: &mut Vec<u8>) -> Result<Outcome, Error> {
        self.running = None;
        if end != End::Disk {
            self.drain(sound)?;
        }
        self.watch_mirror();
        let lost = self.lost;
        let Some(writer) = self.writer.take() else {
            return Ok(Outcome { folder: self.plan.folder, frames: 0, lost, end });
        };
        let folder = writer.folder().to_owned();
        let frames = writer.position();
        let closed = writer.finish(if self.failed.is_some() { End::Disk } else { end });
        if let Some(mut mirror) = self.mirror.take() {
            mirror.finish();
        }
        match closed {
            Ok(frames) => Ok(Outcome { folder, frames, lost, end }),
            // Not even the last lines fit; the sound is there, and closing is what `recover` does.
            Err(_) if end == End::Disk => Ok(Outcome { folder, frames, lost, end }),
            Err(error) => Err(error.into()),
        }
    }
}

/// The level of one channel over the window that runs.
#[derive(Clone, Copy, Debug, Default)]
struct Levels {
    peak: f32,
    squares: f64,
    count: u32,
    at_limit: u32,
}

impl Levels {
    /// Three samples in a row at the limit are a wave cut off.
    const CUT_OFF: u32 = 3;

    fn add(&mut self, sample: f32) {
        let magnitude = sample.abs();
        self.peak = self.peak.max(magnitude);
        self.squares += f64::from(magnitude) * f64::from(magnitude);
        self.count = self.count.saturating_add(1);
        if magnitude >= 0.999 {
            self.at_limit = self.at_limit.saturating_add(1);
        } else if self.at_limit < Self::CUT_OFF {
            self.at_limit = 0;
        }
    }

    fn take(&mut self) -> Meter {
        let rms = (self.squares / f64::from(self.count.max(1))).sqrt() as f32;
        let meter = Meter { peak: self.peak, rms, clipped: self.at_limit >= Self::CUT_OFF };
        *self = Self::default();
        meter
    }
}
