//! Whether a signed document shows what the unsigned one does: its pages with all that they draw,
//! and nothing beside them that acts. That one begins with the other's bytes does not say it: what
//! stands behind may draw over what stands before.

use std::collections::{BTreeMap, HashMap};

use lopdf::{Dictionary, Document, Object, ObjectId};
use sha2::{Digest, Sha256};

use super::pdf::fields;
use crate::common::digest::hex;

/// Objects within objects, of a document that is no riddle.
const DEEPEST: usize = 400;
/// What leads back up, or is looked at for itself.
const UP: [&[u8]; 3] = [b"Parent", b"P", b"Annots"];
/// What a signature may add to the catalogue.
const ADDED: [&[u8]; 6] = [b"AcroForm", b"Extensions", b"Version", b"DSS", b"Perms", b"Metadata"];
/// What a page may have from above.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// Compares the two; says what differs.
pub(super) fn check(original: &[u8], signed: &[u8]) -> Result<(), String> {
    let read = |bytes: &[u8]| Document::load_mem(bytes).map_err(|error| error.to_string());
    let (before, after) = (read(original)?, read(signed)?);
    let (old, new) = (before.get_pages(), after.get_pages());
    if old.len() != new.len() {
        return Err(format!("{} → {} halaman", old.len(), new.len()));
    }
    let (mut one, mut other) = (Reader::of(&before), Reader::of(&after));
    for (number, (old, new)) in old.into_iter().zip(new).map(|((number, old), (_, new))| (number, (old, new))) {
        let differs = || format!("halaman {number}");
        if one.page(old)? != other.page(new)? {
            return Err(differs());
        }
        let (old, mut new) = (one.annotations(old)?, other.annotations(new)?);
        for (digest, _) in old {
            let place = new.iter().position(|(same, _)| *same == digest).ok_or_else(differs)?;
            new.remove(place);
        }
        // What was added may only be a signature, and cover nothing.
        if new.iter().any(|(_, is_hidden_signature)| !is_hidden_signature) {
            return Err(differs());
        }
    }
    if one.catalog()? == other.catalog()? { Ok(()) } else { Err("Catalog".to_owned()) }
}

struct Reader<'a> {
    document: &'a Document,
    known: HashMap<ObjectId, String>,
}

impl<'a> Reader<'a> {
    fn of(document: &'a Document) -> Self {
        Self { document, known: HashMap::new() }
    }

    fn page(&mut self, id: ObjectId) -> Result<String, String> {
        let page = self.document.get_dictionary(id).map_err(|error| error.to_string())?;
        let mut parts: BTreeMap<&[u8], &Object> = BTreeMap::new();
        let mut above = Some(page);
        for _ in 0..DEEPEST {
            let Some(node) = above else { break };
            for key in INHERITED {
                if let Ok(value) = node.get(key) {
                    parts.entry(key).or_insert(value);
                }
            }
            above =
                node.get(b"Parent").ok().and_then(|parent| self.document.dereference(parent).ok()?.1.as_dict().ok());
        }
        parts.extend(page.iter().map(|(key, value)| (key.as_slice(), value)));
        parts.retain(|key, _| !UP.contains(key));
        self.dictionary(parts, DEEPEST)
    }

    /// Each annotation of a page, and whether it is a signature that nobody sees.
    fn annotations(&mut self, page: ObjectId) -> Result<Vec<(String, bool)>, String> {
        let page = self.document.get_dictionary(page).map_err(|error| error.to_string())?;
        let list = page.get(b"Annots").ok().and_then(|list| self.document.dereference(list).ok()?.1.as_array().ok());
        let mut found = Vec::new();
        for annotation in list.into_iter().flatten() {
            let dictionary = self.document.dereference(annotation).ok().and_then(|(_, it)| it.as_dict().ok());
            let is_hidden = dictionary.is_some_and(|it| is_signature(it) && is_hidden(self.document, it));
            found.push((self.object(annotation, DEEPEST)?, is_hidden));
        }
        Ok(found)
    }

    /// What acts beside the pages.
    fn catalog(&mut self) -> Result<String, String> {
        let catalog = self.document.catalog().map_err(|error| error.to_string())?;
        let form =
            catalog.get(b"AcroForm").ok().and_then(|form| self.document.dereference(form).ok()?.1.as_dict().ok());
        if let Some(form) = form {
            let mut is_strange = form.has(b"XFA");
            // Below a field stand its own parts, which need not say again what they are.
            fields(self.document, form.get(b"Fields").ok(), 0, &mut |field| is_strange |= !is_signature(field));
            if is_strange {
                return Err("AcroForm".to_owned());
            }
        }
        let parts = catalog.iter().map(|(key, value)| (key.as_slice(), value));
        let parts = parts.filter(|(key, _)| !ADDED.contains(key) && *key != b"Pages").collect();
        self.dictionary(parts, DEEPEST)
    }

    fn dictionary(&mut self, parts: BTreeMap<&[u8], &Object>, depth: usize) -> Result<String, String> {
        let mut hash = Sha256::new_with_prefix(b"<<");
        for (key, value) in parts {
            hash.update(key);
            hash.update([0]);
            hash.update(self.object(value, depth)?);
        }
        Ok(hex(hash))
    }

    fn object(&mut self, object: &Object, depth: usize) -> Result<String, String> {
        let depth = depth.checked_sub(1).ok_or_else(|| "…".to_owned())?;
        let plain = |kind: u8, bytes: &[u8]| {
            let mut hash = Sha256::new_with_prefix([kind]);
            hash.update(bytes);
            hex(hash)
        };
        Ok(match object {
            Object::Null => plain(0, b""),
            Object::Boolean(value) => plain(1, &[u8::from(*value)]),
            // 1 and 1.0 are the same.
            Object::Integer(value) => plain(2, &(*value as f64).to_be_bytes()),
            Object::Real(value) => plain(2, &f64::from(*value).to_be_bytes()),
            Object::Name(name) => plain(3, name),
            Object::String(text, _) => plain(4, text),
            Object::Array(list) => {
                let mut hash = Sha256::new_with_prefix(b"[");
                for object in list {
                    hash.update(self.object(object, depth)?);
                }
                hex(hash)
            }
            Object::Dictionary(dictionary) => self.dictionary(parts(dictionary, &UP), depth)?,
            Object::Stream(stream) => {
                let plain_content = stream.decompressed_content().ok();
                let packed: &[&[u8]] = if plain_content.is_some() {
                    &[b"Parent", b"P", b"Length", b"Filter", b"DecodeParms"]
                } else {
                    &[b"Parent", b"P", b"Length"]
                };
                let head = self.dictionary(parts(&stream.dict, packed), depth)?;
                let mut hash = Sha256::new_with_prefix(head);
                hash.update(plain_content.as_deref().unwrap_or(&stream.content));
                hex(hash)
            }
            Object::Reference(id) => {
                if let Some(known) = self.known.get(id) {
                    return Ok(known.clone());
                }
                // Within itself it stands for itself, by how deep it was met.
                self.known.insert(*id, format!("@{depth}"));
                let digest = match self.document.get_object(*id) {
                    Ok(object) => self.object(object, depth)?,
                    Err(_) => plain(0, b""),
                };
                self.known.insert(*id, digest.clone());
                digest
            }
        })
    }
}

fn parts<'a>(dictionary: &'a Dictionary, without: &[&[u8]]) -> BTreeMap<&'a [u8], &'a Object> {
    let parts = dictionary.iter().map(|(key, value)| (key.as_slice(), value));
    parts.filter(|(key, _)| !without.contains(key)).collect()
}

fn is_signature(dictionary: &Dictionary) -> bool {
    dictionary.get(b"FT").and_then(Object::as_name).is_ok_and(|kind| kind == b"Sig")
}

/// Whether an annotation has no area, or is not shown.
fn is_hidden(document: &Document, annotation: &Dictionary) -> bool {
    let flags = annotation.get(b"F").and_then(Object::as_i64).unwrap_or(0);
    let rect = annotation.get(b"Rect").ok().and_then(|rect| document.dereference(rect).ok()?.1.as_array().ok());
    let corners: Option<Vec<f32>> = rect.and_then(|rect| rect.iter().map(|side| side.as_float().ok()).collect());
    let is_flat = corners.is_none_or(|corners| match corners[..] {
        [left, bottom, right, top] => (left - right).abs() < f32::EPSILON || (bottom - top).abs() < f32::EPSILON,
        _ => true,
    });
    is_flat || flags & 0b10 != 0
}
