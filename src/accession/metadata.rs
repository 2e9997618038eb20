//! What a package says of itself: Dublin Core, preservation metadata by the semantic units of
//! PREMIS 3, and the data elements of Perka ANRI 21/2011 for electronic records.

use std::collections::BTreeMap;

use jiff::Zoned;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Error;
use super::bag::Entry;
use crate::common::xml::escaped;
use crate::document::risalah;
use crate::lifecycle::{Life, Manifest};
use crate::meeting::{Archiving, FileKind, Kind, Meeting, Nature, Rule};
use crate::meeting_folder;
use crate::retention::Log;

/// The program, as metadata name it.
const PROGRAM: &str = concat!("E-Risalah ", env!("CARGO_PKG_VERSION"));
/// Stands where nobody has said it.
const UNKNOWN: &str = "–";

/// What is known of a package before its files are.
pub(super) struct About<'a> {
    pub(super) meeting: &'a Meeting,
    pub(super) rules: &'a [Rule],
    pub(super) archiving: &'a Archiving,
    /// The name of the meeting's folder.
    pub(super) id: &'a str,
    pub(super) manifest: &'a Manifest,
    pub(super) life: &'a Life,
    pub(super) log: &'a Log,
    pub(super) now: &'a Zoned,
    /// The standard that each PDF names in its own metadata, by its name in the bag.
    pub(super) pdfa: BTreeMap<String, String>,
}

type Files = BTreeMap<String, Entry>;

impl About<'_> {
    fn title(&self) -> String {
        let name = meeting_folder::name(self.meeting, self.id);
        let date = self.meeting.date.map(|date| format!(", {date}")).unwrap_or_default();
        format!("Risalah {name}{date}")
    }

    fn creator(&self) -> String {
        let written = self.archiving.creator.clone();
        written.unwrap_or_else(|| {
            Some(self.meeting.letterhead.join(" "))
                .filter(|head| !head.is_empty())
                .unwrap_or_else(|| UNKNOWN.to_owned())
        })
    }

    /// The classification of security and access (Perka ANRI 17/2011), which follow from who may
    /// read the record.
    fn security(&self) -> (&'static str, &'static str) {
        match self.meeting.nature {
            None | Some(Nature::Terbuka) => ("Biasa", "Terbuka"),
            Some(Nature::Tertutup) => ("Terbatas", "Tertutup"),
            Some(Nature::TertutupRahasia) => ("Rahasia", "Tertutup"),
        }
    }

    fn description(&self) -> String {
        let agenda = self.meeting.agenda.join("; ");
        if agenda.is_empty() { self.title() } else { format!("{}. Acara: {agenda}", self.title()) }
    }

    fn rule(&self, file: FileKind) -> String {
        Rule::find(self.rules, self.meeting.kind, file).map_or_else(|| UNKNOWN.to_owned(), ToString::to_string)
    }

    /// From the day of the meeting to the day on which the record became official.
    fn period(&self) -> (Option<Date>, Date) {
        let zone = self.meeting.zone.map_or_else(jiff::tz::TimeZone::system, |zone| zone.offset().to_time_zone());
        (self.meeting.date, self.manifest.finalized.to_zoned(zone).date())
    }

    fn span(&self) -> String {
        let (from, until) = self.period();
        from.map_or_else(|| until.to_string(), |from| format!("{from}/{until}"))
    }

    fn code(&self) -> (String, String) {
        let class = self.archiving.class(self.meeting.kind);
        let code = class.map_or_else(|| UNKNOWN.to_owned(), |class| class.code.clone());
        let title = class.and_then(|class| class.title.clone());
        (code, title.or_else(|| self.meeting.kind.map(|kind| Kind::name(kind).to_owned())).unwrap_or_default())
    }

    /// `bag-info.txt`, without what the bag knows itself: first the labels that RFC 8493 reserves,
    /// then the data elements of the archives.
    pub(super) fn info(&self, bytes: u64, count: usize) -> Vec<(String, String)> {
        let ((code, class), (security, access)) = (self.code(), self.security());
        let unit = self.archiving.unit.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let lines = [
            ("Source-Organization", self.creator()),
            ("External-Description", self.description()),
            ("Bagging-Date", self.now.date().to_string()),
            ("External-Identifier", self.manifest.number.clone()),
            ("Internal-Sender-Identifier", self.meeting.session()),
            ("Bag-Software-Agent", PROGRAM.to_owned()),
            ("Nomor-Arsip", self.manifest.number.clone()),
            ("Kode-Klasifikasi", code),
            ("Klasifikasi", class),
            ("Pencipta-Arsip", self.creator()),
            ("Unit-Pengolah", unit),
            ("Jenis-Naskah", "Risalah rapat".to_owned()),
            ("Judul", self.title()),
            ("Uraian-Informasi", self.description()),
            ("Kurun-Waktu", self.span()),
            ("Jumlah", format!("{count} berkas, {bytes} bita")),
            ("Tingkat-Perkembangan", self.development()),
            ("Media-Arsip", "Elektronik".to_owned()),
            ("Bahasa", "Indonesia".to_owned()),
            ("Klasifikasi-Keamanan", security.to_owned()),
            ("Klasifikasi-Akses", access.to_owned()),
            ("Retensi-Risalah", self.rule(FileKind::Record)),
            ("Retensi-Rekaman", self.rule(FileKind::Recording)),
            ("Keterangan", self.remark()),
        ];
        lines.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
    }

    fn development(&self) -> String {
        self.archiving.development.clone().unwrap_or_else(|| "Asli".to_owned())
    }

    fn remark(&self) -> String {
        format!("Edisi {}, ditandatangani {}", self.manifest.edition, self.manifest.signed_by)
    }

    /// Simple Dublin Core (ISO 15836) of the whole package.
    pub(super) fn dublin_core(&self, files: &Files) -> String {
        let ((code, class), (security, access)) = (self.code(), self.security());
        let mut fields = vec![
            ("title", self.title()),
            ("creator", self.creator()),
            ("subject", format!("{code} {class}").trim().to_owned()),
        ];
        fields.extend(self.meeting.agenda.iter().map(|item| ("subject", item.clone())));
        fields.push(("description", self.description()));
        fields.push(("publisher", self.creator()));
        let people = [&self.meeting.chair, &self.meeting.secretary];
        fields.extend(people.into_iter().flatten().map(|person| ("contributor", person.name.clone())));
        fields.extend(self.meeting.date.map(|date| ("date", date.to_string())));
        fields.push(("type", "Text".to_owned()));
        if files.keys().any(|name| media_type(name).starts_with("audio/")) {
            fields.push(("type", "Sound".to_owned()));
        }
        let mut formats: Vec<&str> = files.keys().map(|name| media_type(name)).collect();
        formats.sort_unstable();
        formats.dedup();
        fields.extend(formats.into_iter().map(|format| ("format", format.to_owned())));
        fields.push(("identifier", self.manifest.number.clone()));
        fields.push(("identifier", self.meeting.session()));
        fields.push(("language", "id".to_owned()));
        fields.extend(self.meeting.place.iter().map(|place| ("coverage", place.clone())));
        fields.push(("coverage", self.span()));
        fields.push(("rights", format!("{security}; {access}")));
        let line = |(name, value): &(&str, String)| format!("  <dc:{name}>{}</dc:{name}>\n", escaped(value));
        let fields: String = fields.iter().map(line).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <oai_dc:dc xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n{fields}</oai_dc:dc>\n"
        )
    }

    /// Objects, events and agents, by the names of PREMIS 3.
    pub(super) fn preservation(&self, files: &Files) -> Result<Vec<u8>, Error> {
        let object = |(name, entry): (&String, &Entry)| {
            json!({
                "objectIdentifier": { "objectIdentifierType": "path", "objectIdentifierValue": name },
                "objectCategory": "file",
                "objectCharacteristics": {
                    "fixity": { "messageDigestAlgorithm": "SHA-256", "messageDigest": entry.sha256 },
                    "size": entry.bytes,
                    "format": { "formatDesignation": {
                        "formatName": media_type(name),
                        "formatVersion": self.pdfa.get(name),
                    } },
                },
            })
        };
        let event = |kind: &str, at: String, detail: Option<String>, agent: &str| {
            json!({
                "eventType": kind,
                "eventDateTime": at,
                "eventDetailInformation": { "eventDetail": detail },
                "linkingAgentIdentifier": {
                    "linkingAgentIdentifierType": "name",
                    "linkingAgentIdentifierValue": agent,
                },
            })
        };
        let steps =
            self.life.steps().map(|(_, step)| event(&step.state, step.at.to_string(), step.note.clone(), &step.by));
        let decided = self.log.decisions().iter().map(|decision| {
            let detail = format!("{}: {}", decision.file.key(), decision.reason);
            event(decision.decided.key(), decision.at.to_string(), Some(detail), &decision.by)
        });
        let agent = |kind: &str, name: &str| {
            json!({
                "agentIdentifier": { "agentIdentifierType": "name", "agentIdentifierValue": name },
                "agentType": kind,
            })
        };
        let packed = event("packaging", self.now.timestamp().to_string(), None, PROGRAM);
        let told = json!({
            "premis": "3.0",
            "objects": files.iter().map(object).collect::<Vec<Value>>(),
            "events": steps.chain(decided).chain([packed]).collect::<Vec<Value>>(),
            "agents": [
                agent("organization", &self.creator()),
                agent("person", &self.manifest.signed_by),
                agent("software", PROGRAM),
            ],
            "rights": { "rightsBasis": "statute", "rightsGranted": self.security().1 },
        });
        serde_json::to_vec_pretty(&told).map_err(|error| Error::Document(error.into()))
    }

    /// The list of records (*daftar arsip*), one line for each group of files.
    pub(super) fn list(&self, files: &Files) -> Result<Vec<u8>, Error> {
        let ((code, _), (security, access)) = (self.code(), self.security());
        let unit = self.archiving.unit.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let mut out = csv::Writer::from_writer(Vec::new());
        let groups = [
            ("risalah", "Risalah resmi dan laporan singkat", Some(FileKind::Record)),
            ("rekaman", "Rekaman suara rapat", Some(FileKind::Recording)),
            ("transkrip", "Transkrip", Some(FileKind::Record)),
            ("keterangan", "Keterangan rapat", None),
        ];
        let failed = |error: csv::Error| Error::Document(risalah::Error::Csv(error.to_string()));
        out.write_record([
            "nomor",
            "nomor_arsip",
            "kode_klasifikasi",
            "pencipta_arsip",
            "unit_pengolah",
            "jenis_arsip",
            "judul",
            "kurun_waktu",
            "jumlah",
            "tingkat_perkembangan",
            "media_arsip",
            "klasifikasi_keamanan",
            "klasifikasi_akses",
            "retensi",
            "keterangan",
        ])
        .map_err(failed)?;
        let mut number = 0;
        for (place, what, kind) in groups {
            let begin = format!("data/{place}/");
            let count = files.keys().filter(|name| name.starts_with(&begin)).count();
            if count == 0 {
                continue;
            }
            number += 1;
            let retention = kind.map_or_else(|| UNKNOWN.to_owned(), |kind| self.rule(kind));
            let record = [
                number.to_string(),
                self.manifest.number.clone(),
                code.clone(),
                self.creator(),
                unit.clone(),
                what.to_owned(),
                self.title(),
                self.span(),
                format!("{count} berkas"),
                self.development(),
                "Elektronik".to_owned(),
                security.to_owned(),
                access.to_owned(),
                retention,
                begin,
            ];
            out.write_record(record).map_err(failed)?;
        }
        out.into_inner().map_err(|error| Error::Document(risalah::Error::Csv(error.to_string())))
    }
}

/// The media type of a file by its ending, as IANA registers it.
pub(super) fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default().to_lowercase().as_str() {
        "pdf" => "application/pdf",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "json" => "application/json",
        "jsonl" => "application/x-ndjson",
        "toml" => "application/toml",
        "db" => "application/vnd.sqlite3",
        "xml" => "application/xml",
        "csv" => "text/csv",
        "txt" => "text/plain",
        "flac" => "audio/flac",
        "wav" => "audio/vnd.wave",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}
