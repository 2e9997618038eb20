//! Products of bytes for aarch64, with instructions that every such processor has.

use std::arch::aarch64::*;

use super::LANES;

/// # Safety
/// `inputs` is a multiple of 4, `a.len() == out.len() * inputs`, `panel.len() == inputs * LANES`.
#[target_feature(enable = "neon")]
pub(super) unsafe fn products_u8(a: &[u8], inputs: usize, panel: &[i8], out: &mut [[i32; LANES]]) {
    let rows = out.len();
    let mut row = 0;
    while row < rows {
        // SAFETY: rows `row` and, with 2, `row + 1` exist; the rest is the caller's promise.
        unsafe {
            if rows - row >= 2 {
                tile::<2>(a.as_ptr().add(row * inputs), inputs, panel.as_ptr(), &mut out[row..]);
                row += 2;
            } else {
                tile::<1>(a.as_ptr().add(row * inputs), inputs, panel.as_ptr(), &mut out[row..]);
                row += 1;
            }
        }
    }
}

/// Eight outputs at a time: their 32 weights of a group widen to 16 bits, where a sum of two
/// products of bytes would not fit, so they are added pair by pair in 32.
///
/// # Safety
/// As above, for `M` rows at `a`; `out` has that many.
#[target_feature(enable = "neon")]
#[inline]
unsafe fn tile<const M: usize>(a: *const u8, inputs: usize, panel: *const i8, out: &mut [[i32; LANES]]) {
    for eight in 0..LANES / 8 {
        // For every output two sums: of inputs 0 and 1, and of inputs 2 and 3 of each group.
        let mut sums = [[vdupq_n_s32(0); 4]; M];
        for group in 0..inputs / 4 {
            // SAFETY: group · 128 + 128 ≤ inputs · LANES, and row · inputs + 4 · group + 4 ≤ M ·
            // inputs.
            unsafe {
                let weights = panel.add(group * 4 * LANES + eight * 32);
                let (first, second) = (vld1q_s8(weights), vld1q_s8(weights.add(16)));
                let wide = [
                    vmovl_s8(vget_low_s8(first)),
                    vmovl_high_s8(first),
                    vmovl_s8(vget_low_s8(second)),
                    vmovl_high_s8(second),
                ];
                for (row, sums) in sums.iter_mut().enumerate() {
                    let four = a.add(row * inputs + 4 * group).cast::<u32>().read_unaligned();
                    let four = vreinterpretq_s16_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four))));
                    for (sum, wide) in sums.iter_mut().zip(wide) {
                        // Two outputs of four products each: pairs are added in 32 bits.
                        let low = vmull_s16(vget_low_s16(four), vget_low_s16(wide));
                        let high = vmull_high_s16(four, wide);
                        *sum = vaddq_s32(*sum, vpaddq_s32(low, high));
                    }
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(sums) {
            for (place, pair) in sums.chunks_exact(2).enumerate() {
                // SAFETY: eight · 8 + place · 4 + 4 ≤ LANES.
                unsafe { vst1q_s32(out.as_mut_ptr().add(eight * 8 + place * 4), vpaddq_s32(pair[0], pair[1])) };
            }
        }
    }
}
