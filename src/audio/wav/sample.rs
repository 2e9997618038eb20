//! How one sample is stored, and its exact value.

/// How one sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audio) enum Sample {
    /// Unsigned, silence at 128.
    U8,
    /// Signed.
    I8,
    /// Signed, the lowest byte first, as are the next two.
    I16,
    /// In three bytes.
    I24,
    /// In four bytes; a 24-bit sample in four bytes stands in the upper three.
    I32,
    /// IEEE 754 single precision, full scale at 1.
    F32,
    /// IEEE 754 double precision, full scale at 1.
    F64,
    /// The same with the highest byte first.
    I16Big,
    /// Three bytes.
    I24Big,
    /// Four bytes.
    I32Big,
    /// Single precision.
    F32Big,
    /// Double precision.
    F64Big,
    /// One byte of G.711 as Europe's telephones have it.
    ALaw,
    /// One byte of G.711 as America's and Japan's have it.
    MuLaw,
}

impl Sample {
    /// The integer sample of that many bytes.
    pub(in crate::audio) fn integer(bytes: u16) -> Option<Self> {
        match bytes {
            1 => Some(Self::U8),
            2 => Some(Self::I16),
            3 => Some(Self::I24),
            4 => Some(Self::I32),
            _ => None,
        }
    }

    /// The floating-point sample of that many bytes.
    pub(in crate::audio) fn float(bytes: u16) -> Option<Self> {
        match bytes {
            4 => Some(Self::F32),
            8 => Some(Self::F64),
            _ => None,
        }
    }

    /// The same with the highest byte first.
    pub(in crate::audio) fn big_endian(self) -> Self {
        match self {
            Self::I16 => Self::I16Big,
            Self::I24 => Self::I24Big,
            Self::I32 => Self::I32Big,
            Self::F32 => Self::F32Big,
            Self::F64 => Self::F64Big,
            other => other,
        }
    }

    /// The same with a sign, where a single byte may have none.
    pub(in crate::audio) fn signed(self) -> Self {
        if self == Self::U8 { Self::I8 } else { self }
    }

    /// Bytes of one sample.
    pub(in crate::audio) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 | Self::ALaw | Self::MuLaw => 1,
            Self::I16 | Self::I16Big => 2,
            Self::I24 | Self::I24Big => 3,
            Self::I32 | Self::F32 | Self::I32Big | Self::F32Big => 4,
            Self::F64 | Self::F64Big => 8,
        }
    }

    /// Decodes `bytes` into `out`, which has room for as many samples as they hold. Integers are
    /// divided by their full scale, a power of two, so that every value up to 24 bits is exact.
    pub(in crate::audio) fn decode(self, bytes: &[u8], out: &mut [f32]) {
        match self {
            Self::U8 => each(bytes, out, |[byte]: [u8; 1]| (f32::from(byte) - 128.0) / 128.0),
            Self::I8 => each(bytes, out, |[byte]: [u8; 1]| f32::from(byte as i8) / 128.0),
            Self::I16 => each(bytes, out, |b: [u8; 2]| f32::from(i16::from_le_bytes(b)) / 32_768.0),
            Self::I24 => {
                // In the upper three of four bytes the sign stands where it belongs.
                each(bytes, out, |[a, b, c]: [u8; 3]| (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8_388_608.0);
            }
            Self::I32 => each(bytes, out, |b: [u8; 4]| i32::from_le_bytes(b) as f32 / 2_147_483_648.0),
            Self::F32 => each(bytes, out, f32::from_le_bytes),
            Self::F64 => each(bytes, out, |b: [u8; 8]| f64::from_le_bytes(b) as f32),
            Self::I16Big => each(bytes, out, |b: [u8; 2]| f32::from(i16::from_be_bytes(b)) / 32_768.0),
            Self::I24Big => {
                each(bytes, out, |[a, b, c]: [u8; 3]| (i32::from_be_bytes([a, b, c, 0]) >> 8) as f32 / 8_388_608.0);
            }
            Self::I32Big => each(bytes, out, |b: [u8; 4]| i32::from_be_bytes(b) as f32 / 2_147_483_648.0),
            Self::F32Big => each(bytes, out, f32::from_be_bytes),
            Self::F64Big => each(bytes, out, |b: [u8; 8]| f64::from_be_bytes(b) as f32),
            Self::ALaw => each(bytes, out, |[byte]: [u8; 1]| f32::from(a_law(byte)) / 32_768.0),
            Self::MuLaw => each(bytes, out, |[byte]: [u8; 1]| f32::from(mu_law(byte)) / 32_768.0),
        }
    }
}

fn each<const N: usize>(bytes: &[u8], out: &mut [f32], value: impl Fn([u8; N]) -> f32) {
    let (samples, _) = bytes.as_chunks::<N>();
    for (out, sample) in out.iter_mut().zip(samples) {
        *out = value(*sample);
    }
}

/// ITU-T G.711, A-law, at 16 bits.
fn a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (exponent, mantissa) = (byte >> 4 & 7, i16::from(byte & 15));
    let value = match exponent {
        0 => (mantissa << 4) + 8,
        exponent => ((mantissa << 4) + 0x108) << (exponent - 1),
    };
    if byte & 0x80 == 0 { -value } else { value }
}

/// ITU-T G.711, µ-law, at 16 bits.
fn mu_law(byte: u8) -> i16 {
    const BIAS: i16 = 0x84;
    let byte = !byte;
    let value = (((i16::from(byte & 15) << 3) + BIAS) << (byte >> 4 & 7)) - BIAS;
    if byte & 0x80 == 0 { value } else { -value }
}
