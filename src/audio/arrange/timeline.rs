//! Where each part of a microphone begins, in samples of the recording.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::{Error, Warning};
use super::reading::{By, File, Key, Reading, times};
use crate::common::clock::{Channel, Clock, Span};

/// Recorders number samples by their clock; what differs by less than this share of a second is one
/// moment.
const ONE_MOMENT: u64 = 50;
/// Parts of one meeting do not lie so far apart, in seconds.
const FAR: u64 = 12 * 3600;

/// Where each part begins, for each microphone of a reading; `None` where it follows the one
/// before.
pub(super) struct Timeline {
    pub(super) starts: Vec<Vec<Option<u64>>>,
    pub(super) warnings: Vec<Warning>,
}

/// Silence between two parts of a microphone.
struct Gap {
    span: Span,
    channel: Channel,
    before: PathBuf,
    after: PathBuf,
}

/// Lays the parts of a reading, whose microphones have these channels, on one timeline.
pub(super) fn lay(files: &[File], reading: &Reading, channels: &[Channel]) -> Result<Timeline, Error> {
    let rates: Option<Vec<_>> = reading.parts().map(|part| files[part.file].head.map(|head| head.clock)).collect();
    let clock = rates.as_ref().and_then(|rates| rates.first()).copied();
    let starts = reading.microphones.iter().map(|microphone| vec![None; microphone.parts.len()]).collect();
    let mut timeline = Timeline { starts, warnings: Vec::new() };
    let Some(clock) = clock.filter(|clock| rates.is_some_and(|rates| rates.iter().all(|rate| rate == clock))) else {
        // Files of several rates are refused when they are opened.
        return Ok(timeline);
    };
    let gaps = match times(files, reading) {
        Some(fits) if fits || !reading.has_parts() => by_time(files, reading, channels, fits, &mut timeline),
        _ if reading.has_parts() => by_order(files, reading, channels, clock, &mut timeline),
        _ => Vec::new(),
    };
    let mut told: BTreeMap<Span, (Vec<Channel>, PathBuf, PathBuf)> = BTreeMap::new();
    for Gap { span, channel, before, after } in gaps {
        if span.len() / u64::from(clock.rate()) >= FAR {
            return Err(Error::FarApart { before, after, hours: span.len() / u64::from(clock.rate()) / 3600 });
        }
        told.entry(span).or_insert_with(|| (Vec::new(), before, after)).0.push(channel);
    }
    let gap = |(span, (channels, before, after))| Warning::Gap { before, after, channels, clock, span };
    timeline.warnings.extend(told.into_iter().map(gap));
    Ok(timeline)
}

/// By the times in the heads or names of the files. Where these leave the microphones no moment in
/// common, a clock was wrong, and nothing is moved.
fn by_time(
    files: &[File],
    reading: &Reading,
    channels: &[Channel],
    credible: bool,
    timeline: &mut Timeline,
) -> Vec<Gap> {
    let Some(clock) = reading.parts().find_map(|part| Some(files[part.file].head?.clock)) else { return Vec::new() };
    let rate = u64::from(clock.rate());
    let head = |file: usize| files[file].head;
    let began = |file: usize| head(file).and_then(|head| head.began).unwrap_or_default();
    let first = reading.parts().map(|part| began(part.file)).min().unwrap_or_default();
    let coarse = reading.parts().filter_map(|part| head(part.file)).map(|head| head.within).max().unwrap_or_default();
    // Two clocks of whole seconds may differ by two.
    let one_moment = if coarse == 0 { rate / ONE_MOMENT } else { 2 * coarse };
    let end_of = |microphone: usize| -> Option<u64> {
        let last = reading.microphones[microphone].parts.last()?;
        Some(began(last.file).abs_diff(first) + head(last.file)?.length?)
    };
    let ends: Vec<Option<u64>> = (0..reading.microphones.len()).map(end_of).collect();
    let with_the_first =
        |microphone: &usize| began(reading.microphones[*microphone].parts[0].file).abs_diff(first) <= one_moment;
    let last =
        (0..ends.len()).filter(with_the_first).filter_map(|microphone| ends[microphone]).max().unwrap_or_default();
    let mut gaps = Vec::new();
    for (place, microphone) in reading.microphones.iter().enumerate() {
        let (channel, opening) = (channels[place], &microphone.parts[0]);
        let path = || files[opening.file].path.clone();
        let late = began(opening.file).abs_diff(first);
        let mut own = began(opening.file);
        if late > one_moment {
            // Where only whole seconds are known, the microphone that began later must also have ended with the
            // others.
            let whole_seconds_fit = || ends[place].is_some_and(|end| end.abs_diff(last) <= 2 * one_moment);
            if credible && (coarse == 0 || whole_seconds_fit()) {
                own = first;
                timeline.starts[place][0] = Some(late);
                timeline.warnings.push(Warning::BeganLater { path: path(), channel, clock, frames: late });
            } else {
                timeline.warnings.push(Warning::TimesDiffer { path: path(), channel, clock, frames: late });
            }
        }
        let mut end = timeline.starts[place][0].unwrap_or_default();
        for (index, pair) in microphone.parts.windows(2).enumerate() {
            let Some(length) = head(pair[0].file).and_then(|head| head.length) else { break };
            end += length;
            let begins = began(pair[1].file).abs_diff(own);
            if begins > end + one_moment {
                let (before, after) = (files[pair[0].file].path.clone(), files[pair[1].file].path.clone());
                gaps.push(Gap { span: Span::new(end, begins), channel, before, after });
                end = begins;
            }
            timeline.starts[place][index + 1] = Some(end);
        }
    }
    gaps
}

/// By the order of the parts. A recorder begins the next part of all its microphones at one moment.
fn by_order(
    files: &[File],
    reading: &Reading,
    channels: &[Channel],
    clock: Clock,
    timeline: &mut Timeline,
) -> Vec<Gap> {
    tell_missing(files, reading, timeline);
    let length = |file: usize| files[file].head.and_then(|head| head.length);
    let mut keys: Vec<&Key> = reading.parts().map(|part| &part.key).collect();
    keys.sort();
    keys.dedup();
    let half = u64::from(clock.rate()) / 2;
    let whole = |parts: &[super::reading::Part]| parts.iter().map(|part| length(part.file)).sum::<Option<u64>>();
    let wholes: Option<Vec<u64>> = reading.microphones.iter().map(|one| whole(&one.parts)).collect();
    let spread = |lengths: &[u64]| Some(lengths.iter().max()? - lengths.iter().min()?);
    let mut begins: BTreeMap<&Key, u64> = BTreeMap::new();
    let mut at = 0;
    let mut even = true;
    for key in keys {
        begins.insert(key, at);
        let lengths: Option<Vec<u64>> =
            reading.parts().filter(|part| part.key == *key).map(|part| length(part.file)).collect();
        // A part that does not tell its length: what follows begins where it ends.
        let Some(lengths) = lengths else { return Vec::new() };
        even &= spread(&lengths).is_none_or(|most| most <= 2 * half);
        at += lengths.iter().max().copied().unwrap_or_default();
    }
    // Recorders that split at other places, but ran equally long: each goes by itself.
    if !even && wholes.as_deref().and_then(spread).is_some_and(|most| most <= 4 * half) {
        return Vec::new();
    }
    let mut gaps = Vec::new();
    for (place, microphone) in reading.microphones.iter().enumerate() {
        let mut before: Option<(u64, PathBuf)> = None;
        for (index, part) in microphone.parts.iter().enumerate() {
            let begin = begins.get(&part.key).copied().unwrap_or_default();
            let path = files[part.file].path.clone();
            let end = before.as_ref().map_or(0, |(end, _)| *end);
            if begin > end + half {
                let before = before.map_or_else(|| path.clone(), |(_, before)| before);
                let channel = channels[place];
                gaps.push(Gap { span: Span::new(end, begin), channel, before, after: path.clone() });
            }
            timeline.starts[place][index] = Some(begin);
            before = Some((begin + length(part.file).unwrap_or_default(), path));
        }
    }
    gaps
}

/// Tells where the numbers of parts leap, and where nothing says how much time lies between.
fn tell_missing(files: &[File], reading: &Reading, timeline: &mut Timeline) {
    let mut parts: Vec<_> = reading.parts().collect();
    parts.sort();
    parts.dedup_by(|after, before| after.key == before.key);
    let path = |file: usize| files[file].path.clone();
    for pair in parts.windows(2) {
        let (before, after) = (path(pair[0].file), path(pair[1].file));
        let leap = |(a, b): (&Vec<u64>, &Vec<u64>)| {
            let differing = a.iter().zip(b).filter(|(a, b)| a != b).count();
            a.len() == b.len() && differing == 1 && a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > 1)
        };
        if leap((&pair[0].key.1, &pair[1].key.1)) {
            timeline.warnings.push(Warning::PartsMissing { before, after });
        } else if reading.by == By::Order {
            timeline.warnings.push(Warning::Joined { before, after });
        }
    }
    let opening = parts.first().filter(|part| part.key.1.last().is_some_and(|number| (2..1_000).contains(number)));
    let counted = |place: usize| parts.iter().all(|part| part.key.1.len() == parts[place].key.1.len());
    if let Some(part) = opening
        && parts.len() > 1
        && counted(0)
        && parts.windows(2).all(|pair| pair[0].key.1.last() != pair[1].key.1.last())
        && reading.by != By::Order
    {
        timeline.warnings.push(Warning::FirstPartMissing { path: path(part.file) });
    }
}
