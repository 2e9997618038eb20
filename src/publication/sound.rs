//! The sound of a record as it may go out: at 16 kHz, with no sample left where something was
//! redacted.
//!
//! What is silent is silent on every microphone, since the neighbours of whoever spoke hear it too.
//! The bytes of a passage depend on its samples alone: the same passage gives the same file.

mod flac;
#[cfg(feature = "opus")]
mod opus;

use std::io::{self, Cursor, Seek, Write};
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Error, Published};
use crate::audio::{Block, Input, SPEECH_RATE, Selection, Source, SpeechStream, samples_at_speech_rate};
use crate::common::clock::{Channel, Clock};
use crate::meeting_folder;

/// Samples over which the sound goes down to silence and comes back: 5 ms, outside what is silent.
const FADE: u64 = SPEECH_RATE as u64 / 200;

/// Samples that are read at a time.
const BLOCK: usize = 16_384;

/// How the sound is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Opus in Ogg: what every browser plays, some 11 MB an hour.
    #[cfg(feature = "opus")]
    Opus,
    /// FLAC: without loss, some 50 MB an hour.
    Flac,
}

impl Codec {
    /// What is published where nothing else is asked for.
    #[cfg(feature = "opus")]
    pub const USUAL: Self = Self::Opus;
    /// What is published where nothing else is asked for.
    #[cfg(not(feature = "opus"))]
    pub const USUAL: Self = Self::Flac;

    /// The ending of a file's name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            #[cfg(feature = "opus")]
            Self::Opus => "opus",
            Self::Flac => "flac",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            #[cfg(feature = "opus")]
            Self::Opus => "audio/ogg; codecs=opus",
            Self::Flac => "audio/flac",
        }
    }
}

/// The sound of what is published.
pub struct Sound {
    input: Input,
    /// Its own clock.
    clock: Clock,
    channels: u16,
    length: u64,
    silenced: Vec<Range<u64>>,
}

impl Sound {
    /// Opens the sound of what is published.
    ///
    /// # Errors
    /// When the sound is gone or cannot be read.
    pub fn open(published: &Published) -> Result<Self, Error> {
        let input = meeting_folder::sound(&published.folder)?;
        let recording = &published.transcript.recording;
        Self::of(input, samples_at_speech_rate(recording.length, recording.clock), published.silenced.clone())
    }

    /// This sound, silent in these spans, which are ascending and apart from each other; of that
    /// length in samples at 16 kHz where its files do not tell.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(input: Input, length: u64, silenced: Vec<Range<u64>>) -> Result<Self, Error> {
        let source = Source::open(&input)?;
        let clock = source.clock();
        let length = source.expected_length().map_or(length, |length| samples_at_speech_rate(length, clock));
        Ok(Self { clock, channels: source.channels(), length, silenced, input })
    }

    /// Number of microphones.
    #[must_use]
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// Samples of each microphone at 16 kHz.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The rate of the microphones as they were recorded, in samples a second.
    #[must_use]
    pub fn recorded_rate(&self) -> u32 {
        self.clock.rate()
    }

    /// These samples of a microphone, or of the mix of all, as a file.
    ///
    /// # Errors
    /// [`Error::NoChannel`]; or when the sound cannot be read or encoded.
    pub fn encode(&self, channel: Option<Channel>, span: Range<u64>, codec: Codec) -> Result<Vec<u8>, Error> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        self.encode_while(channel, span, codec, &NEVER, &mut |_| {})
    }

    /// The same, until `stop` is set; `progress` hears how many samples are done.
    ///
    /// # Errors
    /// As [`Sound::encode`]; [`Error::Interrupted`].
    pub fn encode_while(
        &self,
        channel: Option<Channel>,
        span: Range<u64>,
        codec: Codec,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<u8>, Error> {
        let mut done = 0;
        let mut track = Track::new(codec, Cursor::new(Vec::new()))?;
        self.read(channel, span, stop, &mut |samples| {
            done += samples.len() as u64;
            progress(done);
            track.push(samples)
        })?;
        Ok(track.finish()?.into_inner())
    }

    /// The whole sound, every microphone and the mix, each into a file of its own that `create` opens;
    /// read once. `progress` hears how many samples of all are done.
    ///
    /// # Errors
    /// As [`Sound::encode_while`]; what `create` says.
    pub fn encode_all<W: Write + Seek + Send>(
        &self,
        codec: Codec,
        create: &mut dyn FnMut(Option<Channel>) -> io::Result<W>,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<W>, Error> {
        let channels = (0..self.channels).map(|index| Some(Channel::from_index(usize::from(index))));
        let mut open = |channel| {
            let file = create(channel).map_err(|error| Error::Encoder(error.to_string()))?;
            Track::new(codec, file)
        };
        let mut tracks = channels.chain([None]).map(&mut open).collect::<Result<Vec<_>, Error>>()?;
        let mut stream = SpeechStream::new(Source::open(&self.input)?)?;
        let mut block = Block::default();
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let share = tracks.len().div_ceil(workers);
        let mut position = 0;
        while position < self.length {
            if stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let count = usize::try_from(self.length - position).unwrap_or(BLOCK).min(BLOCK);
            stream.read(&mut block, count)?;
            let heard = block.channels();
            let given = |track: usize| match heard.get(track) {
                Some(samples) => self.audible(samples, count, position),
                None => self.audible(&mixed(heard), count, position),
            };
            let work = |(first, own): (usize, &mut [Track<W>])| {
                own.iter_mut().zip(first..).try_for_each(|(track, index)| track.push(&given(index)))
            };
            let work = &work;
            thread::scope(|scope| {
                let shares = (0..).step_by(share).zip(tracks.chunks_mut(share));
                let begun: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
                let ends = begun.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic)));
                ends.collect::<Result<(), Error>>()
            })?;
            position += count as u64;
            progress(position);
        }
        tracks.into_iter().map(Track::finish).collect()
    }

    /// These samples of a microphone, or of the mix of all, cut at full scale. A microphone whose
    /// recording ends before is silent from there on.
    ///
    /// # Errors
    /// As [`Sound::encode`].
    pub fn samples(&self, channel: Option<Channel>, span: Range<u64>) -> Result<Vec<i16>, Error> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let mut samples = Vec::new();
        self.read(channel, span, &NEVER, &mut |block| {
            samples.extend_from_slice(block);
            Ok(())
        })?;
        Ok(samples)
    }

    /// Hands the samples on in blocks.
    fn read(
        &self,
        channel: Option<Channel>,
        span: Range<u64>,
        stop: &AtomicBool,
        take: &mut dyn FnMut(&[i16]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let Some(channel) = channel.filter(|channel| channel.number() > self.channels) {
            return Err(Error::NoChannel { number: channel.number(), channels: self.channels });
        }
        let end = span.end.min(self.length);
        let source = Source::open(&self.input.only(channel))?;
        let selection = channel.map_or(Selection::Sum, Selection::Channel);
        let mut stream = SpeechStream::starting(source, selection, span.start)?;
        let mut block = Block::default();
        let mut position = span.start;
        while position < end {
            if stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let count = usize::try_from(end - position).unwrap_or(BLOCK).min(BLOCK);
            stream.read(&mut block, count)?;
            let samples = block.channels().first().map_or(&[][..], Vec::as_slice);
            take(&self.audible(samples, count, position))?;
            position += count as u64;
        }
        Ok(())
    }

    /// So many samples as they may go out, from this position on; silence where there are none.
    fn audible(&self, samples: &[f32], count: usize, position: u64) -> Vec<i16> {
        let mut samples: Vec<f32> = samples.iter().take(count).map(|sample| sample * 32_768.0).collect();
        samples.resize(count, 0.0);
        silence(&mut samples, position, &self.silenced);
        let limits = (f32::from(i16::MIN), f32::from(i16::MAX));
        samples.iter().map(|sample| sample.round().clamp(limits.0, limits.1) as i16).collect()
    }
}

/// A file while it is encoded.
enum Track<W: Write + Seek> {
    #[cfg(feature = "opus")]
    Opus(opus::Encoder<W>),
    Flac(Box<flac::Encoder<W>>),
}

impl<W: Write + Seek> Track<W> {
    fn new(codec: Codec, out: W) -> Result<Self, Error> {
        Ok(match codec {
            #[cfg(feature = "opus")]
            Codec::Opus => Self::Opus(opus::Encoder::new(out)?),
            Codec::Flac => Self::Flac(Box::new(flac::Encoder::new(out)?)),
        })
    }

    fn push(&mut self, samples: &[i16]) -> Result<(), Error> {
        match self {
            #[cfg(feature = "opus")]
            Self::Opus(encoder) => encoder.push(samples),
            Self::Flac(encoder) => encoder.push(samples),
        }
    }

    fn finish(self) -> Result<W, Error> {
        match self {
            #[cfg(feature = "opus")]
            Self::Opus(encoder) => encoder.finish(),
            Self::Flac(encoder) => encoder.finish(),
        }
    }
}

/// The sum of all microphones.
fn mixed(channels: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = channels.first().cloned().unwrap_or_default();
    for channel in channels.iter().skip(1) {
        sum.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += sample);
    }
    sum
}

/// Lets no sample sound that lies in one of these spans, which are ascending; before and after them
/// the sound fades. `first` is the place of the first sample.
fn silence(samples: &mut [f32], first: u64, silenced: &[Range<u64>]) {
    let last = first + samples.len() as u64;
    let begin = silenced.partition_point(|span| span.end + FADE <= first);
    for span in silenced[begin..].iter().take_while(|span| span.start < last + FADE) {
        let from = span.start.saturating_sub(FADE).max(first);
        for place in from..(span.end + FADE).min(last) {
            let away = if place < span.start { span.start - place } else { (place + 1).saturating_sub(span.end) };
            let sample = &mut samples[(place - first) as usize];
            *sample *= away.min(FADE) as f32 / FADE as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_sounds_where_it_is_silent_and_all_does_elsewhere(
            spans in prop::collection::vec((1u64..500, 1u64..400), 0..6),
            first in 0u64..1_500,
            cut in 1usize..900,
        ) {
            let mut end = 0;
            let apart = |(gap, length): &(u64, u64)| {
                let start = end + gap;
                end = start + length;
                start..end
            };
            let silenced: Vec<Range<u64>> = spans.iter().map(apart).collect();
            let mut whole = vec![1.0_f32; 1_000];
            silence(&mut whole, first, &silenced);
            for (place, sample) in (first..).zip(&whole) {
                let within = silenced.iter().any(|span| span.contains(&place));
                let far = silenced.iter().all(|span| place + FADE < span.start || place >= span.end + FADE);
                prop_assert!(!within || *sample == 0.0, "{place} sounds");
                prop_assert!(!far || (*sample - 1.0).abs() < f32::EPSILON, "{place} is silent");
                prop_assert!((0.0..=1.0).contains(sample));
            }
            // Where a block ends makes no difference.
            let mut parts = vec![1.0_f32; 1_000];
            let (left, right) = parts.split_at_mut(cut);
            silence(left, first, &silenced);
            silence(right, first + cut as u64, &silenced);
            prop_assert_eq!(whole, parts);
        }
    }
}
