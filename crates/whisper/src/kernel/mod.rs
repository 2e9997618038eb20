//! The loops that spend the time, for each processor: chosen at run time, or forced by a test.
//!
//! This module and its parts are the only ones with `unsafe`. Two rules make it sound. A [`Kernel`]
//! exists only where the processor has its instructions, for [`Kernel::available`] is the only
//! source of one; so calling code that was compiled for them is right. And every function that
//! reads through pointers checks the lengths of its slices first.
//!
//! Matrices of weights are *packed*: [`LANES`] outputs form a panel, in which the weights lie by
//! input, so that a product reads a panel once, in order. A panel of bytes holds, for every four
//! inputs, the four weights of output 0, then those of output 1 …: what one instruction of the VNNI
//! family takes.

#![allow(unsafe_code)]

pub(crate) mod loops;
pub(crate) mod memory;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

/// Outputs of a panel.
pub const LANES: usize = 32;

/// The processor's instructions that a model is computed with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Level);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
#[cfg_attr(not(target_arch = "aarch64"), allow(dead_code))]
pub(crate) enum Level {
    /// AVX-512 with its dot product of bytes.
    Avx512Vnni,
    /// The dot product of bytes on 256 bits: Intel from the 12th generation on.
    AvxVnni,
    /// The same width in the encoding of AVX-512: the code of the level above on processors that
    /// lack its encoding.
    Avx512Vnni256,
    Avx2,
    Neon,
    Scalar,
}

impl Kernel {
    /// Those that this processor can run, the fastest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let avx512 = avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vnni");
            let avx_vnni = avx2 && is_x86_feature_detected!("avxvnni");
            for (level, present) in [
                (Level::Avx512Vnni, avx512),
                (Level::AvxVnni, avx_vnni),
                (Level::Avx512Vnni256, avx512),
                (Level::Avx2, avx2),
            ] {
                if present {
                    levels.push(level);
                }
            }
        }
        #[cfg(target_arch = "aarch64")]
        levels.push(Level::Neon);
        levels.push(Level::Scalar);
        levels.into_iter().map(Self).collect()
    }

    /// The fastest of this processor.
    #[must_use]
    pub fn best() -> Self {
        Self::available().first().copied().unwrap_or(Self(Level::Scalar))
    }

    /// That of [`Self::name`], where this processor has it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::available().into_iter().find(|kernel| kernel.name() == name)
    }

    /// Its name in records and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Level::Avx512Vnni => "avx512-vnni",
            Level::AvxVnni => "avx-vnni",
            Level::Avx512Vnni256 => "avx512-vnni-256",
            Level::Avx2 => "avx2",
            Level::Neon => "neon",
            Level::Scalar => "scalar",
        }
    }

    /// Whether one instruction multiplies four pairs of bytes and adds them up: then bytes are four
    /// times as fast as single precision, else no faster.
    pub(crate) fn has_dot_product(self) -> bool {
        matches!(self.0, Level::Avx512Vnni | Level::AvxVnni | Level::Avx512Vnni256)
    }

    pub(crate) fn level(self) -> Level {
        self.0
    }
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The sums of products of `out.len()` rows of bytes with a panel: `out[r][j] = Σ a[r · inputs + i]
/// · w(i, j)`.
///
/// `a` holds the rows one after another; `inputs`, their length, is a multiple of 4; `panel` has
/// `inputs × LANES` weights.
pub(crate) fn products_u8(kernel: Kernel, a: &[u8], inputs: usize, panel: &[i8], out: &mut [[i32; LANES]]) {
    assert!(inputs.is_multiple_of(4) && a.len() == out.len() * inputs && panel.len() == inputs * LANES);
    match kernel.level() {
        // SAFETY: the processor has the instructions (see above), and the lengths are as each
        // function asks for.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512Vnni => unsafe { x86::products_u8_512(a, inputs, panel, out) },
        #[cfg(target_arch = "x86_64")]
        Level::AvxVnni => unsafe { x86::products_u8_vnni(a, inputs, panel, out) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx512Vnni256 => unsafe { x86::products_u8_vnni_256(a, inputs, panel, out) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::products_u8_avx2(a, inputs, panel, out) },
        #[cfg(target_arch = "aarch64")]
        Level::Neon => unsafe { neon::products_u8(a, inputs, panel, out) },
        _ => products_u8_plain(a, inputs, panel, out),
    }
}

/// Compilers make vectors of this by themselves. No sum overflows: `inputs` products of 255 · 128
/// at most stay below 2³¹ for any model.
fn products_u8_plain(a: &[u8], inputs: usize, panel: &[i8], out: &mut [[i32; LANES]]) {
    for (row, out) in a.chunks_exact(inputs).zip(out) {
        let mut sums = [0i32; LANES];
        for (four, group) in row.chunks_exact(4).zip(panel.chunks_exact(4 * LANES)) {
            let four = [four[0], four[1], four[2], four[3]].map(i32::from);
            for (sum, weights) in sums.iter_mut().zip(group.chunks_exact(4)) {
                let low = four[0].wrapping_mul(weights[0].into()).wrapping_add(four[1].wrapping_mul(weights[1].into()));
                let high =
                    four[2].wrapping_mul(weights[2].into()).wrapping_add(four[3].wrapping_mul(weights[3].into()));
                *sum = sum.wrapping_add(low).wrapping_add(high);
            }
        }
        *out = sums;
    }
}

/// The same in single precision: `out[r][j] = Σ a[r · stride + i] · panel[i · LANES + j]`, for the
/// `panel.len() / LANES` inputs.
pub(crate) fn products_f32(kernel: Kernel, a: &[f32], stride: usize, panel: &[f32], out: &mut [[f32; LANES]]) {
    let inputs = panel.len() / LANES;
    assert!(!out.is_empty() && panel.len() == inputs * LANES && a.len() >= (out.len() - 1) * stride + inputs);
    match kernel.level() {
        // SAFETY: the processor has the instructions (see above), and the lengths are as each
        // function asks for.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512Vnni => unsafe { x86::products_f32_512(a, stride, panel, out) },
        #[cfg(target_arch = "x86_64")]
        Level::AvxVnni | Level::Avx512Vnni256 | Level::Avx2 => unsafe { x86::products_f32_256(a, stride, panel, out) },
        _ => products_f32_plain(a, stride, panel, out),
    }
}

/// Four rows at a time, so that a panel is read from the cache once for four; compilers make
/// vectors of this by themselves.
fn products_f32_plain(a: &[f32], stride: usize, panel: &[f32], out: &mut [[f32; LANES]]) {
    for (rows, out) in out.chunks_mut(4).enumerate() {
        let a = &a[4 * rows * stride..];
        for (row, out) in out.iter_mut().enumerate() {
            let mut sums = [0.0; LANES];
            for (value, weights) in a[row * stride..].iter().zip(panel.chunks_exact(LANES)) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = loops::multiply_add::<{ loops::FUSED }>(*value, *weight, *sum);
                }
            }
            *out = sums;
        }
    }
}
