//! What is taken out of the published copy of a record: spans of the recording, each with a reason,
//! who said so and when. The record itself stays as it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::common::clock::{Channel, Span};

/// The longest reason in characters: it stands in the text in place of the words.
pub const LONGEST_REASON: usize = 80;

/// Why something is taken out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A population number (*nomor induk kependudukan*).
    Nik,
    /// A telephone number.
    Telephone,
    /// An e-mail address.
    Email,
    /// Where somebody lives.
    Address,
    /// A bank account.
    Account,
    /// The health of a person.
    Health,
    /// A child.
    Minor,
    /// The name of somebody who holds no office.
    Name,
    /// Anything else, in words. They may not repeat what is taken out.
    Other(String),
}

impl Reason {
    /// Those that have a word of their own, in the order of lists.
    pub const KNOWN: [Self; 8] =
        [Self::Nik, Self::Telephone, Self::Email, Self::Address, Self::Account, Self::Health, Self::Minor, Self::Name];

    /// Its word on the command line and in the API.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Nik => "nik",
            Self::Telephone => "telepon",
            Self::Email => "surel",
            Self::Address => "alamat",
            Self::Account => "rekening",
            Self::Health => "kesehatan",
            Self::Minor => "anak",
            Self::Name => "nama",
            Self::Other(text) => text,
        }
    }

    /// What stands in place of the words: `[dihapus: NIK]`.
    #[must_use]
    pub fn mark(&self) -> String {
        format!("[dihapus: {self}]")
    }
}

/// As the published copy prints it.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nik => "NIK",
            Self::Telephone => "nomor telepon",
            Self::Email => "alamat surel",
            Self::Address => "alamat",
            Self::Account => "nomor rekening",
            Self::Health => "data kesehatan",
            Self::Minor => "data anak",
            Self::Name => "nama",
            Self::Other(text) => text,
        })
    }
}

/// The text is no reason: it is empty, too long, or has signs that would break the mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no reason")]
pub struct NoReason;

impl FromStr for Reason {
    type Err = NoReason;

    fn from_str(text: &str) -> Result<Self, NoReason> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let same =
            |known: &Self| text.eq_ignore_ascii_case(known.key()) || text.eq_ignore_ascii_case(&known.to_string());
        if let Some(known) = Self::KNOWN.into_iter().find(same) {
            return Ok(known);
        }
        let breaks = |c: char| c.is_control() || matches!(c, '[' | ']' | '<' | '>');
        if text.is_empty() || text.chars().count() > LONGEST_REASON || text.contains(breaks) {
            return Err(NoReason);
        }
        Ok(Self::Other(text))
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Words that a redaction took out when it was made. They find them again where corrections have
/// moved the times of words since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// The microphone.
    pub channel: Channel,
    /// The words, with one space between.
    pub words: String,
}

/// What is to be taken out, before it has a number.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRedaction {
    /// The version of the transcript by whose times it was marked.
    pub version: u32,
    /// The microphone whose words are meant; all where none is named. The sound is silenced on every
    /// microphone either way.
    pub channel: Option<Channel>,
    /// From the first to behind the last sample, on the recording's clock.
    pub span: Span,
    /// Why.
    pub reason: Reason,
    /// Who.
    pub by: String,
    /// When.
    pub when: jiff::Zoned,
    /// The words that stood there.
    pub hidden: Vec<Hidden>,
}

/// A redaction as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Redaction {
    /// Its number, ascending in the order in which they were made.
    pub id: u64,
    /// The version of the transcript by whose times it was marked.
    pub version: u32,
    /// The microphone whose words are meant; all where none is named.
    pub channel: Option<Channel>,
    /// The first sample, on the recording's clock.
    pub from: u64,
    /// The sample behind the last.
    pub until: u64,
    /// Why.
    pub reason: Reason,
    /// Who.
    pub by: String,
    /// When.
    pub when: jiff::Zoned,
    /// The words that stood there when it was made.
    pub hidden: Vec<Hidden>,
    /// Who took it back, if somebody has.
    pub withdrawn: Option<Withdrawn>,
}

impl Redaction {
    /// From the first to behind the last sample.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.from, self.until)
    }

    /// Whether it counts: nobody has taken it back.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.withdrawn.is_none()
    }

    /// Whether the words of this microphone are meant.
    #[must_use]
    pub fn is_of(&self, channel: Channel) -> bool {
        self.channel.is_none_or(|own| own == channel)
    }
}

/// That a redaction was taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Withdrawn {
    /// By whom.
    pub by: String,
    /// When.
    pub when: jiff::Zoned,
    /// Why, where it was said.
    pub why: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_found_by_their_words_and_by_what_is_printed() {
        for reason in Reason::KNOWN {
            assert_eq!(reason.key().parse(), Ok(reason.clone()));
            assert_eq!(reason.to_string().to_uppercase().parse(), Ok(reason.clone()));
        }
        assert_eq!("  rahasia   dagang ".parse(), Ok(Reason::Other("rahasia dagang".into())));
        assert_eq!("NIK".parse::<Reason>().map(|reason| reason.mark()), Ok("[dihapus: NIK]".into()));
        for wrong in ["", "  ", "a]b", "a[b", &"a".repeat(81)] {
            assert_eq!(wrong.parse::<Reason>(), Err(NoReason), "{wrong}");
        }
    }
}
