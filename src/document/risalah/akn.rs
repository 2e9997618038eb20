//! The debate as Akoma Ntoso 3.0 (OASIS `LegalDocML`, <http://docs.oasis-open.org/legaldocml/ns/akn/3.0>), for parliamentary archives.
//!
//! `debate` > `debateBody` > one `debateSection` for each item of the agenda (one for what comes
//! before the first) > `speech` and `scene`. Who spoke is a `TLCPerson` in the references; a
//! speaker who is not known is one too, named by the microphone.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::meeting::Meeting;
use crate::transcript::Transcript;

use super::sections::{Section, sections};
use super::speakers::Speakers;
use super::text::printable;
use super::{Entry, Error, Risalah, Turn, compose};

const NAMESPACE: &str = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0";
/// The agent that made the markup.
const SOURCE: &str = "#e-risalah";

type Xml = Writer<Vec<u8>>;

pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Result<Vec<u8>, Error> {
    write_record(meeting, transcript, &compose(meeting, transcript))
}

/// A record that was composed of this meeting and transcript, every speaker of a chorus by
/// themselves.
pub(super) fn write_record(meeting: &Meeting, transcript: &Transcript, risalah: &Risalah) -> Result<Vec<u8>, Error> {
    let speakers = Speakers::new(meeting, transcript, risalah);
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("akomaNtoso").with_attribute(("xmlns", NAMESPACE)).write_inner_content(|xml| {
        xml.create_element("debate").with_attribute(("name", "risalah")).write_inner_content(|xml| {
            meta(xml, meeting, transcript, &speakers)?;
            paragraphs(xml, "preface", &preface(risalah))?;
            body(xml, meeting, transcript, risalah, &speakers)?;
            paragraphs(xml, "conclusions", &conclusions(risalah))
        })?;
        Ok(())
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn meta(xml: &mut Xml, meeting: &Meeting, transcript: &Transcript, speakers: &Speakers) -> io::Result<()> {
    let date = match meeting.date {
        Some(date) => (date.to_string(), "rapat"),
        None => (transcript.version.created.strftime("%Y-%m-%d").to_string(), "dibuat"),
    };
    let work = format!("/akn/id/debate/{}/{}", date.0, meeting.session());
    let levels = [
        ("FRBRWork", work.clone()),
        ("FRBRExpression", format!("{work}/ind@")),
        ("FRBRManifestation", format!("{work}/ind@.akn")),
    ];
    xml.create_element("meta").write_inner_content(|xml| {
        xml.create_element("identification").with_attribute(("source", SOURCE)).write_inner_content(|xml| {
            for (level, uri) in &levels {
                xml.create_element(*level).write_inner_content(|xml| {
                    let this = format!("{uri}/!main");
                    xml.create_element("FRBRthis").with_attribute(("value", this.as_str())).write_empty()?;
                    xml.create_element("FRBRuri").with_attribute(("value", uri.as_str())).write_empty()?;
                    xml.create_element("FRBRdate")
                        .with_attributes([("date", date.0.as_str()), ("name", date.1)])
                        .write_empty()?;
                    xml.create_element("FRBRauthor")
                        .with_attributes([("href", "#lembaga"), ("as", "#penyusun")])
                        .write_empty()?;
                    match *level {
                        "FRBRWork" => {
                            xml.create_element("FRBRcountry").with_attribute(("value", "id")).write_empty()?;
                        }
                        "FRBRExpression" => {
                            xml.create_element("FRBRlanguage").with_attribute(("language", "ind")).write_empty()?;
                        }
                        _ => {
                            xml.create_element("FRBRformat")
                                .with_attribute(("value", "application/akn+xml"))
                                .write_empty()?;
                        }
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        xml.create_element("references").with_attribute(("source", SOURCE)).write_inner_content(|xml| {
            let house = printable(&meeting.letterhead.join(" "));
            let house = if house.is_empty() { "……" } else { &house };
            let mut refer = |element: &str, kind: &str, id: &str, name: &str| {
                let href = format!("/akn/ontology/{kind}/id/{id}");
                xml.create_element(element)
                    .with_attributes([("eId", id), ("href", href.as_str()), ("showAs", name)])
                    .write_empty()
                    .map(|_| ())
            };
            refer("TLCOrganization", "organization", "lembaga", house)?;
            refer("TLCObject", "object", "e-risalah", "E-Risalah")?;
            refer("TLCRole", "role", "penyusun", "Penyusun risalah")?;
            for speaker in speakers.all() {
                refer("TLCPerson", "person", &speaker.id, &speaker.name)?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

fn preface(risalah: &Risalah) -> Vec<String> {
    let fields = risalah.fields.iter().map(|field| format!("{}: {}", field.name, field.lines.join("; ")));
    let head = risalah.letterhead.iter().chain(&risalah.marks).chain([&risalah.title]).cloned();
    let groups =
        risalah.groups.iter().map(|group| format!("{}: {}: {}", group.title, group.count, group.names.join("; ")));
    let guests = [format!("UNDANGAN: {}", risalah.invitees.join("; ")), format!("PENINJAU: {}", risalah.observers)];
    head.chain(fields).chain(groups).chain(guests).collect()
}

fn conclusions(risalah: &Risalah) -> Vec<String> {
    let decisions = risalah.decisions.iter().zip(1..).map(|(decision, number)| format!("{number}. {decision}"));
    let closing = &risalah.closing;
    let signature =
        [closing.place_and_date.clone()].into_iter().chain(closing.office.clone()).chain([closing.name.clone()]);
    ["KEPUTUSAN".to_owned()].into_iter().chain(decisions).chain(signature).chain(risalah.colophon.clone()).collect()
}

fn paragraphs(xml: &mut Xml, element: &str, texts: &[String]) -> io::Result<()> {
    xml.create_element(element).write_inner_content(|xml| texts.iter().try_for_each(|text| line(xml, "p", text)))?;
    Ok(())
}

fn line(xml: &mut Xml, element: &str, text: &str) -> io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::new(text))?;
    Ok(())
}

fn body(
    xml: &mut Xml,
    meeting: &Meeting,
    transcript: &Transcript,
    risalah: &Risalah,
    speakers: &Speakers,
) -> io::Result<()> {
    let mut number = 0u32;
    xml.create_element("debateBody").write_inner_content(|xml| {
        for (Section { heading, entries }, place) in sections(risalah).into_iter().zip(1..) {
            let id = format!("dbsect_{place}");
            let name = if heading.is_some() { "acara" } else { "jalannya-rapat" };
            xml.create_element("debateSection")
                .with_attributes([("eId", id.as_str()), ("name", name)])
                .write_inner_content(|xml| {
                    line(xml, "heading", heading.unwrap_or("JALANNYA RAPAT"))?;
                    for entry in entries {
                        match entry {
                            Entry::Turn(turn) => {
                                number += 1;
                                let id = format!("speech_{number}");
                                speech(xml, &id, turn, meeting, transcript, speakers)?;
                            }
                            Entry::Event { text } | Entry::Item { text } => line(xml, "scene", text)?,
                        }
                    }
                    Ok(())
                })?;
        }
        Ok(())
    })?;
    Ok(())
}

fn speech(
    xml: &mut Xml,
    id: &str,
    turn: &Turn,
    meeting: &Meeting,
    transcript: &Transcript,
    speakers: &Speakers,
) -> io::Result<()> {
    let by = speakers.of(turn).map(|speaker| format!("#{}", speaker.id)).unwrap_or_default();
    let mut attributes = vec![("eId", id.to_owned()), ("by", by)];
    for (name, position) in [("startTime", turn.span.start), ("endTime", turn.span.end)] {
        attributes.extend(moment(meeting, transcript, position).map(|moment| (name, moment)));
    }
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
    xml.create_element("speech").with_attributes(attributes).write_inner_content(|xml| {
        line(xml, "from", &format!("{}:", turn.label))?;
        for paragraph in &turn.paragraphs {
            let runs: Vec<&str> = paragraph.iter().map(|run| run.text.as_str()).collect();
            line(xml, "p", &runs.join(" "))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// A moment as `xsd:dateTime`; `None` where no civil time is known.
fn moment(meeting: &Meeting, transcript: &Transcript, position: u64) -> Option<String> {
    let millis = transcript.recording.clock.millis(position);
    let civil = meeting.civil(millis, transcript.recording.started)?;
    let offset = meeting.zone.map(|zone| format!("+{:02}:00", zone.offset().seconds() / 3600)).unwrap_or_default();
    Some(format!("{}{offset}", civil.strftime("%Y-%m-%dT%H:%M:%S%.3f")))
}
