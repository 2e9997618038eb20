//! Who is to speak, and what was heard.

use crate::common::clock::Channel;
use crate::floor::{Floor, HOP, HopState, Profile};

use super::verdict::{Heard, Verdict, judge};

/// Hops of speech by which a seat is known (1.5 s), and of silence by which its sentence is over
/// (0.8 s).
const ENOUGH: u32 = 150;
const OVER: u32 = 80;
/// Hops after which a seat that goes on speaking is let be (12 s), and after which one that says
/// nothing is passed over (15 s).
const LONGEST: u32 = 1200;
const WAITED: u32 = 1500;
/// Fewer hops than this are a cough (0.3 s).
const LEAST: u32 = 30;
/// A sample at this level or above is at the limit; so many in a row, at the detector's rate, are a
/// wave cut off.
const LIMIT: f32 = 0.98;
const CUT_OFF: u32 = 3;

/// What happens next in a sound check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// This seat is to speak.
    Asked(Channel),
    /// It was heard, at this microphone.
    Heard {
        /// The seat.
        seat: Channel,
        /// The microphone at which it was loudest.
        at: Channel,
    },
    /// It was not heard in time.
    Missed(Channel),
}

/// A sound check that runs.
pub struct SoundCheck {
    floor: Floor,
    ear: Ear,
}

/// What is heard while one seat is to speak.
struct Ear {
    seats: Vec<Channel>,
    /// The place in `seats` of the one that is to speak.
    turn: usize,
    waited: u32,
    silence: u32,
    now: Heard,
    heard: Vec<(Channel, Heard)>,
    runs: Vec<u32>,
    steps: Vec<Step>,
}

impl SoundCheck {
    /// Of a room with so many channels, whose seats speak in this order.
    #[must_use]
    pub fn new(channels: usize, seats: Vec<Channel>) -> Self {
        let steps = seats.first().map(|seat| Step::Asked(*seat)).into_iter().collect();
        let ear = Ear {
            seats,
            turn: 0,
            waited: 0,
            silence: 0,
            now: Heard::new(channels),
            heard: Vec::new(),
            runs: vec![0; channels],
            steps,
        };
        Self { floor: Floor::new(channels), ear }
    }

    /// Takes the next samples of all channels, as [`Floor::push`] does; gives what happened since.
    ///
    /// # Panics
    /// As [`Floor::push`].
    pub fn push(&mut self, block: &[&[f32]]) -> Vec<Step> {
        let length = block.first().map_or(0, |samples| samples.len());
        // Hop by hop, so that what is clipped belongs to whoever speaks.
        for start in (0..length).step_by(HOP) {
            let end = (start + HOP).min(length);
            let hop: Vec<&[f32]> = block.iter().map(|samples| &samples[start..end]).collect();
            self.ear.clipped(&hop);
            let ear = &mut self.ear;
            self.floor.push_watched(&hop, &mut Vec::new(), &mut |sights| ear.hop(sights));
        }
        std::mem::take(&mut self.ear.steps)
    }

    /// Whether every seat has had its turn.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ear.turn >= self.ear.seats.len()
    }

    /// Ends the check: what is to be said of each seat, and what was learned of the room. Seats
    /// that had no turn yet count as not heard.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Verdict>, Profile) {
        while !self.is_over() {
            self.ear.next();
        }
        (judge(&self.ear.heard), self.floor.profile())
    }
}

impl Ear {
    fn clipped(&mut self, hop: &[&[f32]]) {
        for ((run, clipped), samples) in self.runs.iter_mut().zip(&mut self.now.clipped).zip(hop) {
            for sample in *samples {
                *run = if sample.abs() >= LIMIT { run.saturating_add(1) } else { 0 };
                *clipped += u32::from(*run >= CUT_OFF);
            }
        }
    }

    fn hop(&mut self, sights: &[HopState]) {
        let Some(seat) = self.seats.get(self.turn).copied() else { return };
        self.waited += 1;
        self.now.room(sights);
        // Whoever is loudest above all others' cross-talk; a room that answers does not speak.
        let louder = |a: &usize, b: &usize| sights[*a].level_db.total_cmp(&sights[*b].level_db);
        let leader = (0..sights.len()).filter(|&index| sights[index].accepted).max_by(louder);
        if let Some(faint) = leader.filter(|&leader| !sights[leader].voiced) {
            self.now.faint_hop(faint, sights);
        }
        let leader = leader.filter(|&leader| sights[leader].voiced);
        match leader {
            Some(leader) => {
                self.silence = 0;
                self.now.hop(leader, sights);
            }
            None => self.silence += 1,
        }
        let spoken = self.now.spoken();
        if spoken >= LEAST && self.silence >= OVER && (spoken >= ENOUGH || self.waited >= WAITED) || spoken >= LONGEST {
            let at = self.now.loudest().unwrap_or(seat);
            self.steps.push(Step::Heard { seat, at });
            self.next();
        } else if self.waited >= WAITED && spoken < LEAST {
            self.steps.push(Step::Missed(seat));
            self.next();
        }
    }

    fn next(&mut self) {
        let channels = self.runs.len();
        let heard = std::mem::replace(&mut self.now, Heard::new(channels));
        self.heard.extend(self.seats.get(self.turn).map(|seat| (*seat, heard)));
        self.turn += 1;
        (self.waited, self.silence) = (0, 0);
        self.steps.extend(self.seats.get(self.turn).map(|seat| Step::Asked(*seat)));
    }
}
