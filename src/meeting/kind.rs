//! What sort of meeting it is, and on what paper its record is printed.

use serde::{Deserialize, Serialize};

/// The kinds of meeting of a DPRD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Plenary.
    Paripurna,
    /// Committee.
    Komisi,
    /// Budget body.
    Banggar,
    /// Steering body.
    Bamus,
    /// Body for by-laws.
    Bapemperda,
    /// Ethics body.
    Bk,
    /// Special committee.
    Pansus,
    /// Of the chairs.
    Pimpinan,
    /// Working meeting with the executive.
    Raker,
    /// Hearing of officials.
    Rdp,
    /// Public hearing.
    Rdpu,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Paripurna,
        Self::Komisi,
        Self::Banggar,
        Self::Bamus,
        Self::Bapemperda,
        Self::Bk,
        Self::Pansus,
        Self::Pimpinan,
        Self::Raker,
        Self::Rdp,
        Self::Rdpu,
    ];

    /// Its name in print.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Paripurna => "Rapat Paripurna",
            Self::Komisi => "Rapat Komisi",
            Self::Banggar => "Rapat Badan Anggaran",
            Self::Bamus => "Rapat Badan Musyawarah",
            Self::Bapemperda => "Rapat Badan Pembentukan Peraturan Daerah",
            Self::Bk => "Rapat Badan Kehormatan",
            Self::Pansus => "Rapat Panitia Khusus",
            Self::Pimpinan => "Rapat Pimpinan",
            Self::Raker => "Rapat Kerja",
            Self::Rdp => "Rapat Dengar Pendapat",
            Self::Rdpu => "Rapat Dengar Pendapat Umum",
        }
    }

    /// Its key in `rapat.toml`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Paripurna => "paripurna",
            Self::Komisi => "komisi",
            Self::Banggar => "banggar",
            Self::Bamus => "bamus",
            Self::Bapemperda => "bapemperda",
            Self::Bk => "bk",
            Self::Pansus => "pansus",
            Self::Pimpinan => "pimpinan",
            Self::Raker => "raker",
            Self::Rdp => "rdp",
            Self::Rdpu => "rdpu",
        }
    }

    /// Whether the law lets it be held in the open only (PP 12/2018 Pasal 90).
    #[must_use]
    pub fn is_always_open(self) -> bool {
        matches!(self, Self::Paripurna | Self::Rdpu)
    }
}

/// Who may hear the meeting and read its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Open to the public.
    Terbuka,
    /// Closed: for those invited.
    Tertutup,
    /// Closed and secret.
    TertutupRahasia,
}

impl Nature {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Terbuka, Self::Tertutup, Self::TertutupRahasia];

    /// Its name in print.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terbuka => "Terbuka",
            Self::Tertutup => "Tertutup",
            Self::TertutupRahasia => "Tertutup, Rahasia",
        }
    }

    /// Its key in `rapat.toml`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Terbuka => "terbuka",
            Self::Tertutup => "tertutup",
            Self::TertutupRahasia => "tertutup_rahasia",
        }
    }

    /// The mark of secrecy that stands on every page, if there is one.
    #[must_use]
    pub fn mark(self) -> Option<&'static str> {
        match self {
            Self::Terbuka => None,
            Self::Tertutup => Some("RAPAT TERTUTUP – TIDAK UNTUK DIPUBLIKASIKAN"),
            Self::TertutupRahasia => Some("RAHASIA"),
        }
    }
}
