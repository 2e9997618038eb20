//! Makes parcels: which record may go out, and the files that a recipient gets.

use std::fs;
use std::path::Path;

use jiff::Zoned;

use super::order::{Order, Scope};
use super::parcel::{Contents, Document, Event, Parcel, What};
use super::{Error, FOLDER, log, metadata};
use crate::common::digest::sha256;
use crate::common::{atomic_file, lock};
use crate::document::risalah::{
    self, Letter, Official, Part, Risalah, Sheet, compose_official, extract_sheet, letter_sheet,
};
use crate::lifecycle::folder::MEETING;
use crate::lifecycle::{Life, Manifest, Stage, State, Typeset};
use crate::meeting::{Meeting, Nature, Recipient, Way};
use crate::meeting_folder::{self, describe};
use crate::recording::sealed_stretches_of;
use crate::transcript::Transcript;
use crate::transcript::store::Store;

/// Held while records of a meeting are made or sent.
const LOCK: &str = ".edaran-kirim.kunci";
/// Digits of a parcel's number.
const DIGITS: usize = 16;
/// Where something is filled in by hand.
const DOTS: &str = "………………";

/// A parcel, and whether it was made just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The parcel.
    pub parcel: Parcel,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// An official record that may go out.
pub(super) struct Ready {
    pub meeting: Meeting,
    pub manifest: Manifest,
    pub seal: String,
    store: Store,
}

impl Ready {
    /// The last edition, if it is official still.
    pub fn of(folder: &Path) -> Result<Self, Error> {
        if !sealed_stretches_of(folder)?.is_empty() {
            return Err(Error::Sealed);
        }
        let meeting = describe(folder)?;
        let store = Store::open_to_read(folder)?;
        let life = Life::read(&store, &store.load()?)?;
        let sealed = life.sealed().filter(|_| life.state() >= State::Official);
        let seal = sealed.map(|(seal, _)| seal.clone()).ok_or(Error::NotOfficial { state: life.state() })?;
        let manifest = Manifest::of(folder, seal.edition)?;
        Ok(Self { meeting, manifest, seal: seal.manifest, store })
    }

    /// Whether somebody may have it, in this way.
    pub fn check(&self, recipient: &Recipient) -> Result<(), Error> {
        if self.meeting.nature.and_then(Nature::mark).is_none() {
            return Ok(());
        }
        let name = recipient.name.clone();
        match recipient.way {
            _ if !recipient.closed => Err(Error::NotEntitled { name }),
            Way::Folder(_) => Ok(()),
            Way::Mail(_) | Way::Webhook(_) => Err(Error::ClosedInTheOpen { name, way: recipient.way.key() }),
        }
    }
}

/// One at a time.
pub(super) fn alone(folder: &Path) -> Result<fs::File, Error> {
    Ok(lock::hold(&folder.join(LOCK))?)
}

/// Makes the parcels of an order, those that were made before left as they are. `typeset` makes the
/// PDFs.
///
/// # Errors
/// When the record is not official, the meeting is closed and somebody may not have it, nothing
/// belongs to the part that is asked for, or a file cannot be written. Parcels for all are checked
/// before one is made.
pub fn make(folder: &Path, order: &Order, now: &Zoned, typeset: &Typeset) -> Result<Vec<Made>, Error> {
    if order.by.trim().is_empty() {
        return Err(Error::Nameless);
    }
    let _alone = alone(folder)?;
    let ready = Ready::of(folder)?;
    for recipient in &order.recipients {
        ready.check(recipient)?;
    }
    let maker = Maker::new(folder, ready, order, now, typeset)?;
    order.recipients.iter().map(|recipient| maker.parcel(recipient)).collect()
}

struct Maker<'a> {
    folder: &'a Path,
    ready: Ready,
    order: &'a Order,
    now: &'a Zoned,
    typeset: &'a Typeset<'a>,
    official: Risalah,
    /// How the meeting is called.
    name: String,
    subject: String,
    /// The record or its extract: its file, what stands of it in the letter, and its content.
    file: String,
    shown: String,
    content: Vec<u8>,
}

impl<'a> Maker<'a> {
    fn new(
        folder: &'a Path,
        ready: Ready,
        order: &'a Order,
        now: &'a Zoned,
        typeset: &'a Typeset<'a>,
    ) -> Result<Self, Error> {
        let transcript = Stage::Official(None).transcript(folder, &ready.store)?;
        let official = official(&ready, &transcript, now);
        let fallback = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = meeting_folder::name(&ready.meeting, &fallback);
        let number = &ready.manifest.number;
        let (file, shown, content) = match &order.scope {
            Scope::Record => {
                let manifest = &ready.manifest;
                let path = manifest.signed(folder).unwrap_or_else(|| manifest.printable(folder))?;
                let content = fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                (file, format!("Risalah resmi {name}, nomor {number}"), content)
            }
            scope => {
                // The description has the names: of another one, it would be no extract.
                let path = folder.join(MEETING);
                let described = fs::read(&path).ok().map(|text| sha256(&text));
                if described.as_ref() != ready.manifest.description.as_ref().map(|document| &document.sha256) {
                    return Err(Error::Changed { path });
                }
                let (part, of) = part(scope, &ready.meeting)?;
                let reference = format!(
                    "Kutipan ini diambil dari Risalah resmi nomor {number}, edisi {}, segel {}. Yang mengikat adalah \
                     risalah resminya.",
                    ready.manifest.edition, ready.seal
                );
                let sheet = extract_sheet(&official, &ready.meeting, &transcript, &part, &reference);
                let sheet = sheet.ok_or_else(|| Error::NothingOf { of: of.clone() })?;
                (file_name(scope), format!("Kutipan risalah resmi {name}, nomor {number}: {of}"), typeset(&sheet)?)
            }
        };
        let usual = match order.scope {
            Scope::Record => format!("Penyampaian Risalah {name}"),
            Scope::Member(_) | Scope::Agenda(_) => format!("Penyampaian Kutipan Risalah {name}"),
        };
        let subject = order.subject.clone().unwrap_or(usual);
        Ok(Self { folder, ready, order, now, typeset, official, name, subject, file, shown, content })
    }

    fn parcel(&self, recipient: &Recipient) -> Result<Made, Error> {
        let order = self.order;
        let key = serde_json::json!([
            self.ready.seal,
            order.scope,
            recipient.name,
            recipient.way,
            order.number,
            self.subject
        ]);
        let id = sha256(key.to_string().as_bytes())[..DIGITS].to_owned();
        let known = log::Log::read(self.folder)?;
        if let Ok(parcel) = known.parcel(&id) {
            return Ok(Made { parcel, is_new: false });
        }
        let date = order.date.unwrap_or_else(|| self.now.date());
        let letter = (self.typeset)(&self.letter(recipient, date))?;
        let manifest_name = Manifest::file_name(self.ready.manifest.edition);
        let path = self.folder.join(&manifest_name);
        let manifest = fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let mut files = vec![
            ("surat-pengantar.pdf".to_owned(), letter),
            (self.file.clone(), self.content.clone()),
            (manifest_name, manifest),
        ];
        let documents = |files: &[(String, Vec<u8>)]| -> Vec<Document> {
            files.iter().map(|(file, bytes)| Document { file: file.clone(), sha256: sha256(bytes) }).collect()
        };
        let mut contents = Contents {
            recipient: recipient.clone(),
            scope: order.scope.clone(),
            edition: self.ready.manifest.edition,
            seal: self.ready.seal.clone(),
            number: order.number.clone(),
            date,
            subject: self.subject.clone(),
            disposition: order.disposition.clone(),
            files: documents(&files),
        };
        let told = metadata::of(&id, &contents, &self.ready.meeting, &self.name, &self.ready.manifest.number);
        let json = serde_json::to_vec_pretty(&told).map_err(risalah::Error::from)?;
        files.push(("metadata.json".to_owned(), json));
        files.push(("metadata.xml".to_owned(), metadata::xml(&told).into_bytes()));
        contents.files = documents(&files);
        put(&self.folder.join(FOLDER), &id, &files)?;
        let what = What::Made(Box::new(contents));
        let event = Event { at: self.now.timestamp(), by: order.by.trim().to_owned(), parcel: id.clone(), what };
        Ok(Made { parcel: log::append(self.folder, event)?.parcel(&id)?, is_new: true })
    }

    fn letter(&self, recipient: &Recipient, date: jiff::civil::Date) -> Sheet {
        let (meeting, order) = (&self.ready.meeting, self.order);
        let or_dots = |text: Option<String>| text.unwrap_or_else(|| DOTS.to_owned());
        let secretary = meeting.secretary.as_ref();
        let letter = Letter {
            number: or_dots(order.number.clone()),
            place_and_date: Letter::place_and_date(meeting.city.as_deref(), date),
            to: [Some(recipient.name.clone()), recipient.office.clone()].into_iter().flatten().collect(),
            subject: self.subject.clone(),
            enclosed: vec![self.shown.clone(), format!("Manifes risalah resmi edisi {}", self.ready.manifest.edition)],
            disposition: risalah::Disposition {
                to: or_dots(order.disposition.to.clone()),
                instruction: or_dots(order.disposition.instruction.clone()),
                due: or_dots(order.disposition.due.map(Letter::day)),
            },
            office: secretary.and_then(|person| person.office.clone()).unwrap_or_else(|| "Sekretaris".to_owned()),
            name: secretary.map_or_else(|| DOTS.to_owned(), |person| person.name.clone()),
            below: secretary.map(|person| risalah::below(person)).unwrap_or_default(),
        };
        letter_sheet(&self.official, &letter)
    }
}

/// The record as it was made official, but for what only its own last page has.
fn official(ready: &Ready, transcript: &Transcript, now: &Zoned) -> Risalah {
    let manifest = &ready.manifest;
    let signed = Official {
        number: manifest.number.clone(),
        signer: manifest.signed_by.clone(),
        below: Vec::new(),
        office: Vec::new(),
        signed: manifest.finalized.to_zoned(now.time_zone().clone()).date(),
        edition: manifest.edition,
        corrections: manifest.edits.last,
        waived: manifest.waived.clone(),
        audit: None,
    };
    compose_official(&ready.meeting, transcript, &signed)
}

/// The part that is meant, and how it is called.
fn part(scope: &Scope, meeting: &Meeting) -> Result<(Part, String), Error> {
    let nothing = |of: String| Error::NothingOf { of };
    match scope {
        Scope::Agenda(number) => {
            let place = usize::try_from(*number).unwrap_or_default().checked_sub(1);
            let item = place.and_then(|place| meeting.agenda.get(place));
            Ok((Part::Item(*number), item.cloned().ok_or_else(|| nothing(number.to_string()))?))
        }
        Scope::Member(wanted) => {
            let is_meant = |person: &&std::sync::Arc<crate::meeting::Person>| {
                person.id == *wanted || person.name.eq_ignore_ascii_case(wanted)
            };
            let person = meeting.people.iter().find(is_meant).ok_or_else(|| nothing(wanted.clone()))?;
            Ok((Part::Member(person.id.clone()), person.name.clone()))
        }
        Scope::Record => Err(nothing("–".to_owned())),
    }
}

fn file_name(scope: &Scope) -> String {
    let plain = |text: &str| -> String {
        let shown = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
        shown.take(40).collect()
    };
    match scope {
        Scope::Member(id) => format!("kutipan-{}.pdf", plain(id)),
        Scope::Agenda(number) => format!("kutipan-acara-{number}.pdf"),
        Scope::Record => "risalah.pdf".to_owned(),
    }
}

/// Writes the files of a parcel into a folder of its own, which is there whole or not at all.
pub(super) fn put(into: &Path, id: &str, files: &[(String, Vec<u8>)]) -> Result<(), Error> {
    let (part, whole) = (into.join(format!(".{id}.sebagian")), into.join(id));
    let failed = |path: &Path, source| Error::Write { path: path.to_owned(), source };
    // What is left of one that was interrupted, or was made but not entered.
    for old in [&part, &whole] {
        match fs::remove_dir_all(old) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(failed(old, source)),
            _ => {}
        }
    }
    fs::create_dir_all(&part).map_err(|source| failed(&part, source))?;
    for (name, bytes) in files {
        let path = part.join(name);
        atomic_file::write(&path, bytes).map_err(|source| failed(&path, source))?;
    }
    fs::rename(&part, &whole).and_then(|()| atomic_file::sync_folder(into)).map_err(|source| failed(&whole, source))
}
