//! Doubts that a program has about what was said.

use serde::{Deserialize, Serialize};

/// Why a person should listen to an utterance. A flag never removes or changes a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The recogniser itself was unsure.
    LowConfidence,
    /// The same words several times over, as a recogniser in a loop writes them.
    Repetition,
    /// More words than a mouth can say in that time.
    TooFast,
    /// Far fewer words than the speech has room for: some may not have been recognised.
    TooFewWords,
    /// A phrase that recognisers are known to invent, with low confidence.
    StockPhrase,
    /// Sound that holds speech by its level and rhythm, but no words came of it.
    NoWords,
    /// Another channel had the floor at the same time.
    Overlap,
    /// The same words stand on another channel at the same time, at the level of cross-talk.
    Duplicate,
    /// The sound was at the limit of the microphone's range.
    Clipped,
    /// The conference system says that this microphone was off all the while.
    MicrophoneOff,
    /// The voice came from away from every microphone; that this one carried it loudest names
    /// nobody.
    OffMicrophone,
    /// After a pause the voice is clearly louder or softer than before: at a microphone that
    /// several use, perhaps another speaker.
    LevelChange,
    /// Steady tones beneath: music, a howl of the loudspeakers, a telephone. A recogniser easily
    /// invents words for them.
    Tones,
    /// Spoken in Javanese, as far as the recogniser can tell; the next ones likewise.
    Javanese,
    /// In Sundanese.
    Sundanese,
    /// In English.
    English,
    /// In Arabic.
    Arabic,
    /// In another language than the usual one.
    OtherLanguage,
}

impl Flag {
    /// The flag of an utterance in the language of this two-letter code.
    #[must_use]
    pub fn of_language(code: &str) -> Self {
        match code {
            "jw" => Self::Javanese,
            "su" => Self::Sundanese,
            "en" => Self::English,
            "ar" => Self::Arabic,
            _ => Self::OtherLanguage,
        }
    }

    /// Whether it puts all the words in doubt, and not only says how they were spoken.
    #[must_use]
    pub fn is_doubt(self) -> bool {
        match self {
            Self::LowConfidence
            | Self::Repetition
            | Self::TooFast
            | Self::TooFewWords
            | Self::StockPhrase
            | Self::Duplicate
            | Self::MicrophoneOff
            | Self::Tones => true,
            Self::NoWords
            | Self::Overlap
            | Self::Clipped
            | Self::LevelChange
            | Self::OffMicrophone
            | Self::Javanese
            | Self::Sundanese
            | Self::English
            | Self::Arabic
            | Self::OtherLanguage => false,
        }
    }
}
