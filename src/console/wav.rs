//! Sound as a WAV file of one channel and 16 bits at 16 kHz, and parts of such a file.

use std::ops::Range;

use crate::audio::SPEECH_RATE;
use crate::common::riff;

/// Bytes before the first sample.
const HEADER: u64 = 44;

/// The bytes of a file of so many samples.
pub fn size(samples: u64) -> u64 {
    HEADER + samples * 2
}

/// The samples that lie in these bytes of a file, whole ones.
pub fn samples_in(bytes: &Range<u64>) -> Range<u64> {
    let at = |byte: u64| byte.saturating_sub(HEADER);
    at(bytes.start) / 2..at(bytes.end).div_ceil(2)
}

/// These bytes of a file of `total` samples, made of the samples that [`samples_in`] names.
pub fn part(total: u64, bytes: &Range<u64>, samples: &[i16]) -> Vec<u8> {
    let mut out = Vec::with_capacity((bytes.end - bytes.start) as usize);
    if bytes.start < HEADER {
        let header = riff::mono_header(SPEECH_RATE, total);
        out.extend(&header[bytes.start as usize..bytes.end.min(HEADER) as usize]);
    }
    let first = HEADER + samples_in(bytes).start * 2;
    let sound = samples.iter().flat_map(|sample| sample.to_le_bytes());
    let skipped = bytes.start.max(HEADER).saturating_sub(first) as usize;
    let wanted = bytes.end.saturating_sub(bytes.start.max(HEADER)) as usize;
    out.extend(sound.skip(skipped).take(wanted));
    out
}

/// The bytes that a `Range` header asks for, of a file of this size: `None` where there is none or
/// it is not understood.
///
/// # Errors
/// When nothing of it lies within the file.
pub fn range(header: Option<&str>, size: u64) -> Result<Option<Range<u64>>, ()> {
    let Some(wish) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else { return Ok(None) };
    let Some((first, last)) = wish.split_once('-') else { return Ok(None) };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let bytes = match (first.trim(), last.trim()) {
        ("", last) => match number(last) {
            Some(count) => size.saturating_sub(count)..size,
            None => return Ok(None),
        },
        (first, "") => match number(first) {
            Some(first) => first..size,
            None => return Ok(None),
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
            _ => return Ok(None),
        },
    };
    if bytes.start < bytes.end { Ok(Some(bytes)) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_range_is_read_as_browsers_write_it() {
        for (header, expected) in [
            (None, Ok(None)),
            (Some("bytes=0-"), Ok(Some(0..100))),
            (Some("bytes=10-19"), Ok(Some(10..20))),
            (Some("bytes=90-999"), Ok(Some(90..100))),
            (Some("bytes=-30"), Ok(Some(70..100))),
            (Some("bytes=100-"), Err(())),
            (Some("bytes=-0"), Err(())),
            (Some("bytes=20-10"), Ok(None)),
            (Some("bytes=0-1,5-6"), Ok(None)),
            (Some("items=0-1"), Ok(None)),
        ] {
            assert_eq!(range(header, 100), expected, "{header:?}");
        }
    }

    proptest! {
        #[test]
        fn parts_are_those_of_the_whole(count in 0u64..40, from in 0u64..130, length in 1u64..60) {
            let sound: Vec<i16> = (0..count as i16).map(|sample| sample * 777 - 9000).collect();
            let whole = part(count, &(0..size(count)), &sound);
            prop_assert_eq!(whole.len() as u64, size(count));
            let bytes = from.min(size(count))..(from + length).min(size(count));
            let held = samples_in(&bytes);
            let cut = part(count, &bytes, &sound[held.start as usize..held.end.min(count) as usize]);
            prop_assert_eq!(&cut[..], &whole[bytes.start as usize..bytes.end as usize]);
        }
    }
}
