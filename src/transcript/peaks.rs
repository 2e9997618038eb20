//! How loud each microphone was, coarsely: what a picture of the recording is drawn from.

use crate::common::clock::Channel;

/// Samples at 16 kHz that one peak stands for (a quarter of a second).
pub const STEP: u64 = 4_000;
/// Peaks of a channel in one stretch, as they are kept (a minute).
pub const STRETCH: u64 = 240;
/// The peak of a sound at full scale; half a decibel for each number below it, 0 for silence.
const FULL: f32 = 200.0;

/// Peaks of all channels from one place on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its place in the recording: it begins at sample `number * STRETCH * STEP`.
    pub number: u64,
    /// One for each step and channel, all channels of the first step first.
    pub levels: Vec<u8>,
}

impl Stretch {
    /// The peaks of one channel of so many.
    pub fn of(&self, channel: Channel, channels: usize) -> impl Iterator<Item = u8> + '_ {
        self.levels.iter().skip(channel.index()).step_by(channels.max(1)).copied()
    }
}

/// Gathers peaks while sound goes by.
#[derive(Debug)]
pub struct Gatherer {
    /// Samples that have gone by.
    position: u64,
    /// The greatest magnitude of each channel in the step that goes on.
    step: Vec<f32>,
    stretch: Stretch,
}

impl Gatherer {
    /// For so many channels, at the first sample of a recording.
    #[must_use]
    pub fn new(channels: usize) -> Self {
        Self { position: 0, step: vec![0.0; channels], stretch: Stretch { number: 0, levels: Vec::new() } }
    }

    /// Takes the next samples of all channels, at 16 kHz; gives the stretches that are complete.
    pub fn push(&mut self, block: &[impl AsRef<[f32]>]) -> Vec<Stretch> {
        let length = block.first().map_or(0, |channel| channel.as_ref().len());
        let mut done = Vec::new();
        let mut from = 0;
        while from < length {
            let left = (STEP - self.position % STEP) as usize;
            let until = length.min(from + left);
            for (peak, channel) in self.step.iter_mut().zip(block) {
                let samples = channel.as_ref().get(from..until).unwrap_or_default();
                *peak = samples.iter().fold(*peak, |peak, sample| peak.max(sample.abs()));
            }
            self.position += (until - from) as u64;
            from = until;
            if self.position.is_multiple_of(STEP) {
                self.end_step();
                if self.position.is_multiple_of(STEP * STRETCH) {
                    done.extend(self.take());
                }
            }
        }
        done
    }

    /// What is left when the recording ends.
    #[must_use]
    pub fn finish(mut self) -> Option<Stretch> {
        if !self.position.is_multiple_of(STEP) {
            self.end_step();
        }
        self.take()
    }

    fn end_step(&mut self) {
        self.stretch.levels.extend(self.step.iter().map(|peak| level(*peak)));
        self.step.fill(0.0);
    }

    fn take(&mut self) -> Option<Stretch> {
        let next = Stretch { number: self.stretch.number + 1, levels: Vec::new() };
        let done = std::mem::replace(&mut self.stretch, next);
        (!done.levels.is_empty()).then_some(done)
    }
}

/// A magnitude in half decibels above −100 dB of full scale.
fn level(magnitude: f32) -> u8 {
    if magnitude > 0.0 { (FULL + 40.0 * magnitude.log10()).clamp(0.0, FULL).round() as u8 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_has_its_own_peak_however_the_sound_is_cut() {
        let minutes = 2;
        let length = (minutes * STRETCH * STEP + STEP / 2) as usize;
        let at = |sample: usize, channel: usize| match (sample as u64 / STEP, channel) {
            (3, 0) => -1.0,
            (241, 1) => 0.1,
            (480, 1) => 0.001,
            _ => 0.0,
        };
        let channels: Vec<Vec<f32>> = (0..2).map(|channel| (0..length).map(|one| at(one, channel)).collect()).collect();
        let gathered = |cut: usize| {
            let mut gatherer = Gatherer::new(2);
            let mut all = Vec::new();
            for from in (0..length).step_by(cut) {
                let block: Vec<&[f32]> =
                    channels.iter().map(|channel| &channel[from..length.min(from + cut)]).collect();
                all.extend(gatherer.push(&block));
            }
            all.extend(gatherer.finish());
            all
        };
        let all = gathered(4_000);
        assert_eq!(
            all.iter().map(|one| (one.number, one.levels.len())).collect::<Vec<_>>(),
            [(0, 480), (1, 480), (2, 2)]
        );
        assert_eq!((all[0].levels[6], all[0].levels[7]), (200, 0));
        assert_eq!((all[1].levels[2], all[1].levels[3]), (0, 160));
        assert_eq!(all[2].levels, [0, 80]);
        assert_eq!(all[1].of(Channel::from_index(1), 2).nth(1), Some(160));
        for cut in [1_000_000, 3_999, 77_777] {
            assert_eq!(gathered(cut), all, "{cut}");
        }
    }

    #[test]
    fn nothing_and_what_is_no_number_are_silence() {
        assert_eq!(Gatherer::new(4).finish(), None);
        let levels = [0.0, -0.0, 1e-9, f32::NAN, f32::INFINITY, 2.0].map(level);
        assert_eq!(levels, [0, 0, 0, 0, 200, 200]);
    }
}
