//! The decoder: from the tokens so far and the encoder's output to the scores of the next token.
//!
//! `TextDecoder` in OpenAI's `model.py`. With `n` new tokens and the width `d`:
//!
//! | step | shape |
//! |---|---|
//! | embeddings of the tokens plus positions | `[n][d]` |
//! | each layer: `x += out(attention(qkv(norm(x))))` over all tokens so far | `[n][d] → [n][3d] → [n][d]` |
//! | `x += out(attention(query(norm(x)), keys and values of the encoder's output))` | `[n][d]` |
//! | `x += down(gelu(up(norm(x))))` | `[n][d] → [n][4d] → [n][d]` |
//! | norm, product with the embeddings | `[n][d] → [n][tokens]` |

use crate::attention::Memory;
use crate::encoder::MlpBuffers;
use crate::kernel::loops::Bf16;
use crate::kernel::{Kernel, LANES};
use crate::linear::{self, Precision, sized};
use crate::model::{Decoder, Model};

/// What the decoder keeps while it decodes one sound, and what it computes in.
#[derive(Default)]
pub(crate) struct State {
    /// Frames that were encoded.
    pub(crate) frames: usize,
    /// Tokens so far.
    pub(crate) length: usize,
    /// For each layer the keys and values of the encoder's output …
    cross: Vec<Cross>,
    /// … and those of the tokens so far.
    own: Vec<Memory<f32>>,
    x: Vec<f32>,
    normed: Vec<f32>,
    qkv: Vec<f32>,
    attended: Vec<f32>,
    scores: Vec<f32>,
    logits: Vec<f32>,
    mlp: MlpBuffers,
    linear: linear::Scratch,
}

/// It is read whole for every token, so it is half as large where the weights are bytes.
enum Cross {
    Half(Memory<Bf16>),
    Single(Memory<f32>),
}

/// Shown the scores of cross-attention before the softmax: layer, head, those of each frame.
pub(crate) type Watch<'w> = &'w mut dyn FnMut(usize, usize, &[f32]);

impl State {
    /// Takes what was encoded of a sound: `[frames][width]`. The tokens begin anew.
    pub(crate) fn listen(&mut self, model: &Model, encoded: &[f32]) {
        let (width, heads) = (model.dimensions.width, model.dimensions.text_heads);
        let head = width / heads;
        self.frames = encoded.len() / width;
        self.length = 0;
        let layers = model.decoder.layers.len();
        self.cross.resize_with(layers, || match model.precision {
            Precision::Int8 => Cross::Half(Memory::default()),
            Precision::F32 => Cross::Single(Memory::default()),
        });
        self.own.resize_with(layers, Memory::default);
        let rows = sized(&mut self.qkv, 2 * encoded.len());
        for ((layer, cross), own) in model.decoder.layers.iter().zip(&mut self.cross).zip(&mut self.own) {
            layer.cross.keys_values.run(model.kernel, &mut self.linear, encoded, width, rows, false);
            match cross {
                Cross::Half(memory) => {
                    memory.reserve(heads, head, self.frames);
                    memory.fill(model.kernel, rows);
                }
                Cross::Single(memory) => {
                    memory.reserve(heads, head, self.frames);
                    memory.fill(model.kernel, rows);
                }
            }
            own.reserve(heads, head, model.dimensions.text_context);
        }
    }

    /// Goes on with `tokens`; their rows `[tokens][width]`, normalised, are what [`Self::logits`]
    /// takes.
    pub(crate) fn forward(&mut self, model: &Model, tokens: &[u32], mut watch: Option<Watch<'_>>) {
        let kernel = model.kernel;
        let Decoder { positions, layers, norm, output, output_of, .. } = &model.decoder;
        let (width, count) = (model.dimensions.width, tokens.len());
        let Self { length, cross, own, x, normed, qkv, attended, scores, mlp, linear, .. } = self;
        let x = sized(x, count * width);
        let normed = sized(normed, count * width);
        let qkv = sized(qkv, count * 3 * width);
        let attended = sized(attended, count * width);

        for ((row, &token), position) in x.chunks_exact_mut(width).zip(tokens).zip(*length..) {
            output.weights_of(output_of[token as usize] as usize, row);
            for (x, position) in row.iter_mut().zip(&positions[position * width..]) {
                *x += position;
            }
        }
        for (number, ((layer, own), cross)) in layers.iter().zip(own).zip(cross).enumerate() {
            layer.attention.norm.run(kernel, x, normed);
            layer.attention.qkv.run(kernel, linear, normed, width, qkv, false);
            let rows = qkv.chunks_exact(3 * width).zip(attended.chunks_exact_mut(width));
            for ((row, out), position) in rows.zip(*length..) {
                own.put(position, &row[width..]);
                own.attend(kernel, &row[..width], position + 1, scores, out, |_, _| {});
            }
            layer.attention.out.run(kernel, linear, attended, width, x, true);

            layer.cross.norm.run(kernel, x, normed);
            let queries = &mut qkv[..count * width];
            layer.cross.query.run(kernel, linear, normed, width, queries, false);
            for (query, out) in queries.chunks_exact(width).zip(attended.chunks_exact_mut(width)) {
                let show = |head: usize, scores: &[f32]| {
                    if let Some(watch) = &mut watch {
                        watch(number, head, scores);
                    }
                };
                match cross {
                    Cross::Half(memory) => memory.attend(kernel, query, self.frames, scores, out, show),
                    Cross::Single(memory) => memory.attend(kernel, query, self.frames, scores, out, show),
                }
            }
            layer.cross.out.run(kernel, linear, attended, width, x, true);
            layer.mlp.run(kernel, linear, mlp, x);
        }
        norm.run(kernel, x, normed);
        *length += count;
    }

    /// The scores of the tokens after row `row` of the last [`Self::forward`], for the outputs of
    /// some panels.
    pub(crate) fn logits(&mut self, model: &Model, row: usize, panels: std::ops::Range<usize>) -> &mut [f32] {
        let (kernel, width): (Kernel, usize) = (model.kernel, model.dimensions.width);
        let logits = sized(&mut self.logits, panels.len() * LANES);
        let normed = &self.normed[row * width..(row + 1) * width];
        model.decoder.output.run_panels(kernel, &mut self.linear, normed, width, logits, false, panels);
        logits
    }
}
