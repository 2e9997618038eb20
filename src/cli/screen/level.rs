//! Levels in decibels, and the seat that has the floor by them.

use e_risalah::common::clock::Channel;
use e_risalah::record::recorder::Meter;

/// Where a bar begins, in decibels below full scale.
pub const FOOT: f32 = -60.0;
/// Nobody has the floor below this level.
const FLOOR: f32 = -45.0;
/// A level in decibels below full scale, at least [`FOOT`].
pub fn decibels(value: f32) -> f32 {
    // The first `max` makes silence of what is not a number.
    (20.0 * value.max(0.0).log10()).clamp(FOOT, 0.0)
}

/// The seat that has the floor: the loudest, where somebody speaks at all.
pub fn floor_channel(meters: &[Meter]) -> Option<Channel> {
    let levels = meters.iter().map(|meter| decibels(meter.rms)).enumerate();
    let (index, _) = levels.filter(|(_, level)| *level >= FLOOR).max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    channel(index)
}

/// The channel of a place among the meters, from 0.
pub fn channel(index: usize) -> Option<Channel> {
    Channel::new(u16::try_from(index + 1).ok()?)
}
