//! Sound that changes its rate or its channels on the way, brought to those of its beginning.

use super::Error;
use super::codec::Spec;
use super::resample::Resampler;

/// From one format to another.
pub(super) struct Adapter {
    from: usize,
    to: usize,
    resampler: Option<Resampler>,
    /// Frames that wait for a whole block, and all that came so far.
    waiting: Vec<f32>,
    taken: u64,
    given: u64,
    rates: (u32, u32),
    planes: Vec<Vec<f32>>,
}

impl Adapter {
    pub(super) fn new(from: Spec, to: Spec) -> Result<Self, Error> {
        let resampler =
            (from.rate != to.rate).then(|| Resampler::between(from.rate, to.rate, to.channels)).transpose()?;
        let to_channels = usize::from(to.channels);
        Ok(Self {
            from: usize::from(from.channels),
            to: to_channels,
            resampler,
            waiting: Vec::new(),
            taken: 0,
            given: 0,
            rates: (from.rate, to.rate),
            planes: vec![Vec::new(); to_channels],
        })
    }

    /// Puts interleaved sound behind that in `out`.
    pub(super) fn process(&mut self, sound: &[f32], out: &mut Vec<f32>) -> Result<(), Error> {
        for frame in sound.chunks_exact(self.from) {
            for channel in 0..self.to {
                self.waiting.push(match (self.from, self.to) {
                    // All that was said is heard on the one channel.
                    (_, 1) => frame.iter().sum::<f32>() / self.from as f32,
                    (1, _) => frame[0],
                    _ => frame.get(channel).copied().unwrap_or_default(),
                });
            }
        }
        self.taken += (sound.len() / self.from) as u64;
        self.drain(out)
    }

    fn drain(&mut self, out: &mut Vec<f32>) -> Result<(), Error> {
        let Some(resampler) = &mut self.resampler else {
            out.append(&mut self.waiting);
            return Ok(());
        };
        while self.waiting.len() >= resampler.frames() * self.to {
            let rest = self.waiting.split_off(resampler.frames() * self.to);
            let block = std::mem::replace(&mut self.waiting, rest);
            resampler.process(&block, &mut self.planes)?;
            let frames = self.planes.first().map_or(0, Vec::len);
            for frame in 0..frames {
                out.extend(self.planes.iter().map(|plane| plane[frame]));
            }
            self.given += frames as u64;
        }
        Ok(())
    }

    /// Gives what is left: silence pushes it through the filter.
    pub(super) fn finish(mut self, out: &mut Vec<f32>) -> Result<(), Error> {
        let Some(block) = self.resampler.as_ref().map(Resampler::frames) else { return Ok(()) };
        let due = self.taken * u64::from(self.rates.1) / u64::from(self.rates.0);
        while self.given < due {
            let before = self.given;
            self.waiting.resize((self.waiting.len() / self.to).next_multiple_of(block).max(block) * self.to, 0.0);
            let start = out.len();
            self.drain(out)?;
            let surplus = self.given.saturating_sub(due).min(self.given - before);
            out.truncate(start.max(out.len() - surplus as usize * self.to));
        }
        Ok(())
    }
}
