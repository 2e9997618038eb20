//! Passages of a recording at 16 kHz, exact to the sample.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::refused::Refused;
use crate::audio::{Block, Input, Selection, Source, SpeechStream, samples_at_speech_rate};
use crate::common::clock::{Channel, Clock};
use crate::meeting_folder;
use crate::record::playback;

/// Reading what is being recorded ends where it is at the moment, and does not wait for more.
static NOW: AtomicBool = AtomicBool::new(true);

/// Samples that are read at a time.
const BLOCK: usize = 8192;

/// The sound of a meeting.
pub struct Sound {
    input: Input,
    /// Its own clock.
    clock: Clock,
    pub channels: u16,
    /// Samples at 16 kHz, where every file tells; not of one that grows.
    pub length: Option<u64>,
}

impl Sound {
    /// Opens the sound of a folder: that which lies there, else where it was when its words were
    /// recognised.
    pub fn open(folder: &Path) -> Result<Self, Refused> {
        let input = meeting_folder::sound(folder)?;
        let source = Source::follow_open(&input, &NOW)?;
        let length = source.expected_length().map(|length| samples_at_speech_rate(length, source.clock()));
        Ok(Self { clock: source.clock(), channels: source.channels(), length, input })
    }

    /// How many samples at 16 kHz lie before this sample of its own.
    pub fn at_16_khz(&self, position: u64) -> u64 {
        samples_at_speech_rate(position, self.clock)
    }

    /// These samples of one channel, or the sum of all, cut at full scale. Fewer where the
    /// recording ends before.
    pub fn samples(&self, channel: Option<Channel>, wanted: &Range<u64>) -> Result<Vec<i16>, Refused> {
        if let Some(channel) = channel.filter(|channel| channel.number() > self.channels) {
            return Err(playback::Error::NoChannel { channel, channels: self.channels }.into());
        }
        let source = Source::follow_open(&self.input.only(channel), &NOW)?;
        let selection = channel.map_or(Selection::Sum, Selection::Channel);
        let mut stream = SpeechStream::starting(source, selection, wanted.start)?;
        let count = wanted.end.saturating_sub(wanted.start) as usize;
        let mut samples = Vec::with_capacity(count);
        let mut block = Block::default();
        while samples.len() < count {
            let frames = stream.read(&mut block, BLOCK.min(count - samples.len()))?;
            let sound = block.channels().iter().flatten();
            samples.extend(
                sound.map(|sample| (sample * 32_768.0).round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16),
            );
            if frames == 0 {
                break;
            }
        }
        // A microphone whose file ends before the others' is silent from there on.
        if self.length.is_some_and(|length| wanted.end <= length) {
            samples.resize(count, 0);
        }
        Ok(samples)
    }
}
