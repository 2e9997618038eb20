//! The one thread that matters: from the ring to the disk, with the timeline kept true.

mod watch;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::levels::Levels;
use super::mirror::Copy;
use super::server::{Asked, Server};
use super::sound::{Running, Sound};
use super::status::{Meter, Mirror, Reply, Request, State, Status};
use super::steady::Steady;
use super::syncer::{Syncer, syncer};
use super::{Error, hearing};
use crate::capture::{self, Next, Outlet};
use crate::floor::Alarm;
use crate::recording::{self, Cause, Claim, End, Entered, Fact, Format, Start, Writer};
use watch::LOW;

/// Sound that the ring holds while a disk stalls.
const RING_MS: u64 = 10_000;
/// How often sound is taken out of the ring.
const PULSE: Duration = Duration::from_millis(10);
/// How often it is brought to the disk.
const SYNC: Duration = Duration::from_secs(1);
/// How often a lost device is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How often the computer's clock is entered.
const CLOCK: Duration = Duration::from_mins(1);
/// Windows of the meters in a second.
const METERED: u32 = 5;

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
    let server = Server::begin(&plan.folder, requests, heard)
        .map_err(|source| recording::Error::Io { path: plan.folder.clone(), source })?;
    let running = plan.sound.start(intake, 0)?;
    let keeper = Keeper {
        server,
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
        unreachable: 0,
        disk_seconds: 0,
        stepped: 0,
        state: State::Waiting,
        returned: 0,
        meters: vec![Levels::default(); usize::from(format.channels)],
        shown: vec![Meter::default(); usize::from(format.channels)],
        alarms: Vec::new(),
        last: None,
        failed: None,
        format,
        plan,
    };
    keeper.keep(stop)
}

struct Keeper {
    server: Server,
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
    /// For how many seconds its folder was not to be found.
    unreachable: u32,
    disk_seconds: u64,
    /// How far the civil clock stood off the steady one when it was last entered, in milliseconds.
    stepped: i64,
    state: State,
    /// Where the sound began, or began again: only what is on the disk beyond it shows that it records.
    returned: u64,
    meters: Vec<Levels>,
    /// What the meters showed over their last whole window.
    shown: Vec<Meter>,
    /// What was entered to be wrong with microphones.
    alarms: Vec<Alarm>,
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
            Ok((moved, lost)) => {
                self.last = Some(Fact::Moved { at, folder: moved.folder().to_owned() });
                self.server.tell(moved.folder());
                self.lost += lost;
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

    fn answer(&mut self, request: Request) -> Reply {
        match request {
            Request::Status => Reply::Status(Box::new(self.status())),
            Request::Stop => Reply::Stopping,
            Request::Enter { entered, ago_ms } => {
                let Some(writer) = &mut self.writer else {
                    return Reply::Refused { reason: "0".into() };
                };
                let at = writer.position().saturating_sub(self.format.clock().at_millis(ago_ms));
                if let Entered::Alarm(alarm) = entered
                    && self.alarms.contains(&alarm)
                {
                    // A recogniser that was started again finds what the one before it found.
                    return Reply::Entered { at };
                }
                match writer.enter(at, entered.clone()) {
                    Ok(()) => {
                        if let Entered::Alarm(alarm) = entered {
                            self.alarms.push(alarm);
                        }
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
            alarms: self.alarms.clone(),
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
            // The last minute's drift, and a step of the civil clock in it.
            self.enter_clock();
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
