//! Documents for print: laid out by Typst from a template, as PDF/A-2a with their fonts inside.
//!
//! The template gets the document as JSON in a virtual file. No text of a meeting ever becomes
//! Typst source, so nothing in it can be read as markup.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::layout::Abs;
use typst::layout::{Frame, FrameItem};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{EMBLEM, Error, Sheet, Templates};
use crate::common::fonts::FONTS;

/// What every document shares.
struct SharedAssets {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// The same fonts, asked for single characters. What a font claims to cover is not enough: some
    /// map characters to the empty box.
    shapes: Vec<FontInstance>,
}

static SHARED: LazyLock<SharedAssets> = LazyLock::new(|| {
    let fonts: Vec<Font> = FONTS.into_iter().flat_map(|data| Font::iter(Bytes::new(data))).collect();
    SharedAssets {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        shapes: fonts.iter().cloned().map(instance).collect(),
        fonts,
    }
});

fn instance(font: Font) -> FontInstance {
    font.instantiate(FontVariant::default(), Abs::pt(12.0), &FontVariations::default())
}

/// Lays a sheet out and writes it.
pub(super) fn write(sheet: &Sheet, templates: &Templates) -> Result<Vec<u8>, Error> {
    let world = TypstWorld::new(sheet, templates)?;
    let refusal = |errors: &[SourceDiagnostic]| world.refusal(errors);
    let laid_out = typst::compile::<PagedDocument>(&world).output;
    let document = laid_out.map_err(|errors| refusal(&errors))?;
    marked(&document, sheet)?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a]).map_err(|error| Error::Pdf(error.message().to_string()))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some(format!("E-Risalah {}", env!("CARGO_PKG_VERSION")))),
        timestamp: timestamp(sheet.created),
        standards,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| refusal(&errors));
    // The typesetter remembers its intermediate results for the process's life; one document's are of
    // no use to the next.
    typst::comemo::evict(0);
    bytes
}

/// Whatever the template: every page says that it is provisional, and how secret it is.
fn marked(document: &PagedDocument, sheet: &Sheet) -> Result<(), Error> {
    let joined = |text: &str| text.split_whitespace().collect::<String>();
    for (page, number) in document.pages().iter().zip(1..) {
        let mut text = String::new();
        read(&page.frame, &mut text);
        let mut text = joined(&text);
        for mark in &sheet.marks {
            let place = text.find(&joined(mark)).ok_or_else(|| Error::Unmarked { page: number, mark: mark.clone() })?;
            // The watermark is a part of the words above it, but must be there for itself.
            text.replace_range(place..place + joined(mark).len(), "");
        }
    }
    Ok(())
}

fn read(frame: &Frame, text: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => read(&group.frame, text),
            FrameItem::Text(item) => text.push_str(&item.text),
            _ => {}
        }
    }
}

fn timestamp(created: jiff::Timestamp) -> Option<Timestamp> {
    let utc = created.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let part = |part: i8| part.unsigned_abs();
    let date = Datetime::from_ymd_hms(
        i32::from(utc.year()),
        part(utc.month()),
        part(utc.day()),
        part(utc.hour()),
        part(utc.minute()),
        part(utc.second()),
    );
    date.map(Timestamp::new_utc)
}

/// A character for which no font here has a shape is printed as its code point, `[U+1F44D]`: PDF/A
/// forbids empty boxes, and nothing that was said may vanish.
fn show_all(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if !text.is_ascii() => {
            let shown = |c: char| if has_shape(c) { c.to_string() } else { format!("[U+{:04X}]", c as u32) };
            *text = text.chars().map(shown).collect();
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(show_all),
        serde_json::Value::Object(values) => values.values_mut().for_each(show_all),
        _ => {}
    }
}

fn has_shape(c: char) -> bool {
    // What a code point of the private use area means is anybody's guess; PDF/A-2a does not accept it
    // either.
    let private = matches!(c as u32, 0xe000..=0xf8ff | 0xf_0000..);
    let drawn = |font: &FontInstance| font.ttf().glyph_index(c).is_some_and(|glyph| glyph.0 != 0);
    !private && SHARED.shapes.iter().any(drawn)
}

/// The typesetter's view of the world: the templates, a data file, an emblem, five fonts; no disk,
/// no network, no clock.
struct TypstWorld<'a> {
    main: Source,
    data: Bytes,
    sheet: &'a Sheet,
    templates: &'a Templates,
}

impl<'a> TypstWorld<'a> {
    fn new(sheet: &'a Sheet, templates: &'a Templates) -> Result<Self, Error> {
        let mut data = sheet.data.clone();
        show_all(&mut data);
        let path = VirtualPath::new(&sheet.template).map_err(|error| Error::Pdf(error.to_string()))?;
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        let text = templates.file(&sheet.template).unwrap_or_default();
        Ok(Self {
            main: Source::new(id, String::from_utf8_lossy(text).into_owned()),
            data: Bytes::new(serde_json::to_vec(&data)?),
            sheet,
            templates,
        })
    }

    /// The first error with its place in a template, where it has one.
    fn refusal(&self, errors: &[SourceDiagnostic]) -> Error {
        let reason = errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ");
        let place = errors.iter().find_map(|error| {
            let id = error.span.id()?;
            let range = self.range(error.span)?;
            let line = self.source(id).ok()?.lines().byte_to_line(range.start)? + 1;
            Some((id.get().vpath().get_without_slash().to_owned(), line))
        });
        match (place, self.templates.folder()) {
            (Some((file, line)), Some(folder)) => Error::Template { path: folder.join(file), line, reason },
            _ => Error::Pdf(reason),
        }
    }
}

impl World for TypstWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &SHARED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHARED.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        let text = self.file(id)?;
        Ok(Source::new(id, std::str::from_utf8(&text).map_err(|_| FileError::InvalidUtf8)?.to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if matches!(id.get().root(), VirtualRoot::Package(_)) {
            return Err(FileError::AccessDenied);
        }
        match (id.get().vpath().get_without_slash(), &self.sheet.emblem) {
            ("risalah.json", _) => Ok(self.data.clone()),
            (EMBLEM, Some(emblem)) => Ok(Bytes::new(emblem.clone())),
            (name, _) => {
                let content = self.templates.file(name).ok_or_else(|| FileError::NotFound(name.into()))?;
                Ok(Bytes::new(content.to_vec()))
            }
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHARED.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
