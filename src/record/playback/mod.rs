//! A passage of a recording to listen to: taken out of it, as one microphone or as the sum of all,
//! and given to the loudspeaker or to a file.

mod error;
#[cfg(feature = "capture")]
mod loudspeaker;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

pub use error::Error;
#[cfg(feature = "capture")]
pub use loudspeaker::play;

use crate::audio::{Input, Source};
use crate::common::clock::{Channel, Clock, Span};
use crate::common::riff;

/// Plays nothing: the program was built without the feature `capture`.
///
/// # Errors
/// Always [`Error::LeftOut`].
#[cfg(not(feature = "capture"))]
pub fn play(_: &Clip, _: &AtomicBool, _: &mut dyn FnMut(u64)) -> Result<(), Error> {
    Err(Error::LeftOut)
}

/// Frames that are read at a time.
const BLOCK: usize = 8192;

/// Reading what is being recorded ends where it is at the moment, and does not wait for more.
static NOW: AtomicBool = AtomicBool::new(true);

/// Sound of one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Samples between -1 and 1.
    pub samples: Vec<f32>,
    /// Their clock.
    pub clock: Clock,
    /// Where they stood in the recording.
    pub span: Span,
}

impl Clip {
    /// Takes the passage between two times, in milliseconds, out of a recording, which may still
    /// grow. Without a channel all are added up.
    ///
    /// # Errors
    /// [`Error::Beyond`] when the recording ends before the passage begins, [`Error::NoChannel`],
    /// or when it cannot be read.
    pub fn of(input: &Input, from: u64, until: u64, channel: Option<Channel>) -> Result<Self, Error> {
        let mut source = Source::follow_open(input, &NOW)?;
        let (clock, channels) = (source.clock(), usize::from(source.channels()));
        if let Some(channel) = channel.filter(|channel| channel.index() >= channels) {
            return Err(Error::NoChannel { channel, channels: source.channels() });
        }
        let (from, until) = (clock.at_millis(from), clock.at_millis(until));
        let skipped = source.skip(from)?;
        let mut samples = Vec::new();
        let mut block = vec![0.0; BLOCK * channels];
        while (samples.len() as u64) < until.saturating_sub(from) {
            let wanted = (until - from - samples.len() as u64).min(BLOCK as u64) as usize;
            let frames = source.read(&mut block[..wanted * channels])?;
            let frame = |frame: &[f32]| channel.map_or_else(|| frame.iter().sum(), |channel| frame[channel.index()]);
            samples.extend(block[..frames * channels].chunks_exact(channels).map(frame));
            if frames < wanted {
                break;
            }
        }
        if samples.is_empty() {
            return Err(Error::Beyond { from: clock.hms(from), length: clock.hms(skipped) });
        }
        // A sum may be louder than a loudspeaker takes; it is turned down as a whole.
        let peak = samples.iter().fold(1.0_f32, |peak, sample| peak.max(sample.abs()));
        for sample in &mut samples {
            *sample /= peak;
        }
        let span = Span::new(from, from + samples.len() as u64);
        Ok(Self { samples, clock, span })
    }

    /// Writes it as a WAV file of 16 bits; a file that is there is not written over.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let file = File::create_new(path).map_err(failed)?;
        let written = self.put(BufWriter::new(file));
        if written.is_err() {
            let _ = fs::remove_file(path);
        }
        written.map_err(failed)
    }

    fn put(&self, mut out: BufWriter<File>) -> io::Result<()> {
        if self.samples.len() * 2 + 36 > u32::MAX as usize {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        out.write_all(&riff::mono_header(self.clock.rate(), self.samples.len() as u64))?;
        for sample in &self.samples {
            let value = (sample * f32::from(i16::MAX)).round() as i16;
            out.write_all(&value.to_le_bytes())?;
        }
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}
