//! How long the files of a meeting are kept, and what becomes of them then: the rules of an
//! institution's retention schedule (*jadwal retensi arsip*), as `lembaga.toml` has them.

use std::fmt;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Kind;

/// Files of a meeting that are kept under one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FileKind {
    /// The sound.
    #[serde(rename = "rekaman")]
    Recording,
    /// Provisional records, working copies and exports.
    #[serde(rename = "naskah")]
    Drafts,
    /// The official record, its manifest and the words that it was made of.
    #[serde(rename = "risalah")]
    Record,
}

impl FileKind {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Recording, Self::Drafts, Self::Record];

    /// Its key in `lembaga.toml`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Recording => "rekaman",
            Self::Drafts => "naskah",
            Self::Record => "risalah",
        }
    }
}

/// From when a term runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Since {
    /// The day on which the last edition became official.
    #[serde(rename = "resmi")]
    Official,
    /// The day of the meeting.
    #[serde(rename = "rapat")]
    Held,
}

impl Since {
    /// Its key in `lembaga.toml`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Official => "resmi",
            Self::Held => "rapat",
        }
    }
}

/// What becomes of files when their term is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// They may be destroyed.
    #[serde(rename = "musnah")]
    Destroyed,
    /// They are kept for ever, and go to the archival institution.
    #[serde(rename = "permanen")]
    Permanent,
    /// A person appraises them.
    #[serde(rename = "dinilai")]
    Appraised,
}

impl Fate {
    /// Its key in `lembaga.toml`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Destroyed => "musnah",
            Self::Permanent => "permanen",
            Self::Appraised => "dinilai",
        }
    }
}

/// A length of time as retention schedules give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    count: u16,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Years,
    Months,
    Days,
}

impl Unit {
    const ALL: [(&'static str, Self); 3] = [("tahun", Self::Years), ("bulan", Self::Months), ("hari", Self::Days)];
}

/// No schedule has a longer term that ends.
const LONGEST: u16 = 999;

impl Term {
    /// A term as it is written, such as `5 tahun`, `18 bulan` or `30 hari`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.trim().split_once(|c: char| c.is_whitespace())?;
        let is_number = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
        let count: u16 = count.parse().ok().filter(|count| is_number && (1..=LONGEST).contains(count))?;
        let (_, unit) = Unit::ALL.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()))?;
        Some(Self { count, unit })
    }

    /// The day on which it is over, when it runs from this one.
    #[must_use]
    pub fn after(self, day: Date) -> Option<Date> {
        let (span, count) = (Span::new(), i64::from(self.count));
        let span = match self.unit {
            Unit::Years => span.try_years(count),
            Unit::Months => span.try_months(count),
            Unit::Days => span.try_days(count),
        };
        day.checked_add(span.ok()?).ok()
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Unit::ALL.into_iter().find(|(_, unit)| *unit == self.unit).map_or("", |(name, _)| name);
        write!(f, "{} {name}", self.count)
    }
}

/// A rule of the schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The kind of meeting; none for every kind that has no rule of its own.
    pub kind: Option<Kind>,
    /// Which files.
    pub file: FileKind,
    /// How long; none only where they are kept for ever.
    pub term: Option<Term>,
    /// From when.
    pub since: Since,
    /// What becomes of them then.
    pub fate: Fate,
    /// The regulation or schedule that says so.
    pub basis: Option<String>,
}

impl Rule {
    /// The rule for these files of a meeting of this kind: the one for its kind, else the one for
    /// all. Where there is none they are kept for ever.
    #[must_use]
    pub fn find(rules: &[Self], kind: Option<Kind>, file: FileKind) -> Option<&Self> {
        let of = |wanted: Option<Kind>| rules.iter().find(|rule| rule.file == file && rule.kind == wanted);
        kind.and_then(|kind| of(Some(kind))).or_else(|| of(None))
    }
}

/// As `lembaga.toml` has it: `rekaman paripurna: 5 tahun sesudah resmi, musnah (JRA 2026)`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file.key())?;
        if let Some(kind) = self.kind {
            write!(f, " {}", kind.key())?;
        }
        f.write_str(": ")?;
        if let Some(term) = self.term {
            write!(f, "{term} sesudah {}, ", self.since.key())?;
        }
        f.write_str(self.fate.key())?;
        self.basis.as_ref().map_or(Ok(()), |basis| write!(f, " ({basis})"))
    }
}

/// How an archive describes the records of an institution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archiving {
    /// The creator (*pencipta arsip*); else the letterhead.
    pub creator: Option<String>,
    /// The unit that keeps them (*unit pengolah*).
    pub unit: Option<String>,
    /// How far the records have come (*tingkat perkembangan*): original, copy.
    pub development: Option<String>,
    /// Codes of the classification scheme.
    pub classes: Vec<Class>,
}

/// A code of the classification scheme (*kode klasifikasi arsip*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The kind of meeting; none for every kind that has no code of its own.
    pub kind: Option<Kind>,
    /// The code.
    pub code: String,
    /// What the scheme calls it.
    pub title: Option<String>,
}

impl Archiving {
    /// The code for a meeting of this kind.
    #[must_use]
    pub fn class(&self, kind: Option<Kind>) -> Option<&Class> {
        let of = |wanted: Option<Kind>| self.classes.iter().find(|class| class.kind == wanted);
        kind.and_then(|kind| of(Some(kind))).or_else(|| of(None))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn terms_are_read_as_they_are_written() {
        for (text, end) in [
            ("5 tahun", Some(date(2032, 3, 9))),
            (" 18  Bulan ", Some(date(2028, 9, 9))),
            ("30 hari", Some(date(2027, 4, 8))),
            ("999 tahun", Some(date(3026, 3, 9))),
        ] {
            assert_eq!(Term::parse(text).and_then(|term| term.after(date(2027, 3, 9))), end, "{text}");
        }
        assert_eq!(Term::parse("1 bulan").and_then(|term| term.after(date(2027, 1, 31))), Some(date(2027, 2, 28)));
        for wrong in
            ["", "5", "tahun", "0 tahun", "1000 tahun", "+5 tahun", "-5 tahun", "5 years", "lima tahun", "5,5 tahun"]
        {
            assert_eq!(Term::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Term::parse("18 BULAN").map(|term| term.to_string()).as_deref(), Some("18 bulan"));
    }

    #[test]
    fn the_rule_for_its_kind_goes_before_the_one_for_all() {
        let rule = |kind, file, count| Rule {
            kind,
            file,
            term: Term::parse(&format!("{count} tahun")),
            since: Since::Official,
            fate: Fate::Destroyed,
            basis: None,
        };
        let rules = [rule(None, FileKind::Recording, 2), rule(Some(Kind::Paripurna), FileKind::Recording, 10)];
        let found = |kind, file| Rule::find(&rules, kind, file).map(ToString::to_string);
        assert_eq!(
            found(Some(Kind::Paripurna), FileKind::Recording).as_deref(),
            Some("rekaman paripurna: 10 tahun sesudah resmi, musnah")
        );
        assert_eq!(
            found(Some(Kind::Komisi), FileKind::Recording).as_deref(),
            Some("rekaman: 2 tahun sesudah resmi, musnah")
        );
        assert_eq!(found(None, FileKind::Recording), found(Some(Kind::Bk), FileKind::Recording));
        assert_eq!(found(Some(Kind::Paripurna), FileKind::Record), None);
    }
}
