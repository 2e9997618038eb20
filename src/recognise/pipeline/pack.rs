//! Turns that are heard together in a recording of one channel, where a recogniser's window costs
//! the same however little it holds.
//!
//! Which turns go together follows from the turns alone, so that a live run, a finished recording
//! and a run that was interrupted all come to the same words. They stand in the window with silence
//! between them: what others say meanwhile is not heard. Whose a word is, its time tells. A turn of
//! which that gives no words, or too few, is heard once more by itself.

use std::ops::Range;

use crate::common::clock::{Channel, Span};
use crate::common::flag::Flag;
use crate::floor::{RATE, Turn};
use crate::recognise::speech::{self, Recogniser, Recognition, Word, guard};

/// A turn joins the one before it on its channel after a pause of no more than this many samples (2
/// s): its words wait that long for it.
const PAUSE: u64 = 2 * RATE.get() as u64;
/// Silence between two turns in a window (0.5 s).
const SILENCE: usize = RATE.get() as usize / 2;
/// Samples (1 s) of a turn that a pack must have room for, else it is not waited with.
const ROOM: usize = RATE.get() as usize;
/// Samples after which a turn that has begun is seen to have (0.25 s).
const SEEN: u64 = RATE.get() as u64 / 4;

/// One turn in a pack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Of the turn, on the recording's clock.
    pub span: Span,
    /// Where its sound begins, on the 16 kHz clock.
    pub heard_from: u64,
    /// What it is flagged with, whatever is recognised.
    pub flags: Vec<Flag>,
    /// Whether its words are stored already.
    pub known: bool,
    /// Its samples in the pack's sound.
    place: Range<usize>,
}

impl Piece {
    /// Samples of its sound.
    pub fn samples(&self) -> usize {
        self.place.len()
    }
}

/// Turns of one channel that are heard together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pack {
    pub channel: Channel,
    pub pieces: Vec<Piece>,
    sound: Vec<f32>,
    /// From the beginning of its first turn to the end of its last, on the 16 kHz clock.
    turns: Span,
}

impl Pack {
    /// A pack of one turn, of which this is the sound.
    pub fn new(turn: &Turn, span: Span, sound: Vec<f32>, flags: Vec<Flag>, known: bool) -> Self {
        let piece = Piece { span, heard_from: turn.audible().start, flags, known, place: 0..sound.len() };
        Self { channel: turn.channel, pieces: vec![piece], sound, turns: turn.span }
    }

    /// Whether the words of all its turns are stored already.
    pub fn is_known(&self) -> bool {
        self.pieces.iter().all(|piece| piece.known)
    }

    /// What tells it from every other: when its first turn begins, on the 16 kHz clock, and its
    /// channel.
    pub fn key(&self) -> (u64, usize) {
        (self.turns.start, self.channel.index())
    }

    fn is_full(&self, window: usize) -> bool {
        self.sound.len() + SILENCE + ROOM > window
    }

    fn may_join(&self, next: &Self, window: usize) -> bool {
        !self.is_full(window)
            && next.turns.start <= self.turns.end + PAUSE
            && self.sound.len() + SILENCE + next.sound.len() <= window
    }

    fn join(&mut self, next: Self) {
        let offset = self.sound.len() + SILENCE;
        self.sound.resize(offset, 0.0);
        self.sound.extend(next.sound);
        let moved = |place: Range<usize>| place.start + offset..place.end + offset;
        self.pieces.extend(next.pieces.into_iter().map(|piece| Piece { place: moved(piece.place), ..piece }));
        self.turns = Span::new(self.turns.start, next.turns.end);
    }

    /// What is said in each of its turns; the times of the words count from the beginning of its
    /// sound.
    pub fn hear(&self, recogniser: &mut impl Recogniser) -> Result<Vec<Recognition>, speech::Error> {
        let whole = recogniser.recognise(&self.sound)?;
        if self.pieces.len() == 1 {
            return Ok(vec![whole]);
        }
        let mut parts = self.part(whole);
        for (part, piece) in parts.iter_mut().zip(&self.pieces) {
            if !guard::is_good(part, piece.samples()) {
                *part = recogniser.recognise(&self.sound[piece.place.clone()])?;
            }
        }
        Ok(parts)
    }

    /// Gives each word to the turn in which it begins; one in a silence belongs to the nearer.
    fn part(&self, whole: Recognition) -> Vec<Recognition> {
        let whole_of = |language: &Option<String>| Recognition {
            words: Vec::new(),
            language: language.clone(),
            is_lost: whole.is_lost,
        };
        let mut parts = vec![whole_of(&whole.language); self.pieces.len()];
        for word in whole.words {
            let begins = word.span.start as usize;
            let index = self.pieces[1..].partition_point(|next| next.place.start <= begins + SILENCE / 2);
            let place = &self.pieces[index].place;
            let within =
                |sample: u64| (sample as usize).clamp(place.start, place.end).saturating_sub(place.start) as u64;
            let span = Span::new(within(word.span.start), within(word.span.end));
            parts[index].words.push(Word { span, ..word });
        }
        parts
    }
}

/// Puts turns into packs as they come.
pub(super) struct Packer {
    /// Samples that a pack may have; `None` where every turn is heard by itself.
    window: Option<usize>,
    waiting: Vec<Option<Pack>>,
}

impl Packer {
    pub fn new(channels: usize, window: Option<usize>) -> Self {
        Self { window, waiting: (0..channels).map(|_| None).collect() }
    }

    /// Takes a pack of one turn; returns a pack that is now complete.
    pub fn take(&mut self, pack: Pack) -> Option<Pack> {
        let Some(window) = self.window else { return Some(pack) };
        let waiting = &mut self.waiting[pack.channel.index()];
        match waiting {
            Some(before) if before.may_join(&pack, window) => {
                before.join(pack);
                None
            }
            _ => waiting.replace(pack),
        }
    }

    /// The packs that no turn can join any more, `now` on the 16 kHz clock. `is_open` says of a
    /// channel whether a turn may be going on.
    pub fn due(&mut self, now: u64, is_open: impl Fn(Channel) -> bool) -> impl Iterator<Item = Pack> {
        let window = self.window.unwrap_or(0);
        let is_due = move |pack: &mut Pack| {
            pack.is_full(window) || (now > pack.turns.end + PAUSE + SEEN && !is_open(pack.channel))
        };
        self.waiting.iter_mut().filter_map(move |waiting| waiting.take_if(&is_due))
    }

    /// When the first pack begins that waits for more turns.
    pub fn earliest(&self) -> Option<u64> {
        self.waiting.iter().flatten().map(|pack| pack.turns.start).min()
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> impl Iterator<Item = Pack> {
        self.waiting.iter_mut().filter_map(Option::take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognise::speech::{Error, GiveUp};
    use proptest::prelude::*;

    const WINDOW: usize = 352_000;

    fn turn(channel: usize, start: u64, end: u64) -> Turn {
        let (channel, span) = (Channel::from_index(channel), Span::new(start, end));
        Turn { channel, span, continues: false, off_microphone: false, tones: false }
    }

    /// A pack of one turn whose samples all have one value.
    fn pack(turn: &Turn, value: f32) -> Pack {
        let sound = vec![value; turn.audible().len() as usize];
        Pack::new(turn, turn.span, sound, Vec::new(), false)
    }

    fn spans(pack: &Pack) -> Vec<Span> {
        pack.pieces.iter().map(|piece| piece.span).collect()
    }

    /// Hears one word in each stretch of equal samples, named after them; nothing in those of 0.5
    /// when they are not alone.
    #[derive(Default)]
    struct Ear {
        asked: usize,
    }

    impl Recogniser for Ear {
        fn recognise(&mut self, sound: &[f32]) -> Result<Recognition, Error> {
            self.asked += 1;
            let (mut words, mut at) = (Vec::new(), 0);
            for same in sound.chunk_by(|a, b| a.to_bits() == b.to_bits()) {
                let span = Span::new(at, at + same.len() as u64);
                at += same.len() as u64;
                let value = (10.0 * same[0]).round() as i32;
                if value == 0 || (value == 5 && same.len() < sound.len()) {
                    continue;
                }
                let text = format!("sepanjang{value}");
                words.push(Word { text, span, probability: 1.0, tokens: 1, log_probability: 0.0 });
            }
            Ok(Recognition { words, ..Recognition::default() })
        }

        fn preview(&mut self, _: &[f32], _: GiveUp) -> Result<Option<Recognition>, Error> {
            Ok(None)
        }
    }

    fn packed(turns: &[(Turn, f32)]) -> Pack {
        let mut packer = Packer::new(1, Some(WINDOW));
        for (turn, value) in turns {
            assert_eq!(packer.take(pack(turn, *value)), None);
        }
        packer.finish().next().expect("a pack")
    }

    #[test]
    fn each_turn_gets_its_own_words_with_times_from_its_beginning() {
        let turns = [(turn(0, 16_000, 32_000), 0.1), (turn(0, 48_000, 60_000), 0.2), (turn(0, 70_000, 80_000), 0.3)];
        let pack = packed(&turns);
        let mut ear = Ear::default();
        let heard = pack.hear(&mut ear).expect("heard");
        let texts: Vec<String> = heard.iter().map(Recognition::text).collect();
        assert_eq!((texts.join(" ").as_str(), ear.asked), ("sepanjang1 sepanjang2 sepanjang3", 1));
        for ((turn, _), part) in turns.iter().zip(&heard) {
            assert_eq!(part.words[0].span, Span::new(0, turn.audible().len()));
        }
    }

    #[test]
    fn a_turn_without_words_is_heard_again_by_itself() {
        let pack = packed(&[(turn(0, 16_000, 32_000), 0.1), (turn(0, 48_000, 60_000), 0.5)]);
        let mut ear = Ear::default();
        let heard = pack.hear(&mut ear).expect("heard");
        assert_eq!((heard[0].text().as_str(), heard[1].text().as_str()), ("sepanjang1", "sepanjang5"));
        assert_eq!(ear.asked, 2);
    }

    #[test]
    fn without_a_shared_window_every_turn_goes_at_once() {
        let mut packer = Packer::new(1, None);
        let one = turn(0, 16_000, 32_000);
        assert_eq!(packer.take(pack(&one, 0.1)).map(|pack| spans(&pack)), Some(vec![one.span]));
        assert_eq!(packer.finish().count(), 0);
    }

    #[test]
    fn a_pack_without_room_is_not_waited_with() {
        let long = turn(0, 16_000, 16_000 + WINDOW as u64 - 20_000);
        let mut packer = Packer::new(1, Some(WINDOW));
        assert_eq!(packer.take(pack(&long, 0.1)), None);
        let now = long.span.end + 7_200;
        assert_eq!(packer.due(now, |_| false).map(|pack| spans(&pack)).collect::<Vec<_>>(), [[long.span]]);
        let short = turn(0, 16_000, 32_000);
        assert_eq!(packer.take(pack(&short, 0.1)), None);
        assert_eq!(packer.due(short.span.end + 7_200, |_| false).count(), 0);
    }

    /// Turns of three channels by their ends, each with its pause before and its length.
    fn turns() -> impl Strategy<Value = Vec<Turn>> {
        prop::collection::vec((0usize..3, 7_300u64..70_000, 2_400u64..320_000), 1..40).prop_map(|drawn| {
            let mut ends = [0u64; 3];
            let mut turns: Vec<Turn> = drawn
                .into_iter()
                .map(|(channel, pause, length)| {
                    let start = ends[channel] + pause;
                    ends[channel] = start + length;
                    turn(channel, start, start + length)
                })
                .collect();
            turns.sort_unstable_by_key(|turn| (turn.span.end, turn.channel));
            turns
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn packs_follow_from_the_turns_whenever_they_are_looked_at(turns in turns(), block in 160u64..20_000) {
            // By the rule alone: as much as fits, after pauses that are short.
            let mut expected: Vec<Vec<Span>> = Vec::new();
            for channel in 0..3 {
                let mut filled = 0;
                let mut last: Option<u64> = None;
                for turn in turns.iter().filter(|turn| turn.channel.index() == channel) {
                    let more = SILENCE + turn.audible().len() as usize;
                    match last {
                        Some(end)
                            if filled + SILENCE + ROOM <= WINDOW
                                && turn.span.start <= end + PAUSE
                                && filled + more <= WINDOW =>
                        {
                            filled += more;
                            expected.last_mut().expect("one").push(turn.span);
                        }
                        _ => {
                            filled = turn.audible().len() as usize;
                            expected.push(vec![turn.span]);
                        }
                    }
                    last = Some(turn.span.end);
                }
            }
            // As in a run: a turn is told 0.45 s after its end, and seen to be open 0.1 s after its
            // beginning.
            let mut packer = Packer::new(3, Some(WINDOW));
            let mut found: Vec<Vec<Span>> = Vec::new();
            let mut told = turns.iter().peekable();
            let mut now = 0;
            while told.peek().is_some() {
                now += block;
                while let Some(turn) = told.next_if(|turn| turn.span.end + 7_200 <= now) {
                    found.extend(packer.take(pack(turn, 0.1)).iter().map(spans));
                }
                let is_open = |channel| {
                    turns.iter().any(|turn| turn.channel == channel && turn.span.start + 1_600 <= now && turn.span.end + 7_200 > now)
                };
                found.extend(packer.due(now, is_open).map(|pack| spans(&pack)));
            }
            found.extend(packer.finish().map(|pack| spans(&pack)));
            found.sort_unstable_by_key(|spans| (spans[0].start, spans[0].end));
            expected.sort_unstable_by_key(|spans| (spans[0].start, spans[0].end));
            prop_assert_eq!(found, expected);
        }
    }
}
