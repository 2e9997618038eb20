//! The floor alone: who speaks when, without a word being recognised.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{BLOCK, Error};
use crate::audio::{Block, SpeechStream};
use crate::common::alarm::Alarm;
use crate::floor::{self, Floor, Turn};

/// Runs a detector over a recording from where it stands to its end and gives the turns by their
/// start, on [`floor::CLOCK`], and what was wrong with microphones.
/// `watch` is told of every hop, `progress` of the samples that are done.
///
/// # Errors
/// [`Error::Audio`], or [`Error::Interrupted`] when `stop` is set.
pub fn detect(
    sound: &mut SpeechStream,
    mut floor: Floor,
    stop: &AtomicBool,
    watch: &mut floor::HopObserver<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(Vec<Turn>, Vec<Alarm>), Error> {
    let mut block = Block::default();
    let mut turns = Vec::new();
    while sound.read(&mut block, BLOCK)? > 0 {
        let slices: Vec<&[f32]> = block.channels().iter().map(Vec::as_slice).collect();
        floor.push_watched(&slices, &mut turns, watch);
        progress(block.span().end);
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
    }
    let alarms = floor.alarms().to_vec();
    floor.finish(&mut turns);
    turns.sort_unstable_by_key(|turn| (turn.span.start, turn.channel));
    Ok((turns, alarms))
}
