//! What the detector has learned of a room, so that it need not learn it again.

use serde::{Deserialize, Serialize};

use crate::common::clock::MAX_CHANNELS;

/// Gains and bleed beyond this, in dB, are no room's.
const ABSURD: f32 = 80.0;

/// Gains and bleed of a room's microphones, in dB.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Profile {
    gains_db: Vec<f32>,
    bleed_db: Vec<Vec<Option<f32>>>,
}

/// As it stands in a file, whoever wrote it.
#[derive(Deserialize)]
struct Written {
    gains_db: Vec<f32>,
    bleed_db: Vec<Vec<Option<f32>>>,
}

impl TryFrom<Written> for Profile {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { gains_db, bleed_db } = written;
        let channels = gains_db.len();
        let square = bleed_db.len() == channels && bleed_db.iter().all(|row| row.len() == channels);
        if channels > usize::from(MAX_CHANNELS) || !square {
            return Err("not one row and one column for each channel");
        }
        let values = gains_db.iter().chain(bleed_db.iter().flatten().flatten());
        if values.into_iter().any(|value| !(-ABSURD..=ABSURD).contains(value)) {
            return Err("a level that no room has");
        }
        Ok(Self { gains_db, bleed_db })
    }
}

impl Profile {
    /// Of so many channels: each one's gain relative to the others, and what the voice of one
    /// (first) is in another (second) relative to its own microphone, where that was heard. To
    /// a tenth of a dB.
    pub(super) fn new(
        channels: usize,
        gain: impl Fn(usize) -> f32,
        bleed: impl Fn(usize, usize) -> Option<f32>,
    ) -> Self {
        let rounded = |value: f32| (value.clamp(-ABSURD, ABSURD) * 10.0).round() / 10.0;
        let row = |of| (0..channels).map(|into| bleed(of, into).map(rounded)).collect();
        Self {
            gains_db: (0..channels).map(|channel| rounded(gain(channel))).collect(),
            bleed_db: (0..channels).map(row).collect(),
        }
    }

    /// Channels that it knows.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.gains_db.len()
    }

    /// The gain of a channel (from 0) relative to the others, in dB.
    #[must_use]
    pub fn gain_db(&self, channel: usize) -> Option<f32> {
        self.gains_db.get(channel).copied()
    }

    /// How loud the voice of one channel (from 0) arrives in another, relative to its own
    /// microphone, in dB.
    #[must_use]
    pub fn bleed_db(&self, of: usize, into: usize) -> Option<f32> {
        *self.bleed_db.get(of)?.get(into)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_room_has_is_refused() {
        let read = |text: &str| serde_json::from_str::<Profile>(text).is_ok();
        assert!(read("{\"gains_db\":[0,1.5],\"bleed_db\":[[null,-12],[-11.5,null]]}"));
        for wrong in [
            "{\"gains_db\":[0,1],\"bleed_db\":[[null,-12]]}",
            "{\"gains_db\":[0,1],\"bleed_db\":[[null],[null]]}",
            "{\"gains_db\":[0,400],\"bleed_db\":[[null,-12],[-11,null]]}",
            "{\"gains_db\":[0,1],\"bleed_db\":[[null,-1e30],[-11,null]]}",
            "{}",
        ] {
            assert!(!read(wrong), "{wrong}");
        }
    }

    #[test]
    fn it_comes_back_as_it_was_written() {
        let profile = Profile::new(3, |channel| channel as f32, |of, into| (of != into).then_some(-12.34));
        let text = serde_json::to_string(&profile).expect("JSON");
        assert_eq!(serde_json::from_str::<Profile>(&text).expect("read"), profile);
        assert_eq!((profile.bleed_db(0, 1), profile.bleed_db(1, 1), profile.gain_db(3)), (Some(-12.3), None, None));
    }
}
