//! Scaled dot-product attention (Vaswani et al., *Attention Is All You Need*, 2017): `softmax(q ·
//! kᵀ) · v` for each head.
//!
//! The factor `width^-½` of the scores is in the weights of the queries already.

use crate::kernel::loops::{self, Columns, Stored};
use crate::kernel::{self, Kernel, LANES};
use crate::linear::Precision;

/// Queries of the encoder that are treated together: their scores of one head stay near the
/// processor.
const BLOCK: usize = 48;

/// Keys and values of a sequence, packed by head: keys as `[head][t / 32][width][32]`, values as
/// `[head][width / 32][t][32]`.
#[derive(Default)]
pub(crate) struct Memory<S> {
    heads: usize,
    /// Of a head.
    width: usize,
    /// Positions that there is room for, a multiple of 32.
    room: usize,
    keys: Vec<S>,
    values: Vec<S>,
}

impl<S: Stored> Memory<S> {
    /// Room for `positions`; what was there is void.
    pub(crate) fn reserve(&mut self, heads: usize, width: usize, positions: usize) {
        let room = positions.next_multiple_of(LANES);
        (self.heads, self.width, self.room) = (heads, width, room);
        self.keys.resize(heads * width * room, S::default());
        self.values.resize(heads * width * room, S::default());
    }

    /// Takes all positions at once: rows of `[2][heads][width]`, keys before values.
    pub(crate) fn fill(&mut self, kernel: Kernel, rows: &[f32]) {
        S::pack(kernel, rows, 2 * self.heads * self.width, self.width, &mut self.keys, &mut self.values);
    }

    /// Takes one position: `[2][heads][width]`.
    pub(crate) fn put(&mut self, position: usize, row: &[f32]) {
        let (tile, lane) = (position / LANES, position % LANES);
        let (keys, values) = row.split_at(self.heads * self.width);
        for (head, key) in keys.chunks_exact(self.width).enumerate() {
            let tile = &mut self.keys[(head * self.room / LANES + tile) * self.width * LANES..];
            for (place, &value) in key.iter().enumerate() {
                tile[place * LANES + lane] = S::of(value);
            }
        }
        for (part, value) in values.chunks_exact(LANES).enumerate() {
            let row = &mut self.values[(part * self.room + position) * LANES..][..LANES];
            for (out, &value) in row.iter_mut().zip(value) {
                *out = S::of(value);
            }
        }
    }

    fn keys_of(&self, head: usize) -> &[S] {
        &self.keys[head * self.room * self.width..][..self.room * self.width]
    }

    /// The values of a head, 32 columns of them.
    fn values_of(&self, head: usize, part: usize) -> &[S] {
        &self.values[(head * self.width / LANES + part) * self.room * LANES..][..self.room * LANES]
    }

    /// One query `[heads][width]` over the first `live` positions; `watch` is shown the scores of
    /// every head before the softmax.
    pub(crate) fn attend(
        &self,
        kernel: Kernel,
        query: &[f32],
        live: usize,
        scores: &mut Vec<f32>,
        out: &mut [f32],
        mut watch: impl FnMut(usize, &[f32]),
    ) {
        let room = live.next_multiple_of(LANES);
        scores.resize(room, 0.0);
        for (head, (query, out)) in query.chunks_exact(self.width).zip(out.chunks_exact_mut(self.width)).enumerate() {
            S::scores(kernel, query, &self.keys_of(head)[..room * self.width], scores);
            watch(head, &scores[..live]);
            loops::softmax(kernel, scores, live);
            for (part, out) in out.chunks_exact_mut(LANES).enumerate() {
                S::mix(kernel, &scores[..live], self.values_of(head, part), out);
            }
        }
    }
}

/// What the encoder's attention keeps from one layer to the next.
#[derive(Default)]
pub(crate) struct Scratch {
    memory: Memory<f32>,
    scores: Vec<f32>,
    sums: Vec<[f32; LANES]>,
    pairs: Vec<f32>,
    bytes: Bytes,
}

/// Every position over all: `qkv` has rows of `[3][heads][width]`, `out` of `[heads][width]`, which
/// is `all` numbers.
///
/// With weights in bytes, so are queries, keys and values where the processor multiplies bytes
/// faster than numbers.
pub(crate) fn attend_all(
    kernel: Kernel,
    precision: Precision,
    scratch: &mut Scratch,
    qkv: &[f32],
    heads: usize,
    all: usize,
    out: &mut [f32],
) {
    if precision == Precision::Int8 && kernel.has_dot_product() {
        scratch.bytes.attend_all(kernel, &mut scratch.scores, qkv, heads, all, out);
    } else {
        scratch.attend_all(kernel, qkv, heads, all, out);
    }
}

impl Scratch {
    fn attend_all(&mut self, kernel: Kernel, qkv: &[f32], heads: usize, all: usize, out: &mut [f32]) {
        let width = all / heads;
        let frames = qkv.len() / (3 * all);
        let Self { memory, scores, sums, pairs, .. } = self;
        pairs.clear();
        for row in qkv.chunks_exact(3 * all) {
            pairs.extend_from_slice(&row[all..]);
        }
        memory.reserve(heads, width, frames);
        memory.fill(kernel, pairs);
        let room = memory.room;
        scores.resize(BLOCK * room, 0.0);
        for head in 0..heads {
            for first in (0..frames).step_by(BLOCK) {
                let rows = BLOCK.min(frames - first);
                sums.resize(rows, [0.0; LANES]);
                let queries = &qkv[first * 3 * all + head * width..];
                for (tile, keys) in memory.keys_of(head).chunks_exact(width * LANES).enumerate() {
                    kernel::products_f32(kernel, queries, 3 * all, keys, sums);
                    for (sums, scores) in sums.iter().zip(scores.chunks_exact_mut(room)) {
                        scores[tile * LANES..(tile + 1) * LANES].copy_from_slice(sums);
                    }
                }
                for scores in scores.chunks_exact_mut(room).take(rows) {
                    loops::softmax(kernel, scores, frames);
                }
                for part in 0..width / LANES {
                    kernel::products_f32(kernel, scores, room, memory.values_of(head, part), sums);
                    let column = head * width + part * LANES;
                    for (sums, out) in sums.iter().zip(out[first * all..].chunks_exact_mut(all)) {
                        out[column..column + LANES].copy_from_slice(sums);
                    }
                }
            }
        }
    }
}

/// Attention of one head after another in bytes (after Zhang et al., *`SageAttention`*, 2024).
///
/// Keys and values are taken without their means over all positions, which are what makes bytes of
/// them coarse: the mean of the keys adds the same to all scores of a query, which the softmax does
/// not see, and that of the values is added to the result. What the softmax gives has 16 bits, as
/// many small weights together count as much as a great one.
#[derive(Default)]
struct Bytes {
    mean: Vec<f32>,
    greatest: Vec<f32>,
    /// Packed as the weights of a [`crate::linear::Linear`] with an output for each position …
    keys: Vec<i8>,
    columns: Vec<Columns>,
    /// … and with an input for each position.
    values: Vec<i8>,
    value_columns: Vec<Columns>,
    /// Of queries.
    bytes: Vec<u8>,
    scale: Vec<f32>,
    zero: Vec<f32>,
    /// Upper bytes of all rows, then the lower ones.
    weights: Vec<u8>,
    total: Vec<f32>,
    sums: Vec<[i32; LANES]>,
}

impl Bytes {
    fn attend_all(
        &mut self,
        kernel: Kernel,
        scores: &mut Vec<f32>,
        qkv: &[f32],
        heads: usize,
        all: usize,
        out: &mut [f32],
    ) {
        let (width, stride) = (all / heads, 3 * all);
        let frames = qkv.len() / stride;
        let room = frames.next_multiple_of(LANES);
        let Self { mean, greatest, keys, columns, values, value_columns, bytes, scale, zero, weights, total, sums } =
            self;
        mean.resize(width, 0.0);
        greatest.resize(width, 0.0);
        keys.resize(room * width, 0);
        values.resize(room * width, 0);
        columns.resize(room / LANES, Columns::ZERO);
        value_columns.resize(width / LANES, Columns::ZERO);
        scores.resize(BLOCK * room, 0.0);
        for head in 0..heads {
            let rows = &qkv[all + head * width..];
            loops::centre(kernel, rows, stride, mean, greatest);
            loops::pack_keys(kernel, rows, stride, mean, keys, columns);
            let rows = &qkv[2 * all + head * width..];
            loops::centre(kernel, rows, stride, mean, greatest);
            for (part, (panel, column)) in values.chunks_exact_mut(room * LANES).zip(&mut *value_columns).enumerate() {
                for lane in 0..LANES {
                    let place = part * LANES + lane;
                    column.scale[lane] = (greatest[place] / 127.0).max(f32::MIN_POSITIVE);
                    column.bias[lane] = mean[place];
                }
                loops::pack_values(kernel, &rows[part * LANES..], stride, column, panel);
            }
            for first in (0..frames).step_by(BLOCK) {
                let rows = BLOCK.min(frames - first);
                bytes.resize(rows * width, 0);
                scale.resize(rows, 0.0);
                zero.resize(rows, 0.0);
                let queries = &qkv[first * stride + head * width..];
                loops::quantise(kernel, queries, stride, width, bytes, scale, zero);
                sums.resize(rows, [0; LANES]);
                for (tile, (keys, column)) in keys.chunks_exact(width * LANES).zip(&*columns).enumerate() {
                    kernel::products_u8(kernel, bytes, width, keys, sums);
                    let out = &mut scores[tile * LANES..];
                    loops::finish_u8(kernel, sums, scale, zero, column, out, room, false);
                }
                weights.resize(2 * rows * room, 0);
                total.resize(rows, 0.0);
                let (upper, lower) = weights.split_at_mut(rows * room);
                let each = upper.chunks_exact_mut(room).zip(lower.chunks_exact_mut(room)).zip(total.iter_mut());
                for (scores, ((upper, lower), total)) in scores.chunks_exact(room).zip(each) {
                    *total = loops::softmax_bytes(kernel, scores, frames, upper, lower);
                }
                sums.resize(2 * rows, [0; LANES]);
                for (part, (values, column)) in values.chunks_exact(room * LANES).zip(&*value_columns).enumerate() {
                    kernel::products_u8(kernel, weights, room, values, sums);
                    let (upper, lower) = sums.split_at(rows);
                    let place = first * all + head * width + part * LANES;
                    loops::finish_mixed(kernel, upper, lower, total, column, &mut out[place..], all);
                }
            }
        }
    }
}
