//! What is looked at beside the sound: the device, the clocks, the disks.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{Keeper, PULSE, RING_MS};
use crate::capture;
use crate::recorder::mirror::Copy;
use crate::recorder::sound::Running;
use crate::recorder::status::State;
use crate::recording::{self, Absence, Cause, Fact};

/// A device that gives nothing for so long is gone, whatever it says.
const STALLED: Duration = Duration::from_secs(3);
/// Before this much time the device's drift drowns in the size of its buffers.
const DRIFT_KNOWN: Duration = Duration::from_mins(10);
/// Seconds after which a folder that cannot be found is gone; a network may hesitate.
const GONE: u32 = 3;
/// Minutes of room at which the disk is said to end soon.
pub(super) const LOW: [u64; 3] = [30, 10, 3];

impl Keeper {
    pub(super) fn watch_device(&mut self) {
        let silent = self.last_sound.elapsed() >= STALLED;
        let fault = self.running.as_ref().and_then(Running::fault);
        if !self.plan.sound.has_clock() || fault.is_none() && !silent {
            return;
        }
        self.running = None;
        self.state = State::DeviceLost;
        let (why, reason) = fault.unwrap_or((Absence::Mute, String::new()));
        self.note(Fact::Lost { at: self.position(), why, reason });
    }

    /// Tries a lost device again. What was missed is counted by the steady clock when its first sound is there.
    pub(super) fn reopen(&mut self) {
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
    pub(super) fn second(&mut self) {
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
        self.watch_folder();
        self.watch_disk();
    }

    /// A folder that is gone may take sound for a while that nobody will find: with a second one there is no reason to wait for the
    /// end of that.
    fn watch_folder(&mut self) {
        let Some(writer) = self.writer.as_ref().filter(|_| self.mirror.is_some()) else { return };
        self.unreachable = if writer.is_reachable() { 0 } else { self.unreachable + 1 };
        if self.unreachable >= GONE {
            self.unreachable = 0;
            self.failed = Some(recording::Error::Absent { path: writer.folder().to_owned() });
        }
    }

    pub(super) fn watch_mirror(&mut self) {
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

    pub(super) fn enter_clock(&mut self) {
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
}
