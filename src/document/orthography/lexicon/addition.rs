//! A word that a person adds to `leksikon.toml`. What stands there, comments among it, stays.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Value};

use super::{Error, Lexicon};
use crate::common::toml_text;

/// What stands at the beginning of a file that is made here.
const HEAD: &str = "# leksikon.toml: kata-kata yang ditulis dengan cara tersendiri.\n\n";

/// An entry for a lexicon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// A name, as it is written.
    Name(String),
    /// An acronym, and how else it was heard.
    Acronym {
        /// As it is written.
        written: String,
        /// As it was recognised.
        heard: String,
    },
    /// A doubled word, with its hyphen.
    Doubled(String),
}

impl Addition {
    /// What a correction of these words would teach a lexicon; `None` where it teaches nothing that
    /// holds elsewhere too.
    #[must_use]
    pub fn of(before: &str, after: &str) -> Option<Self> {
        let after = after.split_whitespace().collect::<Vec<_>>().join(" ");
        let before = before.split_whitespace().collect::<Vec<_>>().join(" ");
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
        if after == before || letters(&after) < 2 || after.chars().any(|c| c.is_control() || c.is_ascii_digit()) {
            return None;
        }
        let is_upper = !after.contains(' ') && !after.chars().any(char::is_lowercase);
        if is_upper && letters(&before) > 0 && !before.chars().any(char::is_control) {
            return Some(Self::Acronym { written: after, heard: before.to_lowercase() });
        }
        if after.split(' ').any(|word| word.starts_with(char::is_uppercase)) && !is_upper {
            return Some(Self::Name(after));
        }
        let halves = after.split_once('-').filter(|(first, second)| first == second && letters(first) > 1);
        halves.is_some().then_some(Self::Doubled(after))
    }

    /// The key of the file that it belongs to.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Name(_) => "nama",
            Self::Acronym { .. } => "singkatan",
            Self::Doubled(_) => "ulang",
        }
    }

    /// The line as it is written.
    #[must_use]
    pub fn line(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        match self {
            Self::Name(text) | Self::Doubled(text) => format!("{} = [{}]", self.key(), quoted(text)),
            Self::Acronym { written, heard } => {
                format!("{}.{} = [{}]", self.key(), toml_edit::Key::new(written).display_repr(), quoted(heard))
            }
        }
    }

    /// The text of a file with it, whatever else stands there unchanged; `None` where it stands there
    /// already. `path` is the file's name in errors.
    ///
    /// # Errors
    /// When the text is not a lexicon.
    pub fn put(&self, text: Option<&str>, path: &Path) -> Result<Option<String>, Error> {
        let text = text.unwrap_or(HEAD);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Lexicon::default().with(text, path)?;
        let ends = if text.contains("\r\n") { "\r\n" } else { "\n" };
        // What both readers of TOML do not agree on.
        let no_table = || Error::Unreadable { path: path.to_owned(), source: ErrorKind::InvalidData.into() };
        let mut document: DocumentMut = text.parse().map_err(|_| no_table())?;
        // Of a file without an entry, the comments stand behind what is put in; they stay before it.
        let mut head = String::new();
        if document.is_empty() {
            head.push_str(document.trailing().as_str().unwrap_or_default());
            document.set_trailing("");
        }
        let (list, entry) = match self {
            Self::Name(entry) | Self::Doubled(entry) => {
                (document.entry(self.key()).or_insert(Item::Value(Array::new().into())), entry)
            }
            Self::Acronym { written, heard } => {
                let acronyms = document.entry(self.key()).or_insert(toml_edit::table());
                let acronyms = acronyms.as_table_like_mut().ok_or_else(no_table)?;
                (acronyms.entry(written).or_insert(Item::Value(Array::new().into())), heard)
            }
        };
        let list = list.as_array_mut().ok_or_else(no_table)?;
        if list.iter().any(|known| known.as_str() == Some(entry)) {
            return Ok(None);
        }
        push(list, entry);
        let written = head + &document.to_string();
        let written = if ends == "\r\n" { written.replace("\r\n", "\n").replace('\n', "\r\n") } else { written };
        Lexicon::default().with(&written, path)?;
        Ok(Some(written))
    }
}

/// Puts an entry at the end of a list, in a line of its own where the others have one.
fn push(list: &mut Array, entry: &str) {
    let in_lines = list.trailing().as_str().is_some_and(|trailing| trailing.contains('\n'))
        || list.get(0).is_some_and(|first| prefix(first).contains('\n'));
    if !in_lines {
        list.push(entry);
        return;
    }
    let margin = list.iter().last().map_or("\n    ", prefix);
    let margin = margin.rsplit_once('\n').map_or("    ", |(_, margin)| margin).to_owned();
    // A comment behind the last entry stays there.
    let trailing = list.trailing().as_str().unwrap_or_default().to_owned();
    let (behind, end) = trailing.rsplit_once('\n').map_or(("", ""), |(behind, end)| (behind, end));
    let mut value = Value::from(entry);
    value.decor_mut().set_prefix(format!("{behind}\n{margin}"));
    let end = format!("\n{end}");
    list.push_formatted(value);
    list.set_trailing(end);
    list.set_trailing_comma(true);
}

fn prefix(value: &Value) -> &str {
    value.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default()
}

/// Reads the file's text, where there is one.
///
/// # Errors
/// When it cannot be read or holds no text.
pub fn read_text(path: &Path) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => toml_text::decode(&bytes).map(Some).ok_or_else(|| Error::NotText { path: path.to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Unreadable { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(addition: &Addition, text: Option<&str>) -> Option<String> {
        addition.put(text, Path::new("leksikon.toml")).expect("a lexicon")
    }

    #[test]
    fn a_correction_teaches_names_acronyms_and_doubled_words() {
        let name = |text: &str| Some(Addition::Name(text.to_owned()));
        for (before, after, expected) in [
            ("pak martapura", "Pak  Martapura", name("Pak Martapura")),
            ("sungai kunjang", "Sungai Kunjang", name("Sungai Kunjang")),
            (
                "er a pe be de",
                "RAPBD",
                Some(Addition::Acronym { written: "RAPBD".into(), heard: "er a pe be de".into() }),
            ),
            ("anak anak", "anak-anak", Some(Addition::Doubled("anak-anak".into()))),
            ("setuju", "menyetujui", None),
            ("dua", "2", None),
            ("", "A", None),
            ("sama", "sama", None),
        ] {
            assert_eq!(Addition::of(before, after), expected, "{after}");
        }
    }

    #[test]
    fn what_a_person_wrote_stays() {
        let text = "# punya kami\nnama = [\n  \"Loa Janan\", # kecamatan\n] # akhir\n\n[singkatan]\n# lama\nAPBD = [\"a pe be de\"]\n";
        let more = put(&Addition::Name("Sungai \"Kunjang\"".into()), Some(text)).expect("changed");
        assert!(more.contains("  \"Loa Janan\", # kecamatan\n  'Sungai \"Kunjang\"',\n] # akhir\n"), "{more}");
        let acronym = Addition::Acronym { written: "RAPBD".into(), heard: "er a pe be de".into() };
        let more = put(&acronym, Some(&more)).expect("changed");
        assert!(more.contains("# lama\nAPBD = [\"a pe be de\"]\nRAPBD = [\"er a pe be de\"]\n"), "{more}");
        assert!(more.starts_with("# punya kami\n"), "{more}");
        assert_eq!(put(&acronym, Some(&more)), None);
        assert_eq!(acronym.line(), "singkatan.RAPBD = [\"er a pe be de\"]");
    }

    #[test]
    fn a_file_is_made_where_there_is_none() {
        let made = put(&Addition::Doubled("hal-hal".into()), None).expect("made");
        assert!(made.starts_with("# leksikon.toml") && made.ends_with("ulang = [\"hal-hal\"]\n"), "{made}");
        assert!(Addition::Name("X".into()).put(Some("nama = 1"), Path::new("l")).is_err());
    }
}
