//! The encoder: from a spectrogram to what the decoder attends to.
//!
//! `AudioEncoder` in OpenAI's `model.py`. With `f` frames of 20 ms, `m` mel bands and the width
//! `d`:
//!
//! | step | shape |
//! |---|---|
//! | spectrogram | `[2f][m]` |
//! | convolution of 3 rows, GELU | `[2f][d]` |
//! | convolution of 3 rows, every second one, GELU, plus positions | `[f][d]` |
//! | each layer: `x += out(attention(qkv(norm(x))))` | `[f][d] → [f][3d] → [f][d]` |
//! | `x += down(gelu(up(norm(x))))` | `[f][d] → [f][4d] → [f][d]` |
//! | norm | `[f][d]` |
//!
//! A convolution is a product as well: three rows that follow one another are one row of three
//! times the length.

use crate::attention;
use crate::kernel::{Kernel, loops};
use crate::linear::{self, Precision, sized};
use crate::model::{Encoder, EncoderLayer, Mlp};

/// Rows that pass through both matrices of an MLP together, so that what lies between stays near
/// the processor.
const BLOCK: usize = 96;

/// What the encoder computes in; kept from one sound to the next.
#[derive(Default)]
pub(crate) struct Buffers {
    /// `[2f + 2][m]`: the spectrogram with a row of zeros before and after it.
    pub(crate) mel: Vec<f32>,
    /// `[2f + 2][d]`, likewise.
    convolved: Vec<f32>,
    x: Vec<f32>,
    normed: Vec<f32>,
    qkv: Vec<f32>,
    attended: Vec<f32>,
    mlp: MlpBuffers,
    linear: linear::Scratch,
    attention: attention::Scratch,
}

/// What an MLP computes in.
#[derive(Default)]
pub(crate) struct MlpBuffers {
    normed: Vec<f32>,
    wide: Vec<f32>,
}

impl Buffers {
    /// The place of the spectrogram: `rows` rows of `bands`.
    pub(crate) fn spectrogram(&mut self, rows: usize, bands: usize) -> &mut [f32] {
        let mel = sized(&mut self.mel, (rows + 2) * bands);
        mel[..bands].fill(0.0);
        mel[(rows + 1) * bands..].fill(0.0);
        &mut mel[bands..(rows + 1) * bands]
    }

    /// The first `length` values of what was encoded last.
    pub(crate) fn encoded(&self, length: usize) -> &[f32] {
        &self.normed[..length]
    }
}

impl Encoder {
    /// Encodes the spectrogram of `2 · frames` rows in `buffers`; returns `[frames][width]`.
    pub(crate) fn run<'b>(
        &self,
        kernel: Kernel,
        precision: Precision,
        heads: usize,
        buffers: &'b mut Buffers,
        frames: usize,
    ) -> &'b [f32] {
        let (bands, width) = (self.convolution1.inputs / 3, self.convolution1.outputs);
        let Buffers { mel, convolved, x, normed, qkv, attended, mlp, linear, attention } = buffers;
        let rows = 2 * frames;

        let convolved = sized(convolved, (rows + 2) * width);
        convolved[..width].fill(0.0);
        convolved[(rows + 1) * width..].fill(0.0);
        let inner = &mut convolved[width..(rows + 1) * width];
        self.convolution1.run(kernel, linear, mel, bands, inner, false);
        loops::gelu(kernel, inner);

        let x = sized(x, frames * width);
        self.convolution2.run(kernel, linear, convolved, 2 * width, x, false);
        loops::gelu(kernel, x);
        for (x, position) in x.iter_mut().zip(&self.positions) {
            *x += position;
        }

        let normed = sized(normed, frames * width);
        let qkv = sized(qkv, frames * 3 * width);
        let attended = sized(attended, frames * width);
        for EncoderLayer { attention: layer, mlp: layer_mlp } in &self.layers {
            layer.norm.run(kernel, x, normed);
            layer.qkv.run(kernel, linear, normed, width, qkv, false);
            attention::attend_all(kernel, precision, attention, qkv, heads, width, attended);
            layer.out.run(kernel, linear, attended, width, x, true);
            layer_mlp.run(kernel, linear, mlp, x);
        }
        self.norm.run(kernel, x, normed);
        normed
    }
}

impl Mlp {
    /// `x += down(gelu(up(norm(x))))` for rows of the width.
    pub(crate) fn run(&self, kernel: Kernel, linear: &mut linear::Scratch, buffers: &mut MlpBuffers, x: &mut [f32]) {
        let (width, inner) = (self.up.inputs, self.up.outputs);
        for x in x.chunks_mut(BLOCK * width) {
            let normed = sized(&mut buffers.normed, x.len());
            let wide = sized(&mut buffers.wide, x.len() / width * inner);
            self.norm.run(kernel, x, normed);
            self.up.run(kernel, linear, normed, width, wide, false);
            loops::gelu(kernel, wide);
            self.down.run(kernel, linear, wide, inner, x, true);
        }
    }
}
