//! Products for x86-64.
//!
//! A tile of some rows and all or half of a panel's outputs stays in registers while its inputs
//! pass by: 12 rows × 32 outputs with AVX-512 (24 of 32 registers), 6 rows × 16 outputs with 256
//! bits (12 of 16). One row by itself, as in decoding, takes several groups of inputs at once
//! instead, so that no sum waits for the one before.

#![allow(clippy::wildcard_imports, clippy::inline_always)]

use std::arch::x86_64::*;

use super::LANES;

/// Bytes ahead of those in use that are fetched where weights pass by once.
const AHEAD: usize = 4096;

/// Calls a function of a constant number of rows, so many groups of so many, for all rows: as many
/// as possible at once.
macro_rules! rows {
    ($rows:expr, [$(($groups:literal, $group:literal)),+], $call:ident $arguments:tt, $row:ident) => {
        let mut $row = 0;
        $(
            while $rows - $row >= $groups * $group {
                // SAFETY: as many rows exist from `$row` on; the rest is the caller's promise.
                unsafe { $call::<$groups, $group> $arguments };
                $row += $groups * $group;
            }
        )+
    };
}

/// Where each of `G` groups of rows begins. Rows within a group are reached from there, so that few
/// addresses need registers.
#[inline(always)]
fn begin<T, const G: usize>(a: *const T, group: usize) -> [*const T; G] {
    std::array::from_fn(|number| a.wrapping_add(number * group))
}

/// # Safety
/// The processor has AVX-512 F, BW, VL, DQ and VNNI; `inputs` is a multiple of 4, `a.len() ==
/// out.len() * inputs`, `panel.len() == inputs * LANES`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma")]
pub(super) unsafe fn products_u8_512(a: &[u8], inputs: usize, panel: &[i8], out: &mut [[i32; LANES]]) {
    let rows = out.len();
    if rows == 1 {
        // SAFETY: as promised.
        unsafe { row_u8_512(a.as_ptr(), inputs, panel.as_ptr(), &mut out[0]) };
        return;
    }
    rows!(
        rows,
        [(4, 3), (2, 3), (1, 3), (1, 1)],
        tile_u8_512(a.as_ptr().add(row * inputs), inputs, panel.as_ptr(), &mut out[row..]),
        row
    );
}

/// # Safety
/// As above, for `G · R` rows at `a`; `out` has that many.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma")]
#[inline]
unsafe fn tile_u8_512<const G: usize, const R: usize>(
    a: *const u8,
    inputs: usize,
    mut panel: *const i8,
    out: &mut [[i32; LANES]],
) {
    let mut sums = [[[_mm512_setzero_si512(); 2]; R]; G];
    let mut rows: [*const u8; G] = begin(a, R * inputs);
    for _ in 0..inputs / 4 {
        // SAFETY: the panel has 128 weights for each four inputs, and every row four bytes.
        unsafe {
            let low = _mm512_loadu_si512(panel.cast());
            let high = _mm512_loadu_si512(panel.add(64).cast());
            panel = panel.add(4 * LANES);
            for (sums, begin) in sums.iter_mut().zip(&mut rows) {
                let mut row = *begin;
                for sums in sums {
                    let four = _mm512_set1_epi32(row.cast::<i32>().read_unaligned());
                    sums[0] = _mm512_dpbusd_epi32(sums[0], four, low);
                    sums[1] = _mm512_dpbusd_epi32(sums[1], four, high);
                    row = row.wrapping_add(inputs);
                }
                *begin = begin.wrapping_add(4);
            }
        }
    }
    for (out, sums) in out.iter_mut().zip(sums.into_iter().flatten()) {
        // SAFETY: a row of `out` holds 32 sums of 32 bits.
        unsafe {
            _mm512_storeu_si512(out.as_mut_ptr().cast(), sums[0]);
            _mm512_storeu_si512(out.as_mut_ptr().add(16).cast(), sums[1]);
        }
    }
}

/// # Safety
/// As above, for one row.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma")]
#[inline]
unsafe fn row_u8_512(a: *const u8, inputs: usize, panel: *const i8, out: &mut [i32; LANES]) {
    const AT_ONCE: usize = 4;
    let mut sums = [[_mm512_setzero_si512(); 2]; AT_ONCE];
    let (mut a, mut panel) = (a, panel);
    for _ in 0..inputs / 4 / AT_ONCE {
        // SAFETY: as below, `AT_ONCE` times; what lies ahead is only asked for, not read.
        unsafe {
            for (place, sums) in sums.iter_mut().enumerate() {
                let weights = panel.wrapping_add(place * 4 * LANES);
                _mm_prefetch::<_MM_HINT_T0>(weights.wrapping_add(AHEAD));
                _mm_prefetch::<_MM_HINT_T0>(weights.wrapping_add(AHEAD + 64));
                let four = _mm512_set1_epi32(a.wrapping_add(4 * place).cast::<i32>().read_unaligned());
                sums[0] = _mm512_dpbusd_epi32(sums[0], four, _mm512_loadu_si512(weights.cast()));
                sums[1] = _mm512_dpbusd_epi32(sums[1], four, _mm512_loadu_si512(weights.wrapping_add(64).cast()));
            }
        }
        (a, panel) = (a.wrapping_add(4 * AT_ONCE), panel.wrapping_add(AT_ONCE * 4 * LANES));
    }
    for _ in 0..inputs / 4 % AT_ONCE {
        // SAFETY: the panel has 128 weights for each four inputs, and the row four bytes.
        unsafe {
            let four = _mm512_set1_epi32(a.cast::<i32>().read_unaligned());
            sums[0][0] = _mm512_dpbusd_epi32(sums[0][0], four, _mm512_loadu_si512(panel.cast()));
            sums[0][1] = _mm512_dpbusd_epi32(sums[0][1], four, _mm512_loadu_si512(panel.wrapping_add(64).cast()));
        }
        (a, panel) = (a.wrapping_add(4), panel.wrapping_add(4 * LANES));
    }
    for half in 0..2 {
        let all = sums.iter().fold(_mm512_setzero_si512(), |all, sums| _mm512_add_epi32(all, sums[half]));
        // SAFETY: `out` holds 32 sums.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().add(16 * half).cast(), all) };
    }
}

/// Products of bytes on 256 bits: `$dot(sums, bytes, weights)` adds four products to each sum.
macro_rules! products_u8_256 {
    ($name:ident, $tile:ident, $features:literal, $dot:expr) => {
        /// # Safety
        /// The processor has the features; `inputs` is a multiple of 4, `a.len() == out.len() *
        /// inputs`, `panel.len() == inputs * LANES`.
        #[target_feature(enable = $features)]
        pub(super) unsafe fn $name(a: &[u8], inputs: usize, panel: &[i8], out: &mut [[i32; LANES]]) {
            let rows = out.len();
            rows!(
                rows,
                [(2, 3), (1, 3), (1, 1)],
                $tile(a.as_ptr().add(row * inputs), inputs, panel.as_ptr(), &mut out[row..]),
                row
            );
        }

        /// # Safety
        /// As above, for `G · R` rows at `a`; `out` has that many.
        #[target_feature(enable = $features)]
        #[inline]
        unsafe fn $tile<const G: usize, const R: usize>(
            a: *const u8,
            inputs: usize,
            panel: *const i8,
            out: &mut [[i32; LANES]],
        ) {
            for half in 0..2 {
                let mut sums = [[[_mm256_setzero_si256(); 2]; R]; G];
                let mut rows: [*const u8; G] = begin(a, R * inputs);
                let mut weights = panel.wrapping_add(64 * half);
                for _ in 0..inputs / 4 {
                    // SAFETY: the panel has 128 weights for each four inputs, and every row four
                    // bytes.
                    unsafe {
                        let low = _mm256_loadu_si256(weights.cast());
                        let high = _mm256_loadu_si256(weights.add(32).cast());
                        weights = weights.wrapping_add(4 * LANES);
                        for (sums, begin) in sums.iter_mut().zip(&mut rows) {
                            let mut row = *begin;
                            for sums in sums {
                                let four = _mm256_set1_epi32(row.cast::<i32>().read_unaligned());
                                sums[0] = $dot(sums[0], four, low);
                                sums[1] = $dot(sums[1], four, high);
                                row = row.wrapping_add(inputs);
                            }
                            *begin = begin.wrapping_add(4);
                        }
                    }
                }
                for (out, sums) in out.iter_mut().zip(sums.into_iter().flatten()) {
                    // SAFETY: a row of `out` holds 32 sums of 32 bits.
                    unsafe {
                        let out = out.as_mut_ptr().add(16 * half);
                        _mm256_storeu_si256(out.cast(), sums[0]);
                        _mm256_storeu_si256(out.add(8).cast(), sums[1]);
                    }
                }
            }
        }
    };
}

products_u8_256!(products_u8_vnni, tile_u8_vnni, "avx2,fma,avxvnni", _mm256_dpbusd_avx_epi32);
products_u8_256!(products_u8_vnni_256, tile_u8_vnni_256, "avx512f,avx512vl,avx512vnni,avx2,fma", _mm256_dpbusd_epi32);
/// # Safety
/// The processor has AVX2; `inputs` is a multiple of 4, `a.len() == out.len() * inputs`,
/// `panel.len() == inputs * LANES`.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn products_u8_avx2(a: &[u8], inputs: usize, panel: &[i8], out: &mut [[i32; LANES]]) {
    let rows = out.len();
    rows!(
        rows,
        [(2, 2), (1, 1)],
        tile_u8_avx2(a.as_ptr().add(row * inputs), inputs, panel.as_ptr(), &mut out[row..]),
        row
    );
}

/// AVX2 multiplies bytes only where sums of two fit 16 bits, so they are widened to 16 bits: inputs
/// 0 and 2 of a group, and inputs 1 and 3.
///
/// # Safety
/// As above, for `G · R` rows at `a`; `out` has that many.
#[target_feature(enable = "avx2,fma")]
#[inline]
unsafe fn tile_u8_avx2<const G: usize, const R: usize>(
    a: *const u8,
    inputs: usize,
    panel: *const i8,
    out: &mut [[i32; LANES]],
) {
    for half in 0..2 {
        let mut sums = [[[_mm256_setzero_si256(); 2]; R]; G];
        let mut rows: [*const u8; G] = begin(a, R * inputs);
        let mut weights = panel.wrapping_add(64 * half);
        for _ in 0..inputs / 4 {
            // SAFETY: the panel has 128 weights for each four inputs, and every row four bytes.
            unsafe {
                let both = [_mm256_loadu_si256(weights.cast()), _mm256_loadu_si256(weights.add(32).cast())];
                let odd = [_mm256_srai_epi16::<8>(both[0]), _mm256_srai_epi16::<8>(both[1])];
                let even = [
                    _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(both[0])),
                    _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(both[1])),
                ];
                weights = weights.wrapping_add(4 * LANES);
                for (sums, begin) in sums.iter_mut().zip(&mut rows) {
                    let mut row = *begin;
                    for sums in sums {
                        let four = _mm256_set1_epi32(row.cast::<i32>().read_unaligned());
                        let (low, high) =
                            (_mm256_and_si256(four, _mm256_set1_epi16(0xff)), _mm256_srli_epi16::<8>(four));
                        for place in 0..2 {
                            let products = _mm256_madd_epi16(low, even[place]);
                            sums[place] = _mm256_add_epi32(sums[place], products);
                            let products = _mm256_madd_epi16(high, odd[place]);
                            sums[place] = _mm256_add_epi32(sums[place], products);
                        }
                        row = row.wrapping_add(inputs);
                    }
                    *begin = begin.wrapping_add(4);
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(sums.into_iter().flatten()) {
            // SAFETY: a row of `out` holds 32 sums of 32 bits.
            unsafe {
                let out = out.as_mut_ptr().add(16 * half);
                _mm256_storeu_si256(out.cast(), sums[0]);
                _mm256_storeu_si256(out.add(8).cast(), sums[1]);
            }
        }
    }
}

/// # Safety
/// The processor has AVX-512 F; `a` holds `out.len()` rows, `stride` apart, of `panel.len() /
/// LANES` inputs.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
pub(super) unsafe fn products_f32_512(a: &[f32], stride: usize, panel: &[f32], out: &mut [[f32; LANES]]) {
    let rows = out.len();
    rows!(
        rows,
        [(4, 3), (2, 3), (1, 3), (1, 1)],
        tile_f32_512(a.as_ptr().add(row * stride), stride, panel, &mut out[row..]),
        row
    );
}

/// # Safety
/// As above, for `G · R` rows at `a`; `out` has that many.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
#[inline]
unsafe fn tile_f32_512<const G: usize, const R: usize>(
    a: *const f32,
    stride: usize,
    panel: &[f32],
    out: &mut [[f32; LANES]],
) {
    let mut sums = [[[_mm512_setzero_ps(); 2]; R]; G];
    let mut rows: [*const f32; G] = begin(a, R * stride);
    for weights in panel.chunks_exact(LANES) {
        // SAFETY: `weights` has 32 values, and every row as many inputs as the panel.
        unsafe {
            let low = _mm512_loadu_ps(weights.as_ptr());
            let high = _mm512_loadu_ps(weights.as_ptr().add(16));
            for (sums, begin) in sums.iter_mut().zip(&mut rows) {
                let mut row = *begin;
                for sums in sums {
                    let value = _mm512_set1_ps(*row);
                    sums[0] = _mm512_fmadd_ps(value, low, sums[0]);
                    sums[1] = _mm512_fmadd_ps(value, high, sums[1]);
                    row = row.wrapping_add(stride);
                }
                *begin = begin.wrapping_add(1);
            }
        }
    }
    for (out, sums) in out.iter_mut().zip(sums.into_iter().flatten()) {
        // SAFETY: a row of `out` holds 32 values.
        unsafe {
            _mm512_storeu_ps(out.as_mut_ptr(), sums[0]);
            _mm512_storeu_ps(out.as_mut_ptr().add(16), sums[1]);
        }
    }
}

/// # Safety
/// The processor has AVX2 and FMA; `a` holds `out.len()` rows, `stride` apart, of `panel.len() /
/// LANES` inputs.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn products_f32_256(a: &[f32], stride: usize, panel: &[f32], out: &mut [[f32; LANES]]) {
    let rows = out.len();
    rows!(
        rows,
        [(2, 3), (1, 3), (1, 1)],
        tile_f32_256(a.as_ptr().add(row * stride), stride, panel, &mut out[row..]),
        row
    );
}

/// # Safety
/// As above, for `G · R` rows at `a`; `out` has that many.
#[target_feature(enable = "avx2,fma")]
#[inline]
unsafe fn tile_f32_256<const G: usize, const R: usize>(
    a: *const f32,
    stride: usize,
    panel: &[f32],
    out: &mut [[f32; LANES]],
) {
    for half in 0..2 {
        let mut sums = [[[_mm256_setzero_ps(); 2]; R]; G];
        let mut rows: [*const f32; G] = begin(a, R * stride);
        for weights in panel.chunks_exact(LANES) {
            // SAFETY: `weights` has 32 values, and every row as many inputs as the panel.
            unsafe {
                let low = _mm256_loadu_ps(weights.as_ptr().add(16 * half));
                let high = _mm256_loadu_ps(weights.as_ptr().add(16 * half + 8));
                for (sums, begin) in sums.iter_mut().zip(&mut rows) {
                    let mut row = *begin;
                    for sums in sums {
                        let value = _mm256_set1_ps(*row);
                        sums[0] = _mm256_fmadd_ps(value, low, sums[0]);
                        sums[1] = _mm256_fmadd_ps(value, high, sums[1]);
                        row = row.wrapping_add(stride);
                    }
                    *begin = begin.wrapping_add(1);
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(sums.into_iter().flatten()) {
            // SAFETY: a row of `out` holds 32 values.
            unsafe {
                _mm256_storeu_ps(out.as_mut_ptr().add(16 * half), sums[0]);
                _mm256_storeu_ps(out.as_mut_ptr().add(16 * half + 8), sums[1]);
            }
        }
    }
}
