//! How one sample lies in a file.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::common::clock::Clock;

/// A sample as the device gives it and as the file holds it, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sample {
    /// 8 bits, unsigned, as WAV wants it.
    U8,
    /// 16 bits.
    I16,
    /// 24 bits in three bytes.
    I24,
    /// 32 bits.
    I32,
    /// IEEE 754 single precision; full scale is 1.
    F32,
}

impl Sample {
    /// Bytes of one sample in the file.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
        }
    }

    /// The byte of which silence consists.
    #[must_use]
    pub const fn silence(self) -> u8 {
        match self {
            Self::U8 => 0x80,
            _ => 0,
        }
    }

    /// The value of one sample, full scale at 1; `bytes` holds exactly one.
    #[must_use]
    pub fn value(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::U8, &[a]) => (f32::from(a) - 128.0) / 128.0,
            (Self::I16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
            (Self::I24, &[a, b, c]) => (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8_388_608.0,
            (Self::I32, &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32 / 2_147_483_648.0,
            (Self::F32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            _ => 0.0,
        }
    }
}

/// The form of a whole recording; it never changes within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// Samples a second.
    pub rate: NonZeroU32,
    /// From 1 to [`crate::common::clock::MAX_CHANNELS`].
    pub channels: u16,
    /// One sample.
    pub sample: Sample,
}

impl Format {
    /// The recording's clock.
    #[must_use]
    pub const fn clock(self) -> Clock {
        Clock::new(self.rate)
    }

    /// Bytes of one frame: a sample of every channel.
    #[must_use]
    pub const fn frame(self) -> usize {
        self.sample.bytes() * self.channels as usize
    }

    /// Bytes of this many frames.
    #[must_use]
    pub const fn bytes(self, frames: u64) -> u64 {
        frames.saturating_mul(self.frame() as u64)
    }

    /// Bytes of a second.
    #[must_use]
    pub const fn bytes_a_second(self) -> u64 {
        self.bytes(self.rate.get() as u64)
    }
}
