//! The published copy of an official record: its words as they may go out, and how much was taken
//! out of it.

use crate::meeting::Meeting;
use crate::transcript::Transcript;

use super::official::signed;
use super::text::printable;
use super::{Error, Format, Legend, Official, Risalah, RunKind, Sheet, Templates, akn, chorus, tei, txt};

/// Stands on every page beside the mark of the official record.
const COPY: &str = "SALINAN UNTUK PUBLIK";

/// What tells a published copy from the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The signed edition.
    pub official: Official,
    /// How many passages were taken out for each reason.
    pub redacted: Vec<(String, usize)>,
}

impl Public {
    /// What the colophon says.
    fn colophon(&self) -> String {
        let all: usize = self.redacted.iter().map(|(_, count)| count).sum();
        if all == 0 {
            return "Salinan untuk publik. Tidak ada bagian yang dihapus.".to_owned();
        }
        let each = self.redacted.iter().map(|(reason, count)| format!("{} {count}", printable(reason)));
        format!(
            "Salinan untuk publik. Sebanyak {all} bagian dihapus dari salinan ini dan dibisukan pada rekamannya, \
             menurut alasan: {}. Risalah resminya memuat semuanya.",
            each.collect::<Vec<_>>().join("; ")
        )
    }

    fn of(&self, mut risalah: Risalah) -> Risalah {
        // The manifest has the hash of the record, not of its copies.
        for line in &mut risalah.colophon {
            *line = line.replace("dan dokumen ini ada", "dan dokumen resminya ada");
        }
        risalah.marks.insert(1.min(risalah.marks.len()), COPY.to_owned());
        risalah.colophon.insert(1.min(risalah.colophon.len()), self.colophon());
        if !self.redacted.is_empty() {
            risalah.legend.push(Legend {
                mark: "[dihapus: alasan]".to_owned(),
                kind: RunKind::Mark,
                meaning: "tidak dimuat di dalam salinan untuk publik, dengan alasannya".to_owned(),
            });
        }
        risalah
    }
}

/// The published copy as a document.
#[must_use]
pub fn compose_public(meeting: &Meeting, transcript: &Transcript, public: &Public) -> Risalah {
    let risalah = chorus::joined(signed(meeting, transcript, &public.official), transcript.recording.clock);
    public.of(risalah)
}

/// Writes the published copy in one format.
///
/// # Errors
/// As [`super::write`].
pub fn write_public(
    format: Format,
    meeting: &Meeting,
    transcript: &Transcript,
    public: &Public,
) -> Result<Vec<u8>, Error> {
    if let Some(sheet) = sheet_public(format, meeting, transcript, public) {
        return sheet.typeset(&Templates::built_in());
    }
    match format {
        Format::Docx => super::write_word(&compose_public(meeting, transcript, public)),
        Format::BriefWord => super::write_brief(&compose_public(meeting, transcript, public)),
        Format::Txt => Ok(txt::write(&compose_public(meeting, transcript, public))),
        Format::Akn | Format::Tei => {
            let transcript = &transcript.by_speaker();
            let risalah = public.of(signed(meeting, transcript, &public.official));
            let write = if format == Format::Akn { akn::write_record } else { tei::write_record };
            write(meeting, transcript, &risalah)
        }
        _ => super::write(format, meeting, transcript),
    }
}

/// The published copy in a format that is laid out by a template, or `None` for one that is not.
#[must_use]
pub fn sheet_public(format: Format, meeting: &Meeting, transcript: &Transcript, public: &Public) -> Option<Sheet> {
    match format {
        Format::Pdf => Some(Sheet::record(&compose_public(meeting, transcript, public))),
        Format::Brief => Some(Sheet::brief(&compose_public(meeting, transcript, public))),
        _ => None,
    }
}
