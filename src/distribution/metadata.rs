//! What another system needs to register a parcel: the same as JSON and as XML.

use serde_json::{Map, Value, json};

use super::order::Scope;
use super::parcel::{Contents, Document};
use crate::meeting::{Meeting, Nature};

/// Everything that is said of a parcel, with the keys that letters systems of offices use.
pub(super) fn of(id: &str, contents: &Contents, meeting: &Meeting, name: &str, record: &str) -> Value {
    let disposition = &contents.disposition;
    let scope = match &contents.scope {
        Scope::Record => "risalah".to_owned(),
        Scope::Member(id) => format!("kutipan anggota {id}"),
        Scope::Agenda(number) => format!("kutipan acara {number}"),
    };
    json!({
        "id": id,
        "nomor": contents.number,
        "tanggal": contents.date,
        "hal": contents.subject,
        "sifat": meeting.nature.map(Nature::key),
        "dari": meeting.letterhead,
        "kepada": { "nama": contents.recipient.name, "jabatan": contents.recipient.office },
        "disposisi": {
            "diteruskan_kepada": disposition.to,
            "instruksi": disposition.instruction,
            "batas_waktu": disposition.due,
        },
        "rapat": { "nama": name, "tanggal": meeting.date, "jenis": meeting.kind.map(crate::meeting::Kind::key) },
        "risalah": { "nomor": record, "edisi": contents.edition, "segel": contents.seal, "lingkup": scope },
        "berkas": contents.files.iter().map(file).collect::<Vec<_>>(),
    })
}

fn file(document: &Document) -> Value {
    json!({ "nama": document.file, "sha256": document.sha256 })
}

/// The same as XML: an element for each key, and one for each entry of a list.
pub(super) fn xml(metadata: &Value) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    element("naskah", metadata, 0, &mut text);
    text
}

fn element(name: &str, value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Null => {}
        Value::Object(parts) => nested(name, parts, depth, text),
        Value::Array(list) => list.iter().for_each(|value| element(name, value, depth, text)),
        Value::String(value) => {
            let shown: String = value.chars().filter(|c| !c.is_control()).collect();
            *text += &format!("{indent}<{name}>{}</{name}>\n", quick_xml::escape::escape(&shown));
        }
        other => *text += &format!("{indent}<{name}>{other}</{name}>\n"),
    }
}

fn nested(name: &str, parts: &Map<String, Value>, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    *text += &format!("{indent}<{name}>\n");
    for (key, value) in parts {
        element(key, value, depth + 1, text);
    }
    *text += &format!("{indent}</{name}>\n");
}
