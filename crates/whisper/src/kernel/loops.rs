//! Loops over rows of numbers: plain code that is compiled once for each width of vector.
//!
//! A compiler turns these loops into vectors by itself where the lengths are fixed, so they go over
//! arrays of [`STEP`] numbers. Sums are kept in as many lanes, whatever the processor: their
//! rounding does not depend on its width, only on whether it multiplies and adds at once.

// Only what is inlined is compiled for the processor of the function that it is inlined into.
#![allow(clippy::inline_always, clippy::too_many_arguments)]

use std::f32::consts::{FRAC_1_SQRT_2, LN_2, LOG2_E};

#[cfg(target_arch = "x86_64")]
use super::Level;
use super::{Kernel, LANES};

/// Numbers that are treated side by side.
const STEP: usize = 16;

/// Whether the code for any processor multiplies and adds in one instruction.
pub(super) const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

/// `a · b + c`, rounded once where there is an instruction for that.
#[inline(always)]
pub(super) fn multiply_add<const FUSE: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSE { a.mul_add(b, c) } else { a * b + c }
}

/// Compiles `$body::<FUSE>` for AVX-512, for AVX2 and for any processor, and calls the right one.
macro_rules! levels {
    ($($(#[$meta:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $body:ident $(<$kind:ty>)?;)+) => {$(
        $(#[$meta])*
        pub(crate) fn $name(kernel: Kernel, $($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
                fn wide($($argument: $type),*) $(-> $result)? {
                    $body::<true $(, $kind)?>($($argument),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn narrow($($argument: $type),*) $(-> $result)? {
                    $body::<true $(, $kind)?>($($argument),*)
                }
                match kernel.level() {
                    // SAFETY: a kernel exists only where the processor has its instructions.
                    Level::Avx512Vnni => return unsafe { wide($($argument),*) },
                    Level::AvxVnni | Level::Avx512Vnni256 | Level::Avx2 => {
                        // SAFETY: as above.
                        return unsafe { narrow($($argument),*) };
                    }
                    Level::Neon | Level::Scalar => {}
                }
            }
            let _ = kernel;
            $body::<FUSED $(, $kind)?>($($argument),*)
        }
    )+};
}

levels! {
    /// Rows of single precision as bytes: `row[r][i] ≈ scale[r] · (byte − zero[r])`, with 255 steps
    /// between the least and the greatest value of the row and 0. Row `r` begins at `r · stride` of
    /// `x`, and as many bytes follow one another in `bytes` as each row has.
    fn quantise(x: &[f32], stride: usize, inputs: usize, bytes: &mut [u8], scale: &mut [f32], zero: &mut [f32]) = quantise_body;
    /// A row as signed bytes: `row ≈ step · byte` with the greatest value at 127. Returns the step
    /// and the sum of the bytes.
    fn signed_bytes(row: &[f32], bytes: &mut [i8]) -> (f32, i32) = signed_bytes_body;
    /// The outputs of one panel from sums of products of bytes: `out[r · stride + j]` becomes, or is
    /// added, `scale[r] · (sums[r][j] · column.scale[j] − zero[r] · column.sum[j]) + column.bias[j]`.
    fn finish_u8(sums: &[[i32; LANES]], scale: &[f32], zero: &[f32], column: &Columns, out: &mut [f32], stride: usize, add: bool) = finish_u8_body;
    /// The outputs of one panel from sums in single precision: `out[r · stride + j]` becomes, or is
    /// added, `sums[r][j] + bias[j]`.
    fn finish_f32(sums: &[[f32; LANES]], bias: &[f32; LANES], out: &mut [f32], stride: usize, add: bool) = finish_f32_body;
    /// `x · Φ(x)` in place (Hendrycks and Gimpel, *Gaussian Error Linear Units*, 2016).
    fn gelu(x: &mut [f32]) = gelu_body;
    /// The softmax of the first `live` values in place; those behind them become 0.
    fn softmax(x: &mut [f32], live: usize) = softmax_body;
    /// `e^(x − greatest)` of the first `live` values in steps of 1/65,535, as upper and lower
    /// bytes; those behind them become 0. Returns the sum of the steps.
    fn softmax_bytes(x: &[f32], live: usize, upper: &mut [u8], lower: &mut [u8]) -> f32 = softmax_bytes_body;
    /// What is mixed of 32 columns of values by [`softmax_bytes`], from the sums of the upper bytes
    /// and those of the lower ones: `out[r · stride + j] = column.scale[j] · (256 · upper[r][j] +
    /// lower[r][j]) / total[r] + column.bias[j]`.
    fn finish_mixed(upper: &[[i32; LANES]], lower: &[[i32; LANES]], total: &[f32], column: &Columns, out: &mut [f32], stride: usize) = finish_mixed_body;
    /// The mean of each column of `rows`, which are `stride` apart and as long as `mean`, and its
    /// greatest distance from it.
    fn centre(rows: &[f32], stride: usize, mean: &mut [f32], greatest: &mut [f32]) = centre_body;
    /// Rows `stride` apart less `mean`, as the bytes of a panel's outputs (`[row / 32][input /
    /// 4][32][4]`), each with its step and the sum of its bytes times that. What belongs to rows
    /// that are not there stays as it is.
    fn pack_keys(rows: &[f32], stride: usize, mean: &[f32], panels: &mut [i8], columns: &mut [Columns]) = pack_keys_body;
    /// 32 columns of rows `stride` apart less `mean`, in steps of `scale`, as the bytes of a
    /// panel's inputs: `[row / 4][32][4]`. What belongs to rows that are not there becomes 0.
    fn pack_values(rows: &[f32], stride: usize, column: &Columns, panel: &mut [i8]) = pack_values_body;
    /// Rows of the width of `gain`, each with mean 0 and variance 1, times `gain` plus `bias` (Ba
    /// et al., *Layer Normalization*, 2016).
    fn layer_norm(x: &[f32], gain: &[f32], bias: &[f32], out: &mut [f32]) = layer_norm_body;
    /// The greatest value, and the sum of the exponentials of all values less it.
    fn log_sum(x: &[f32]) -> (f32, f32) = log_sum_body;
    /// Products of one query with the keys of a head in tiles: `scores[t] = Σ query[i] · keys[t /
    /// 32][i][t % 32]`.
    fn scores_f32(query: &[f32], keys: &[f32], scores: &mut [f32]) = scores_body<f32>;
    /// The same with keys of half the size.
    fn scores_bf16(query: &[f32], keys: &[Bf16], scores: &mut [f32]) = scores_body<Bf16>;
    /// Rows of [`LANES`] values, each with its weight, added up.
    fn mix_f32(weights: &[f32], values: &[f32], out: &mut [f32]) = mix_body<f32>;
    /// The same with values of half the size.
    fn mix_bf16(weights: &[f32], values: &[Bf16], out: &mut [f32]) = mix_body<Bf16>;
    /// Packs rows of keys and values (`stride` numbers: first the keys of all heads, then the
    /// values) for heads of `width`: keys as `[head][t / 32][width][32]`, values as `[head][width /
    /// 32][t][32]`. What there is room for beyond the rows becomes 0.
    fn pack_f32(rows: &[f32], stride: usize, width: usize, keys: &mut [f32], values: &mut [f32]) = pack_body<f32>;
    /// The same at half the size.
    fn pack_bf16(rows: &[f32], stride: usize, width: usize, keys: &mut [Bf16], values: &mut [Bf16]) = pack_body<Bf16>;
    /// `|z|²` of complex numbers, real and imaginary parts in turns.
    fn power(z: &[f32], out: &mut [f32]) = power_body;
}

/// What belongs to the outputs of one panel.
#[derive(Clone)]
pub(crate) struct Columns {
    pub(crate) scale: [f32; LANES],
    /// The sum of an output's weights, times its scale.
    pub(crate) sum: [f32; LANES],
    pub(crate) bias: [f32; LANES],
}

impl Columns {
    pub(crate) const ZERO: Self = Self { scale: [0.0; LANES], sum: [0.0; LANES], bias: [0.0; LANES] };
}

/// The upper half of a number of single precision ("brain float"): its range, with 8 bits of
/// precision.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bf16(u16);

/// How attention's memory is kept.
pub(crate) trait Stored: Copy + Default {
    fn of(value: f32) -> Self;
    fn value(self) -> f32;
    fn scores(kernel: Kernel, query: &[f32], keys: &[Self], scores: &mut [f32]);
    fn mix(kernel: Kernel, weights: &[f32], values: &[Self], out: &mut [f32]);
    fn pack(kernel: Kernel, rows: &[f32], stride: usize, width: usize, keys: &mut [Self], values: &mut [Self]);
}

impl Stored for f32 {
    #[inline(always)]
    fn of(value: f32) -> Self {
        value
    }

    #[inline(always)]
    fn value(self) -> f32 {
        self
    }

    fn scores(kernel: Kernel, query: &[f32], keys: &[Self], scores: &mut [f32]) {
        scores_f32(kernel, query, keys, scores);
    }

    fn mix(kernel: Kernel, weights: &[f32], values: &[Self], out: &mut [f32]) {
        mix_f32(kernel, weights, values, out);
    }

    fn pack(kernel: Kernel, rows: &[f32], stride: usize, width: usize, keys: &mut [Self], values: &mut [Self]) {
        pack_f32(kernel, rows, stride, width, keys, values);
    }
}

impl Stored for Bf16 {
    /// To the nearest, to even in the middle.
    #[inline(always)]
    fn of(value: f32) -> Self {
        let bits = value.to_bits();
        Self((bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16) as u16)
    }

    #[inline(always)]
    fn value(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }

    fn scores(kernel: Kernel, query: &[f32], keys: &[Self], scores: &mut [f32]) {
        scores_bf16(kernel, query, keys, scores);
    }

    fn mix(kernel: Kernel, weights: &[f32], values: &[Self], out: &mut [f32]) {
        mix_bf16(kernel, weights, values, out);
    }

    fn pack(kernel: Kernel, rows: &[f32], stride: usize, width: usize, keys: &mut [Self], values: &mut [Self]) {
        pack_bf16(kernel, rows, stride, width, keys, values);
    }
}

/// 1.5 · 2²³: a number below 2²² that is added to it is rounded to an integer, which stands in the
/// lowest bits.
const ROUND: f32 = 12_582_912.0;

#[inline(always)]
fn fold(lanes: [f32; STEP], both: impl Fn(f32, f32) -> f32) -> f32 {
    let [first, rest @ ..] = lanes;
    rest.into_iter().fold(first, both)
}

#[inline(always)]
fn max(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
fn min(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// `e^x` for `x ≤ 0` to 2 units of the last place; below −87 it stays what it is there, 1e-38.
///
/// `2^n · 2^f` with `|f| ≤ ½`, the latter by its Taylor polynomial of degree 7.
#[inline(always)]
fn exp<const FUSE: bool>(x: f32) -> f32 {
    let x = max(x, -87.0) * LOG2_E;
    let rounded = x + ROUND;
    let f = x - (rounded - ROUND);
    let mut power = 1.525_273_4e-5;
    for coefficient in [1.540_353e-4, 1.333_355_8e-3, 9.618_129e-3, 5.550_411e-2, 0.240_226_5, LN_2, 1.0] {
        power = multiply_add::<FUSE>(power, f, coefficient);
    }
    // The integer in the lowest bits goes to the exponent.
    f32::from_bits(power.to_bits().wrapping_add(rounded.to_bits() << 23))
}

#[inline(always)]
fn quantise_body<const FUSE: bool>(
    x: &[f32],
    stride: usize,
    inputs: usize,
    bytes: &mut [u8],
    scale: &mut [f32],
    zero: &mut [f32],
) {
    let each = bytes.chunks_exact_mut(inputs).zip(scale.iter_mut().zip(zero));
    for (number, (bytes, (scale, zero))) in each.enumerate() {
        let row = &x[number * stride..number * stride + inputs];
        let (mut low, mut high) = ([0.0; STEP], [0.0; STEP]);
        let steps = row.chunks_exact(STEP);
        for &value in steps.remainder() {
            low[0] = min(value, low[0]);
            high[0] = max(value, high[0]);
        }
        for step in steps {
            for lane in 0..STEP {
                low[lane] = min(step[lane], low[lane]);
                high[lane] = max(step[lane], high[lane]);
            }
        }
        let (low, high) = (fold(low, min), fold(high, max));
        *scale = max((high - low) / 255.0, 1e-12);
        let inverse = 1.0 / *scale;
        *zero = (-low * inverse).round();
        let shift = *zero + ROUND;
        for (byte, &value) in bytes.iter_mut().zip(row) {
            // Not fused, so that every processor finds the same bytes.
            *byte = (value * inverse + shift).to_bits().clamp(ROUND.to_bits(), ROUND.to_bits() + 255) as u8;
        }
    }
}

#[inline(always)]
fn signed_bytes_body<const FUSE: bool>(row: &[f32], bytes: &mut [i8]) -> (f32, i32) {
    let mut lanes = [0.0; STEP];
    let steps = row.chunks_exact(STEP);
    for value in steps.remainder() {
        lanes[0] = max(value.abs(), lanes[0]);
    }
    for step in steps {
        for lane in 0..STEP {
            lanes[lane] = max(step[lane].abs(), lanes[lane]);
        }
    }
    let step = max(fold(lanes, max) / 127.0, f32::MIN_POSITIVE);
    let mut total = 0;
    for (byte, value) in bytes.iter_mut().zip(row) {
        let rounded = integer(value / step);
        *byte = rounded as i8;
        total = rounded.wrapping_add(total);
    }
    (step, total)
}

/// The nearest integer to a number below 2²², that in the middle to even.
#[inline(always)]
fn integer(x: f32) -> i32 {
    (x + ROUND).to_bits().wrapping_sub(ROUND.to_bits()).cast_signed()
}

#[inline(always)]
fn softmax_bytes_body<const FUSE: bool>(x: &[f32], live: usize, upper: &mut [u8], lower: &mut [u8]) -> f32 {
    let x = &x[..live];
    let top = greatest(x);
    let (upper, rest) = upper.split_at_mut(live);
    rest.fill(0);
    let (lower, rest) = lower.split_at_mut(live);
    rest.fill(0);
    let step = |x: f32| integer(65_535.0 * exp::<FUSE>(x - top));
    let mut lanes = [0i32; STEP];
    let bytes = upper.chunks_exact_mut(STEP).zip(lower.chunks_exact_mut(STEP));
    for (x, (upper, lower)) in x.chunks_exact(STEP).zip(bytes) {
        for lane in 0..STEP {
            let step = step(x[lane]);
            lanes[lane] = lanes[lane].wrapping_add(step);
            upper[lane] = (step >> 8) as u8;
            lower[lane] = step as u8;
        }
    }
    for place in live / STEP * STEP..live {
        let step = step(x[place]);
        lanes[0] = lanes[0].wrapping_add(step);
        upper[place] = (step >> 8) as u8;
        lower[place] = step as u8;
    }
    lanes.into_iter().fold(0, i32::wrapping_add) as f32
}

#[inline(always)]
fn finish_mixed_body<const FUSE: bool>(
    upper: &[[i32; LANES]],
    lower: &[[i32; LANES]],
    total: &[f32],
    column: &Columns,
    out: &mut [f32],
    stride: usize,
) {
    for (row, ((upper, lower), total)) in upper.iter().zip(lower).zip(total).enumerate() {
        let inverse = 1.0 / total;
        let out = &mut out[row * stride..row * stride + LANES];
        for (j, out) in out.iter_mut().enumerate() {
            let sum = multiply_add::<FUSE>(256.0, upper[j] as f32, lower[j] as f32);
            *out = multiply_add::<FUSE>(sum * inverse, column.scale[j], column.bias[j]);
        }
    }
}

#[inline(always)]
fn centre_body<const FUSE: bool>(rows: &[f32], stride: usize, mean: &mut [f32], greatest: &mut [f32]) {
    let width = mean.len();
    let count = rows.len().div_ceil(stride);
    mean.fill(0.0);
    for row in rows.chunks(stride) {
        for (mean, value) in mean.iter_mut().zip(&row[..width]) {
            *mean += value;
        }
    }
    for mean in mean.iter_mut() {
        *mean /= count as f32;
    }
    greatest.fill(0.0);
    for row in rows.chunks(stride) {
        for (greatest, (value, mean)) in greatest.iter_mut().zip(row[..width].iter().zip(mean.iter())) {
            *greatest = max((value - mean).abs(), *greatest);
        }
    }
}

#[inline(always)]
fn pack_keys_body<const FUSE: bool>(
    rows: &[f32],
    stride: usize,
    mean: &[f32],
    panels: &mut [i8],
    columns: &mut [Columns],
) {
    let width = mean.len();
    let tiles = rows.chunks(LANES * stride).zip(panels.chunks_exact_mut(width * LANES));
    for ((rows, panel), columns) in tiles.zip(columns) {
        for (lane, row) in rows.chunks(stride).enumerate() {
            let mut lanes = [0.0; LANES];
            for (row, mean) in row[..width].chunks_exact(LANES).zip(mean.chunks_exact(LANES)) {
                for j in 0..LANES {
                    lanes[j] = max((row[j] - mean[j]).abs(), lanes[j]);
                }
            }
            let step = max(lanes.into_iter().fold(0.0, max) / 127.0, f32::MIN_POSITIVE);
            let inverse = 1.0 / step;
            let mut total = 0;
            let parts = row[..width].chunks_exact(LANES).zip(mean.chunks_exact(LANES));
            for ((row, mean), group) in parts.zip(panel.chunks_exact_mut(LANES * LANES)) {
                let mut bytes = [0; LANES];
                for j in 0..LANES {
                    let rounded = integer((row[j] - mean[j]) * inverse);
                    total = rounded.wrapping_add(total);
                    bytes[j] = rounded as i8;
                }
                for (four, group) in bytes.chunks_exact(4).zip(group.chunks_exact_mut(4 * LANES)) {
                    group[4 * lane..4 * lane + 4].copy_from_slice(four);
                }
            }
            columns.scale[lane] = step;
            columns.sum[lane] = step * total as f32;
        }
    }
}

#[inline(always)]
fn pack_values_body<const FUSE: bool>(rows: &[f32], stride: usize, column: &Columns, panel: &mut [i8]) {
    let (mean, inverse) = (&column.bias, column.scale.map(|scale| 1.0 / scale));
    let mut fours = rows.chunks(4 * stride);
    for group in panel.chunks_exact_mut(4 * LANES) {
        let mut packed = [0u32; LANES];
        for (place, row) in fours.next().unwrap_or_default().chunks(stride).enumerate() {
            for (j, packed) in packed.iter_mut().enumerate() {
                let byte = integer((row[j] - mean[j]) * inverse[j]).cast_unsigned() & 0xff;
                *packed |= byte << (8 * place);
            }
        }
        for (out, packed) in group.chunks_exact_mut(4).zip(packed) {
            out.copy_from_slice(&packed.to_le_bytes().map(u8::cast_signed));
        }
    }
}

#[inline(always)]
fn finish_u8_body<const FUSE: bool>(
    sums: &[[i32; LANES]],
    scale: &[f32],
    zero: &[f32],
    column: &Columns,
    out: &mut [f32],
    stride: usize,
    add: bool,
) {
    for (row, (sums, (&scale, &zero))) in sums.iter().zip(scale.iter().zip(zero)).enumerate() {
        let out = &mut out[row * stride..row * stride + LANES];
        let value = |j: usize| {
            let product = multiply_add::<FUSE>(sums[j] as f32, column.scale[j], -zero * column.sum[j]);
            multiply_add::<FUSE>(scale, product, column.bias[j])
        };
        if add {
            for (j, out) in out.iter_mut().enumerate() {
                *out += value(j);
            }
        } else {
            for (j, out) in out.iter_mut().enumerate() {
                *out = value(j);
            }
        }
    }
}

#[inline(always)]
fn finish_f32_body<const FUSE: bool>(
    sums: &[[f32; LANES]],
    bias: &[f32; LANES],
    out: &mut [f32],
    stride: usize,
    add: bool,
) {
    for (row, sums) in sums.iter().enumerate() {
        let out = &mut out[row * stride..row * stride + LANES];
        for (j, out) in out.iter_mut().enumerate() {
            let before = if add { *out } else { 0.0 };
            *out = before + sums[j] + bias[j];
        }
    }
}

/// With the error function of Abramowitz and Stegun 7.1.26, whose error is at most 1.5e-7.
#[inline(always)]
fn gelu_body<const FUSE: bool>(x: &mut [f32]) {
    for x in x {
        let z = x.abs() * FRAC_1_SQRT_2;
        let t = 1.0 / multiply_add::<FUSE>(0.327_591_1, z, 1.0);
        let mut tail = 1.061_405_4;
        for coefficient in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
            tail = multiply_add::<FUSE>(tail, t, coefficient);
        }
        // 1 − erf(z), halved: the normal distribution's mass beyond |x|.
        let beyond = 0.5 * tail * t * exp::<FUSE>(-z * z);
        *x *= if *x > 0.0 { 1.0 - beyond } else { beyond };
    }
}

#[inline(always)]
fn greatest(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; STEP];
    let steps = x.chunks_exact(STEP);
    for &value in steps.remainder() {
        lanes[0] = max(value, lanes[0]);
    }
    for step in steps {
        for lane in 0..STEP {
            lanes[lane] = max(step[lane], lanes[lane]);
        }
    }
    fold(lanes, max)
}

#[inline(always)]
fn softmax_body<const FUSE: bool>(x: &mut [f32], live: usize) {
    let (x, rest) = x.split_at_mut(live);
    rest.fill(0.0);
    let top = greatest(x);
    let mut lanes = [0.0; STEP];
    let mut steps = x.chunks_exact_mut(STEP);
    for step in &mut steps {
        for lane in 0..STEP {
            step[lane] = exp::<FUSE>(step[lane] - top);
            lanes[lane] += step[lane];
        }
    }
    for value in steps.into_remainder() {
        *value = exp::<FUSE>(*value - top);
        lanes[0] += *value;
    }
    let inverse = 1.0 / fold(lanes, |a, b| a + b);
    for value in x {
        *value *= inverse;
    }
}

#[inline(always)]
fn log_sum_body<const FUSE: bool>(x: &[f32]) -> (f32, f32) {
    let top = greatest(x);
    let mut lanes = [0.0; STEP];
    let steps = x.chunks_exact(STEP);
    for &value in steps.remainder() {
        lanes[0] += exp::<FUSE>(value - top);
    }
    for step in steps {
        for lane in 0..STEP {
            lanes[lane] += exp::<FUSE>(step[lane] - top);
        }
    }
    (top, fold(lanes, |a, b| a + b))
}

#[inline(always)]
fn layer_norm_body<const FUSE: bool>(x: &[f32], gain: &[f32], bias: &[f32], out: &mut [f32]) {
    let width = gain.len();
    for (x, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let mut lanes = [0.0; STEP];
        for step in x.chunks_exact(STEP) {
            for lane in 0..STEP {
                lanes[lane] += step[lane];
            }
        }
        let mean = fold(lanes, |a, b| a + b) / width as f32;
        let mut lanes = [0.0; STEP];
        for step in x.chunks_exact(STEP) {
            for lane in 0..STEP {
                let off = step[lane] - mean;
                lanes[lane] = multiply_add::<FUSE>(off, off, lanes[lane]);
            }
        }
        let inverse = 1.0 / (fold(lanes, |a, b| a + b) / width as f32 + 1e-5).sqrt();
        for (out, (x, (gain, bias))) in out.iter_mut().zip(x.iter().zip(gain.iter().zip(bias))) {
            *out = multiply_add::<FUSE>((x - mean) * inverse, *gain, *bias);
        }
    }
}

#[inline(always)]
fn scores_body<const FUSE: bool, S: Stored>(query: &[f32], keys: &[S], scores: &mut [f32]) {
    for (keys, scores) in keys.chunks_exact(LANES * query.len()).zip(scores.chunks_exact_mut(LANES)) {
        // Two sums each, so that none waits for the one before.
        let mut sums = [[0.0f32; LANES]; 2];
        for (query, keys) in query.chunks_exact(2).zip(keys.chunks_exact(2 * LANES)) {
            for lane in 0..LANES {
                sums[0][lane] = multiply_add::<FUSE>(query[0], keys[lane].value(), sums[0][lane]);
                sums[1][lane] = multiply_add::<FUSE>(query[1], keys[LANES + lane].value(), sums[1][lane]);
            }
        }
        for lane in 0..LANES {
            scores[lane] = sums[0][lane] + sums[1][lane];
        }
    }
}

#[inline(always)]
fn mix_body<const FUSE: bool, S: Stored>(weights: &[f32], values: &[S], out: &mut [f32]) {
    let values = &values[..weights.len() * LANES];
    let mut sums = [[0.0f32; LANES]; 2];
    let pairs = weights.chunks_exact(2);
    let odd = pairs.remainder().first().copied().unwrap_or(0.0);
    for (weights, values) in pairs.zip(values.chunks_exact(2 * LANES)) {
        for lane in 0..LANES {
            sums[0][lane] = multiply_add::<FUSE>(weights[0], values[lane].value(), sums[0][lane]);
            sums[1][lane] = multiply_add::<FUSE>(weights[1], values[LANES + lane].value(), sums[1][lane]);
        }
    }
    for (lane, value) in values.chunks_exact(2 * LANES).remainder().iter().enumerate() {
        sums[0][lane] = multiply_add::<FUSE>(odd, value.value(), sums[0][lane]);
    }
    for (lane, out) in out.iter_mut().enumerate() {
        *out = sums[0][lane] + sums[1][lane];
    }
}

#[inline(always)]
fn pack_body<const FUSE: bool, S: Stored>(rows: &[f32], stride: usize, width: usize, keys: &mut [S], values: &mut [S]) {
    let (count, heads) = (rows.len() / stride, stride / 2 / width);
    let (tiles, room) = (keys.len() / heads / width / LANES, values.len() / heads / width);
    for head in 0..heads {
        for tile in 0..tiles {
            let out = &mut keys[(head * tiles + tile) * width * LANES..][..width * LANES];
            for lane in 0..LANES {
                let Some(row) = rows.chunks_exact(stride).nth(tile * LANES + lane) else {
                    out.iter_mut().skip(lane).step_by(LANES).for_each(|key| *key = S::of(0.0));
                    continue;
                };
                for (key, &value) in out.iter_mut().skip(lane).step_by(LANES).zip(&row[head * width..][..width]) {
                    *key = S::of(value);
                }
            }
        }
        for part in 0..width / LANES {
            let out = &mut values[(head * width / LANES + part) * room * LANES..][..room * LANES];
            let from = stride / 2 + head * width + part * LANES;
            for (out, row) in out.chunks_exact_mut(LANES).zip(rows.chunks_exact(stride)) {
                for (out, &value) in out.iter_mut().zip(&row[from..from + LANES]) {
                    *out = S::of(value);
                }
            }
            out[count * LANES..].fill(S::of(0.0));
        }
    }
}

#[inline(always)]
fn power_body<const FUSE: bool>(z: &[f32], out: &mut [f32]) {
    for (out, z) in out.iter_mut().zip(z.chunks_exact(2)) {
        *out = multiply_add::<FUSE>(z[0], z[0], z[1] * z[1]);
    }
}
