//! Listens to microphones for some seconds, and says what is wrong with them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::clock::Channel;
use crate::common::message::Message;
use crate::record::capture::{self, Microphones, Next, Report, Trouble, real_channels, ring};
use crate::recording::Format;

/// How long microphones are listened to, in milliseconds.
pub const LISTENED: u64 = 3_000;

/// How often what the device gave is fetched, and how much of it the ring holds; in milliseconds.
const FETCHED: u64 = 100;
const HELD: u64 = 2_000;

/// How much longer than the sound itself its coming may take.
const LATE: Duration = Duration::from_secs(10);

/// The sound of some seconds; less of it when `stop` is set. The loudest sample of each channel, 1
/// for full scale, is told while it comes.
///
/// # Errors
/// When the device cannot be opened, or is lost meanwhile.
pub fn listen(
    microphones: &Microphones,
    stop: &AtomicBool,
    levels: &mut dyn FnMut(Vec<f32>),
) -> Result<Vec<u8>, capture::Error> {
    let format = microphones.format();
    let wanted = format.bytes(format.clock().at_millis(LISTENED)) as usize;
    let (intake, mut outlet) = ring(format, HELD);
    let stream = microphones.start(intake)?;
    let deadline = Instant::now() + Duration::from_millis(LISTENED) + LATE;
    let mut bytes = Vec::with_capacity(wanted);
    let mut fault = None;
    while bytes.len() < wanted && fault.is_none() && !stop.load(Ordering::Relaxed) && Instant::now() < deadline {
        sleep(Duration::from_millis(FETCHED));
        fault = stream.fault();
        let (before, most) = (bytes.len(), format.bytes_a_second() as usize);
        // What was lost in between does not matter here.
        while let Next::Sound(_) | Next::Lost(_) = outlet.take(&mut bytes, most) {}
        levels(peaks(format, &bytes[before..]));
    }
    match fault {
        Some((why, detail)) => Err(capture::Error::Gone { name: microphones.name().to_owned(), why, detail }),
        None => Ok(bytes),
    }
}

/// The loudest sample of every channel.
fn peaks(format: Format, bytes: &[u8]) -> Vec<f32> {
    let mut peaks = vec![0.0_f32; usize::from(format.channels)];
    for frame in bytes.chunks_exact(format.frame()) {
        for (peak, sample) in peaks.iter_mut().zip(frame.chunks_exact(format.sample.bytes())) {
            *peak = peak.max(format.sample.value(sample).abs());
        }
    }
    peaks
}

/// A trouble as a sentence.
#[must_use]
pub fn trouble_message(trouble: Trouble, channels: &[String]) -> Message {
    let message = Message::new(trouble.key()).with("channels", channels.join(", "));
    match trouble {
        Trouble::SameAs(other) => message.with("other", other),
        Trouble::Mix(one, other) => message.with("other", format!("{one} + {other}")),
        _ => message,
    }
}

/// That a sound server made channels up, if it seems so.
#[must_use]
pub fn made_up(reports: &[Report]) -> Option<Message> {
    let real = real_channels(reports)?;
    Some(Message::new("capture.made_up").with("real", real).with("channels", reports.len()))
}

/// What is wrong, each trouble once with the channels that have it.
#[must_use]
pub fn troubles(reports: &[Report]) -> BTreeMap<Trouble, Vec<String>> {
    let mut troubles: BTreeMap<Trouble, Vec<String>> = BTreeMap::new();
    for Report { channel, troubles: found, .. } in reports {
        for trouble in found {
            troubles.entry(*trouble).or_default().push(Channel::to_string(channel));
        }
    }
    troubles
}
