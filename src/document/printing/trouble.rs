//! What keeps a printer from printing.

use crate::common::message::{Explain, Message};

/// Something that a person must see to at the printer. The keywords are those of RFC 8011 section
/// 5.4.12 and of CUPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No paper, or not the kind that is wanted.
    NoPaper,
    /// A sheet is stuck.
    Jam,
    /// Toner or ink has run out.
    NoToner,
    /// A door or cover is open.
    Open,
    /// A tray is missing.
    NoTray,
    /// What was printed must be taken away first.
    OutputFull,
    /// It is switched off or unplugged.
    Offline,
    /// The print server is trying to reach it.
    Connecting,
    /// Somebody has stopped it.
    Paused,
    /// Its memory is full.
    MemoryFull,
    /// Something else, in the printer's own word.
    Other(String),
}

impl Trouble {
    /// What a list of `printer-state-reasons` says, each once. Notices of low supplies and the like
    /// are no trouble yet.
    pub(super) fn from_reasons(reasons: &[String]) -> Vec<Self> {
        let mut troubles = Vec::new();
        for trouble in reasons.iter().filter_map(|reason| Self::from_reason(reason)) {
            if !troubles.contains(&trouble) {
                troubles.push(trouble);
            }
        }
        troubles
    }

    fn from_reason(reason: &str) -> Option<Self> {
        let endings = ["-report", "-warning", "-error"];
        let keyword = endings.iter().find_map(|ending| reason.strip_suffix(ending)).unwrap_or(reason);
        Some(match keyword {
            "media-empty" | "media-needed" => Self::NoPaper,
            "media-jam" => Self::Jam,
            "toner-empty" | "marker-supply-empty" | "developer-empty" => Self::NoToner,
            "door-open" | "cover-open" | "interlock-open" => Self::Open,
            "input-tray-missing" | "output-tray-missing" => Self::NoTray,
            "output-area-full" => Self::OutputFull,
            "offline" | "shutdown" | "timed-out" => Self::Offline,
            "connecting-to-device" => Self::Connecting,
            "paused" | "moving-to-paused" => Self::Paused,
            "spool-area-full" => Self::MemoryFull,
            _ if reason.ends_with("-error") => Self::Other(keyword.to_owned()),
            _ => return None,
        })
    }
}

impl Explain for Trouble {
    fn message(&self) -> Message {
        match self {
            Self::NoPaper => Message::new("printing.trouble.no_paper"),
            Self::Jam => Message::new("printing.trouble.jam"),
            Self::NoToner => Message::new("printing.trouble.no_toner"),
            Self::Open => Message::new("printing.trouble.open"),
            Self::NoTray => Message::new("printing.trouble.no_tray"),
            Self::OutputFull => Message::new("printing.trouble.output_full"),
            Self::Offline => Message::new("printing.trouble.offline"),
            Self::Connecting => Message::new("printing.trouble.connecting"),
            Self::Paused => Message::new("printing.trouble.paused"),
            Self::MemoryFull => Message::new("printing.trouble.memory_full"),
            Self::Other(keyword) => Message::new("printing.trouble.other").with("keyword", keyword),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stops_a_printer_is_trouble() {
        let reasons = ["media-empty-error", "media-needed", "toner-low-warning", "none", "wifi-not-configured-report"];
        assert_eq!(Trouble::from_reasons(&reasons.map(str::to_owned)), [Trouble::NoPaper]);
        let reasons = ["fuser-over-temp-error".to_owned(), "door-open".to_owned()];
        assert_eq!(Trouble::from_reasons(&reasons), [Trouble::Other("fuser-over-temp".to_owned()), Trouble::Open]);
    }
}
