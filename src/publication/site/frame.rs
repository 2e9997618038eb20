//! What every page has: its place, its languages, its description for other programs.

use serde_json::{Value, json};

use std::path::Path;
use std::sync::Arc;

use super::state::State;
use super::theme::Theme;
use super::words::Words;
use crate::common::digest::sha256;
use crate::meeting::{Emblem, Meeting};

/// What is the same for all pages.
#[derive(Clone, Debug)]
pub(super) struct House {
    /// What the institution is called.
    pub(super) name: String,
    /// Where the site stands, without a slash at the end.
    pub(super) address: Option<String>,
    pub(super) theme: Theme,
    /// The licence of what is published.
    pub(super) licence: Option<String>,
    /// The emblem as a small PNG.
    pub(super) emblem: Option<Vec<u8>>,
}

/// The emblem in the site.
pub(super) const EMBLEM_FILE: &str = "aset/lambang.png";

/// Pixels of the emblem's longer side: twice what is shown.
const EMBLEM: u32 = 128;

impl House {
    pub(super) fn of(meeting: &Meeting, address: Option<String>) -> Self {
        let lines: Vec<String> = meeting.letterhead.iter().map(|line| capitalised(line)).collect();
        let name = if lines.is_empty() { "DPRD".to_owned() } else { lines.join(" ") };
        Self {
            name: crate::document::risalah::printable(&name),
            address: address.or_else(|| meeting.site.address.clone()),
            theme: Theme::of(meeting.site.colour),
            licence: meeting.site.licence.clone(),
            emblem: meeting.emblem.as_ref().and_then(small),
        }
    }

    /// As a site knows it.
    pub(super) fn known(state: &State, site: &Path, address: Option<String>) -> Self {
        Self {
            name: state.name.clone(),
            address: address.or_else(|| state.address.clone()),
            theme: Theme::of(state.colour),
            licence: state.licence.clone(),
            emblem: std::fs::read(site.join(EMBLEM_FILE)).ok(),
        }
    }

    /// Differs when anything that all pages show does.
    pub(super) fn digest(&self, assets: &str) -> String {
        let emblem = self.emblem.as_deref().map(sha256);
        sha256(
            format!(
                "{} {:?} {:?} {:?} {emblem:?} {assets}",
                env!("CARGO_PKG_VERSION"),
                self.name,
                self.address,
                self.theme
            )
            .as_bytes(),
        )
    }

    /// The whole address of a page of the site.
    pub(super) fn url(&self, path: &str) -> Option<String> {
        let path = path.strip_suffix("index.html").unwrap_or(path);
        Some(format!("{}/{path}", self.address.as_ref()?))
    }

    /// Whoever publishes, for other programs.
    pub(super) fn organisation(&self) -> Value {
        let mut told = json!({ "@type": "GovernmentOrganization", "name": self.name });
        if let Some(url) = self.url("") {
            told["url"] = url.into();
        }
        told
    }
}

/// Words in capitals as a letterhead has them, as a sentence has them; abbreviations stay.
fn capitalised(line: &str) -> String {
    let is_shout = |word: &str| word.chars().count() > 4 && word.chars().all(|c| !c.is_lowercase());
    let written = |word: &str| {
        let lower = word.to_lowercase();
        if ["KOTA", "DAN", "KABUPATEN", "PROVINSI"].contains(&word) || is_shout(word) {
            if word == "DAN" {
                return lower;
            }
            let mut letters = lower.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        } else {
            word.to_owned()
        }
    };
    line.split_whitespace().map(written).collect::<Vec<String>>().join(" ")
}

/// The emblem as it is shown beside the name.
fn small(emblem: &Arc<Emblem>) -> Option<Vec<u8>> {
    let picture = image::load_from_memory_with_format(&emblem.png, image::ImageFormat::Png).ok()?;
    let mut png = std::io::Cursor::new(Vec::new());
    picture.thumbnail(EMBLEM, EMBLEM).write_to(&mut png, image::ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

/// What a page says of itself.
pub(super) struct Frame<'a> {
    pub(super) house: &'a House,
    pub(super) words: Words,
    /// Its path in the site, without the folder of its language.
    pub(super) path: String,
    pub(super) title: String,
    pub(super) description: String,
    /// What it is for other programs (schema.org).
    pub(super) linked: Value,
    /// `website` or `article`.
    pub(super) kind: &'static str,
    /// Which part of the site it belongs to.
    pub(super) part: &'static str,
    /// Whether robots are asked to leave it out.
    pub(super) is_hidden: bool,
}

impl Frame<'_> {
    pub(super) fn t(&self, key: &str) -> String {
        self.words.t(key)
    }

    /// Its file in the site.
    pub(super) fn file(&self) -> String {
        format!("{}{}", self.words.folder(), self.path)
    }

    /// From the page to the top of the site.
    pub(super) fn up(&self) -> String {
        "../".repeat(self.file().matches('/').count())
    }

    /// From the page to the first page in its language.
    pub(super) fn home(&self) -> String {
        format!("{}{}", self.up(), self.words.folder())
    }

    /// The other languages of the page: code, name, link.
    pub(super) fn others(&self) -> Vec<(&'static str, &'static str, String)> {
        let other = if self.words.is_english() { Words::ALL[0] } else { Words::ALL[1] };
        let name = if other.is_english() { "English" } else { "Bahasa Indonesia" };
        vec![(other.code(), name, format!("{}{}{}", self.up(), other.folder(), self.path))]
    }

    pub(super) fn url(&self) -> Option<String> {
        self.house.url(&self.file())
    }

    /// The same page in each language, with its whole address.
    pub(super) fn alternates(&self) -> Vec<(&'static str, String)> {
        let of = |words: &Words| Some((words.code(), self.house.url(&format!("{}{}", words.folder(), self.path))?));
        Words::ALL.iter().filter_map(of).collect()
    }

    pub(super) fn picture(&self) -> Option<String> {
        self.house.emblem.as_ref().and_then(|_| self.house.url(EMBLEM_FILE))
    }

    pub(super) fn locale(&self) -> &'static str {
        if self.words.is_english() { "en_GB" } else { "id_ID" }
    }

    /// [`Frame::linked`] as it may stand within `<script>`.
    pub(super) fn json(&self) -> String {
        script_safe(&self.linked)
    }
}

/// JSON in which nothing ends the element that holds it.
pub(super) fn script_safe(value: &Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letterhead_reads_as_a_name() {
        assert_eq!(capitalised("DEWAN PERWAKILAN RAKYAT DAERAH"), "Dewan Perwakilan Rakyat Daerah");
        assert_eq!(capitalised("KOTA TANJUNG CONTOH"), "Kota Tanjung Contoh");
        assert_eq!(capitalised("DPRD Kota Contoh"), "DPRD Kota Contoh");
    }

    #[test]
    fn nothing_ends_a_script() {
        let text = script_safe(&json!({ "a": "</script><!--&\u{2028}" }));
        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON")["a"], "</script><!--&\u{2028}");
    }
}
