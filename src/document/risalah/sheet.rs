//! A printed document on its way to the typesetter: a template's name and what the template is
//! given.
//!
//! It can be handed to another process, where a template that never ends can be stopped.

use serde::{Deserialize, Serialize};

#[cfg(feature = "pdf")]
use super::pdf;
use super::{Error, Risalah, Templates, brief};

/// A document that is laid out by a template.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sheet {
    pub(super) template: String,
    pub(super) data: serde_json::Value,
    /// What every page must say, whatever the template.
    pub(super) marks: Vec<String>,
    pub(super) created: jiff::Timestamp,
    pub(super) emblem: Option<Vec<u8>>,
}

impl Sheet {
    /// The record.
    #[must_use]
    pub fn record(risalah: &Risalah) -> Self {
        Self::new("risalah.typ", risalah)
    }

    /// The short report on one page.
    #[must_use]
    pub fn brief(risalah: &Risalah) -> Self {
        Self::new("laporan-singkat.typ", &brief::shown(risalah))
    }

    /// The attendance list. It is not provisional by its nature; how secret the meeting is, it must
    /// say.
    #[must_use]
    pub fn register(risalah: &Risalah) -> Self {
        let marks = risalah.marks.iter().skip(1).cloned().collect();
        Self::new("daftar-hadir.typ", &Risalah { marks, watermark: None, body: Vec::new(), ..risalah.clone() })
    }

    /// What another template is given, with the emblem of the letterhead.
    ///
    /// # Errors
    /// When the data have no JSON form.
    pub fn of(
        template: &str,
        data: &impl Serialize,
        emblem: Option<Vec<u8>>,
        created: jiff::Timestamp,
    ) -> Result<Self, Error> {
        let data = serde_json::to_value(data)?;
        Ok(Self { template: template.to_owned(), data, marks: Vec::new(), created, emblem })
    }

    /// The same with texts of its own beside those of the record.
    pub(super) fn with(template: &str, risalah: &Risalah, more: &[(&str, serde_json::Value)]) -> Self {
        let mut sheet = Self::new(template, risalah);
        for (key, value) in more {
            sheet.data[*key] = value.clone();
        }
        sheet
    }

    fn new(template: &str, risalah: &Risalah) -> Self {
        Self {
            template: template.to_owned(),
            // A value of texts and numbers always has a JSON form.
            data: serde_json::to_value(risalah).unwrap_or_default(),
            marks: risalah.marks.iter().chain(&risalah.watermark).cloned().collect(),
            created: risalah.created,
            emblem: risalah.emblem.as_ref().map(|emblem| emblem.png.clone()),
        }
    }

    /// Lays it out and gives the PDF.
    ///
    /// # Errors
    /// When a template is at fault, with its file and line; when a page lacks a mark that it must
    /// have.
    #[cfg(feature = "pdf")]
    pub fn typeset(&self, templates: &Templates) -> Result<Vec<u8>, Error> {
        pdf::write(self, templates)
    }

    /// Lays nothing out: the program was built without the feature `pdf`.
    ///
    /// # Errors
    /// Always [`Error::PdfLeftOut`].
    #[cfg(not(feature = "pdf"))]
    pub fn typeset(&self, _: &Templates) -> Result<Vec<u8>, Error> {
        Err(Error::PdfLeftOut)
    }
}
