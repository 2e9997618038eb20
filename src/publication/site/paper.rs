//! The record for print: exactly the signed file where nothing was redacted.

use super::make::{Failed, read};
use crate::common::message::Message;
use crate::document::risalah::Format;
use crate::meeting_folder::templates;
use crate::publication::{self, Published};

/// The record as PDF; nothing where this program was built without it and something was redacted.
pub(super) fn pdf(
    published: &Published,
    lay_out: &super::LayOut<'_>,
    warnings: &mut Vec<Message>,
) -> Result<Option<Vec<u8>>, Failed> {
    if published.redacted.is_empty() && !published.was_closed {
        // The one with the electronic signature, where there is one.
        let signed = published.manifest.signed(&published.folder);
        if let Ok(path) = signed.unwrap_or_else(|| published.manifest.printable(&published.folder)) {
            return Ok(Some(read(&path)?));
        }
    }
    if cfg!(not(feature = "pdf")) {
        return Ok(None);
    }
    let templates = templates(&published.meeting, &published.folder);
    let laid_out = publication::document(published, Format::Pdf, templates.as_deref(), lay_out)?;
    warnings.extend(laid_out.warnings);
    Ok(Some(laid_out.content))
}
