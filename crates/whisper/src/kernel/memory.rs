//! Large pages for weights.
//!
//! For every token the decoder reads all of its weights. In pages of 4 KiB the processor spends
//! nearly half of that time on looking up where they lie.

/// Smaller pieces are not worth the call; the allocator gives larger ones pages of their own.
#[cfg(target_os = "linux")]
const LEAST: usize = 128 << 10;

/// Asks the system to back `memory`, which nobody has written to, with large pages where it can.
#[cfg(target_os = "linux")]
pub(crate) fn prefer_large_pages<T>(memory: &[T]) {
    use std::ffi::{c_int, c_void};

    const PAGE: usize = 4096;
    const MADV_HUGEPAGE: c_int = 14;
    unsafe extern "C" {
        fn madvise(address: *mut c_void, length: usize, advice: c_int) -> c_int;
    }
    let (begin, length) = (memory.as_ptr().addr(), size_of_val(memory));
    if length < LEAST {
        return;
    }
    let first = begin / PAGE * PAGE;
    let pages = (begin + length).next_multiple_of(PAGE) - first;
    // SAFETY: this advice changes no content and no right of access, of whatever lies in those pages.
    // Where it is refused, the pages stay as they are.
    unsafe { madvise(std::ptr::without_provenance_mut(first), pages, MADV_HUGEPAGE) };
}

/// Elsewhere the system decides by itself.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prefer_large_pages<T>(_: &[T]) {}
