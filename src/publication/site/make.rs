//! One meeting becomes pages, sound and files.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};

use super::content::{self, Content, Spoken};
use super::frame::{Frame, House};
use super::index::{self, Text};
use super::pages::{self, Download};
use super::sound::Sounds;
use super::staging::{Files, Staging};
use super::state::{Record, Withdrawn};
use super::words::Words;
use super::{Error, markup, permalink};
use crate::common::message::Message;
use crate::document::risalah::{self, Format};
use crate::publication::{self, Published};

/// Thousandths of a meeting's work, as far as progress goes.
pub(super) const WHOLE: u64 = 1_000;

/// Makes the files of meetings.
pub(super) struct Maker<'a> {
    pub(super) staging: &'a Staging,
    pub(super) house: &'a House,
    pub(super) look: &'a str,
    pub(super) no_sound: bool,
    pub(super) lay_out: &'a super::LayOut<'a>,
    pub(super) stop: &'a AtomicBool,
    /// What is done, in thousandths of a meeting.
    pub(super) done: &'a AtomicU64,
}

/// A meeting that was made.
pub(super) struct Made {
    pub(super) record: Record,
    pub(super) words: index::Words,
    pub(super) warnings: Vec<Message>,
}

/// Why a meeting was not made: its own fault, or that of all.
pub(super) enum Failed {
    Meeting(publication::Error),
    /// For a reason of the site.
    Refused(Message),
    Site(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Site(error)
    }
}

impl From<publication::Error> for Failed {
    fn from(error: publication::Error) -> Self {
        Self::Meeting(error)
    }
}

impl From<risalah::Error> for Failed {
    fn from(error: risalah::Error) -> Self {
        Self::Site(Error::page(error))
    }
}

impl Maker<'_> {
    /// Writes all that the site has of a meeting; `before` is what it had.
    pub(super) fn meeting(
        &self,
        published: &Published,
        inputs: String,
        before: Option<&Record>,
    ) -> Result<Made, Failed> {
        let (meeting, transcript) = (&published.meeting, &published.transcript);
        let recording = transcript.edition.meeting.clone();
        let id = before.map_or_else(|| permalink::meeting(meeting, &recording), |before| before.id.clone());
        let content = Content::of(published, before);
        let clock = transcript.recording.clock;
        let mut warnings = published.warnings.clone();
        let mut record = Record {
            title: content::title(meeting, &id),
            recording,
            inputs,
            look: self.look.to_owned(),
            date: meeting.date,
            kind: meeting.kind,
            place: meeting.place.as_deref().map(risalah::printable),
            number: risalah::printable(&published.manifest.number),
            edition: published.manifest.edition,
            signed: published.manifest.finalized,
            agenda: meeting.agenda.iter().map(|item| risalah::printable(item)).collect(),
            decisions: content.decisions.clone(),
            speeches: content.speeches().map(|speech| speech.place.clone()).collect(),
            former: content.former.clone(),
            redacted: content.redacted.iter().map(|(_, count)| count).sum(),
            seconds: clock.millis(transcript.recording.length) / 1000,
            texts: 0,
            texts_hash: String::new(),
            withdrawn: None,
            is_silent: self.no_sound,
            has_sound: false,
            files: BTreeMap::new(),
            sounds: BTreeMap::new(),
            id,
        };
        let mut files = Files::new();
        let sounds = if self.no_sound {
            self.done.fetch_add(WHOLE / 2, Ordering::Relaxed);
            HashMap::new()
        } else {
            let sounds = Sounds { staging: self.staging, stop: self.stop, done: self.done };
            sounds.make(published, &content, before, &mut record, &mut files, &mut warnings)?
        };
        record.has_sound = !sounds.is_empty();
        let downloads = self.documents(published, &content, &record, &mut files, &mut warnings)?;
        let words = self.texts(&content, &mut record, &mut files)?;
        for language in Words::ALL {
            self.page(&content, &record, language, &sounds, &downloads, &mut files)?;
            self.decisions(&record, language, &mut files)?;
        }
        self.put(record, words, files, warnings)
    }

    /// Writes what the site keeps to itself.
    fn put(
        &self,
        mut record: Record,
        words: index::Words,
        mut files: Files,
        warnings: Vec<Message>,
    ) -> Result<Made, Failed> {
        self.staging.write(&mut files, &Record::words_file(&record.id), words.written().as_bytes())?;
        record.files = files;
        let bytes = serde_json::to_vec(&record).map_err(Error::page)?;
        self.staging.write(&mut Files::new(), &Record::file(&record.id), &bytes)?;
        Ok(Made { record, words, warnings })
    }

    /// Leaves of a meeting that it was there.
    pub(super) fn withdraw(&self, before: &Record, withdrawn: &Withdrawn) -> Result<Made, Failed> {
        let mut record = before.clone();
        record.former = permalink::former(Some(before), &[], &[], before.edition);
        record.withdrawn = Some(withdrawn.clone());
        record.look = self.look.to_owned();
        (record.place, record.redacted, record.has_sound) = (None, 0, false);
        (record.texts, record.texts_hash) = (0, String::new());
        record.agenda.clear();
        record.decisions.clear();
        record.speeches.clear();
        record.sounds.clear();
        let mut files = Files::new();
        for language in Words::ALL {
            let what = language.with("site.gone.meeting", "date", language.date(&withdrawn.date));
            self.gone(&record, language, "index.html", &what, &withdrawn.reason, &mut files)?;
            for former in record.former.iter().filter(|former| former.place.is_none()) {
                self.gone(&record, language, &format!("{}.html", former.id), &what, &withdrawn.reason, &mut files)?;
            }
        }
        self.put(record, index::Words::default(), files, Vec::new())
    }

    fn gone(
        &self,
        record: &Record,
        words: Words,
        name: &str,
        what: &str,
        reason: &str,
        files: &mut Files,
    ) -> Result<(), Error> {
        let mut frame = self.frame(words, record, name, record.title.clone(), what.to_owned());
        frame.is_hidden = true;
        let page = pages::Gone { frame: &frame, record, what: what.to_owned(), reason: reason.to_owned() };
        self.staging.write(files, &frame.file(), &pages::written(&page)?)
    }

    fn frame(&self, words: Words, record: &Record, name: &str, title: String, description: String) -> Frame<'_> {
        Frame {
            house: self.house,
            words,
            path: format!("{}/{name}", record.folder()),
            title,
            description,
            linked: Value::Null,
            kind: "article",
            part: "meetings",
            is_hidden: false,
        }
    }

    /// The record in other formats.
    fn documents(
        &self,
        published: &Published,
        content: &Content,
        record: &Record,
        files: &mut Files,
        warnings: &mut Vec<Message>,
    ) -> Result<Vec<(&'static str, &'static str, usize)>, Failed> {
        let mut made: Vec<(&'static str, &'static str, Vec<u8>)> = Vec::new();
        if let Some(pdf) = super::paper::pdf(published, self.lay_out, warnings)? {
            made.push(("risalah.pdf", "site.download.pdf", pdf));
        }
        for (file, name, format) in [
            ("risalah.akn.xml", "site.download.akn", Format::Akn),
            ("risalah.tei.xml", "site.download.tei", Format::Tei),
            ("risalah.vtt", "site.download.vtt", Format::Vtt),
        ] {
            made.push((file, name, publication::document(published, format, None, self.lay_out)?.content));
        }
        let json = serde_json::to_vec(&self.json(content, record)).map_err(Error::page)?;
        made.push(("risalah.json", "site.download.json", json));
        let mut told = Vec::new();
        for (file, name, bytes) in made {
            self.staging.write(files, &format!("{}/{file}", record.folder()), &bytes)?;
            told.push((file, name, bytes.len()));
        }
        Ok(told)
    }

    /// The record for programs: what the page shows, and nothing else.
    fn json(&self, content: &Content, record: &Record) -> Value {
        let clock = content.transcript.recording.clock;
        let speech = |speech: &Spoken| {
            let (start, end) = (speech.place.start, speech.place.end);
            json!({
                "id": speech.place.id,
                "microphone": speech.place.channel,
                "start": start,
                "end": end,
                "start_time": clock.decimal_seconds(start),
                "end_time": clock.decimal_seconds(end),
                "label": speech.label,
                "speaker": speech.name,
                "group": speech.group,
                "theme": record.theme(speech.item),
                "text": speech.text(),
                "sound": record.sounds.keys().find(|file| file.split('.').next() == Some(&speech.place.id)),
            })
        };
        json!({
            "id": record.id,
            "url": self.house.url(&format!("{}/index.html", record.folder())),
            "institution": self.house.name,
            "title": record.title,
            "date": record.date,
            "kind": record.kind,
            "place": record.place,
            "number": record.number,
            "edition": record.edition,
            "official_since": record.signed,
            "samples_per_second": clock.rate(),
            "agenda": record.agenda,
            "decisions": record.decisions,
            "redacted": content.redacted.iter().map(|(reason, count)| json!({ "reason": reason, "count": count })).collect::<Vec<_>>(),
            "speeches": content.speeches().map(speech).collect::<Vec<_>>(),
        })
    }

    /// What can be found of the meeting.
    fn texts(&self, content: &Content, record: &mut Record, files: &mut Files) -> Result<index::Words, Error> {
        let decided = record
            .decisions
            .iter()
            .map(|decision| Text(&decision.id, "", decision.time.as_deref().unwrap_or_default(), &decision.text));
        let agenda = record.agenda.iter().map(|item| Text("acara", "", "", item));
        let spoken: Vec<(&Spoken, String)> = content.speeches().map(|speech| (speech, speech.text())).collect();
        let said = spoken.iter().map(|(speech, text)| Text(&speech.place.id, &speech.label, &speech.time, text));
        let texts: Vec<Text<'_>> = decided.chain(agenda).chain(said).collect();
        let words = index::Words::of(&texts);
        let (hash, written) = index::texts(&texts)?;
        let count = texts.len();
        for (number, bytes) in written.into_iter().enumerate() {
            self.staging.write(files, &format!("cari/teks/{}/{hash}-{number}.json", record.id), &bytes)?;
        }
        (record.texts, record.texts_hash) = (count, hash);
        Ok(words)
    }

    fn page(
        &self,
        content: &Content,
        record: &Record,
        words: Words,
        sounds: &HashMap<String, String>,
        downloads: &[(&'static str, &'static str, usize)],
        files: &mut Files,
    ) -> Result<(), Error> {
        let summary = record.agenda.join("; ");
        let day = record.date.map(|date| words.day(&date)).unwrap_or_default();
        let description = [day, summary].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". ");
        let mut frame = self.frame(words, record, "index.html", record.title.clone(), shortened(&description));
        frame.linked = self.event(record, words);
        let base = if words.is_english() { format!("{}{}/", frame.up(), record.folder()) } else { String::new() };
        let body = markup::body(content, &frame, sounds, &base);
        let fields = content.risalah.fields.iter().filter(|field| field.name != "Acara");
        let counts: Vec<String> = content.redacted.iter().map(|(reason, count)| format!("{reason}: {count}")).collect();
        let redacted = words.with("site.redacted", "counts", counts.join("; "));
        let number =
            words.with("site.edition", "number", &record.number).replace("%{edition}", &record.edition.to_string());
        let has_guests = content.risalah.invitees.iter().any(|one| one.chars().any(char::is_alphanumeric));
        let page = pages::Meeting {
            frame: &frame,
            record,
            content,
            edition: number,
            fields: fields.map(|field| (words.field(&field.name), field.lines.clone())).collect(),
            invitees: if has_guests { content.risalah.invitees.clone() } else { Vec::new() },
            speakers: &pages::speakers(content),
            redacted: if content.redacted.is_empty() { String::new() } else { redacted },
            body,
            downloads: downloads
                .iter()
                .map(|(file, name, bytes)| Download {
                    file: (*file).to_owned(),
                    name: words.t(name),
                    size: size(*bytes, words),
                })
                .collect(),
            alternates: vec![("application/akn+xml", "risalah.akn.xml"), ("application/json", "risalah.json")],
            base,
        };
        self.staging.write(files, &frame.file(), &pages::written(&page)?)
    }

    /// The meeting as schema.org has it.
    fn event(&self, record: &Record, words: Words) -> Value {
        let mut told = json!({
            "@context": "https://schema.org",
            "@type": "Event",
            "name": record.title,
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "organizer": self.house.organisation(),
            "inLanguage": "id",
            "about": record.agenda.iter().map(|item| json!({ "@type": "Thing", "name": item })).collect::<Vec<_>>(),
            "subjectOf": {
                "@type": "Report",
                "name": words.t("site.record"),
                "reportNumber": record.number,
                "version": record.edition,
                "datePublished": record.signed.to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
                "inLanguage": "id",
            },
        });
        if let Some(date) = record.date {
            told["startDate"] = date.to_string().into();
        }
        if let Some(place) = &record.place {
            told["location"] = json!({ "@type": "Place", "name": place });
        }
        if let Some(url) = self.house.url(&format!("{}{}/index.html", words.folder(), record.folder())) {
            told["url"] = url.into();
        }
        told
    }

    /// A page for each decision, and one for each that an earlier edition had.
    fn decisions(&self, record: &Record, words: Words, files: &mut Files) -> Result<(), Error> {
        for decision in &record.decisions {
            let name = format!("{}.html", decision.id);
            let mut frame = self.frame(words, record, &name, shortened(&decision.text), shortened(&decision.text));
            frame.part = "decisions";
            frame.linked = json!({
                "@context": "https://schema.org",
                "@type": "Legislation",
                "name": decision.text,
                "legislationType": "Keputusan rapat",
                "legislationIdentifier": format!("{}/{}", record.id, decision.id),
                "legislationDate": record.date,
                "legislationPassedBy": self.house.organisation(),
                "inLanguage": "id",
                "url": frame.url(),
            });
            let theme = record.theme(decision.item);
            let page = pages::DecisionPage { frame: &frame, record, decision, theme };
            self.staging.write(files, &frame.file(), &pages::written(&page)?)?;
        }
        for former in record.former.iter().filter(|former| former.place.is_none()) {
            let what = words.with("site.gone.decision", "edition", former.edition);
            self.gone(record, words, &format!("{}.html", former.id), &what, "", files)?;
        }
        Ok(())
    }
}

/// A sentence for lists of other programs.
fn shortened(text: &str) -> String {
    const MOST: usize = 160;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST - 1).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before))
}

fn size(bytes: usize, words: Words) -> String {
    if bytes < 1_000_000 {
        return format!("{} kB", bytes.div_ceil(1000));
    }
    let megabytes = format!("{:.1} MB", bytes as f64 / 1e6);
    if words.is_english() { megabytes } else { megabytes.replace('.', ",") }
}

/// Reads a file of the meeting's folder.
pub(super) fn read(path: &std::path::Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::read(path))
}
