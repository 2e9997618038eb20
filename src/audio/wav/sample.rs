//! How one sample is stored, and its exact value.

/// How one sample is stored in a WAV file; always little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    /// Unsigned, silence at 128.
    U8,
    /// Signed, as are the next two.
    I16,
    /// In three bytes.
    I24,
    /// In four bytes; a 24-bit sample in four bytes stands in the upper three.
    I32,
    /// IEEE 754 single precision, full scale at 1.
    F32,
    /// IEEE 754 double precision, full scale at 1.
    F64,
}

impl Sample {
    /// The integer sample of that many bytes.
    pub(super) fn integer(bytes: u16) -> Option<Self> {
        match bytes {
            1 => Some(Self::U8),
            2 => Some(Self::I16),
            3 => Some(Self::I24),
            4 => Some(Self::I32),
            _ => None,
        }
    }

    /// The floating-point sample of that many bytes.
    pub(super) fn float(bytes: u16) -> Option<Self> {
        match bytes {
            4 => Some(Self::F32),
            8 => Some(Self::F64),
            _ => None,
        }
    }

    /// Bytes of one sample.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Decodes `bytes` into `out`, which has room for as many samples as they hold. Integers are divided by their full scale, a
    /// power of two, so that every value up to 24 bits is exact.
    pub(super) fn decode(self, bytes: &[u8], out: &mut [f32]) {
        match self {
            Self::U8 => {
                for (value, byte) in out.iter_mut().zip(bytes) {
                    *value = (f32::from(*byte) - 128.0) / 128.0;
                }
            }
            Self::I16 => each(bytes, out, |b: [u8; 2]| f32::from(i16::from_le_bytes(b)) / 32_768.0),
            Self::I24 => {
                // In the upper three of four bytes the sign stands where it belongs.
                each(bytes, out, |[a, b, c]: [u8; 3]| (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8_388_608.0);
            }
            Self::I32 => each(bytes, out, |b: [u8; 4]| i32::from_le_bytes(b) as f32 / 2_147_483_648.0),
            Self::F32 => each(bytes, out, f32::from_le_bytes),
            Self::F64 => each(bytes, out, |b: [u8; 8]| f64::from_le_bytes(b) as f32),
        }
    }
}

fn each<const N: usize>(bytes: &[u8], out: &mut [f32], value: impl Fn([u8; N]) -> f32) {
    let (samples, _) = bytes.as_chunks::<N>();
    for (out, sample) in out.iter_mut().zip(samples) {
        *out = value(*sample);
    }
}
