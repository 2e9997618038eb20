//! The computer's own output.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};

use super::{Clip, Error};

/// How often it is looked whether the end is reached.
const PULSE: Duration = Duration::from_millis(20);
/// What a device holds back after it was given the last sample.
const REST: Duration = Duration::from_millis(300);
/// How often a device that breaks off is asked once more.
const TRIES: u32 = 3;
/// A device that takes no sound for as long is not waited for any more.
const PATIENCE: Duration = Duration::from_secs(5);

/// Plays to the end, or until `stop` is set. `watch` hears how many milliseconds were played.
///
/// # Errors
/// [`Error::NoLoudspeaker`], or [`Error::Loudspeaker`] with what the system says.
pub fn play(clip: &Clip, stop: &AtomicBool, watch: &mut dyn FnMut(u64)) -> Result<(), Error> {
    crate::record::capture::silence_alsa();
    let device = cpal::default_host().default_output_device().ok_or(Error::NoLoudspeaker)?;
    let name = device.to_string();
    let failed = |error: cpal::Error| match error.kind() {
        // Some systems always have a default, even where there is nothing behind it.
        cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::HostUnavailable => Error::NoLoudspeaker,
        _ => Error::Loudspeaker { name: name.clone(), detail: error.to_string() },
    };
    let usual = device.default_output_config().map_err(&failed)?;
    let config = usual.config();
    let sound = Arc::new(at_rate(&clip.samples, clip.clock.rate(), config.sample_rate));
    let place = Arc::new(AtomicUsize::new(0));
    let mut tries = 0;
    loop {
        let fault = Arc::new(Mutex::new(None));
        let player = Player { sound: Arc::clone(&sound), place: Arc::clone(&place), fault: Arc::clone(&fault) };
        let stream = match usual.sample_format() {
            SampleFormat::U8 => player.start::<u8>(&device, config),
            SampleFormat::I16 => player.start::<i16>(&device, config),
            SampleFormat::I32 => player.start::<i32>(&device, config),
            SampleFormat::F32 => player.start::<f32>(&device, config),
            other => return Err(Error::Loudspeaker { name, detail: other.to_string() }),
        };
        let stream = stream.map_err(&failed)?;
        stream.play().map_err(&failed)?;
        let mut tell = |here: usize| watch(here as u64 * 1000 / u64::from(config.sample_rate));
        match follow(&place, sound.len(), &fault, stop, &mut tell) {
            Ok(()) => return Ok(()),
            // A sound server that has just been started or is busy may break off; it is asked once more where it
            // stopped.
            Err(_) if tries < TRIES => tries += 1,
            Err(detail) => return Err(Error::Loudspeaker { name, detail }),
        }
    }
}

/// Waits until everything is played; what the device says where it breaks off.
fn follow(
    place: &AtomicUsize,
    end: usize,
    fault: &Mutex<Option<String>>,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(usize),
) -> Result<(), String> {
    let mut moved = (place.load(Ordering::Relaxed), Instant::now());
    loop {
        let here = place.load(Ordering::Relaxed);
        tell(here);
        if let Some(detail) = fault.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(detail);
        }
        if here >= end {
            sleep(REST);
            return Ok(());
        }
        if stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        if here > moved.0 {
            moved = (here, Instant::now());
        } else if moved.1.elapsed() > PATIENCE {
            return Err(std::io::ErrorKind::TimedOut.to_string());
        }
        sleep(PULSE);
    }
}

/// What the device's own thread needs.
struct Player {
    sound: Arc<Vec<f32>>,
    place: Arc<AtomicUsize>,
    fault: Arc<Mutex<Option<String>>>,
}

impl Player {
    fn start<T: SizedSample + FromSample<f32>>(
        self,
        device: &cpal::Device,
        config: StreamConfig,
    ) -> Result<cpal::Stream, cpal::Error> {
        let Self { sound, place, fault } = self;
        let channels = usize::from(config.channels).max(1);
        device.build_output_stream(
            config,
            move |out: &mut [T], _: &cpal::OutputCallbackInfo| {
                let begin = place.load(Ordering::Relaxed);
                for (index, frame) in out.chunks_mut(channels).enumerate() {
                    frame.fill(T::from_sample(sound.get(begin + index).copied().unwrap_or(0.0)));
                }
                place.store((begin + out.len() / channels).min(sound.len()), Ordering::Relaxed);
            },
            move |error| {
                // A device that was late for a moment goes on by itself.
                if error.kind() != cpal::ErrorKind::Xrun {
                    *fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                }
            },
            None,
        )
    }
}

/// The same sound with another number of samples a second. For listening, straight lines between
/// samples do.
fn at_rate(samples: &[f32], from: u32, to: u32) -> Vec<f32> {
    if from == to {
        return samples.to_vec();
    }
    let length = samples.len() as u64 * u64::from(to) / u64::from(from);
    let at = |index: usize| samples.get(index).or(samples.last()).copied().unwrap_or(0.0);
    (0..length)
        .map(|place| {
            let exact = place as f64 * f64::from(from) / f64::from(to);
            let (whole, part) = (exact as usize, exact.fract() as f32);
            at(whole) * (1.0 - part) + at(whole + 1) * part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_rate_is_as_long_and_as_loud() {
        let tone: Vec<f32> = (0..4800).map(|place| (f64::from(place) * 0.1).sin() as f32).collect();
        let other = at_rate(&tone, 48_000, 44_100);
        assert_eq!(other.len(), 4410);
        let peak = |sound: &[f32]| sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!((peak(&tone) - peak(&other)).abs() < 0.01);
        assert_eq!(at_rate(&tone, 48_000, 48_000), tone);
        assert_eq!(at_rate(&[], 8_000, 48_000), Vec::<f32>::new());
    }
}
