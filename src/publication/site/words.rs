//! The two languages of the site's interface. What was said stays in the language in which it was
//! said.

use jiff::civil::Date;

use crate::common::language::{Language, lookup};
use crate::document::risalah::{day_and_date, long_date};
use crate::meeting::Kind;

/// The words of the pages in one language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Words(pub(super) Language);

impl Words {
    pub(super) const ALL: [Self; 2] = [Self(Language::Indonesian), Self(Language::English)];

    pub(super) fn t(self, key: &str) -> String {
        lookup(self.0, key).unwrap_or_else(|| key.to_owned())
    }

    /// The text of a key with one value in its place.
    #[allow(clippy::needless_pass_by_value, reason = "numbers and texts alike")]
    pub(super) fn with(self, key: &str, name: &str, value: impl ToString) -> String {
        self.t(key).replace(&format!("%{{{name}}}"), &value.to_string())
    }

    pub(super) fn is_english(self) -> bool {
        self.0 == Language::English
    }

    pub(super) fn code(self) -> &'static str {
        if self.is_english() { "en" } else { "id" }
    }

    /// The folder of the pages in this language.
    pub(super) fn folder(self) -> &'static str {
        if self.is_english() { "en/" } else { "" }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "templates hand it so")]
    pub(super) fn date(self, date: &Date) -> String {
        if self.is_english() { date.strftime("%-d %B %Y").to_string() } else { long_date(*date) }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "templates hand it so")]
    pub(super) fn day(self, date: &Date) -> String {
        if self.is_english() { date.strftime("%A, %-d %B %Y").to_string() } else { day_and_date(*date) }
    }

    pub(super) fn kind(self, kind: Kind) -> String {
        if self.is_english() { self.t(&format!("site.kind.{}", kind.key())) } else { kind.name().to_owned() }
    }

    /// What a field of the record is called.
    pub(super) fn field(self, name: &str) -> String {
        let key = match name {
            "Nomor" => "site.field.number",
            "Tahun Sidang" => "site.field.year",
            "Masa Persidangan" => "site.field.period",
            "Rapat ke-" => "site.field.sequence",
            "Jenis/Sifat" => "site.field.kind",
            "Dengan" => "site.field.partner",
            "Hari, tanggal" => "site.field.date",
            "Waktu" => "site.field.times",
            "Tempat" => "site.field.place",
            "Acara" => "site.field.agenda",
            "Ketua Rapat" => "site.field.chair",
            "Didampingi" => "site.field.deputies",
            "Sekretaris Rapat" => "site.field.secretary",
            "Hadir" => "site.field.present",
            "Kuorum" => "site.field.quorum",
            other => return other.to_owned(),
        };
        self.t(key)
    }

    /// What the scripts of the search say, as JSON.
    pub(super) fn of_search(self) -> String {
        let words: serde_json::Map<String, serde_json::Value> =
            SEARCH.iter().map(|key| ((*key).to_owned(), self.t(key).into())).collect();
        serde_json::Value::Object(words).to_string()
    }
}

/// The keys that the script of the search uses.
const SEARCH: &[&str] = &[
    "site.search.found",
    "site.search.none",
    "site.search.unknown",
    "site.search.more",
    "site.search.failed",
    "site.search.wait",
    "site.search.decision",
    "site.search.agenda",
];
