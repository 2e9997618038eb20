//! What can be entered.

use serde::{Deserialize, Serialize};

use crate::common::language::{Language, lookup};

/// What somebody did.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Read the words, the description or the state of a meeting.
    Opened,
    /// Opened a sealed meeting with an identity, for a reason.
    Unsealed,
    /// Heard the sound of a meeting.
    Listened,
    /// Searched all meetings.
    Searched,
    /// Took a document or a list away.
    Exported,
    /// Gave a document to a printer.
    Printed,
    /// Corrected words or speakers, or said what was heard.
    Corrected,
    /// Changed what is known of a meeting beforehand.
    Described,
    /// Made a meeting.
    MeetingMade,
    /// Began a recording.
    RecordingBegun,
    /// Ended a recording.
    RecordingEnded,
    /// Entered, changed or withdrew an event of a recording.
    RecordingEvent,
    /// Mended or packed the files of a recording.
    RecordingKept,
    /// Had a recording transcribed.
    Transcribed,
    /// Set the state of a record.
    Advanced,
    /// Made a record official.
    Signed,
    /// Took something out of the published copy, or brought it back.
    Redacted,
    /// Sent a record to others, or entered what became of it.
    Distributed,
    /// Decided what becomes of files that are due, or had them destroyed.
    RetentionDecided,
    /// Gave a member the link to their turns.
    MemberLink,
    /// Signed in.
    SignedIn,
    /// Tried to sign in, and was not let in.
    SignInFailed,
    /// Signed out.
    SignedOut,
    /// Asked for what they have no right to.
    Refused,
    /// Made or changed an account.
    AccountChanged,
    /// Read the audit trail.
    TrailRead,
    /// What was entered before was not done.
    NotDone,
    /// An incomplete last line, as a crash leaves it, was taken away.
    Mended,
    /// The file was found shorter than the program that runs had left it.
    Shortened,
}

impl Action {
    /// All of them, in the order of lists.
    pub const ALL: [Self; 29] = [
        Self::Opened,
        Self::Unsealed,
        Self::Listened,
        Self::Searched,
        Self::Exported,
        Self::Printed,
        Self::Corrected,
        Self::Described,
        Self::MeetingMade,
        Self::RecordingBegun,
        Self::RecordingEnded,
        Self::RecordingEvent,
        Self::RecordingKept,
        Self::Transcribed,
        Self::Advanced,
        Self::Signed,
        Self::Redacted,
        Self::Distributed,
        Self::RetentionDecided,
        Self::MemberLink,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::Refused,
        Self::AccountChanged,
        Self::TrailRead,
        Self::NotDone,
        Self::Mended,
        Self::Shortened,
    ];

    /// Its word in the file, in the API and on the command line.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Unsealed => "unsealed",
            Self::Listened => "listened",
            Self::Searched => "searched",
            Self::Exported => "exported",
            Self::Printed => "printed",
            Self::Corrected => "corrected",
            Self::Described => "described",
            Self::MeetingMade => "meeting_made",
            Self::RecordingBegun => "recording_begun",
            Self::RecordingEnded => "recording_ended",
            Self::RecordingEvent => "recording_event",
            Self::RecordingKept => "recording_kept",
            Self::Transcribed => "transcribed",
            Self::Advanced => "advanced",
            Self::Signed => "signed",
            Self::Redacted => "redacted",
            Self::Distributed => "distributed",
            Self::RetentionDecided => "retention_decided",
            Self::MemberLink => "member_link",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::Refused => "refused",
            Self::AccountChanged => "account_changed",
            Self::TrailRead => "trail_read",
            Self::NotDone => "not_done",
            Self::Mended => "mended",
            Self::Shortened => "shortened",
        }
    }

    /// The action of this word.
    #[must_use]
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.key() == key)
    }

    /// Whether it is of a recording that runs, which nothing holds up: not even that it cannot be
    /// entered.
    #[must_use]
    pub fn is_of_recording(self) -> bool {
        matches!(self, Self::RecordingBegun | Self::RecordingEnded | Self::RecordingEvent)
    }

    /// What it is called.
    #[must_use]
    pub fn name(self, language: Language) -> String {
        lookup(language, &format!("audit.action.{}", self.key())).unwrap_or_else(|| self.key().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_word_of_its_own_and_a_name_in_both_languages() {
        for (place, action) in Action::ALL.into_iter().enumerate() {
            assert_eq!(Action::by_key(action.key()), Some(action));
            assert_eq!(serde_json::json!(action), action.key());
            assert!(Action::ALL[..place].iter().all(|other| other.key() != action.key()));
            for language in [Language::Indonesian, Language::English] {
                assert!(lookup(language, &format!("audit.action.{}", action.key())).is_some(), "{action:?}");
            }
        }
    }
}
