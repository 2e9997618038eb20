//! Passages of a recording at 16 kHz, exact to the sample.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::refused::Refused;
use crate::audio::{Block, Input, SPEECH_RATE, Selection, Source, SpeechStream};
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
        let length = source.expected_length().map(|length| at_16_khz(length, source.clock()));
        Ok(Self { clock: source.clock(), channels: source.channels(), length, input })
    }

    /// How many samples at 16 kHz lie before this sample of its own.
    pub fn at_16_khz(&self, position: u64) -> u64 {
        at_16_khz(position, self.clock)
    }

    /// These samples of one channel, or the sum of all, cut at full scale. Fewer where the
    /// recording ends before.
    pub fn samples(&self, channel: Option<Channel>, wanted: &Range<u64>) -> Result<Vec<i16>, Refused> {
        if let Some(channel) = channel.filter(|channel| channel.number() > self.channels) {
            return Err(playback::Error::NoChannel { channel, channels: self.channels }.into());
        }
        let source = Source::follow_open(&self.only(channel), &NOW)?;
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

    /// Of microphones in files of their own, only the one that is asked for is read.
    fn only(&self, channel: Option<Channel>) -> Input {
        match (&self.input, channel) {
            (Input::Set(set), Some(channel)) if set.members.len() > 1 => {
                let mut alone = set.clone();
                alone.members.retain(|member| member.first == channel);
                if alone.members.is_empty() { self.input.clone() } else { Input::Set(alone) }
            }
            _ => self.input.clone(),
        }
    }
}

fn at_16_khz(position: u64, clock: Clock) -> u64 {
    let scaled = u128::from(position) * u128::from(SPEECH_RATE);
    u64::try_from(scaled.div_ceil(u128::from(clock.rate()))).unwrap_or(u64::MAX)
}
