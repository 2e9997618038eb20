//! Compressed sound in WAV that comes in blocks of one length.

use super::{Bytes, Group, Next, Packets};
use crate::audio::Error;
use crate::audio::codec::Coding;
use crate::audio::wav::Found;

/// The blocks of a WAV file.
pub(in crate::audio) struct Wrapped {
    bytes: Bytes,
    coding: Coding,
    rate: u32,
    block: u64,
    /// Frames of a block, where all have as many.
    frames: u64,
    end: u64,
    claimed: Option<u64>,
}

impl Wrapped {
    /// Opens what a header describes; `None` where it describes no blocks.
    pub(in crate::audio) fn open(mut bytes: Bytes, found: &Found) -> Result<Option<Self>, Error> {
        let Some((start, size)) = found.data() else { return Ok(None) };
        let block = u64::from(found.block());
        let frames = match found.coding() {
            Coding::Adpcm { block_frames, .. } => u64::from(*block_frames),
            _ => return Ok(None),
        };
        if block == 0 || frames == 0 {
            return Ok(None);
        }
        let there = bytes.length().saturating_sub(start);
        let end = start + size.unwrap_or(there).min(there);
        bytes.seek(start)?;
        let claimed = size.map(|size| size / block * frames);
        Ok(Some(Self { bytes, coding: found.coding().clone(), rate: found.rate(), block, frames, end, claimed }))
    }
}

impl Packets for Wrapped {
    fn coding(&self) -> &Coding {
        &self.coding
    }

    fn ticks(&self) -> u32 {
        self.rate.max(1)
    }

    fn claimed(&self) -> Option<u64> {
        self.claimed
    }

    fn next(&mut self) -> Result<Next, Error> {
        if self.bytes.position() + self.block > self.end || self.frames == 0 {
            return Ok(Next::End);
        }
        let packets = self.bytes.take(self.block)?.into_iter().collect();
        Ok(Next::Sound(Group { packets, ..Group::default() }))
    }

    fn cut_off(&self) -> bool {
        false
    }
}
