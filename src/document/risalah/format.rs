//! The formats and the names of their files.

use std::fmt;
use std::str::FromStr;

use super::Error;
use crate::transcript::Level;

/// A file format that the record or its transcript can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Everything that was recognised, for programs.
    Json,
    /// The record for Word and `LibreOffice`.
    Docx,
    /// The same to be corrected, with what is needed to read the corrections back.
    Working,
    /// The record for print.
    Pdf,
    /// The record as plain text.
    Txt,
    /// The short report: fields and decisions on one page.
    Brief,
    /// The same for Word and `LibreOffice`.
    BriefWord,
    /// The attendance list, with room to sign.
    Register,
    /// Utterances as a table.
    Csv,
    /// The debate as Akoma Ntoso 3.0.
    Akn,
    /// The debate as TEI, in the manner of `ParlaMint`.
    Tei,
    /// The people and the party groups, as Popolo.
    Popolo,
    /// Subtitles as most players read them.
    Srt,
    /// Subtitles with voices.
    Vtt,
    /// Segment list for scoring: channel, times and words.
    Seglst,
    /// Who spoke when, without words.
    Rttm,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 16] = [
        Self::Json,
        Self::Docx,
        Self::Working,
        Self::Pdf,
        Self::Brief,
        Self::BriefWord,
        Self::Register,
        Self::Txt,
        Self::Srt,
        Self::Vtt,
        Self::Csv,
        Self::Akn,
        Self::Tei,
        Self::Popolo,
        Self::Seglst,
        Self::Rttm,
    ];

    /// The name by which a user asks for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Docx => "docx",
            Self::Working => "kerja",
            Self::Pdf => "pdf",
            Self::Brief => "lapsing",
            Self::BriefWord => "lapsing-docx",
            Self::Register => "hadir",
            Self::Csv => "csv",
            Self::Akn => "akn",
            Self::Tei => "tei",
            Self::Popolo => "popolo",
            Self::Txt => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Seglst => "seglst",
            Self::Rttm => "rttm",
        }
    }

    /// Its file in a meeting's folder.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Json => "transkrip.json",
            Self::Docx => "risalah-sementara.docx",
            Self::Working => "risalah-kerja.docx",
            Self::Pdf => "risalah-sementara.pdf",
            Self::Brief => "laporan-singkat.pdf",
            Self::BriefWord => "laporan-singkat.docx",
            Self::Register => "daftar-hadir.pdf",
            Self::Csv => "transkrip.csv",
            Self::Akn => "risalah.akn.xml",
            Self::Tei => "risalah.tei.xml",
            Self::Popolo => "popolo.json",
            Self::Txt => "transkrip.txt",
            Self::Srt => "transkrip.srt",
            Self::Vtt => "transkrip.vtt",
            Self::Seglst => "transkrip.seglst.json",
            Self::Rttm => "transkrip.rttm",
        }
    }

    /// Its file where it holds this much of what was said. A document of all of it lies beside the
    /// clean one; formats that hold both have one file.
    #[must_use]
    pub fn file_name_of(self, level: Level) -> &'static str {
        match (self, level) {
            (Self::Docx, Level::Full) => "risalah-sementara-penuh.docx",
            (Self::Pdf, Level::Full) => "risalah-sementara-penuh.pdf",
            (Self::Txt, Level::Full) => "transkrip-penuh.txt",
            _ => self.file_name(),
        }
    }

    /// Whether it is for those who were not there: players and archives. Of a closed meeting
    /// nothing is written in it.
    #[must_use]
    pub fn is_for_publication(self) -> bool {
        matches!(self, Self::Akn | Self::Tei | Self::Srt | Self::Vtt)
    }

    /// The formats of a list such as `docx,pdf,srt`, each once, in the order of the list.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] with the first name that is not one.
    pub fn list(text: &str) -> Result<Vec<Self>, Error> {
        let mut formats = Vec::new();
        for name in text.split(',').filter(|name| !name.trim().is_empty()) {
            let format = name.parse()?;
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        Ok(formats)
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wanted = text.trim().to_lowercase();
        Self::ALL.into_iter().find(|format| format.name() == wanted).ok_or(Error::UnknownFormat(wanted))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_each_format_once() {
        assert_eq!(Format::list(" PDF, docx,pdf,").ok(), Some(vec![Format::Pdf, Format::Docx]));
        assert!(matches!(Format::list("pdf,odt"), Err(Error::UnknownFormat(name)) if name == "odt"));
    }
}
