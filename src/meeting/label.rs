//! How a speaker is named in the record.

use std::fmt;

use crate::common::clock::Channel;

use super::{Meeting, Person};

/// Titles that stand before a name and keep their letters: academic, medical and religious ones.
const TITLES: [&str; 17] = [
    "prof.", "dr.", "drg.", "drh.", "ir.", "drs.", "dra.", "h.", "hj.", "kh.", "k.h.", "apt.", "ns.", "pdt.", "ust.",
    "rm.", "tgh.",
];

/// A speaker's label: part and name, as in `F-CDN (SITI AMINAH, S.Pd.)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// Someone on the roster.
    Known {
        /// In which part they speak, in capitals: chair, group, office.
        role: String,
        /// Their name in capitals, titles and degrees as in the roster.
        name: String,
    },
    /// A lectern or a shared microphone at which, at that time, nobody is named.
    Common {
        /// The microphone's channel.
        channel: Channel,
        /// Whether it is a lectern.
        lectern: bool,
    },
    /// Nobody is mapped to the microphone at that time.
    Unknown {
        /// The microphone's channel.
        channel: Channel,
    },
}

impl Label {
    /// What the microphone is, for a speaker who is not known.
    #[must_use]
    pub fn microphone(&self) -> Option<String> {
        match self {
            Self::Known { .. } => None,
            Self::Common { lectern: true, .. } => Some("mimbar".to_owned()),
            Self::Common { .. } => Some("dipakai bersama".to_owned()),
            Self::Unknown { channel } => Some(format!("mikrofon {}", channel.number())),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { role, name } if role.is_empty() => f.write_str(name),
            Self::Known { role, name } => write!(f, "{role} ({name})"),
            Self::Common { channel, .. } => write!(f, "MIKROFON {:02}", channel.number()),
            Self::Unknown { .. } => f.write_str("PEMBICARA BELUM TERIDENTIFIKASI"),
        }
    }
}

impl Meeting {
    /// The label of whoever speaks on a channel at this millisecond of the recording.
    #[must_use]
    pub fn label(&self, channel: Channel, millis: u64) -> Label {
        self.label_of(self.speaker(channel, millis).map(AsRef::as_ref), channel)
    }

    /// The label of this person, or of somebody unknown, at a microphone.
    #[must_use]
    pub fn label_of(&self, person: Option<&Person>, channel: Channel) -> Label {
        match person {
            Some(person) => Label::Known { role: self.role(person), name: capitals(&person.name) },
            None => match self.seat(channel).filter(|seat| seat.is_common()) {
                Some(seat) => Label::Common { channel, lectern: seat.lectern },
                None => Label::Unknown { channel },
            },
        }
    }

    fn role(&self, person: &Person) -> String {
        let is = |other: &Person| other.id == person.id;
        if self.chair.as_deref().is_some_and(is) {
            return "KETUA RAPAT".to_owned();
        }
        if let Some(title) = &person.title {
            return title.to_uppercase();
        }
        if let Some(group) = &person.group {
            return group.code.clone();
        }
        let invited = self.invitees.iter().flatten().any(|invitee| is(invitee));
        match (&person.institution, &person.office) {
            (Some(institution), _) if invited => format!("UNDANGAN – {}", institution.to_uppercase()),
            (_, Some(office)) => office.to_uppercase(),
            _ if invited => "UNDANGAN".to_owned(),
            _ => String::new(),
        }
    }
}

/// A name in capitals with its titles and degrees left as they are: `Ir. SURYA PRATAMA, M.T.`
#[must_use]
pub fn capitals(name: &str) -> String {
    let (name, degrees) = name.split_once(',').map_or((name, None), |(name, degrees)| (name, Some(degrees)));
    let words: Vec<String> = name
        .split(' ')
        .map(|word| if is_title(word) || is_degree(word) { word.to_owned() } else { word.to_uppercase() })
        .collect();
    let name = words.join(" ");
    degrees.map_or_else(|| name.clone(), |degrees| format!("{name},{degrees}"))
}

/// Whether a word of a name is a title or a degree.
pub(super) fn is_title_or_degree(word: &str) -> bool {
    is_title(word) || is_degree(word)
}

fn is_title(word: &str) -> bool {
    TITLES.contains(&word.to_lowercase().as_str())
}

/// A degree written without the comma before it, such as `S.Pd.`: a period inside, and a small
/// letter.
fn is_degree(word: &str) -> bool {
    word.trim_end_matches('.').contains('.') && word.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_keep_their_letters() {
        assert_eq!(capitals("H. Rusdi Hanafi, S.Sos., M.Si."), "H. RUSDI HANAFI, S.Sos., M.Si.");
        assert_eq!(capitals("Dra. Hj. Mariana Lestari"), "Dra. Hj. MARIANA LESTARI");
        assert_eq!(capitals("Siti Aminah S.Pd."), "SITI AMINAH S.Pd.");
        assert_eq!(capitals("Moh. Ali"), "MOH. ALI");
        assert_eq!(capitals("Ni’mah Jum’at"), "NI’MAH JUM’AT");
        assert_eq!(capitals(""), "");
    }
}
