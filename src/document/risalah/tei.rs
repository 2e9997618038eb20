//! The debate as TEI P5 (<https://tei-c.org/guidelines/p5/>) in the manner of `ParlaMint`
//! (<https://clarin-eric.github.io/ParlaMint/>), for those who study what parliaments say.
//!
//! A `u` is a speech, a `seg` a paragraph of it; `synch` leads to the moment in the `timeline` at
//! which it begins, counted from the first sample of the recording. What the recogniser was unsure
//! of is `unclear`, what the record remarks is a `note`, what happened an `incident`.

use std::collections::{BTreeSet, HashSet};
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::common::clock::Clock;
use crate::meeting::Meeting;
use crate::transcript::Transcript;

use super::sections::{Section, sections, turns};
use super::speakers::{Speaker, Speakers};
use super::text::printable;
use super::{Entry, Error, Paragraph, Risalah, RunKind, Turn, compose};

const NAMESPACE: &str = "http://www.tei-c.org/ns/1.0";
/// The roles of speakers, with their names.
const ROLES: [(&str, &str); 3] = [("chair", "Ketua rapat"), ("regular", "Anggota"), ("guest", "Undangan dan lainnya")];

type Xml = Writer<Vec<u8>>;

pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Result<Vec<u8>, Error> {
    write_record(meeting, transcript, &compose(meeting, transcript))
}

/// A record that was composed of this meeting and transcript, every speaker of a chorus by
/// themselves.
pub(super) fn write_record(meeting: &Meeting, transcript: &Transcript, risalah: &Risalah) -> Result<Vec<u8>, Error> {
    let speakers = Speakers::new(meeting, transcript, risalah);
    let tei = Tei { speakers, clock: transcript.recording.clock, meeting, transcript, risalah };
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("TEI").with_attributes([("xmlns", NAMESPACE), ("xml:lang", "id")]).write_inner_content(
        |xml| {
            tei.header(xml)?;
            tei.text(xml)
        },
    )?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

struct Tei<'a> {
    speakers: Speakers<'a>,
    clock: Clock,
    meeting: &'a Meeting,
    transcript: &'a Transcript,
    risalah: &'a Risalah,
}

impl Tei<'_> {
    fn header(&self, xml: &mut Xml) -> io::Result<()> {
        xml.create_element("teiHeader").write_inner_content(|xml| {
            self.file(xml)?;
            encoding(xml, &self.risalah.colophon)?;
            self.profile(xml)
        })?;
        Ok(())
    }

    fn file(&self, xml: &mut Xml) -> io::Result<()> {
        let house = self.house();
        let words: usize = turns(self.risalah).flat_map(|turn| &turn.paragraphs).flatten().map(words).sum();
        let speeches = turns(self.risalah).count();
        xml.create_element("fileDesc").write_inner_content(|xml| {
            xml.create_element("titleStmt").write_inner_content(|xml| {
                text(xml, "title", &[("type", "main")], &self.risalah.title)?;
                text(xml, "meeting", &[("n", &self.meeting.session())], &self.risalah.meeting)
            })?;
            xml.create_element("extent").write_inner_content(|xml| {
                for (unit, count) in [("speeches", speeches), ("words", words)] {
                    let quantity = count.to_string();
                    text(xml, "measure", &[("unit", unit), ("quantity", &quantity)], &quantity)?;
                }
                Ok(())
            })?;
            xml.create_element("publicationStmt").write_inner_content(|xml| {
                xml.create_element("publisher").write_inner_content(|xml| text(xml, "orgName", &[], &house))?;
                xml.create_element("availability").write_inner_content(|xml| {
                    let marks = self.risalah.marks.join(" ");
                    text(xml, "p", &[], if marks.is_empty() { "Risalah rapat terbuka." } else { &marks })
                })?;
                Ok(())
            })?;
            xml.create_element("sourceDesc").write_inner_content(|xml| {
                xml.create_element("recordingStmt").write_inner_content(|xml| {
                    let millis = self.clock.millis(self.transcript.recording.length);
                    let length = format!("PT{}.{:03}S", millis / 1000, millis % 1000);
                    xml.create_element("recording")
                        .with_attributes([("type", "audio"), ("dur", length.as_str())])
                        .write_inner_content(|xml| match self.meeting.date {
                            Some(date) => text(xml, "date", &[("when", &date.to_string())], &date.to_string()),
                            None => text(xml, "p", &[], "Tanggal tidak diketahui."),
                        })?;
                    Ok(())
                })?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    }

    fn profile(&self, xml: &mut Xml) -> io::Result<()> {
        xml.create_element("profileDesc").write_inner_content(|xml| {
            xml.create_element("langUsage")
                .write_inner_content(|xml| text(xml, "language", &[("ident", "id")], "Bahasa Indonesia"))?;
            xml.create_element("particDesc").write_inner_content(|xml| {
                xml.create_element("listOrg").write_inner_content(|xml| {
                    organisation(xml, "lembaga", "parliament", &self.house(), None)?;
                    for (group, number) in self.meeting.groups.iter().zip(1..) {
                        organisation(xml, &group_id(number), "parliamentaryGroup", &group.name, Some(&group.code))?;
                    }
                    Ok(())
                })?;
                if self.speakers.all().is_empty() {
                    return Ok(());
                }
                xml.create_element("listPerson").write_inner_content(|xml| {
                    self.speakers.all().iter().try_for_each(|speaker| self.person(xml, speaker))
                })?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    }

    fn person(&self, xml: &mut Xml, speaker: &Speaker<'_>) -> io::Result<()> {
        xml.create_element("person").with_attribute(("xml:id", speaker.id.as_str())).write_inner_content(|xml| {
            text(xml, "persName", &[], &speaker.name)?;
            let Some(person) = speaker.person else { return Ok(()) };
            let office = person.office.as_ref().or(person.title.as_ref());
            if let Some(group) = &person.group {
                let place = self.meeting.groups.iter().zip(1..).find(|(other, _)| other.code == group.code);
                let group = place.map(|(_, number)| format!("#{}", group_id(number)));
                let group = group.as_deref().unwrap_or("#lembaga");
                text(xml, "affiliation", &[("role", "member"), ("ref", group)], "")?;
            }
            match (office, &person.institution) {
                (Some(office), institution) => {
                    let office = institution.iter().fold(office.clone(), |office, name| format!("{office}, {name}"));
                    text(xml, "affiliation", &[], &office)
                }
                (None, Some(institution)) => text(xml, "affiliation", &[], institution),
                (None, None) => Ok(()),
            }
        })?;
        Ok(())
    }

    fn text(&self, xml: &mut Xml) -> io::Result<()> {
        xml.create_element("text").write_inner_content(|xml| {
            self.timeline(xml)?;
            xml.create_element("body").write_inner_content(|xml| {
                let mut taken = HashSet::new();
                for Section { heading, entries } in sections(self.risalah) {
                    xml.create_element("div").with_attribute(("type", "debateSection")).write_inner_content(|xml| {
                        text(xml, "head", &[], heading.unwrap_or("JALANNYA RAPAT"))?;
                        entries.into_iter().try_for_each(|entry| match entry {
                            Entry::Turn(turn) => self.speech(xml, turn, &mut taken),
                            Entry::Event { text: happened } | Entry::Item { text: happened } => {
                                xml.create_element("incident")
                                    .write_inner_content(|xml| text(xml, "desc", &[], happened))?;
                                Ok(())
                            }
                        })
                    })?;
                }
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    }

    /// The moments that are referred to, in samples of the recording.
    fn timeline(&self, xml: &mut Xml) -> io::Result<()> {
        let of_turn = |turn: &Turn| [turn.span.start, turn.span.end];
        let of_paragraphs =
            turns(self.risalah).flat_map(|turn| &turn.paragraphs).filter_map(|paragraph| self.begin(paragraph));
        let moments: BTreeSet<u64> = turns(self.risalah).flat_map(of_turn).chain(of_paragraphs).collect();
        let origin = moment_id(0);
        let reference = format!("#{origin}");
        xml.create_element("timeline")
            .with_attributes([("unit", "ms"), ("origin", reference.as_str())])
            .write_inner_content(|xml| {
                let start = self.meeting.civil(0, self.transcript.recording.started);
                let start = start.map(|start| start.strftime("%Y-%m-%dT%H:%M:%S").to_string());
                let first = xml.create_element("when").with_attribute(("xml:id", origin.as_str()));
                match &start {
                    Some(start) => first.with_attribute(("absolute", start.as_str())).write_empty()?,
                    None => first.write_empty()?,
                };
                for moment in moments.into_iter().filter(|moment| *moment > 0) {
                    let (id, millis) = (moment_id(moment), self.clock.millis(moment).to_string());
                    xml.create_element("when")
                        .with_attributes([
                            ("xml:id", id.as_str()),
                            ("interval", millis.as_str()),
                            ("since", reference.as_str()),
                        ])
                        .write_empty()?;
                }
                Ok(())
            })?;
        Ok(())
    }

    /// Its name is made of microphone and first sample, and stays when the text is corrected.
    fn speech(&self, xml: &mut Xml, turn: &Turn, taken: &mut HashSet<String>) -> io::Result<()> {
        let stem = format!("u-{:02}-{}", turn.channel.number(), turn.span.start);
        let numbered = (2..).map(|number: u32| format!("{stem}-{number}"));
        let Some(id) = [stem.clone()].into_iter().chain(numbered).find(|id| !taken.contains(id)) else { return Ok(()) };
        taken.insert(id.clone());
        let speaker = self.speakers.of(turn);
        let who = speaker.map(|speaker| format!("#{}", speaker.id)).unwrap_or_default();
        let (start, end) = (moment_id(turn.span.start), moment_id(turn.span.end));
        let (start, end) = (format!("#{start}"), format!("#{end}"));
        let role = format!("#{}", self.role(turn, speaker));
        let attributes = [
            ("xml:id", id.as_str()),
            ("who", who.as_str()),
            ("ana", role.as_str()),
            ("start", start.as_str()),
            ("end", end.as_str()),
        ];
        text(xml, "note", &[("type", "speaker")], &turn.label)?;
        xml.create_element("u").with_attributes(attributes).write_inner_content(|xml| {
            turn.paragraphs
                .iter()
                .zip(1..)
                .try_for_each(|(paragraph, number)| self.paragraph(xml, &format!("{id}.{number}"), paragraph))
        })?;
        Ok(())
    }

    fn role(&self, turn: &Turn, speaker: Option<&Speaker<'_>>) -> &'static str {
        let chair = self.meeting.chair.as_deref();
        let person = speaker.and_then(|speaker| speaker.person);
        match person {
            Some(person) if chair.is_some_and(|chair| chair.id == person.id) => ROLES[0].0,
            _ if turn.member => ROLES[1].0,
            _ => ROLES[2].0,
        }
    }

    fn paragraph(&self, xml: &mut Xml, id: &str, paragraph: &Paragraph) -> io::Result<()> {
        let synch = self.begin(paragraph).map(|moment| format!("#{}", moment_id(moment)));
        let attributes = [("xml:id", Some(id)), ("synch", synch.as_deref())];
        let attributes = attributes.into_iter().filter_map(|(name, value)| Some((name, value?)));
        // Runs are kept on one line: white space would become a part of the text.
        let mut inner = Writer::new(Vec::new());
        for (run, place) in paragraph.iter().zip(0..) {
            if place > 0 {
                inner.write_event(Event::Text(BytesText::new(" ")))?;
            }
            match run.kind {
                RunKind::Spoken => inner.write_event(Event::Text(BytesText::new(&run.text)))?,
                RunKind::Doubtful => text(&mut inner, "unclear", &[], &run.text)?,
                RunKind::Mark => text(&mut inner, "note", &[("type", "mark")], &run.text)?,
            }
        }
        let inner = String::from_utf8(inner.into_inner()).map_err(io::Error::other)?;
        xml.create_element("seg").with_attributes(attributes).write_text_content(BytesText::from_escaped(inner))?;
        Ok(())
    }

    /// The first sample of a paragraph.
    fn begin(&self, paragraph: &Paragraph) -> Option<u64> {
        let first = self.transcript.utterances.get(paragraph.first()?.utterance)?;
        Some(first.span.start)
    }

    fn house(&self) -> String {
        let house = printable(&self.meeting.letterhead.join(" "));
        if house.is_empty() { "……".to_owned() } else { house }
    }
}

fn encoding(xml: &mut Xml, colophon: &[String]) -> io::Result<()> {
    xml.create_element("encodingDesc").write_inner_content(|xml| {
        if !colophon.is_empty() {
            xml.create_element("editorialDecl")
                .write_inner_content(|xml| colophon.iter().try_for_each(|line| text(xml, "p", &[], line)))?;
        }
        xml.create_element("classDecl").write_inner_content(|xml| {
            xml.create_element("taxonomy").with_attribute(("xml:id", "speaker_types")).write_inner_content(|xml| {
                for (id, name) in ROLES {
                    xml.create_element("category")
                        .with_attribute(("xml:id", id))
                        .write_inner_content(|xml| text(xml, "catDesc", &[], name))?;
                }
                Ok(())
            })?;
            Ok(())
        })?;
        xml.create_element("appInfo").write_inner_content(|xml| {
            xml.create_element("application")
                .with_attributes([("ident", "e-risalah"), ("version", env!("CARGO_PKG_VERSION"))])
                .write_inner_content(|xml| text(xml, "label", &[], "E-Risalah"))?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

fn organisation(xml: &mut Xml, id: &str, role: &str, name: &str, short: Option<&str>) -> io::Result<()> {
    xml.create_element("org").with_attributes([("xml:id", id), ("role", role)]).write_inner_content(|xml| {
        text(xml, "orgName", &[("full", "yes")], &printable(name))?;
        short.map_or(Ok(()), |short| text(xml, "orgName", &[("full", "abb")], &printable(short)))
    })?;
    Ok(())
}

/// Its code may have letters that an identifier must not have.
fn group_id(number: usize) -> String {
    format!("fraksi-{number}")
}

fn moment_id(position: u64) -> String {
    format!("T{position}")
}

fn words(run: &super::Run) -> usize {
    if run.kind == RunKind::Mark { 0 } else { run.text.split_whitespace().count() }
}

fn text(xml: &mut Xml, element: &str, attributes: &[(&str, &str)], content: &str) -> io::Result<()> {
    let element = xml.create_element(element).with_attributes(attributes.iter().copied());
    if content.is_empty() {
        element.write_empty()?;
    } else {
        element.write_text_content(BytesText::new(content))?;
    }
    Ok(())
}
