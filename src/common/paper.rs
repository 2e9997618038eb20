//! Sizes of paper.

use serde::{Deserialize, Serialize};

/// Size of paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Paper {
    /// Folio as Indonesian offices use it.
    #[default]
    F4,
    /// ISO A4.
    A4,
}

impl Paper {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F4 => "F4",
            Self::A4 => "A4",
        }
    }

    /// Width and height in millimetres.
    #[must_use]
    pub fn millimetres(self) -> (u32, u32) {
        match self {
            Self::F4 => (215, 330),
            Self::A4 => (210, 297),
        }
    }
}
