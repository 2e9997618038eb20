//! A recording as the recogniser wants it: planar, at 16 kHz.

use std::num::NonZeroU32;

use super::resample::Resampler;
use super::{Error, Source, Warning};
use crate::common::clock::{Channel, Clock, Span};

/// Samples a second that speech is recognised at.
pub const SPEECH_RATE: u32 = 16_000;

const SPEECH_CLOCK: Clock = Clock::new(NonZeroU32::new(SPEECH_RATE).expect("not zero"));

/// How many samples at [`SPEECH_RATE`] lie before this one of another clock; a part of one counts.
#[must_use]
pub fn samples_at_speech_rate(position: u64, clock: Clock) -> u64 {
    let scaled = u128::from(position) * u128::from(SPEECH_RATE);
    u64::try_from(scaled.div_ceil(u128::from(clock.rate()))).unwrap_or(u64::MAX)
}

/// Frames that are read at a time where nothing is resampled.
const PLAIN_FRAMES: usize = 2048;

/// Blocks of the resampler that are read before the first that counts.
const OVERLAPPING: u64 = 3;

/// A sample at this level or above stands at the limit of its format (8 bits end at 0.992).
const LIMIT: f32 = 0.992;

/// As many samples in a row at the limit are a wave cut off, not a peak that just fits.
const CUT_OFF: u32 = 3;

/// Consecutive samples of every channel at [`SPEECH_RATE`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    start: u64,
    channels: Vec<Vec<f32>>,
}

impl Block {
    /// Where it stands, on the clock of [`SpeechStream::clock`].
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start, self.start + self.frames() as u64)
    }

    /// Samples of each channel.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// The samples of every channel, in order.
    #[must_use]
    pub fn channels(&self) -> &[Vec<f32>] {
        &self.channels
    }
}

/// How loud a channel has been, on the source's own samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Level {
    /// The greatest magnitude; 1 is full scale, 0 is digital silence.
    pub peak: f32,
    /// Samples that stand at the limit, three or more in a row.
    pub clipped: u64,
    /// Samples at the limit up to now without a break.
    run: u32,
}

impl Level {
    fn take(&mut self, sample: f32) {
        let magnitude = sample.abs();
        self.peak = self.peak.max(magnitude);
        if magnitude < LIMIT {
            self.run = 0;
            return;
        }
        self.run = self.run.saturating_add(1);
        if self.run >= CUT_OFF {
            self.clipped += if self.run == CUT_OFF { u64::from(CUT_OFF) } else { 1 };
        }
    }
}

/// What of a recording a stream gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Every channel.
    Every,
    /// One channel, as the only one.
    Channel(Channel),
    /// The sum of all channels, as the only one.
    Sum,
}

/// A recording resampled to [`SPEECH_RATE`], every channel in step.
///
/// Sample `p` is the moment `p` × rate ÷ 16000 of the source: the filter's delay is taken out. A
/// source of 16 kHz is passed on unchanged. A source of `n` frames gives ⌈`n` × 16000 ÷ rate⌉,
/// whatever blocks are asked for.
pub struct SpeechStream {
    source: Source,
    /// Where the source stood at the beginning.
    origin: u64,
    /// The sample at [`SPEECH_RATE`] that this is.
    base: u64,
    selection: Selection,
    resampler: Option<Resampler>,
    interleaved: Vec<f32>,
    /// What `selection` takes of it, where that is not every channel.
    selected: Vec<f32>,
    /// Samples ready to be delivered, from `taken` on.
    ready: Vec<Vec<f32>>,
    taken: usize,
    position: u64,
    /// The length, once the source has ended.
    end: Option<u64>,
    levels: Vec<Level>,
}

impl SpeechStream {
    /// Resamples `source` from where it stands.
    ///
    /// # Errors
    /// [`Error::Resample`].
    pub fn new(source: Source) -> Result<Self, Error> {
        Self::of(source, Selection::Every)
    }

    fn of(source: Source, selection: Selection) -> Result<Self, Error> {
        let channels = usize::from(source.channels());
        let given = if selection == Selection::Every { source.channels() } else { 1 };
        let plain = source.clock() == SPEECH_CLOCK;
        let resampler = if plain { None } else { Some(Resampler::new(source.clock(), given)?) };
        let frames = resampler.as_ref().map_or(PLAIN_FRAMES, Resampler::frames);
        Ok(Self {
            origin: source.position(),
            base: 0,
            source,
            selection,
            resampler,
            interleaved: vec![0.0; frames * channels],
            selected: Vec::new(),
            ready: vec![Vec::new(); usize::from(given)],
            taken: 0,
            position: 0,
            end: None,
            levels: vec![Level::default(); channels],
        })
    }

    /// Resamples part of `source`, which stands at its beginning, from this sample at
    /// [`SPEECH_RATE`] on. Every sample of a channel is the same as if all channels and all before
    /// it had been read; a channel that the source lacks is silent.
    ///
    /// # Errors
    /// As [`Source::skip`]; [`Error::Resample`].
    pub fn starting(source: Source, selection: Selection, position: u64) -> Result<Self, Error> {
        let mut stream = Self::of(source, selection)?;
        let rate = u64::from(stream.source.clock().rate());
        let frames = stream.resampler.as_ref().map_or(1, |resampler| resampler.frames() as u64);
        // Of the filter's blocks, each takes part of the one before it along.
        let block = SPEECH_CLOCK.convert(position, stream.source.clock()) / frames;
        let origin = block.saturating_sub(if stream.resampler.is_some() { OVERLAPPING } else { 0 }) * frames;
        stream.origin = stream.source.skip(origin)?;
        stream.base = stream.origin * u64::from(SPEECH_RATE) / rate;
        stream.position = stream.base;
        let mut passed = Block::default();
        while stream.position < position {
            let left = usize::try_from(position - stream.position).unwrap_or(usize::MAX).min(PLAIN_FRAMES);
            if stream.read(&mut passed, left)? == 0 {
                break;
            }
        }
        Ok(stream)
    }

    /// The clock of its samples: [`SPEECH_RATE`].
    #[must_use]
    pub fn clock(&self) -> Clock {
        SPEECH_CLOCK
    }

    /// The recording that it reads.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Samples of each channel in all, where the source tells; for progress.
    #[must_use]
    pub fn expected_length(&self) -> Option<u64> {
        self.source.expected_length().map(|end| self.length_to(end))
    }

    /// How loud each channel has been so far.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Puts the next `frames` samples of every channel into `block` and returns how many: fewer
    /// than asked only at the end, 0 after it. What the block held is overwritten; its memory
    /// is used again.
    ///
    /// # Errors
    /// As [`Source::read`]; [`Error::Resample`].
    pub fn read(&mut self, block: &mut Block, frames: usize) -> Result<usize, Error> {
        block.start = self.position;
        block.channels.resize_with(self.ready.len(), Vec::new);
        block.channels.iter_mut().for_each(Vec::clear);
        let mut done = 0;
        while done < frames {
            let mut ready = self.ready.first().map_or(0, Vec::len) - self.taken;
            if let Some(end) = self.end {
                let left = usize::try_from(end - self.position).unwrap_or(usize::MAX);
                if left == 0 {
                    break;
                }
                ready = ready.min(left);
            }
            if ready == 0 {
                self.fill()?;
                continue;
            }
            let count = ready.min(frames - done);
            for (target, samples) in block.channels.iter_mut().zip(&self.ready) {
                target.extend_from_slice(&samples[self.taken..self.taken + count]);
            }
            self.taken += count;
            self.position += count as u64;
            done += count;
        }
        Ok(done)
    }

    /// What a person must know about the sound that has been read so far; complete when it has been
    /// read to the end.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = self.source.warnings();
        let clock = self.source.clock();
        let channels = || (0..self.levels.len()).map(Channel::from_index);
        if self.end.is_some() {
            let without: Vec<Channel> = self.source.without_file().collect();
            let silent: Vec<Channel> = channels()
                .zip(&self.levels)
                .filter(|(channel, level)| level.peak == 0.0 && !without.contains(channel))
                .map(|(channel, _)| channel)
                .collect();
            if silent.len() + without.len() == self.levels.len() {
                warnings.push(Warning::AllSilent);
            } else if !silent.is_empty() {
                warnings.push(Warning::Silent { channels: silent });
            }
        }
        for (channel, level) in channels().zip(&self.levels) {
            // A knock on a microphone is no fault of its setting: a tenth of a second in all is.
            if level.clipped >= u64::from(clock.rate() / 10) {
                warnings.push(Warning::Clipped { channel, clock, samples: level.clipped });
            }
        }
        warnings
    }

    /// Reads one block of the source into `ready`; after the source's end, silence that drives the
    /// last sound out of the filter.
    fn fill(&mut self) -> Result<(), Error> {
        let channels = self.levels.len();
        let wanted = self.interleaved.len() / channels;
        let frames = if self.end.is_some() { 0 } else { self.source.read(&mut self.interleaved)? };
        if frames < wanted && self.end.is_none() {
            self.end = Some(self.length_to(self.source.position()));
        }
        let (sound, silence) = self.interleaved.split_at_mut(frames * channels);
        silence.fill(0.0);
        for frame in sound.chunks_exact(channels) {
            for (level, sample) in self.levels.iter_mut().zip(frame) {
                level.take(*sample);
            }
        }
        self.taken = 0;
        let given = self.ready.len();
        let sound = match self.selection {
            Selection::Every => &self.interleaved,
            Selection::Channel(channel) => {
                let frames = self.interleaved.chunks_exact(channels);
                self.selected.clear();
                self.selected.extend(frames.map(|frame| frame.get(channel.index()).copied().unwrap_or(0.0)));
                &self.selected
            }
            Selection::Sum => {
                let frames = self.interleaved.chunks_exact(channels);
                self.selected.clear();
                self.selected.extend(frames.map(|frame| frame.iter().sum::<f32>()));
                &self.selected
            }
        };
        if let Some(resampler) = &mut self.resampler {
            return resampler.process(sound, &mut self.ready);
        }
        for (index, samples) in self.ready.iter_mut().enumerate() {
            samples.clear();
            samples.extend(sound[..frames * given].iter().skip(index).step_by(given));
        }
        Ok(())
    }

    /// Samples at [`SPEECH_RATE`] from the beginning to where the source stands at `end`.
    fn length_to(&self, end: u64) -> u64 {
        let scaled = u128::from(end.saturating_sub(self.origin)) * u128::from(SPEECH_RATE);
        let length = u64::try_from(scaled.div_ceil(u128::from(self.source.clock().rate()))).unwrap_or(u64::MAX);
        self.base.saturating_add(length)
    }
}
