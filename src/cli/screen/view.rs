//! What the screen shows, and what the clerk asks for.

use std::collections::VecDeque;
use std::time::Instant;

use e_risalah::common::clock::{Channel, Clock, MAX_CHANNELS};
use e_risalah::common::message::Message;
use e_risalah::meeting::Meeting;
use e_risalah::recognise::pipeline::Preview;
use e_risalah::record::recorder::Status;
use e_risalah::recording::Entered;
use e_risalah::transcript::Utterance;

use super::level::floor_channel;
use crate::cli::recogniser::RecogniserState;

/// Everything the screen shows at a moment.
pub struct View<'a> {
    /// The recorder; `None`: it does not answer, and nothing is recorded.
    pub status: Option<&'a Status>,
    /// Who sits where.
    pub meeting: &'a Meeting,
    /// What was recognised, newest last.
    pub turns: &'a VecDeque<(Clock, Utterance)>,
    /// What is being said, not final yet.
    pub preview: Option<&'a (Clock, Preview)>,
    /// The recogniser.
    pub recogniser: RecogniserState,
    /// The last answer or error.
    pub note: Option<&'a Message>,
}

/// What the clerk asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Enter this as of the moment at which its first key was pressed: typing a note takes longer
    /// than what it notes.
    Enter(Entered, Instant),
    /// Take back what was entered last.
    Withdraw,
    /// Close the recording.
    Stop,
    /// Close this screen only.
    Detach,
}

/// What the keys must know of the moment at which they are pressed.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub channels: u16,
    pub floor: Option<Channel>,
    pub millis: u64,
    /// Whether the meeting is closed to the public.
    pub private: bool,
}

impl Moment {
    pub fn of(status: Option<&Status>) -> Self {
        Self {
            channels: status.map_or(MAX_CHANNELS, |status| status.format.channels),
            floor: status.and_then(|status| floor_channel(&status.meters)),
            millis: status.map_or(0, |status| status.format.clock().millis(status.position)),
            private: status.is_some_and(|status| status.closed_from.is_some()),
        }
    }
}
