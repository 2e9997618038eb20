//! Where a recorder's sound comes from.

use crate::record::capture::{self, DeviceRequest, Intake, Microphones, Playing, Rehearsal, Stream};
use crate::recording::{Absence, Format};

/// A source of sound that can be started, and started again.
pub enum Sound {
    /// A device, and what was asked for when it was chosen.
    Microphones(Box<Microphones>, DeviceRequest),
    /// A recording that is played.
    Rehearsal(Rehearsal),
}

/// A source that runs; it ends when it is dropped.
pub(super) enum Running {
    Microphones(Stream),
    Rehearsal {
        /// Held for what its end does.
        _playing: Playing,
    },
}

impl Sound {
    /// The form in which it comes.
    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::Microphones(microphones, _) => microphones.format(),
            Self::Rehearsal(rehearsal) => rehearsal.format(),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Microphones(microphones, _) => microphones.name().to_owned(),
            Self::Rehearsal(rehearsal) => rehearsal.path().display().to_string(),
        }
    }

    /// How many seconds of it pass in one second.
    pub(super) fn speed(&self) -> f64 {
        match self {
            Self::Microphones(..) => 1.0,
            Self::Rehearsal(rehearsal) => rehearsal.speed(),
        }
    }

    /// Whether its clock is one to be measured.
    pub(super) fn has_clock(&self) -> bool {
        matches!(self, Self::Microphones(..))
    }

    /// Lets it give its sound into the ring. A device is looked up anew, as one that came back is
    /// another one.
    pub(super) fn start(&mut self, intake: Intake, position: u64) -> Result<Running, capture::Error> {
        match self {
            Self::Microphones(microphones, wish) => {
                if position > 0 {
                    let found = Microphones::choose(wish)?;
                    if found.format() != microphones.format() {
                        return Err(capture::Error::NoConfig { name: found.name().to_owned() });
                    }
                    **microphones = found;
                }
                microphones.start(intake).map(Running::Microphones)
            }
            Self::Rehearsal(rehearsal) => {
                rehearsal.start(intake, position).map(|playing| Running::Rehearsal { _playing: playing })
            }
        }
    }
}

impl Running {
    /// Why it gives no sound any more, if it says so.
    pub fn fault(&self) -> Option<(Absence, String)> {
        match self {
            Self::Microphones(stream) => stream.fault(),
            Self::Rehearsal { .. } => None,
        }
    }
}
