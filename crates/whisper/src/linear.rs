//! A matrix of weights and what is multiplied by it.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

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

/// Bytes of a line of the cache.
const LINE: usize = 64;

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
    /// A place in [`Panels`]: `outputs / LANES` panels of `[inputs / 4][LANES][4]`.
    Bytes(Arc<OnceLock<Vec<i8>>>, Range<usize>),
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

/// The bytes of all matrices of a model, one behind the other, so that they share large pages.
pub(crate) struct Panels {
    bytes: Vec<i8>,
    /// Where they are found once they are complete.
    shared: Arc<OnceLock<Vec<i8>>>,
}

impl Panels {
    /// Room for so many bytes; more may come.
    pub(crate) fn with_room(length: usize) -> Self {
        let mut bytes: Vec<i8> = Vec::with_capacity(length + LINE);
        memory::prefer_large_pages(bytes.spare_capacity_mut());
        bytes.resize(bytes.as_ptr().align_offset(LINE) % LINE, 0);
        Self { bytes, shared: Arc::default() }
    }

    /// No more come; before that nothing can be computed.
    pub(crate) fn close(self) {
        // It is the first and only time.
        let _ = self.shared.set(self.bytes);
    }
}

/// Takes rows of weights and packs them.
pub(crate) struct Builder {
    kernel: Kernel,
    linear: Linear,
    /// Those of [`Panels`] with the own ones behind.
    panels: Vec<i8>,
    rows: usize,
    row: Vec<f32>,
    bytes: Vec<i8>,
}

impl Builder {
    /// `kernel` packs; what is packed is the same for all.
    pub(crate) fn new(
        kernel: Kernel,
        precision: Precision,
        panels: &mut Panels,
        inputs: usize,
        outputs: usize,
    ) -> Self {
        let outputs = outputs.next_multiple_of(LANES);
        let shared = Arc::clone(&panels.shared);
        let mut panels = std::mem::take(&mut panels.bytes);
        let weights = match precision {
            Precision::Int8 => {
                let begin = panels.len();
                panels.resize(begin + inputs * outputs, 0);
                Packed::Bytes(shared, begin..panels.len())
            }
            Precision::F32 => Packed::Singles(vec![0.0; inputs * outputs]),
        };
        let linear = Linear { inputs, outputs, columns: vec![Columns::ZERO; outputs / LANES], weights };
        Self { kernel, linear, panels, rows: 0, row: vec![0.0; inputs], bytes: vec![0; inputs] }
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
            Packed::Bytes(_, own) => {
                let (step, total) = loops::signed_bytes(self.kernel, &self.row, &mut self.bytes);
                let groups = self.panels[own.start + place..].chunks_exact_mut(4 * LANES);
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

    /// Gives the bytes back.
    pub(crate) fn finish(self, panels: &mut Panels) -> Linear {
        panels.bytes = self.panels;
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
        let packed = self.bytes_of_panels();
        for (number, out) in out.chunks_mut(BLOCK * width).enumerate() {
            let (x, rows) = (&x[number * BLOCK * stride..], out.len() / width);
            if let Packed::Bytes(..) = self.weights {
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
                    Packed::Bytes(..) => {
                        scratch.sums.resize(rows, [0; LANES]);
                        let weights = &packed[panel * size..(panel + 1) * size];
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

    /// Its panels where they are bytes, none where they are not.
    fn bytes_of_panels(&self) -> &[i8] {
        match &self.weights {
            Packed::Bytes(shared, place) => shared.get().map_or(&[], |all| &all[place.clone()]),
            Packed::Singles(_) => &[],
        }
    }

    /// The weights of one output, as they are kept.
    pub(crate) fn weights_of(&self, output: usize, out: &mut [f32]) {
        let (place, lane) = (output / LANES * LANES * self.inputs, output % LANES);
        match &self.weights {
            Packed::Bytes(..) => {
                let groups = self.bytes_of_panels()[place..].chunks_exact(4 * LANES);
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
            Packed::Bytes(_, place) => place.len(),
            Packed::Singles(panels) => 4 * panels.len(),
        };
        weights + size_of_val(self.columns.as_slice())
    }
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
