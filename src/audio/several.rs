//! A container with several sound tracks: each gives its channels, in their order.

use super::decode::{Decode, Format};
use super::{Error, Warning};

/// Tracks side by side on the file's timeline.
pub(super) struct Several {
    tracks: Vec<Box<dyn Decode>>,
    format: Format,
    names: Vec<Option<String>>,
    /// Tracks that are not read.
    left_out: Vec<Warning>,
    scratch: Vec<f32>,
}

impl Several {
    /// Tracks of one rate, with the names of their channels; `format` has the sum of their
    /// channels.
    pub(super) fn new(
        tracks: Vec<Box<dyn Decode>>,
        names: Vec<Option<String>>,
        format: Format,
        left_out: Vec<Warning>,
    ) -> Self {
        Self { tracks, format, names, left_out, scratch: Vec::new() }
    }
}

impl Decode for Several {
    fn format(&self) -> Format {
        self.format
    }

    fn length(&self) -> Option<u64> {
        self.tracks.iter().map(|track| track.length()).reduce(|a, b| Some(a?.max(b?))).flatten()
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        if let [track] = self.tracks.as_mut_slice() {
            return track.read(out);
        }
        let width = usize::from(self.format.channels);
        let wanted = out.len() / width;
        let out = &mut out[..wanted * width];
        out.fill(0.0);
        let (mut place, mut longest) = (0, 0);
        for track in &mut self.tracks {
            let channels = usize::from(track.format().channels);
            self.scratch.resize(wanted * channels, 0.0);
            let frames = track.read(&mut self.scratch)?;
            let sound = self.scratch.chunks_exact(channels).take(frames);
            for (frame, own) in out.chunks_exact_mut(width).zip(sound) {
                frame[place..place + channels].copy_from_slice(own);
            }
            place += channels;
            longest = longest.max(frames);
        }
        Ok(longest)
    }

    fn skip(&mut self, frames: u64) -> Result<u64, Error> {
        let mut longest = 0;
        for track in &mut self.tracks {
            longest = longest.max(track.skip(frames)?);
        }
        Ok(longest)
    }

    fn warnings(&self) -> Vec<Warning> {
        // What is amiss with the file is amiss with every track; the worst is told once.
        let mut warnings = self.left_out.clone();
        for warning in self.tracks.iter().flat_map(|track| track.warnings()) {
            let same = |told: &Warning| std::mem::discriminant(told) == std::mem::discriminant(&warning);
            if !self.left_out.iter().chain(&warnings).any(same) {
                warnings.push(warning);
            }
        }
        warnings
    }

    fn names(&self) -> &[Option<String>] {
        &self.names
    }
}
