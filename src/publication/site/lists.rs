//! What is of all meetings: lists, decisions, search, feeds, and the files that every page uses.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::Error;
use super::catalogue;
use super::feeds;
use super::frame::{EMBLEM_FILE, Frame, House};
use super::make::Made;
use super::pages::{self, Chip};
use super::staging::{Files, Staging};
use super::state::Record;
use super::words::Words;
use crate::meeting::Kind;

/// The style sheet, the scripts and the picture, as the hash of all of them tells.
pub(super) const ASSETS: &str = concat!(
    include_str!("assets/gaya.css"),
    include_str!("assets/cari.js"),
    include_str!("assets/putar.js"),
    include_str!("assets/ikon.svg")
);

/// Meetings on the first page.
const LATEST: usize = 20;

/// Writes them.
pub(super) struct Lists<'a> {
    pub(super) house: &'a House,
    pub(super) staging: &'a Staging,
}

impl Lists<'_> {
    /// Writes all; the meetings stand with the newest first.
    pub(super) fn write(&self, all: &[Made], files: &mut Files) -> Result<(), Error> {
        let records: Vec<&Record> = all.iter().map(|made| &made.record).collect();
        let shown: Vec<&Record> = records.iter().copied().filter(|record| record.withdrawn.is_none()).collect();
        for words in Words::ALL {
            self.meetings(words, &records, files)?;
            self.decisions(words, &shown, files)?;
            self.search(words, &shown, files)?;
            self.about(words, &shown, files)?;
        }
        let mut put = |name: &str, content: &[u8]| self.staging.write(files, name, content);
        put("rapat.atom.xml", &feeds::meetings(self.house, &shown)?)?;
        put("keputusan.atom.xml", &feeds::decisions(self.house, &shown)?)?;
        put("keputusan.json", &feeds::decisions_json(self.house, &shown)?)?;
        put("katalog.jsonld", &catalogue::catalogue(self.house, &shown)?)?;
        put("robots.txt", &feeds::robots(self.house))?;
        let style = format!("{}{}", include_str!("assets/gaya.css"), self.house.theme.css());
        put("aset/gaya.css", style.as_bytes())?;
        put("aset/cari.js", include_bytes!("assets/cari.js"))?;
        put("aset/putar.js", include_bytes!("assets/putar.js"))?;
        put("aset/ikon.svg", include_bytes!("assets/ikon.svg"))?;
        if let Some(emblem) = &self.house.emblem {
            put(EMBLEM_FILE, emblem)?;
        }
        if let Some(map) = feeds::sitemap(self.house, &Self::map(&records, &shown)) {
            put("sitemap.xml", &map)?;
        }
        Ok(())
    }

    /// Every page that is to be found.
    fn map(records: &[&Record], shown: &[&Record]) -> Vec<(String, Option<jiff::Timestamp>)> {
        let newest = shown.iter().map(|record| record.signed).max();
        let lists = ["index.html", "keputusan.html", "cari.html", "tentang.html"].map(str::to_owned);
        let years = years(records).into_iter().map(year_file);
        let kinds = kinds(records).into_iter().map(kind_file);
        let mut pages: Vec<(String, Option<jiff::Timestamp>)> =
            lists.into_iter().chain(years).chain(kinds).map(|path| (path, newest)).collect();
        for record in shown {
            let decisions = record.decisions.iter().map(|decision| format!("{}.html", decision.id));
            let names = ["index.html".to_owned()].into_iter().chain(decisions);
            pages.extend(names.map(|name| (format!("{}/{name}", record.folder()), Some(record.signed))));
        }
        let of = |words: Words| pages.iter().map(move |(path, at)| (format!("{}{path}", words.folder()), *at));
        Words::ALL.into_iter().flat_map(of).collect()
    }

    fn frame(&self, words: Words, path: &str, title: String, part: &'static str) -> Frame<'_> {
        let description = words.with("site.description", "name", &self.house.name);
        let linked = json!({
            "@context": "https://schema.org",
            "@type": "CollectionPage",
            "name": title,
            "inLanguage": words.code(),
            "publisher": self.house.organisation(),
        });
        let path = path.to_owned();
        Frame { house: self.house, words, path, title, description, linked, kind: "website", part, is_hidden: false }
    }

    fn put(&self, frame: &Frame<'_>, page: &impl askama::Template, files: &mut Files) -> Result<(), Error> {
        self.staging.write(files, &frame.file(), &pages::written(page)?)
    }

    /// The first page, one for each year and one for each kind.
    fn meetings(&self, words: Words, records: &[&Record], files: &mut Files) -> Result<(), Error> {
        let mut put = |path: &str, heading: String, level, these: Vec<&Record>| {
            let mut frame = self.frame(words, path, heading.clone(), "meetings");
            if path == "index.html" {
                frame.linked = self.website(words);
            }
            let year = |year: &Option<i16>| (year_name(words, *year), year_file(*year), path == year_file(*year));
            let kind = |kind: &Kind| (words.kind(*kind), kind_file(*kind), path == kind_file(*kind));
            let years: Vec<Chip> = years(records).iter().map(year).collect();
            let kinds: Vec<Chip> = kinds(records).iter().map(kind).collect();
            let months = months(words, &these);
            let is_first = path == "index.html";
            let page = pages::Meetings { frame: &frame, heading, is_first, years, kinds, level, months };
            self.put(&frame, &page, files)
        };
        put("index.html", words.t("site.meetings"), "h3", records.iter().copied().take(LATEST).collect())?;
        for year in years(records) {
            let these = records.iter().copied().filter(|record| year_of(record) == year).collect();
            let heading = words.with("site.of_year", "year", year_name(words, year));
            put(&year_file(year), heading, "h2", these)?;
        }
        for kind in kinds(records) {
            let these = records.iter().copied().filter(|record| record.kind == Some(kind)).collect();
            put(&kind_file(kind), words.kind(kind), "h2", these)?;
        }
        Ok(())
    }

    /// The site as schema.org has it.
    fn website(&self, words: Words) -> Value {
        json!({
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": words.t("site.title"),
            "inLanguage": words.code(),
            "publisher": self.house.organisation(),
            "url": self.house.url(&format!("{}index.html", words.folder())),
        })
    }

    fn decisions(&self, words: Words, shown: &[&Record], files: &mut Files) -> Result<(), Error> {
        let frame = self.frame(words, "keputusan.html", words.t("site.decisions"), "decisions");
        let mut years: Vec<(String, Vec<&Record>)> = Vec::new();
        for record in shown.iter().copied().filter(|record| !record.decisions.is_empty()) {
            let year = year_name(words, year_of(record));
            match years.last_mut().filter(|(last, _)| *last == year) {
                Some((_, records)) => records.push(record),
                None => years.push((year, vec![record])),
            }
        }
        self.put(&frame, &pages::Decisions { frame: &frame, years }, files)
    }

    fn search(&self, words: Words, shown: &[&Record], files: &mut Files) -> Result<(), Error> {
        let frame = self.frame(words, "cari.html", words.t("site.search"), "search");
        let kinds = kinds(shown).into_iter().map(|kind| (kind.key(), words.kind(kind))).collect();
        let years = years(shown).into_iter().flatten().map(|year| year.to_string()).collect();
        self.put(&frame, &pages::Search { frame: &frame, kinds, years }, files)
    }

    fn about(&self, words: Words, shown: &[&Record], files: &mut Files) -> Result<(), Error> {
        let frame = self.frame(words, "tentang.html", words.t("site.about"), "about");
        let count: usize = shown.iter().map(|record| record.redacted).sum();
        let redacted = words.with("site.about.redacted", "count", count);
        self.put(&frame, &pages::About { frame: &frame, redacted }, files)
    }
}

fn year_of(record: &Record) -> Option<i16> {
    record.date.map(Date::year)
}

/// Years of meetings, newest first; without a date at the end.
fn years(records: &[&Record]) -> Vec<Option<i16>> {
    let mut years: Vec<Option<i16>> = records.iter().map(|record| year_of(record)).collect();
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    years
}

fn year_file(year: Option<i16>) -> String {
    format!("tahun/{}.html", year.map_or_else(|| "lain".to_owned(), |year| year.to_string()))
}

fn year_name(words: Words, year: Option<i16>) -> String {
    year.map_or_else(|| words.t("site.no_date"), |year| year.to_string())
}

/// Kinds of meetings, in the order of the program.
fn kinds(records: &[&Record]) -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| records.iter().any(|record| record.kind == Some(*kind))).collect()
}

fn kind_file(kind: Kind) -> String {
    format!("jenis/{}.html", kind.key().replace('_', "-"))
}

/// Meetings by month, in their order.
fn months<'a>(words: Words, records: &[&'a Record]) -> Vec<(String, Vec<&'a Record>)> {
    let name = |record: &Record| {
        record.date.map_or_else(
            || words.t("site.no_date"),
            |date| words.date(&date).split_once(' ').map(|(_, month)| month.to_owned()).unwrap_or_default(),
        )
    };
    let mut months: Vec<(String, Vec<&Record>)> = Vec::new();
    for record in records {
        let month = name(record);
        match months.last_mut().filter(|(last, _)| *last == month) {
            Some((_, these)) => these.push(record),
            None => months.push((month, vec![record])),
        }
    }
    months
}
