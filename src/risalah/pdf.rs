//! The record for print: laid out by Typst from `template.typ`, as PDF/A-2a with its fonts inside.
//!
//! The template gets the record as JSON in a virtual file. No text of a meeting ever becomes Typst source, so nothing in it can
//! be read as markup.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::layout::Abs;
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{Error, Risalah};

const TEMPLATE: &str = include_str!("template.typ");

/// Liberation Sans has Arial's metrics; DejaVu Sans lends it what it lacks, such as Arabic.
pub(crate) const FONTS: [&[u8]; 5] = [
    include_bytes!("fonts/LiberationSans-Regular.ttf"),
    include_bytes!("fonts/LiberationSans-Bold.ttf"),
    include_bytes!("fonts/LiberationSans-Italic.ttf"),
    include_bytes!("fonts/LiberationSans-BoldItalic.ttf"),
    include_bytes!("fonts/DejaVuSans.ttf"),
];

/// What every document shares.
struct Office {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// The same fonts, asked for single characters. What a font claims to cover is not enough: some map characters to the empty
    /// box.
    shapes: Vec<FontInstance>,
}

static OFFICE: LazyLock<Office> = LazyLock::new(|| {
    let fonts: Vec<Font> = FONTS.into_iter().flat_map(|data| Font::iter(Bytes::new(data))).collect();
    Office {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        shapes: fonts.iter().cloned().map(instance).collect(),
        fonts,
    }
});

fn instance(font: Font) -> FontInstance {
    font.instantiate(FontVariant::default(), Abs::pt(12.0), &FontVariations::default())
}

pub(super) fn write(risalah: &Risalah) -> Result<Vec<u8>, Error> {
    let mut data = serde_json::to_value(risalah)?;
    show_all(&mut data);
    let desk = Desk::new(serde_json::to_vec(&data)?)?;
    let laid_out = typst::compile::<PagedDocument>(&desk).output;
    let document = laid_out.map_err(|errors| refusal(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a]).map_err(|error| Error::Pdf(error.message().to_string()))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some(format!("E-Risalah {}", env!("CARGO_PKG_VERSION")))),
        timestamp: timestamp(risalah.created),
        standards,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| refusal(&errors));
    // The typesetter remembers its intermediate results for the process's life; one document's are of no use to the next.
    typst::comemo::evict(0);
    bytes
}

fn refusal(errors: &[SourceDiagnostic]) -> Error {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    Error::Pdf(messages.join("; "))
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

/// A character for which no font here has a shape is printed as its code point, `[U+1F44D]`: PDF/A forbids empty boxes, and
/// nothing that was said may vanish.
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
    // What a code point of the private use area means is anybody's guess; PDF/A-2a does not accept it either.
    let private = matches!(c as u32, 0xe000..=0xf8ff | 0xf_0000..);
    let drawn = |font: &FontInstance| font.ttf().glyph_index(c).is_some_and(|glyph| glyph.0 != 0);
    !private && OFFICE.shapes.iter().any(drawn)
}

/// The typesetter's view of the world: a template, a data file, four fonts; no disk, no network, no clock.
struct Desk {
    template: Source,
    data: (FileId, Bytes),
}

impl Desk {
    fn new(data: Vec<u8>) -> Result<Self, Error> {
        let id = |name: &str| {
            let path = VirtualPath::new(name).map_err(|error| Error::Pdf(error.to_string()))?;
            Ok::<_, Error>(RootedPath::new(VirtualRoot::Project, path).intern())
        };
        Ok(Self {
            template: Source::new(id("template.typ")?, TEMPLATE.to_owned()),
            data: (id("risalah.json")?, Bytes::new(data)),
        })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &OFFICE.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &OFFICE.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        OFFICE.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
