//! A matrix of weights and what is multiplied by it.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::kernel::loops::{self, Columns};
use crate::kernel::{self, Kernel, LANES, memory};
use crate::weights::Tensor;

/// How the weights of a model are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Bytes, with a scale for each output; what they multiply is made bytes row by row, by its
    /// range.
    Int8,
    /// Single precision: four times the memory, for comparison.
    F32,
}

/// Rows that are multiplied at a time: few enough for their bytes to stay near the processor, many
/// enough to pay for reading the weights.
const BLOCK: usize = 96;

/// `y = x · Wᵀ + b`. Its outputs are rounded up to whole panels of [`LANES`]; those beyond the
/// matrix are 0.
pub(crate) struct Linear {
    pub(crate) inputs: usize,
    /// Outputs with those that fill the last panel.
    pub(crate) outputs: usize,
    /// By panel.
    columns: Vec<Columns>,
    weights: Packed,
}

enum Packed {
    /// `outputs / LANES` panels of `[inputs / 4][LANES][4]`.
    Bytes(Vec<i8>),
    /// `outputs / LANES` panels of `[inputs][LANES]`.
    Singles(Vec<f32>),
}

/// What a product needs besides its inputs and outputs; kept from one to the next.
#[derive(Default)]
pub(crate) struct Scratch {
    bytes: Vec<u8>,
    scale: Vec<f32>,
    zero: Vec<f32>,
    sums: Vec<[i32; LANES]>,
    singles: Vec<[f32; LANES]>,
}

/// Takes rows of weights and packs them.
pub(crate) struct Builder {
    kernel: Kernel,
    linear: Linear,
    rows: usize,
    row: Vec<f32>,
    bytes: Vec<i8>,
}

impl Builder {
    /// `kernel` packs; what is packed is the same for all.
    pub(crate) fn new(kernel: Kernel, precision: Precision, inputs: usize, outputs: usize) -> Self {
        let outputs = outputs.next_multiple_of(LANES);
        let weights = match precision {
            Precision::Int8 => Packed::Bytes(zeros(inputs * outputs)),
            Precision::F32 => Packed::Singles(zeros(inputs * outputs)),
        };
        let linear = Linear { inputs, outputs, columns: vec![Columns::ZERO; outputs / LANES], weights };
        Self { kernel, linear, rows: 0, row: vec![0.0; inputs], bytes: vec![0; inputs] }
    }

    /// The rows of a tensor and their bias, both times `factor`.
    pub(crate) fn add(&mut self, name: &str, tensor: &Tensor, bias: Option<&[f32]>, factor: f32) -> Result<()> {
        for row in 0..tensor.shape[0] {
            tensor.row(row, &mut self.row);
            self.row.iter_mut().for_each(|weight| *weight *= factor);
            let bias = bias.map_or(0.0, |bias| bias[row] * factor);
            self.push(name, bias)?;
        }
        Ok(())
    }

    /// Some rows of a tensor, without bias.
    pub(crate) fn add_some(&mut self, name: &str, tensor: &Tensor, rows: &[u32]) -> Result<()> {
        for &row in rows {
            tensor.row(row as usize, &mut self.row);
            self.push(name, 0.0)?;
        }
        Ok(())
    }

    /// A convolution's weights, `[outputs][channels][taps]`, in the order of the inputs:
    /// `[taps][channels]`.
    pub(crate) fn add_convolution(&mut self, name: &str, tensor: &Tensor, bias: &[f32]) -> Result<()> {
        let (channels, taps) = (tensor.shape[1], tensor.shape[2]);
        let mut stored = vec![0.0; channels * taps];
        for (row, &bias) in bias.iter().enumerate() {
            tensor.row(row, &mut stored);
            for (place, weight) in self.row.iter_mut().enumerate() {
                *weight = stored[place % channels * taps + place / channels];
            }
            self.push(name, bias)?;
        }
        Ok(())
    }

    /// Packs `self.row`.
    fn push(&mut self, name: &str, bias: f32) -> Result<()> {
        if !all_finite(&self.row) || !bias.is_finite() {
            return Err(Error::NotFinite { tensor: name.to_owned() });
        }
        let (panel, lane) = (self.rows / LANES, self.rows % LANES);
        let place = panel * LANES * self.linear.inputs;
        let columns = &mut self.linear.columns[panel];
        columns.bias[lane] = bias;
        match &mut self.linear.weights {
            Packed::Bytes(panels) => {
                let (step, total) = loops::signed_bytes(self.kernel, &self.row, &mut self.bytes);
                let groups = panels[place..].chunks_exact_mut(4 * LANES);
                for (four, group) in self.bytes.chunks_exact(4).zip(groups) {
                    group[4 * lane..4 * lane + 4].copy_from_slice(four);
                }
                columns.scale[lane] = step;
                columns.sum[lane] = step * total as f32;
            }
            Packed::Singles(panels) => {
                for (weight, group) in self.row.iter().zip(panels[place..].chunks_exact_mut(LANES)) {
                    group[lane] = *weight;
                }
            }
        }
        self.rows += 1;
        Ok(())
    }

    pub(crate) fn finish(self) -> Linear {
        self.linear
    }
}

impl Linear {
    /// `out[r] = W · x[r] + b`, or `+=` with `add`. Row `r` of `x` begins at `r · stride`; `out`
    /// has rows of `self.outputs`.
    pub(crate) fn run(
        &self,
        kernel: Kernel,
        scratch: &mut Scratch,
        x: &[f32],
        stride: usize,
        out: &mut [f32],
        add: bool,
    ) {
        self.run_panels(kernel, scratch, x, stride, out, add, 0..self.outputs / LANES);
    }

    /// The same for some panels only; `out` has rows of their outputs.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn run_panels(
        &self,
        kernel: Kernel,
        scratch: &mut Scratch,
        x: &[f32],
        stride: usize,
        out: &mut [f32],
        add: bool,
        panels: Range<usize>,
    ) {
        let width = panels.len() * LANES;
        let size = self.inputs * LANES;
        for (number, out) in out.chunks_mut(BLOCK * width).enumerate() {
            let (x, rows) = (&x[number * BLOCK * stride..], out.len() / width);
            if let Packed::Bytes(_) = self.weights {
                scratch.bytes.resize(rows * self.inputs, 0);
                scratch.scale.resize(rows, 0.0);
                scratch.zero.resize(rows, 0.0);
                let Scratch { bytes, scale, zero, .. } = scratch;
                loops::quantise(kernel, x, stride, self.inputs, bytes, scale, zero);
            }
            for (place, panel) in panels.clone().enumerate() {
                let out = &mut out[place * LANES..];
                let columns = &self.columns[panel];
                match &self.weights {
                    Packed::Bytes(panels) => {
                        scratch.sums.resize(rows, [0; LANES]);
                        let weights = &panels[panel * size..(panel + 1) * size];
                        kernel::products_u8(kernel, &scratch.bytes, self.inputs, weights, &mut scratch.sums);
                        let Scratch { sums, scale, zero, .. } = &scratch;
                        loops::finish_u8(kernel, sums, scale, zero, columns, out, width, add);
                    }
                    Packed::Singles(panels) => {
                        scratch.singles.resize(rows, [0.0; LANES]);
                        let weights = &panels[panel * size..(panel + 1) * size];
                        kernel::products_f32(kernel, x, stride, weights, &mut scratch.singles);
                        loops::finish_f32(kernel, &scratch.singles, &columns.bias, out, width, add);
                    }
                }
            }
        }
    }

    /// The weights of one output, as they are kept.
    pub(crate) fn weights_of(&self, output: usize, out: &mut [f32]) {
        let (place, lane) = (output / LANES * LANES * self.inputs, output % LANES);
        match &self.weights {
            Packed::Bytes(panels) => {
                let groups = panels[place..].chunks_exact(4 * LANES);
                let scale = self.columns[output / LANES].scale[lane];
                for (out, group) in out.chunks_exact_mut(4).zip(groups) {
                    for (out, &byte) in out.iter_mut().zip(&group[4 * lane..4 * lane + 4]) {
                        *out = f32::from(byte) * scale;
                    }
                }
            }
            Packed::Singles(panels) => {
                for (out, group) in out.iter_mut().zip(panels[place..].chunks_exact(LANES)) {
                    *out = group[lane];
                }
            }
        }
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        let weights = match &self.weights {
            Packed::Bytes(panels) => panels.len(),
            Packed::Singles(panels) => 4 * panels.len(),
        };
        weights + size_of_val(self.columns.as_slice())
    }
}

/// Memory for weights.
fn zeros<T: Clone + Default>(length: usize) -> Vec<T> {
    let zeros = vec![T::default(); length];
    memory::prefer_large_pages(&zeros);
    zeros
}

/// Whether none is infinite or not a number. Without a way out of the loop it becomes vectors.
fn all_finite(values: &[f32]) -> bool {
    const INFINITE: u32 = f32::INFINITY.to_bits();
    values.iter().fold(0, |greatest, value| (value.to_bits() & !(1 << 31)).max(greatest)) < INFINITE
}

/// The first `length` values of a buffer, which grows where it is shorter. They are what was left
/// there.
pub(crate) fn sized(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}
