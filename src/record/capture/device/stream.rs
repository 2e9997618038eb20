//! Sound that runs from a device into the ring.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{ErrorKind, SampleFormat, StreamConfig};
use crossbeam_channel::bounded;

use super::{Intake, LOOKED_AT};
use crate::recording::{Absence, Cause, Format};

/// How long a device may give nothing. A server between may keep a stream open whose device was
/// unplugged.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long dropping a stream waits for its device to be free. A sound server that dies may leave
/// it locked for ever.
const FREED: Duration = Duration::from_secs(1);

/// Frames that are packed at once.
const PACKED: usize = 256;

/// Seconds over which the clocks of the computer and the device are held to agree.
const AGREE: u64 = 10;

/// Sound that runs until this is dropped. Dropping frees the device and ends the ring, unless the
/// system holds on to it.
pub struct Stream {
    stream: Option<cpal::Stream>,
    watch: Arc<StreamFlags>,
}

/// What the callbacks leave for others: each only stores, so that none waits.
#[derive(Debug)]
struct StreamFlags {
    began: Instant,
    /// Milliseconds from the beginning until the latest sound.
    heard: AtomicU64,
    overrun: AtomicBool,
    fault: OnceLock<cpal::Error>,
}

impl Stream {
    pub(super) fn start(
        device: &cpal::Device,
        config: StreamConfig,
        raw: SampleFormat,
        format: Format,
        intake: Intake,
    ) -> Result<Self, cpal::Error> {
        let watch = Arc::new(StreamFlags {
            began: Instant::now(),
            heard: AtomicU64::new(0),
            overrun: AtomicBool::new(false),
            fault: OnceLock::new(),
        });
        let (hearing, failing) = (Arc::clone(&watch), Arc::clone(&watch));
        let mut pump = Pump::new(intake, raw, format);
        let sound = move |data: &cpal::Data, info: &cpal::InputCallbackInfo| {
            let stamp = info.timestamp();
            let now = hearing.began.elapsed();
            hearing.heard.store(now.as_millis() as u64, Ordering::Relaxed);
            // How late this callback is must not look like sound that is missing.
            let captured = now.saturating_sub(stamp.callback.saturating_duration_since(stamp.capture));
            pump.take(data.bytes(), captured, hearing.overrun.swap(false, Ordering::Relaxed));
        };
        let trouble = move |error: cpal::Error| match error.kind() {
            ErrorKind::Xrun => failing.overrun.store(true, Ordering::Relaxed),
            // The sound goes on.
            ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
            // Of several the first tells most. No other thread writes here, so this does not wait either.
            _ => drop(failing.fault.set(error)),
        };
        let stream = device.build_input_stream_raw(config, raw, sound, trouble, Some(LOOKED_AT))?;
        stream.play()?;
        Ok(Self { stream: Some(stream), watch })
    }

    /// Why no more sound will come, and what the system says, once the device is lost. Then this
    /// must be dropped and the device chosen anew.
    #[must_use]
    pub fn fault(&self) -> Option<(Absence, String)> {
        if let Some(error) = self.watch.fault.get() {
            return Some((absence(error.kind()), error.to_string()));
        }
        let heard = Duration::from_millis(self.watch.heard.load(Ordering::Relaxed));
        let quiet = self.watch.began.elapsed().saturating_sub(heard);
        (quiet > PATIENCE).then(|| (Absence::Mute, String::new()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let stream = self.stream.take();
        let (free, freed) = bounded(1);
        let end = move || {
            drop(stream);
            let _ = free.send(());
        };
        // It is let go of elsewhere: whoever records must go on whatever becomes of it.
        if thread::Builder::new().spawn(end).is_ok() {
            let _ = freed.recv_timeout(FREED);
        }
    }
}

fn absence(kind: ErrorKind) -> Absence {
    match kind {
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated => Absence::Unplugged,
        ErrorKind::HostUnavailable => Absence::Server,
        _ => Absence::Other,
    }
}

/// Brings bytes from the device into the ring. Real-time safe.
struct Pump {
    intake: Intake,
    /// Bytes of a frame as the device gives it.
    frame: usize,
    /// Where samples that the device pads to four bytes become three.
    scratch: Option<Vec<u8>>,
    tally: Tally,
}

impl Pump {
    fn new(intake: Intake, raw: SampleFormat, format: Format) -> Self {
        let padded = raw == SampleFormat::I24;
        let frame = raw.sample_size() * usize::from(format.channels);
        let scratch = padded.then(|| vec![0; PACKED * format.frame()]);
        Self { intake, frame, scratch, tally: Tally::new(format.rate.get()) }
    }

    fn take(&mut self, bytes: &[u8], captured: Duration, overrun: bool) {
        let missing = self.tally.missing(captured, (bytes.len() / self.frame) as u64, overrun);
        self.intake.lose(missing, Cause::Overrun);
        let Some(scratch) = &mut self.scratch else { return self.intake.push(bytes) };
        for padded in bytes.chunks(PACKED * self.frame) {
            let length = padded.len() / 4 * 3;
            pack(padded, &mut scratch[..length]);
            self.intake.push(&scratch[..length]);
        }
    }
}

/// Leaves out the fourth byte of each sample, which holds nothing of it.
fn pack(padded: &[u8], packed: &mut [u8]) {
    for (from, to) in padded.chunks_exact(4).zip(packed.chunks_exact_mut(3)) {
        to.copy_from_slice(&from[..3]);
    }
}

/// Counts frames against the steady clock, to say after an overrun how many are missing.
///
/// By how much the frames lag behind the clock wavers from callback to callback, but its minimum
/// over some seconds holds: the two clocks drift apart by less than a sample in a hundredth of a
/// second.
struct Tally {
    rate: u32,
    counted: u64,
    /// The least lag of the stretch before and of this one.
    least: [i64; 2],
    /// Where this stretch ends.
    turn: u64,
}

impl Tally {
    fn new(rate: u32) -> Self {
        Self { rate, counted: 0, least: [i64::MAX; 2], turn: AGREE * u64::from(rate) }
    }

    /// How many frames are missing before these, the first of which was captured at this moment.
    fn missing(&mut self, captured: Duration, frames: u64, overrun: bool) -> u64 {
        let clock = captured.as_nanos() * u128::from(self.rate) / 1_000_000_000;
        let lag = clock as i64 - self.counted as i64;
        let usual = self.least[0].min(self.least[1]);
        // Where nothing came before, nothing is missing; where the device says that it lost something, at
        // least one frame is.
        let missing = if overrun && usual < i64::MAX { (lag - usual).max(1) } else { 0 };
        if self.counted >= self.turn {
            self.turn = self.counted + AGREE * u64::from(self.rate);
            self.least = [self.least[1], i64::MAX];
        }
        self.least[1] = self.least[1].min(lag - missing);
        self.counted += missing as u64 + frames;
        missing as u64
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::record::capture::{Mark, Next, ring};
    use crate::recording::Sample;

    fn format(sample: Sample) -> Format {
        Format { rate: NonZeroU32::new(48_000).expect("a rate"), channels: 2, sample }
    }

    #[test]
    fn twenty_four_bits_lose_their_padding() {
        let (intake, mut outlet) = ring(format(Sample::I24), 100);
        let mut pump = Pump::new(intake, SampleFormat::I24, format(Sample::I24));
        let samples = (0..2 * (PACKED + 7) as i32).map(|n| (n - 200) * 12_345);
        let padded: Vec<u8> = samples.clone().flat_map(i32::to_le_bytes).collect();
        pump.take(&padded, Duration::ZERO, false);
        let mut out = Vec::new();
        outlet.take(&mut out, usize::MAX);
        let values: Vec<f32> = out.chunks(3).map(|sample| Sample::I24.value(sample)).collect();
        assert_eq!(values, samples.map(|sample| sample as f32 / 8_388_608.0).collect::<Vec<_>>());
    }

    #[test]
    fn an_overrun_leaves_a_mark_where_the_frames_are_missing() {
        let (intake, mut outlet) = ring(format(Sample::I16), 1000);
        let mut pump = Pump::new(intake, SampleFormat::I16, format(Sample::I16));
        let period = vec![1; 4 * 480];
        for (millis, overrun) in [(5, false), (15, false), (26, false), (135, true), (145, false)] {
            pump.take(&period, Duration::from_millis(millis), overrun);
        }
        let mut out = Vec::new();
        assert_eq!(outlet.take(&mut out, usize::MAX), Next::Sound(3 * 4 * 480));
        let mark = Mark { after: 3 * 480, frames: 4_800, cause: Cause::Overrun };
        assert_eq!(outlet.take(&mut out, usize::MAX), Next::Lost(mark));
        assert_eq!(outlet.take(&mut out, usize::MAX), Next::Sound(2 * 4 * 480));
    }

    #[test]
    fn clocks_that_drift_apart_lose_nothing() {
        let mut tally = Tally::new(48_000);
        // An hour of a device that is 100 millionths slow: 360 ms in all, of which nothing is lost.
        for period in 0..36_000_u64 {
            let missing = tally.missing(Duration::from_micros(period * 100_010), 4_800, false);
            assert_eq!(missing, 0);
        }
        let late = Duration::from_millis(3_600_360 + 1_000);
        let missing = tally.missing(late, 4_800, true);
        assert!((48_000..48_000 + 100).contains(&missing), "{missing}");
    }

    #[test]
    fn an_overrun_at_the_very_beginning_loses_nothing() {
        let mut tally = Tally::new(48_000);
        assert_eq!(tally.missing(Duration::from_secs(3), 480, true), 0);
        assert_eq!(tally.missing(Duration::from_millis(3_010), 480, true), 1);
    }
}
