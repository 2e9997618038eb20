//! The catalogue of the site as DCAT 3 (<https://www.w3.org/TR/vocab-dcat-3/>), in JSON-LD, for
//! portals of open data that collect from many offices.

use serde_json::{Map, Value, json};

use super::Error;
use super::frame::House;
use super::state::Record;

/// Files of a meeting that are data, with their media types and formats.
const DATA: [(&str, &str, &str); 5] = [
    ("risalah.pdf", "application/pdf", "PDF"),
    ("risalah.akn.xml", "application/akn+xml", "Akoma Ntoso"),
    ("risalah.tei.xml", "application/tei+xml", "TEI"),
    ("risalah.json", "application/json", "JSON"),
    ("risalah.vtt", "text/vtt", "WebVTT"),
];

/// One dataset a meeting, and one of all decisions; newest first.
pub(super) fn catalogue(house: &House, records: &[&Record]) -> Result<Vec<u8>, Error> {
    let decisions = dataset(
        house,
        "keputusan",
        "Keputusan rapat",
        "keputusan.html",
        None,
        vec![
            distribution(house, "keputusan.json", "application/json", "JSON"),
            distribution(house, "keputusan.atom.xml", "application/atom+xml", "Atom"),
        ],
    );
    let meetings = records.iter().map(|record| of_meeting(house, record));
    let datasets: Vec<Value> = [decisions].into_iter().chain(meetings).collect();
    let catalogue = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": place(house, "katalog.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": { "@value": format!("Risalah rapat – {}", house.name), "@language": "id" },
        "dct:publisher": { "@type": "foaf:Organization", "foaf:name": house.name },
        "dct:language": "id",
        "dcat:dataset": datasets,
    });
    serde_json::to_vec_pretty(&catalogue).map_err(Error::page)
}

fn of_meeting(house: &House, record: &Record) -> Value {
    let folder = record.folder();
    let held = DATA.iter().filter(|(name, ..)| record.files.contains_key(&format!("{folder}/{name}")));
    let files = held.map(|(name, kind, format)| distribution(house, &format!("{folder}/{name}"), kind, format));
    let page = format!("{folder}/index.html");
    let mut dataset = dataset(house, &record.id, &record.title, &page, record.date, files.collect());
    if let Some(fields) = dataset.as_object_mut() {
        fields.insert("dct:modified".to_owned(), typed(record.signed, "xsd:dateTime"));
        fields.insert("dcat:version".to_owned(), record.edition.into());
        if !record.agenda.is_empty() {
            fields.insert("dct:description".to_owned(), record.agenda.join("; ").into());
        }
    }
    dataset
}

fn dataset(
    house: &House,
    id: &str,
    title: &str,
    page: &str,
    date: Option<jiff::civil::Date>,
    files: Vec<Value>,
) -> Value {
    let mut dataset = Map::new();
    let mut put = |name: &str, value: Value| drop(dataset.insert(name.to_owned(), value));
    put("@type", "dcat:Dataset".into());
    put("@id", format!("{}#data", place(house, page)).into());
    put("dct:identifier", id.into());
    put("dct:title", json!({ "@value": title, "@language": "id" }));
    put("dcat:landingPage", json!({ "@id": place(house, page) }));
    put("dct:publisher", json!({ "@type": "foaf:Organization", "foaf:name": house.name }));
    if let Some(date) = date {
        put("dct:issued", typed(date, "xsd:date"));
    }
    if let Some(licence) = &house.licence {
        put("dct:license", licence.as_str().into());
    }
    put("dcat:distribution", files.into());
    Value::Object(dataset)
}

fn distribution(house: &House, path: &str, media_type: &str, format: &str) -> Value {
    json!({
        "@type": "dcat:Distribution",
        "dcat:downloadURL": { "@id": place(house, path) },
        "dcat:mediaType": media_type,
        "dct:format": format,
    })
}

fn typed(value: impl std::fmt::Display, kind: &str) -> Value {
    json!({ "@value": value.to_string(), "@type": kind })
}

/// Its address, or its path where the site has no address yet.
fn place(house: &House, path: &str) -> String {
    house.url(path).unwrap_or_else(|| path.to_owned())
}
