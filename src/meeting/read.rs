//! From `rapat.toml` and `lembaga.toml` as written to a [`Meeting`]: every reference is resolved,
//! every contradiction refused.
//!
//! What is the same for all meetings of an institution is read first, from a reader of its own
//! file; the meeting's own keys stand above it, one by one.

mod course;
mod fields;
mod keeping;
mod roster;

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Time;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::common::clock::Channel;
use crate::common::toml_text::{self, Slip};

use super::error::{Error, Fault, Origin};
use super::file::{Clock, Institution, Meeting as Written, Moment, Number, Text};
use super::{Meeting, Person, Zone, list, time};

/// Far above a meeting with a thousand people and as many events.
const LIMIT: u64 = 4 << 20;

/// The description of an institution, beside or above those of its meetings.
pub const INSTITUTION: &str = "lembaga.toml";

impl Meeting {
    /// Reads a `rapat.toml` with all that it names: the institution's `lembaga.toml`, its emblem,
    /// the lists of attendance and of invitees.
    ///
    /// A file that is named is looked for beside `rapat.toml` under its bare name first, where the
    /// meeting's folder keeps a copy, and then where the key says. A `lembaga.toml` that is not
    /// named is looked for beside `rapat.toml` and in the folders above it.
    ///
    /// # Errors
    /// When a file cannot be read, is not TOML, has an unknown key, or contradicts itself. A list
    /// that cannot be read or that contradicts the roster is no error: [`super::checks`] tells
    /// it, because it may come hours after the recording was begun.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::read_as(path, &Self::text(path)?)
    }

    /// The text of a `rapat.toml`.
    ///
    /// # Errors
    /// When it cannot be read, is too large or no text.
    pub fn text(path: &Path) -> Result<String, Error> {
        load(path)
    }

    /// The same as [`Meeting::read`], as if the file held this text.
    ///
    /// # Errors
    /// As [`Meeting::read`].
    pub fn read_as(path: &Path, text: &str) -> Result<Self, Error> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().unwrap_or(Path::new(""));
        let reader = Reader::of(text, &path);
        let written: Written = reader.toml()?;
        let Some(institution) = reader.institution(&written, folder)? else { return reader.meeting(written, None) };
        let text = load(&institution)?;
        let base = Reader::of(&text, &institution);
        let shared: Institution = base.toml()?;
        let mut meeting = reader.meeting(written, Some((&base, shared)))?;
        meeting.sources.insert(0, institution.clone());
        meeting.institution = Some(institution);
        Ok(meeting)
    }

    /// Reads the text of a `rapat.toml` alone; `file` is its name in errors. Files that it names
    /// are not opened.
    ///
    /// # Errors
    /// When it is not TOML, has an unknown key, or contradicts itself.
    pub fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let reader = Reader::alone(text, file);
        let written: Written = reader.toml()?;
        reader.meeting(written, None)
    }

    /// Reads a `lembaga.toml`, as a meeting of which nothing but its institution is known.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, has an unknown key, or contradicts itself.
    pub fn read_institution(path: &Path) -> Result<Self, Error> {
        Reader::of(&load(path)?, path).house_alone()
    }

    /// Reads the text of a `lembaga.toml` alone; `file` is its name in errors. Files that it names
    /// are not opened.
    ///
    /// # Errors
    /// When it is not TOML, has an unknown key, or contradicts itself.
    pub fn parse_institution(text: &str, file: &str) -> Result<Self, Error> {
        Reader::alone(text, file).house_alone()
    }

    /// The `lembaga.toml` that holds for a meeting described in this folder, if there is one.
    #[must_use]
    pub fn institution_of(folder: &Path) -> Option<PathBuf> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        folder.ancestors().map(|folder| folder.join(INSTITUTION)).find(|path| path.is_file())
    }
}

/// The text of a file that is not too large.
fn load(path: &Path) -> Result<String, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT {
        let size = fs::metadata(path).map_err(unreadable)?.len();
        return Err(Error::TooLarge { path: path.to_owned(), bytes: size, limit: LIMIT });
    }
    toml_text::decode(&bytes).ok_or_else(|| Error::NotText { path: path.to_owned() })
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

struct Reader<'a> {
    file: Arc<str>,
    /// Where files that are named are looked for; without one they are not opened.
    folder: Option<PathBuf>,
    text: &'a str,
}

/// Those that the file may refer to, by their short name.
type Roster = HashMap<String, Arc<Person>>;

/// What the institution has written, with the reader of its file.
type Base<'a> = (&'a Reader<'a>, Institution);

impl<'a> Reader<'a> {
    fn of(text: &'a str, path: &Path) -> Self {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Self { folder: Some(folder), ..Self::alone(text, &name_of(path)) }
    }

    fn alone(text: &'a str, file: &str) -> Self {
        Self { file: file.into(), folder: None, text: text.strip_prefix('\u{feff}').unwrap_or(text) }
    }

    fn toml<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let failed = |slip: Slip| Error::Syntax { file: self.file.to_string(), line: slip.line, wrong: slip.wrong };
        toml_text::read(self.text).map_err(failed)
    }

    /// Where the institution's file is: a copy beside the meeting's, else the one that is named,
    /// else the nearest above.
    fn institution(&self, written: &Written, folder: &Path) -> Result<Option<PathBuf>, Error> {
        let Some(named) = &written.lembaga.berkas else { return Ok(Meeting::institution_of(folder)) };
        let copy = folder.join(INSTITUTION);
        let path = if copy.is_file() { copy } else { folder.join(self.text("berkas", named)?) };
        if path.is_file() { Ok(Some(path)) } else { Err(self.fault(named, "berkas", Fault::NoFile(path))) }
    }

    fn house_alone(&self) -> Result<Meeting, Error> {
        Reader::alone("", "").meeting(Written::default(), Some((self, self.toml()?)))
    }

    fn meeting(&self, written: Written, base: Option<Base>) -> Result<Meeting, Error> {
        let Written {
            lembaga,
            rapat,
            hadir,
            kuorum,
            fraksi,
            orang,
            kursi,
            peristiwa,
            keputusan,
            cetak,
            koreksi,
            transkripsi,
        } = written;
        let (base, shared) = base.map_or((self, Institution::default()), |(reader, shared)| (reader, shared));
        let mut meeting = Meeting::default();
        base.house(&mut meeting, &shared.lembaga)?;
        self.house(&mut meeting, &lembaga)?;
        base.page(&mut meeting, &shared.cetak)?;
        self.page(&mut meeting, &cetak)?;
        let groups = base.groups(Vec::new(), shared.fraksi)?;
        meeting.groups = self.groups(groups, fraksi)?;
        let people = base.people(Vec::new(), shared.orang, &meeting.groups)?;
        meeting.people = self.people(people, orang, &meeting.groups)?;
        // Which sheet of a workbook is meant, its date may tell.
        meeting.date = rapat.tanggal.as_ref().map(|date| self.date("tanggal", date)).transpose()?;
        self.attend(&mut meeting, hadir)?;
        let (guests, sheet) = (rapat.daftar_undangan.clone(), rapat.lembar_undangan.clone());
        let roster: Roster = meeting.people.iter().map(|person| (person.id.clone(), Arc::clone(person))).collect();
        base.usual(&mut meeting, shared.rapat, &roster)?;
        self.fields(&mut meeting, rapat, &roster)?;
        if let Some(guests) = guests {
            self.invite(&mut meeting, &guests, sheet.as_ref())?;
        }
        meeting.quorum = kuorum.map(|kuorum| self.quorum(&kuorum, &meeting)).transpose()?;
        let mut seats = base.seats(shared.kursi, &roster)?;
        let own = self.seats(kursi, &roster)?;
        seats.retain(|seat| own.iter().all(|own| own.channel != seat.channel));
        seats.extend(own);
        seats.sort_by_key(|seat| seat.channel);
        meeting.seats = seats;
        meeting.events = self.events(peristiwa, &meeting)?;
        meeting.decisions = keputusan.iter().map(|keputusan| self.decision(keputusan)).collect::<Result<_, _>>()?;
        meeting.correction = self.correction(&koreksi)?;
        meeting.holders = base.holders(&shared.segel.penerima)?;
        let usual = base.optional("kedua", shared.transkripsi.kedua.as_ref())?;
        meeting.second_model = self.optional("kedua", transkripsi.kedua.as_ref())?.or(usual);
        meeting.languages = self.texts("bahasa", &transkripsi.bahasa)?;
        if meeting.languages.is_empty() {
            meeting.languages = base.texts("bahasa", &shared.transkripsi.bahasa)?;
        }
        meeting.retention = base.retention(shared.retensi)?;
        meeting.site = base.site(&shared.situs)?;
        meeting.recipients = base.recipients(&shared.edaran)?;
        base.signing(&mut meeting, &shared.tandatangan)?;
        meeting.archiving = base.archiving(&shared.arsip, &shared.klasifikasi)?;
        Ok(meeting)
    }

    /// The invitees of a list. They are named in no other place, so that they need no `id`.
    fn invite(&self, meeting: &mut Meeting, named: &Text, sheet: Option<&Text>) -> Result<(), Error> {
        let name = self.text("daftar_undangan", named)?;
        if meeting.invitees.is_some() {
            return Err(self.fault(named, "daftar_undangan", Fault::Excludes("undangan")));
        }
        let Some(path) = self.beside(&name) else { return Ok(()) };
        if meeting.sources.iter().any(|source| source.file_name() == path.file_name()) {
            return Err(self.fault(named, "daftar_undangan", Fault::SameName));
        }
        let sheet = self.optional("lembar_undangan", sheet)?;
        let (invitees, remarks) = list::invitees(&path, meeting.date, sheet.as_deref());
        meeting.people.extend(invitees.iter().flatten().cloned());
        meeting.invitees = invitees;
        meeting.remarks.extend(remarks);
        meeting.sources.push(path);
        Ok(())
    }

    /// A file that a key names: the copy beside, else the original.
    fn beside(&self, named: &str) -> Option<PathBuf> {
        let (folder, path) = (self.folder.as_ref()?, Path::new(named));
        let copy = path.file_name().map(|name| folder.join(name)).filter(|copy| copy.is_file());
        Some(copy.unwrap_or_else(|| folder.join(path)))
    }

    fn strokes(&self, written: &Number) -> Result<u32, Error> {
        match *written.get_ref() {
            0 => Err(self.fault(written, "kali", Fault::Zero)),
            strokes => Ok(strokes),
        }
    }

    fn channel(&self, written: &Spanned<i64>) -> Result<Channel, Error> {
        let number = *written.get_ref();
        u16::try_from(number)
            .ok()
            .and_then(Channel::new)
            .ok_or_else(|| self.fault(written, "kanal", Fault::ChannelRange(number)))
    }

    fn person(&self, key: &'static str, id: &Text, roster: &Roster) -> Result<Arc<Person>, Error> {
        let wanted = id.get_ref().trim();
        roster.get(wanted).cloned().ok_or_else(|| self.fault(id, key, Fault::Unknown(wanted.to_owned())))
    }

    fn persons(&self, key: &'static str, ids: &[Text], roster: &Roster) -> Result<Vec<Arc<Person>>, Error> {
        ids.iter().map(|id| self.person(key, id, roster)).collect()
    }

    /// A time of day; the meeting's zone may stand behind it.
    fn time(&self, key: &'static str, written: &Moment, zone: Option<Zone>) -> Result<Time, Error> {
        let text = self.clock(written);
        let (told, named) = time::split_zone(&text);
        if let (Some(named), Some(zone)) = (named, zone)
            && named != zone
        {
            return Err(self.fault(written, key, Fault::OtherZone { value: text, zone }));
        }
        time::time_of_day(told).ok_or_else(|| self.fault(written, key, Fault::NotATime(text)))
    }

    fn offset(&self, key: &'static str, written: &Moment) -> Result<u64, Error> {
        let text = self.clock(written);
        time::offset(&text).ok_or_else(|| self.fault(written, key, Fault::NotAnOffset(text)))
    }

    /// A time as it is written, with quotation marks or without.
    fn clock(&self, written: &Moment) -> String {
        let Clock(quoted) = written.get_ref();
        quoted.clone().unwrap_or_else(|| self.text.get(written.span()).unwrap_or_default().to_owned())
    }

    fn text(&self, key: &'static str, written: &Text) -> Result<String, Error> {
        let text = written.get_ref().trim().to_owned();
        if text.is_empty() { Err(self.fault(written, key, Fault::Empty)) } else { Ok(text) }
    }

    fn texts(&self, key: &'static str, written: &[Text]) -> Result<Vec<String>, Error> {
        written.iter().map(|text| self.text(key, text)).collect()
    }

    fn optional(&self, key: &'static str, written: Option<&Text>) -> Result<Option<String>, Error> {
        written.map(|text| self.text(key, text)).transpose()
    }

    fn at_most<T>(&self, at: &Spanned<T>, key: &'static str, given: u64, most: u32) -> Result<(), Error> {
        if given > u64::from(most) { Err(self.fault(at, key, Fault::TooMany { given, most })) } else { Ok(()) }
    }

    fn once<T>(
        &self,
        key: &'static str,
        at: &Spanned<T>,
        value: &str,
        seen: &mut HashMap<String, usize>,
    ) -> Result<(), Error> {
        match seen.insert(value.to_owned(), self.line(at)) {
            Some(first) => Err(self.fault(at, key, Fault::Twice { value: value.to_owned(), first })),
            None => Ok(()),
        }
    }

    fn line<T>(&self, at: &Spanned<T>) -> usize {
        toml_text::line_of(self.text, at.span().start)
    }

    fn origin<T>(&self, at: &Spanned<T>) -> Origin {
        Origin { file: Arc::clone(&self.file), line: self.line(at) }
    }

    fn fault<T>(&self, at: &Spanned<T>, key: &'static str, fault: Fault) -> Error {
        Error::at(&self.origin(at), key, fault)
    }
}
