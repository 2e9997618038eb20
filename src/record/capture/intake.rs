//! The ring between a device's callback and the recorder.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

use crate::recording::{Cause, Format};

/// Places where something was lost that may wait in the ring at once. Beyond that the sound itself
/// waits outside, counted.
const MARKS: usize = 256;

/// Samples that are missing at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Frames that the intake had taken when they went missing.
    pub after: u64,
    /// How many frames.
    pub frames: u64,
    /// Why.
    pub cause: Cause,
}

/// The end that a callback holds. Dropping it says that the source has ended.
#[derive(Debug)]
pub struct Intake {
    bytes: Producer<u8>,
    marks: Producer<Mark>,
    frame: usize,
    taken: u64,
    lost: u64,
    missing: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

/// The end that the recorder holds.
#[derive(Debug)]
pub struct Outlet {
    bytes: Consumer<u8>,
    marks: Consumer<Mark>,
    frame: usize,
    given: u64,
    next: Option<Mark>,
    /// Frames that were lost and that no mark which came out has told yet.
    missing: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

/// What comes out of the ring.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// This many bytes of whole frames were appended.
    Sound(usize),
    /// Here samples are missing.
    Lost(Mark),
    /// Nothing at present.
    Nothing,
    /// Nothing any more.
    Ended,
}

/// A ring that holds about this many milliseconds of sound.
#[must_use]
pub fn ring(format: Format, millis: u64) -> (Intake, Outlet) {
    let frames = format.clock().at_millis(millis).max(1);
    let (bytes_in, bytes_out) = RingBuffer::new(format.bytes(frames) as usize);
    let (marks_in, marks_out) = RingBuffer::new(MARKS);
    let (ended, missing) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let frame = format.frame();
    let intake = Intake {
        bytes: bytes_in,
        marks: marks_in,
        frame,
        taken: 0,
        lost: 0,
        missing: Arc::clone(&missing),
        ended: Arc::clone(&ended),
    };
    (intake, Outlet { bytes: bytes_out, marks: marks_out, frame, given: 0, next: None, missing, ended })
}

impl Intake {
    /// Takes whole frames; what is more than whole frames is left out. Real-time safe.
    pub fn push(&mut self, frames: &[u8]) {
        let frames = &frames[..frames.len() - frames.len() % self.frame];
        if self.lost > 0 && !self.report(Cause::Disk) {
            return self.miss((frames.len() / self.frame) as u64);
        }
        let room = self.bytes.slots() / self.frame * self.frame;
        let fitting = frames.len().min(room);
        if let Ok(mut chunk) = self.bytes.write_chunk(fitting) {
            let (first, second) = chunk.as_mut_slices();
            let split = first.len();
            first.copy_from_slice(&frames[..split]);
            second.copy_from_slice(&frames[split..fitting]);
            chunk.commit_all();
            self.taken += (fitting / self.frame) as u64;
        }
        self.miss(((frames.len() - fitting) / self.frame) as u64);
    }

    fn miss(&mut self, frames: u64) {
        self.lost += frames;
        self.missing.fetch_add(frames, Ordering::Relaxed);
    }

    /// Whether so many bytes would be taken whole.
    #[must_use]
    pub fn has_room(&self, bytes: usize) -> bool {
        self.bytes.slots() >= bytes
    }

    /// Counts frames that the device did not give. Real-time safe.
    pub fn lose(&mut self, frames: u64, cause: Cause) {
        if frames > 0 {
            let mark = Mark { after: self.taken, frames, cause };
            if self.lost > 0 || self.marks.push(mark).is_err() {
                self.miss(frames);
            } else {
                self.missing.fetch_add(frames, Ordering::Relaxed);
            }
        }
    }

    /// Marks what was lost, now that there is room behind it; false while there is none.
    fn report(&mut self, cause: Cause) -> bool {
        let mark = Mark { after: self.taken, frames: self.lost, cause };
        // A whole callback more must fit, or every callback would leave a mark of its own.
        let roomy = self.bytes.slots() >= self.bytes.buffer().capacity() / 4;
        if roomy && self.marks.push(mark).is_ok() {
            self.lost = 0;
            return true;
        }
        false
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
    }
}

impl Outlet {
    /// Whether nothing waits in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Frames that wait in it, and those that were lost on the way and will be told behind them.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        (self.bytes.slots() / self.frame) as u64 + self.missing.load(Ordering::Relaxed)
    }

    /// Appends up to `most` bytes of what is there to `out`, up to the next place where something
    /// is missing.
    pub fn take(&mut self, out: &mut Vec<u8>, most: usize) -> Next {
        // Asked before looking: what was put in before the end must not be missed.
        let ended = self.ended.load(Ordering::Acquire);
        let waiting = self.bytes.slots();
        if self.next.is_none() {
            self.next = self.marks.pop().ok();
        }
        if let Some(mark) = self.next.take_if(|mark| mark.after == self.given) {
            self.missing.fetch_sub(mark.frames, Ordering::Relaxed);
            return Next::Lost(mark);
        }
        let until = self.next.map_or(u64::MAX, |mark| mark.after - self.given);
        let most = most.min(usize::try_from(until).unwrap_or(usize::MAX).saturating_mul(self.frame));
        let bytes = waiting.min(most) / self.frame * self.frame;
        if bytes == 0 {
            return if ended { Next::Ended } else { Next::Nothing };
        }
        let Ok(chunk) = self.bytes.read_chunk(bytes) else { return Next::Nothing };
        let (first, second) = chunk.as_slices();
        out.extend_from_slice(first);
        out.extend_from_slice(second);
        chunk.commit_all();
        self.given += (bytes / self.frame) as u64;
        Next::Sound(bytes)
    }
}
