//! Sentences for people. A room says *which* sentence and with what values; the catalogue
//! `locales/` has its words in Indonesian and English.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::language::{Language, lookup};
use super::system;

/// A sentence named by its key in the catalogue, with the values that stand in it.
///
/// The entry `KEY.what` says what happened, `KEY.hint` (where there is one) how to mend it;
/// `%{name}` in either is replaced by the value of that name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The key, for example `audio.missing`.
    pub key: String,
    /// Names and values.
    pub values: Vec<(String, String)>,
}

impl Message {
    /// A sentence without values.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), values: Vec::new() }
    }

    /// The same with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    /// What happened.
    #[must_use]
    pub fn what(&self, language: Language) -> String {
        self.text(language, "what").unwrap_or_else(|| self.key.clone())
    }

    /// How to mend it.
    #[must_use]
    pub fn hint(&self, language: Language) -> Option<String> {
        self.text(language, "hint")
    }

    /// Whether it says that a work was stopped because the user wanted it.
    #[must_use]
    pub fn is_a_stop(&self) -> bool {
        matches!(self.key.rsplit('.').next(), Some("interrupted" | "stopped"))
    }

    /// A value as the language writes it: what the operating system says in words, and a decimal
    /// number in Indonesian with its comma. A clock time, 10.05, and a version, 1.2.3, are no
    /// such numbers; what must be typed into a file stays as the file wants it.
    fn shown(&self, language: Language, value: &str) -> String {
        if language == Language::Indonesian
            && !["meeting.", "toml."].iter().any(|file| self.key.starts_with(file))
            && let Some((whole, decimals)) = value.split_once('.')
            && matches!(decimals.len(), 1 | 3)
            && whole
                .strip_prefix('-')
                .unwrap_or(whole)
                .bytes()
                .chain(decimals.bytes())
                .all(|byte| byte.is_ascii_digit())
            && whole.ends_with(|last: char| last.is_ascii_digit())
        {
            return format!("{whole},{decimals}");
        }
        system::in_words(language, value)
    }

    fn text(&self, language: Language, part: &str) -> Option<String> {
        Some(self.filled(language, &lookup(language, &format!("{}.{part}", self.key))?))
    }

    /// A text with the values in their places. What looks like a place within a value is not one.
    fn filled(&self, language: Language, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("%{") {
            filled.push_str(before);
            let named = after.split_once('}');
            let value = named.and_then(|(name, _)| match self.values.iter().find(|(known, _)| known == name) {
                Some((_, value)) => Some(self.shown(language, value)),
                // Whoever has only the error may not know the meeting's folder.
                None if name == "folder" => lookup(language, "help.any.value.dir"),
                None => None,
            });
            rest = if let (Some((_, after)), Some(value)) = (named, value) {
                filled.push_str(&value);
                after
            } else {
                filled.push_str("%{");
                after
            };
        }
        filled + rest
    }
}

/// An error or warning that a person must be able to read and act on.
pub trait Explain {
    /// Its sentence.
    fn message(&self) -> Message;

    /// Whether the request was at fault (exit code 2) rather than its execution (1).
    fn is_usage(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_commas_in_indonesian_only() {
        for (value, indonesian) in [
            ("0.3", "0,3"),
            ("-12.500", "-12,500"),
            ("10.05", "10.05"),
            ("1.2.3", "1.2.3"),
            (".5", ".5"),
            ("a.1", "a.1"),
        ] {
            let shown = |key: &str, language| Message::new(key).shown(language, value);
            assert_eq!(shown("screen.lost", Language::Indonesian), indonesian);
            assert_eq!(shown("screen.lost", Language::English), value);
            assert_eq!(shown("meeting.range", Language::Indonesian), value);
            assert_eq!(shown("toml.decimal_comma", Language::Indonesian), value);
        }
    }

    #[test]
    fn a_value_is_put_in_as_it_is() {
        let message = Message::new("x").with("path", "100%{detail}").with("detail", "%{path}");
        assert_eq!(
            message.filled(Language::English, "%{path}: %{detail}, %{other} %{"),
            "100%{detail}: %{path}, %{other} %{"
        );
    }

    #[test]
    fn what_the_catalogue_does_not_have_is_told() {
        assert_eq!(lookup(Language::Indonesian, "general.no_such_key"), None);
        assert!(lookup(Language::English, "general.interrupted.what").is_some());
        assert_eq!(Message::new("no.such").what(Language::English), "no.such");
    }
}
