//! What stands invisibly in a working copy, so that each paragraph can be recognised when it comes
//! back.
//!
//! An anchor is the name of a bookmark. Word hides bookmarks whose names begin with `_` and takes
//! at most 40 characters; Word and `LibreOffice` keep them when a document is edited and saved.
//! Each paragraph has its anchor twice: as a bookmark around its text, which `LibreOffice` keeps
//! when the whole text is typed anew, and as one without extent before the text, which Word keeps
//! then.

use std::fmt::Write;

use crate::common::digest::sha256;
use crate::transcript::Transcript;
use crate::transcript::edit::words;

/// Hexadecimal digits of the meeting in an anchor.
const MEETING: usize = 8;
/// Hexadecimal digits of the hash of a text in an anchor.
const HASH: usize = 6;

/// Where a paragraph of a working copy comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Anchor {
    /// The first digits of the meeting's [`crate::transcript::Edition::meeting`].
    pub meeting: String,
    /// The last layer that the copy shows.
    pub edit: u64,
    /// The version of the transcript.
    pub version: u32,
    /// Its number among the paragraphs of the copy, from 0.
    pub number: usize,
    /// What it holds.
    pub holds: Holds,
}

/// What a paragraph of a working copy holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holds {
    /// Speech: this many utterances from this place in the transcript.
    Speech {
        /// The first.
        first: usize,
        /// How many.
        count: usize,
    },
    /// The label of a speaker, above this many utterances.
    Label {
        /// The first.
        first: usize,
        /// How many.
        count: usize,
        /// Of the text that was written.
        hash: String,
    },
    /// Anything else.
    Other {
        /// Of the text that was written.
        hash: String,
    },
}

impl Anchor {
    /// What stands for the meeting of this transcript.
    #[must_use]
    pub fn meeting_of(transcript: &Transcript) -> String {
        transcript.edition.meeting.chars().take(MEETING).collect()
    }

    /// What stands for a text, whatever the white space in it.
    #[must_use]
    pub fn hash_of(text: &str) -> String {
        let text: Vec<&str> = words(text).collect();
        sha256(text.join(" ").as_bytes()).chars().take(HASH).collect()
    }

    /// The names of its two bookmarks: around the text and before it.
    pub(super) fn names(&self) -> [String; 2] {
        let kinds = match self.holds {
            Holds::Speech { .. } => ["U", "V"],
            Holds::Label { .. } => ["L", "M"],
            Holds::Other { .. } => ["X", "Y"],
        };
        let numbers = [self.edit, u64::from(self.version), self.number as u64].map(base36).join("_");
        let rest = match &self.holds {
            Holds::Speech { first, count } => format!("{}_{}", base36(*first as u64), base36(*count as u64)),
            Holds::Label { first, count, hash } => {
                format!("{}_{}_{hash}", base36(*first as u64), base36(*count as u64))
            }
            Holds::Other { hash } => hash.clone(),
        };
        kinds.map(|kind| format!("_{kind}{}_{numbers}_{rest}", self.meeting))
    }

    /// The anchor that a bookmark of this name stands for, if it is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let rest = name.strip_prefix('_').filter(|rest| rest.is_ascii())?;
        let (kind, rest) = (rest.get(..1)?, rest.get(1..)?);
        let parts: Vec<&str> = rest.split('_').collect();
        let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = |text: &str| u64::from_str_radix(text, 36).ok();
        let place = |text: &str| u32::from_str_radix(text, 36).ok().map(|place| place as usize);
        let holds = match (kind, &parts[..]) {
            ("U" | "V", [_, _, _, _, first, count]) => Holds::Speech { first: place(first)?, count: place(count)? },
            ("L" | "M", [_, _, _, _, first, count, hash]) if is_hex(hash, HASH) => {
                Holds::Label { first: place(first)?, count: place(count)?, hash: (*hash).to_owned() }
            }
            ("X" | "Y", [_, _, _, _, hash]) if is_hex(hash, HASH) => Holds::Other { hash: (*hash).to_owned() },
            _ => return None,
        };
        let meeting = parts.first().filter(|meeting| is_hex(meeting, MEETING))?;
        Some(Self {
            meeting: (*meeting).to_owned(),
            edit: number(parts.get(1)?)?,
            version: u32::try_from(number(parts.get(2)?)?).ok()?,
            number: place(parts.get(3)?)?,
            holds,
        })
    }
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize]);
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().fold(String::new(), |mut text, digit| {
        // Writing to a string cannot fail.
        let _ = text.write_char(char::from(*digit));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn holds() -> impl Strategy<Value = Holds> {
        prop_oneof![
            (0usize..80_000, 1usize..2_000).prop_map(|(first, count)| Holds::Speech { first, count }),
            (0usize..80_000, 1usize..2_000, "[0-9a-f]{6}").prop_map(|(first, count, hash)| Holds::Label {
                first,
                count,
                hash
            }),
            "[0-9a-f]{6}".prop_map(|hash| Holds::Other { hash }),
        ]
    }

    proptest! {
        #[test]
        fn an_anchor_is_read_as_it_was_written_and_word_takes_its_name(
            meeting in "[0-9a-f]{8}", edit in 0u64..1_000_000, version in 1u32..1000, number in 0usize..40_000, holds in holds(),
        ) {
            let anchor = Anchor { meeting, edit, version, number, holds };
            for name in anchor.names() {
                prop_assert!(name.len() <= 40, "{}", name);
                prop_assert_eq!(Anchor::parse(&name), Some(anchor.clone()));
            }
        }

        #[test]
        fn other_bookmarks_are_none(name in any::<String>()) {
            prop_assert_eq!(Anchor::parse(&name), None);
        }
    }
}
