//! From one rate to another, mostly from that of the recording to that of the recogniser.

use rubato::audioadapter_buffers::direct::{InterleavedSlice, SequentialSliceOfVecs};
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use super::{Error, SPEECH_RATE};
use crate::common::clock::Clock;

/// The shortest block that is transformed, in samples at [`SPEECH_RATE`]. The low-pass filter is as
/// long as a block, so a longer one keeps more of the highest frequencies: with 32 ms all up to 7.5
/// kHz.
const SHORTEST: usize = 512;

/// Resamples all channels by one shared FFT, a fixed block at a time.
pub(super) struct Resampler {
    fft: Fft<f32>,
    rate: u32,
    channels: usize,
    /// Frames still to be thrown away, so that the filter's delay does not shift the sound.
    lead: usize,
}

impl Resampler {
    pub(super) fn new(clock: Clock, channels: u16) -> Result<Self, Error> {
        Self::between(clock.rate(), SPEECH_RATE, channels)
    }

    pub(super) fn between(rate: u32, wanted: u32, channels: u16) -> Result<Self, Error> {
        let common = gcd(rate, wanted);
        let (step_in, step_out) = ((rate / common) as usize, (wanted / common) as usize);
        // Even, so that half a block is whole samples on both sides and the delay can be taken out exactly.
        let steps = SHORTEST.div_ceil(step_out).next_multiple_of(2);
        let channels = usize::from(channels);
        let fft = Fft::new_custom(
            rate as usize,
            wanted as usize,
            steps * step_in,
            1,
            channels,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(|reason| Error::Resample { rate, reason: reason.to_string() })?;
        let lead = fft.output_delay();
        Ok(Self { fft, rate, channels, lead })
    }

    /// Frames that [`Resampler::process`] takes.
    pub(super) fn frames(&self) -> usize {
        self.fft.input_frames_next()
    }

    /// Resamples one block of interleaved frames into `out`, one vector a channel.
    pub(super) fn process(&mut self, interleaved: &[f32], out: &mut [Vec<f32>]) -> Result<(), Error> {
        let frames = self.fft.output_frames_next();
        for channel in out.iter_mut() {
            channel.resize(frames, 0.0);
        }
        let failed = |reason: String| Error::Resample { rate: self.rate, reason };
        let input = InterleavedSlice::new(interleaved, self.channels, self.fft.input_frames_next())
            .map_err(|reason| failed(reason.to_string()))?;
        let mut output =
            SequentialSliceOfVecs::new_mut(out, self.channels, frames).map_err(|reason| failed(reason.to_string()))?;
        self.fft.process_into_buffer(&input, &mut output, None).map_err(|reason| failed(reason.to_string()))?;
        let lead = self.lead.min(frames);
        if lead > 0 {
            for channel in out.iter_mut() {
                channel.drain(..lead);
            }
            self.lead -= lead;
        }
        Ok(())
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
