//! What broadcast recorders write beside the sound: when it began and what its tracks are called.

use jiff::civil::{Date, DateTime, Time};

/// The local time at which the recording began, from a `bext` chunk (EBU Tech 3285). It carries no
/// zone. `None` unless date and time are both whole and possible.
pub(super) fn origination(bext: &[u8]) -> Option<DateTime> {
    // After description (256), originator (32) and its reference (32): yyyy-mm-dd and hh:mm:ss, any
    // mark between the digits.
    let date = numbers::<3>(bext.get(320..330)?, [4, 2, 2])?;
    let time = numbers::<3>(bext.get(330..338)?, [2, 2, 2])?;
    let [year, month, day] = date;
    let [hour, minute, second] = time.map(|number| number as i8);
    let date = Date::new(year, month as i8, day as i8).ok()?;
    let time = Time::new(hour, minute, second, 0).ok()?;
    // Recorders without a clock write the first day of their era.
    (year >= 1990).then(|| DateTime::from_parts(date, time))
}

/// Samples between midnight and the first, from a `bext` chunk; `None` where it says zero, as
/// recorders do that do not count them.
pub(super) fn time_reference(bext: &[u8]) -> Option<u64> {
    let samples = u64::from_le_bytes(bext.get(338..346)?.try_into().ok()?);
    Some(samples).filter(|samples| *samples > 0)
}

/// The same from an `iXML` chunk, which gives it in two halves.
pub(super) fn ixml_time_reference(ixml: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(ixml);
    let document = roxmltree::Document::parse(text.trim_end_matches('\0').trim()).ok()?;
    let half = |name: &str| -> Option<u64> {
        let node = document.descendants().find(|node| node.has_tag_name(name))?;
        node.text()?.trim().parse::<u32>().ok().map(u64::from)
    };
    let low = half("TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO").or_else(|| half("BWF_TIME_REFERENCE_LOW"))?;
    let high = half("TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI").or_else(|| half("BWF_TIME_REFERENCE_HIGH")).unwrap_or(0);
    Some(high << 32 | low).filter(|samples| *samples > 0)
}

/// Numbers of these many digits, one mark between each two.
fn numbers<const N: usize>(text: &[u8], digits: [usize; N]) -> Option<[i16; N]> {
    let mut rest = text;
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let (head, tail) = rest.split_at_checked(digits)?;
        *number = std::str::from_utf8(head)
            .ok()
            .filter(|head| head.bytes().all(|byte| byte.is_ascii_digit()))?
            .parse()
            .ok()?;
        rest = tail.get(1..).unwrap_or_default();
    }
    Some(numbers)
}

/// The names of the channels in order, from the `TRACK_LIST` of an `iXML` chunk (version 2); empty
/// when it names none.
pub(super) fn track_names(ixml: &[u8], channels: u16) -> Vec<Option<String>> {
    let text = String::from_utf8_lossy(ixml);
    let Ok(document) = roxmltree::Document::parse(text.trim_end_matches('\0').trim()) else { return Vec::new() };
    let mut names = vec![None; usize::from(channels)];
    for track in document.descendants().filter(|node| node.has_tag_name("TRACK")) {
        let child = |name: &str| track.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
        // The interleave index is the channel in the file; the channel index is that of the recorder's
        // input.
        let index = child("INTERLEAVE_INDEX").or_else(|| child("CHANNEL_INDEX"));
        let slot = index.and_then(|index| index.trim().parse::<usize>().ok()).and_then(|index| index.checked_sub(1));
        let name = child("NAME").map(str::trim).filter(|name| !name.is_empty());
        if let (Some(slot), Some(name)) = (slot.and_then(|slot| names.get_mut(slot)), name) {
            *slot = Some(name.to_owned());
        }
    }
    if names.iter().all(Option::is_none) { Vec::new() } else { names }
}
