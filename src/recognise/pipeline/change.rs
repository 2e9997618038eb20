//! Whether another person may have come to a microphone: after a pause the voice arrives louder or
//! softer than all the time before.
//!
//! It is a proposal for a person to hear, on a microphone that several use. A level is no voice
//! print: whoever leans back sounds like another, and two of equal voice like one.

use crate::floor::{RATE, Turn};

/// Whoever hands a microphone over needs so much silence (0.8 s).
const PAUSE: u64 = RATE.get() as u64 * 4 / 5;
/// Turns shorter than this (0.6 s) say too little of a voice's level.
const SHORTEST: u64 = RATE.get() as u64 * 3 / 5;
/// The difference in level that is taken for another mouth, in dB: less is common between the turns
/// of one.
const DIFFERENCE: f32 = 4.0;
/// How fast the level that is known follows the turns of one voice.
const FOLLOWING: f32 = 0.3;
/// Frames in which the level is taken (20 ms), and those that count: within so many dB of the
/// loudest twentieth.
const FRAME: usize = 320;
const BELOW: f32 = 15.0;

/// What is known of the voice at one microphone.
#[derive(Clone, Copy)]
struct Voice {
    level: f32,
    end: u64,
}

/// The voices at all microphones.
pub(super) struct Voices(Vec<Option<Voice>>);

impl Voices {
    pub fn new(channels: usize) -> Self {
        Self(vec![None; channels])
    }

    /// Takes the next turn of a channel and its sound (the turn alone); whether it may be
    /// another's.
    pub fn turn(&mut self, turn: &Turn, sound: &[f32]) -> bool {
        let place = &mut self.0[turn.channel.index()];
        let (start, end) = (turn.span.start, turn.span.end);
        let level = if turn.span.len() < SHORTEST { None } else { level(sound) };
        let (Some(known), Some(level)) = (*place, level) else {
            *place = match (*place, level) {
                (Some(known), _) => Some(Voice { end, ..known }),
                (None, level) => level.map(|level| Voice { level, end }),
            };
            return false;
        };
        let changed = start.saturating_sub(known.end) >= PAUSE && (level - known.level).abs() >= DIFFERENCE;
        let level = if changed { level } else { known.level + FOLLOWING * (level - known.level) };
        *place = Some(Voice { level, end });
        changed
    }
}

/// How loud a voice is while it sounds, in dB: without its pauses. `None` of silence.
fn level(sound: &[f32]) -> Option<f32> {
    let power = |frame: &[f32]| frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32;
    let mut frames: Vec<f32> = sound.chunks_exact(FRAME).map(power).collect();
    frames.sort_unstable_by(|a, b| b.total_cmp(a));
    let loud = *frames.get(frames.len() / 20).filter(|power| **power > 0.0)?;
    let least = loud * 10f32.powf(-BELOW / 10.0);
    let counted: Vec<f32> = frames.into_iter().filter(|power| *power >= least).collect();
    Some(10.0 * (counted.iter().sum::<f32>() / counted.len() as f32).log10())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::clock::{Channel, Span};

    /// Turns of one channel, each so long after the one before and so loud (amplitude), a voice of
    /// syllables for 3 s; which are changes.
    fn changes(turns: &[(u64, f32)]) -> Vec<bool> {
        let mut voices = Voices::new(1);
        let rate = u64::from(RATE.get());
        let mut start = 0;
        turns
            .iter()
            .map(|&(tenths, amplitude)| {
                start += tenths * rate / 10;
                let span = Span::new(start, start + 3 * rate);
                start = span.end;
                let syllable = |n: u64| if n % 4_000 < 3_000 { amplitude } else { 0.001 };
                let sound: Vec<f32> = (0..3 * rate).map(|n| syllable(n) * (n as f32 * 0.3).sin()).collect();
                voices.turn(
                    &Turn {
                        channel: Channel::from_index(0),
                        span,
                        continues: false,
                        off_microphone: false,
                        tones: false,
                    },
                    &sound,
                )
            })
            .collect()
    }

    #[test]
    fn another_level_after_a_pause_is_proposed_once() {
        assert_eq!(
            changes(&[(0, 0.2), (10, 0.2), (10, 0.05), (10, 0.05), (10, 0.2)]),
            [false, false, true, false, true]
        );
    }

    #[test]
    fn without_a_pause_or_a_clear_difference_nothing_is_proposed() {
        assert_eq!(changes(&[(0, 0.2), (5, 0.05)]), [false, false]);
        assert_eq!(changes(&[(0, 0.2), (20, 0.15), (20, 0.2), (20, 0.26)]), [false; 4]);
    }
}
