//! A model as it is stored: its dimensions, its vocabulary and its tensors by name.
//!
//! Tensors keep the names of OpenAI's implementation (`encoder.blocks.0.attn.query.weight`) and the
//! order of PyTorch: a matrix has one row for each output.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::tokens::SpecialTokens;

/// Bins of the spectrum that the mel filters weigh: a transform of 400 samples.
pub const BINS: usize = 201;

/// The sizes of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Mel bands: 80, or 128 from large-v3 on.
    pub mels: usize,
    /// The longest window, in encoder frames of 20 ms (1500).
    pub audio_context: usize,
    /// Width of encoder and decoder.
    pub width: usize,
    /// Attention heads of the encoder; they divide the width.
    pub audio_heads: usize,
    /// Layers of the encoder.
    pub audio_layers: usize,
    /// The longest sequence of tokens, prompt and all (448).
    pub text_context: usize,
    /// Attention heads of the decoder.
    pub text_heads: usize,
    /// Layers of the decoder.
    pub text_layers: usize,
    /// Tokens, control tokens and time stamps among them.
    pub vocabulary: usize,
}

impl Dimensions {
    /// Whether a model can have these sizes and this crate can compute it.
    pub fn check(&self) -> Result<()> {
        let within = |name: &str, value: usize, from: usize, to: usize| {
            if (from..=to).contains(&value) {
                Ok(())
            } else {
                Err(Error::Dimensions { what: format!("{name} {value}, not {from} to {to}") })
            }
        };
        within("mel bands", self.mels, 1, 256)?;
        within("audio context", self.audio_context, 1, 1500)?;
        within("width", self.width, 32, 8192)?;
        within("encoder layers", self.audio_layers, 1, 128)?;
        within("decoder layers", self.text_layers, 1, 128)?;
        within("text context", self.text_context, 8, 4096)?;
        within("vocabulary", self.vocabulary, 8, 1 << 20)?;
        for (side, heads) in [("encoder", self.audio_heads), ("decoder", self.text_heads)] {
            if heads == 0 || !self.width.is_multiple_of(heads) {
                return Err(Error::Dimensions { what: format!("{heads} heads of the {side}, width {}", self.width) });
            }
            if !(self.width / heads).is_multiple_of(crate::kernel::LANES) {
                let what = format!("heads of the {side} that are {} wide, not a multiple of 32", self.width / heads);
                return Err(Error::Dimensions { what });
            }
        }
        if !self.mels.is_multiple_of(4) {
            return Err(Error::Dimensions { what: format!("{} mel bands, not a multiple of 4", self.mels) });
        }
        Ok(())
    }
}

/// The numbers of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Single precision.
    F32(Vec<f32>),
    /// Half precision (IEEE 754 binary16), in bits.
    F16(Vec<u16>),
    /// Signed bytes, each row times its own scale. A row is what belongs to one place of the first
    /// of two dimensions or more.
    Int8 {
        /// All rows, one after another.
        values: Vec<i8>,
        /// One scale for each row.
        scales: Vec<f32>,
    },
    /// Blocks of 32 numbers of ggml.
    Blocks(Block, Vec<u8>),
}

/// ggml's formats of 32 numbers in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// 4 bits and a scale.
    Q4_0,
    /// 4 bits, a scale and a least value.
    Q4_1,
    /// 5 bits and a scale.
    Q5_0,
    /// 5 bits, a scale and a least value.
    Q5_1,
    /// 8 bits and a scale.
    Q8_0,
}

impl Block {
    /// Numbers in a block.
    pub const LENGTH: usize = 32;

    /// Bytes of a block.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
        }
    }

    /// The 32 numbers of `block`, which has [`Self::bytes`].
    fn unpack(self, block: &[u8], out: &mut [f32]) {
        let half = |at: usize| half_to_single(u16::from_le_bytes([block[at], block[at + 1]]));
        let scale = half(0);
        if self == Self::Q8_0 {
            for (out, &byte) in out.iter_mut().zip(&block[2..]) {
                *out = f32::from(byte.cast_signed()) * scale;
            }
            return;
        }
        let (least, after) = match self {
            Self::Q4_1 | Self::Q5_1 => (half(2), 4),
            Self::Q4_0 => (-8.0 * scale, 2),
            Self::Q5_0 | Self::Q8_0 => (-16.0 * scale, 2),
        };
        let (fifth, nibbles) = match self {
            Self::Q5_0 | Self::Q5_1 => {
                let bits = block[after..after + 4].iter().rev().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
                (bits, &block[after + 4..])
            }
            _ => (0, &block[after..]),
        };
        for (place, &byte) in nibbles.iter().enumerate() {
            for (at, nibble) in [(place, byte & 15), (place + 16, byte >> 4)] {
                let value = nibble | ((fifth >> at & 1) as u8) << 4;
                out[at] = f32::from(value) * scale + least;
            }
        }
    }
}

/// The value of a number of half precision.
#[must_use]
#[inline]
pub fn half_to_single(bits: u16) -> f32 {
    // The exponents differ by 112; a product moves it, of the numbers below the least normal one as
    // well.
    const UP: f32 = f32::from_bits((127 + 112) << 23);
    let sign = u32::from(bits & 0x8000) << 16;
    let rest = u32::from(bits & 0x7fff) << 13;
    let value = if rest < 0x7c00 << 13 { (f32::from_bits(rest) * UP).to_bits() } else { rest | 0x7f80_0000 };
    f32::from_bits(value | sign)
}

/// A named array of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// The outermost dimension first.
    pub shape: Vec<usize>,
    /// As many numbers as the shape asks for.
    pub data: Data,
}

impl Tensor {
    /// Whether there are as many numbers as the shape asks for.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let Some(length) = self.shape.iter().try_fold(1usize, |all, &one| all.checked_mul(one)) else { return false };
        match &self.data {
            Data::F32(values) => values.len() == length,
            Data::F16(values) => values.len() == length,
            Data::Int8 { values, scales } => values.len() == length && scales.len() == self.rows(),
            Data::Blocks(block, bytes) => {
                // A block never spans two rows.
                self.shape.last().is_some_and(|last| last.is_multiple_of(Block::LENGTH))
                    && bytes.len() == length / Block::LENGTH * block.bytes()
            }
        }
    }

    /// Rows: the first dimension of a matrix; a vector is one row.
    fn rows(&self) -> usize {
        if self.shape.len() < 2 { 1 } else { self.shape[0] }
    }

    /// One row; `out` is as long as a row.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        let (from, length) = (row * out.len(), out.len());
        match &self.data {
            Data::F32(values) => out.copy_from_slice(&values[from..from + length]),
            Data::F16(values) => {
                for (out, &bits) in out.iter_mut().zip(&values[from..from + length]) {
                    *out = half_to_single(bits);
                }
            }
            Data::Int8 { values, scales } => {
                let scale = scales[row];
                for (out, &value) in out.iter_mut().zip(&values[from..from + length]) {
                    *out = f32::from(value) * scale;
                }
            }
            Data::Blocks(block, bytes) => {
                let blocks = bytes[from / Block::LENGTH * block.bytes()..].chunks_exact(block.bytes());
                for (block_bytes, out) in blocks.zip(out.chunks_exact_mut(Block::LENGTH)) {
                    block.unpack(block_bytes, out);
                }
            }
        }
    }
}

/// A model in memory as it is stored: what [`crate::Model::new`] is built from.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Sizes.
    pub dimensions: Dimensions,
    /// Mel filters: `mels` rows of [`BINS`] weights.
    pub filters: Vec<f32>,
    /// The spelling of each text token in bytes; it may end before the control tokens.
    pub vocabulary: Vec<Vec<u8>>,
    /// The tokens that control the decoder.
    pub special: SpecialTokens,
    /// Heads of the cross-attention that follow the words in time, as (layer, head); `None` where
    /// it is not known: then the official table of the architecture counts, and without one the
    /// upper half of the layers.
    pub alignment_heads: Option<Vec<(usize, usize)>>,
    /// Everything else, by name.
    pub tensors: HashMap<String, Tensor>,
}

impl Weights {
    /// Takes a tensor out, of this shape. Dimensions of 1 at the end do not count.
    pub(crate) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let tensor = self.tensors.remove(name).ok_or_else(|| Error::Missing { tensor: name.to_owned() })?;
        let trimmed = |shape: &[usize]| {
            let length = shape.iter().rposition(|&one| one != 1).map_or(0, |last| last + 1);
            shape[..length].to_vec()
        };
        if trimmed(&tensor.shape) != trimmed(shape) {
            let (found, expected) = (tensor.shape, shape.to_vec());
            return Err(Error::Shape { tensor: name.to_owned(), found, expected });
        }
        if !tensor.is_whole() {
            return Err(Error::Truncated { place: name.to_owned() });
        }
        Ok(tensor)
    }

    /// Takes a tensor out as single precision.
    pub(crate) fn take_plain(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = self.take(name, shape)?;
        let mut values = vec![0.0; shape.iter().product()];
        let length = values.len() / tensor.rows();
        for (row, out) in values.chunks_exact_mut(length).enumerate() {
            tensor.row(row, out);
        }
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(Error::NotFinite { tensor: name.to_owned() })
        }
    }
}
