//! The languages in which the program speaks to its user, and the catalogue of its sentences
//! (`locales/`).

/// A language that the program speaks to its user. Documents are Indonesian whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Bahasa Indonesia.
    Indonesian,
    /// English.
    English,
}

impl Language {
    fn code(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }
}

/// The text of a catalogue entry, or `None` when the catalogue has no such key.
#[must_use]
pub fn lookup(language: Language, key: &str) -> Option<String> {
    let text = rust_i18n::t!(key, locale = language.code());
    // Of a key that it does not have, it says the key.
    (text != key).then(|| text.into_owned())
}
