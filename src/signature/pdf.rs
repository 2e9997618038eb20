//! A signature in a PDF: the update that has room for one, and those that a file has (ISO 32000-1,
//! 12.8).

use jiff::Zoned;
use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId, StringFormat};

use super::{About, Error};

/// Bytes that a signature with its chain and its time stamp may have.
pub(super) const ROOM: usize = 24 << 10;
/// Stands for a number of the byte range until it is known: as long as any.
const LATER: i64 = 9_999_999_999;
/// Fields below fields, of a form that is no riddle.
const DEEPEST: usize = 16;

/// A document with room for a signature.
pub(super) struct Prepared {
    bytes: Vec<u8>,
    /// Where the signature stands, with its angle brackets.
    from: usize,
    until: usize,
}

impl Prepared {
    /// Adds an update with an empty signature behind the document's last byte.
    pub fn new(original: &[u8], about: &About) -> Result<Self, Error> {
        let document = Document::load_mem(original).map_err(Error::pdf)?;
        let root = document.trailer.get(b"Root").and_then(Object::as_reference).map_err(Error::pdf)?;
        let page = document.get_pages().into_values().next().ok_or_else(|| Error::pdf("no page"))?;
        if document.catalog().map_err(Error::pdf)?.has(b"AcroForm") {
            return Err(Error::pdf("AcroForm"));
        }
        let annotations = annotations(&document, page)?;
        let mut update = IncrementalDocument::create_from(original.to_vec(), document);
        let signature = update.new_document.add_object(signature(about));
        let mut field = Dictionary::new();
        field.set("T", Object::string_literal("TandaTangan1"));
        field.set("V", signature);
        // Printed and locked; without area, it is not seen.
        field.set("F", 132);
        field.set("Rect", vec![0.into(), 0.into(), 0.into(), 0.into()]);
        field.set("P", page);
        for (key, value) in [("Type", "Annot"), ("Subtype", "Widget"), ("FT", "Sig")] {
            field.set(key, Object::Name(value.into()));
        }
        let field = update.new_document.add_object(field);
        for id in [page, root] {
            update.opt_clone_object_to_new_document(id).map_err(Error::pdf)?;
        }
        let mut form = Dictionary::new();
        form.set("Fields", vec![Object::Reference(field)]);
        // There are signatures, and what follows must only be added.
        form.set("SigFlags", 3);
        let mut set = |id: ObjectId, key: &str, value: Object| {
            let dictionary = update.new_document.get_dictionary_mut(id).map_err(Error::pdf)?;
            dictionary.set(key, value);
            Ok::<_, Error>(())
        };
        set(root, "AcroForm", form.into())?;
        set(page, "Annots", annotations.into_iter().chain([Object::Reference(field)]).collect::<Vec<_>>().into())?;
        let mut bytes = Vec::with_capacity(original.len() + 3 * ROOM);
        update.save_to(&mut bytes)?;
        let (from, until) = place(&bytes, original.len())?;
        let mut prepared = Self { bytes, from, until };
        prepared.range(original.len())?;
        Ok(prepared)
    }

    /// Enters what the signature is of.
    fn range(&mut self, behind: usize) -> Result<(), Error> {
        let missing = || Error::pdf("ByteRange");
        let name = find(&self.bytes, b"/ByteRange", behind).ok_or_else(missing)?;
        let from = find(&self.bytes, b"[", name).ok_or_else(missing)?;
        let until = find(&self.bytes, b"]", from).ok_or_else(missing)?;
        let text = format!("0 {} {} {}", self.from, self.until, self.bytes.len() - self.until);
        let room = self.bytes.get_mut(from + 1..until).filter(|room| room.len() >= text.len()).ok_or_else(missing)?;
        room.fill(b' ');
        room[..text.len()].copy_from_slice(text.as_bytes());
        Ok(())
    }

    /// What is signed: all but the signature itself.
    pub fn content(&self) -> Vec<u8> {
        [&self.bytes[..self.from], &self.bytes[self.until..]].concat()
    }

    /// The document with its signature.
    pub fn sign(mut self, cms: &[u8]) -> Result<Vec<u8>, Error> {
        let room = &mut self.bytes[self.from + 1..self.until - 1];
        if cms.len() * 2 > room.len() {
            return Err(Error::TooLong { bytes: cms.len() });
        }
        let digits: String = cms.iter().map(|byte| format!("{byte:02X}")).collect();
        room[..digits.len()].copy_from_slice(digits.as_bytes());
        Ok(self.bytes)
    }
}

fn signature(about: &About) -> Dictionary {
    let mut signature = Dictionary::new();
    for (key, value) in [("Type", "Sig"), ("Filter", "Adobe.PPKLite"), ("SubFilter", "ETSI.CAdES.detached")] {
        signature.set(key, Object::Name(value.into()));
    }
    signature.set("ByteRange", vec![0.into(), LATER.into(), LATER.into(), LATER.into()]);
    signature.set("Contents", Object::String(vec![0; ROOM], StringFormat::Hexadecimal));
    signature.set("M", Object::string_literal(date(&about.at)));
    signature.set("Name", text(&about.name));
    signature.set("Reason", text(&about.reason));
    if let Some(location) = &about.location {
        signature.set("Location", text(location));
    }
    signature
}

/// The annotations that a page has already.
fn annotations(document: &Document, page: ObjectId) -> Result<Vec<Object>, Error> {
    let page = document.get_dictionary(page).map_err(Error::pdf)?;
    let Ok(found) = page.get(b"Annots") else { return Ok(Vec::new()) };
    let (_, found) = document.dereference(found).map_err(Error::pdf)?;
    Ok(found.as_array().map_err(Error::pdf)?.clone())
}

/// Text that every reader understands.
fn text(text: &str) -> Object {
    if text.is_ascii() {
        return Object::string_literal(text);
    }
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    Object::String(units.flat_map(u16::to_be_bytes).collect(), StringFormat::Hexadecimal)
}

/// `D:20260316090000+08'00'`
fn date(at: &Zoned) -> String {
    let offset = at.offset().seconds();
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
    format!("D:{}{sign}{:02}'{:02}'", at.strftime("%Y%m%d%H%M%S"), minutes / 60, minutes % 60)
}

/// Where the empty signature stands.
fn place(bytes: &[u8], behind: usize) -> Result<(usize, usize), Error> {
    let missing = || Error::pdf("Contents");
    let name = find(bytes, b"/Contents<0000", behind).ok_or_else(missing)?;
    let from = name + b"/Contents".len();
    let until = find(bytes, b">", from).ok_or_else(missing)? + 1;
    if until - from == 2 * ROOM + 2 { Ok((from, until)) } else { Err(missing()) }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    Some(bytes.get(from..)?.windows(wanted.len()).position(|window| window == wanted)? + from)
}

/// A signature that a file has.
pub(super) struct Found {
    /// The CMS, with what stands behind it in its room.
    pub cms: Vec<u8>,
    /// The bytes that it is of.
    pub content: Vec<u8>,
    /// Where the first of its two pieces ends.
    pub first: usize,
    /// Whether nothing of the file but itself is left out, and nothing stands behind.
    pub is_whole: bool,
    /// Its kind.
    pub kind: String,
    /// Who signed, and when, as the file says.
    pub name: Option<String>,
    pub claimed: Option<String>,
}

/// The signatures of a file, in the order of its form.
pub(super) fn signatures(bytes: &[u8]) -> Result<Vec<Found>, Error> {
    let document = Document::load_mem(bytes).map_err(Error::pdf)?;
    let catalog = document.catalog().map_err(Error::pdf)?;
    let mut found = Vec::new();
    if let Some(form) = catalog.get(b"AcroForm").ok().and_then(|form| dictionary(&document, form)) {
        fields(&document, form.get(b"Fields").ok(), DEEPEST, &mut |field| {
            let value = field.get(b"V").ok().and_then(|value| dictionary(&document, value));
            found.extend(value.filter(|value| value.has(b"ByteRange")).map(|value| read(bytes, value)));
        });
    }
    found.into_iter().collect()
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}

/// Each field of a form and below it.
pub(super) fn fields<'a>(
    document: &'a Document,
    list: Option<&'a Object>,
    depth: usize,
    each: &mut dyn FnMut(&'a Dictionary),
) {
    let list = list.and_then(|list| document.dereference(list).ok()?.1.as_array().ok());
    for field in list.into_iter().flatten().filter_map(|field| dictionary(document, field)) {
        each(field);
        if depth > 0 {
            fields(document, field.get(b"Kids").ok(), depth - 1, each);
        }
    }
}

fn read(bytes: &[u8], value: &Dictionary) -> Result<Found, Error> {
    let odd = || Error::pdf("ByteRange");
    let range = value.get(b"ByteRange").and_then(Object::as_array).map_err(Error::pdf)?;
    let range: Vec<usize> = range
        .iter()
        .map(|number| number.as_i64().ok().and_then(|n| usize::try_from(n).ok()))
        .collect::<Option<_>>()
        .ok_or_else(odd)?;
    let [start, first, second, rest] = range[..] else { return Err(odd()) };
    let end = second.checked_add(rest).filter(|end| *end <= bytes.len()).ok_or_else(odd)?;
    if start != 0 || first > second {
        return Err(odd());
    }
    let cms = value.get(b"Contents").and_then(Object::as_str).map_err(Error::pdf)?.to_vec();
    // What stands in the gap must be the signature and nothing else.
    let gap: Vec<u8> = bytes[first..second].iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digits: String = cms.iter().map(|byte| format!("{byte:02x}")).collect();
    let is_gap = gap.to_ascii_lowercase() == format!("<{digits}>").into_bytes();
    let string = |key: &[u8]| value.get(key).ok().and_then(|text| lopdf::decode_text_string(text).ok());
    let kind = value.get(b"SubFilter").and_then(Object::as_name).map_err(Error::pdf)?;
    Ok(Found {
        cms,
        content: [&bytes[..first], &bytes[second..end]].concat(),
        first,
        is_whole: is_gap && bytes[end..].iter().all(u8::is_ascii_whitespace),
        kind: String::from_utf8_lossy(kind).into_owned(),
        name: string(b"Name"),
        claimed: string(b"M"),
    })
}
