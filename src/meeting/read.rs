//! From `rapat.toml` as written to a [`Meeting`]: every reference is resolved, every contradiction refused.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};
use toml::Spanned;

use crate::clock::Channel;

use super::error::{Error, Fault, Origin};
use super::file::{
    File, Fraksi, Hadir, JenisPeristiwa, Koreksi, Kuorum, Kursi, Lembaga, Number, Orang, Peristiwa, Rapat, Text,
};
use super::{Attendance, CorrectionPeriod, Event, EventKind, Group, Meeting, Occupant, Person, Quorum, Seat, time};

/// Far above a meeting with a thousand people and as many events.
const LIMIT: u64 = 4 << 20;
/// The most days that a period of correction may have.
const LONGEST_CORRECTION: u32 = 366;

impl Meeting {
    /// Reads a `rapat.toml`.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, has an unknown key, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        let file = fs::File::open(path).map_err(unreadable)?;
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > LIMIT {
            let size = fs::metadata(path).map_err(unreadable)?.len();
            return Err(Error::TooLarge { path: path.to_owned(), bytes: size, limit: LIMIT });
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = line_of(&bytes, error.valid_up_to());
            Error::NotUtf8 { file: name.to_string(), line }
        })?;
        Self::parse(text, &name)
    }

    /// Reads the text of a `rapat.toml`; `file` is its name in errors.
    ///
    /// # Errors
    /// When it is not TOML, has an unknown key, or contradicts itself.
    pub fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let written: File = toml::from_str(text).map_err(|error| Error::Syntax {
            file: file.to_owned(),
            line: line_of(text.as_bytes(), error.span().map_or(0, |span| span.start)),
            detail: error.message().trim().to_owned(),
        })?;
        Reader { file: file.into(), text }.meeting(written)
    }
}

fn line_of(text: &[u8], position: usize) -> usize {
    text.iter().take(position).filter(|byte| **byte == b'\n').count() + 1
}

struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
}

/// Those that the file may refer to, by their short name.
type Roster = HashMap<String, Arc<Person>>;

impl Reader<'_> {
    fn meeting(&self, written: File) -> Result<Meeting, Error> {
        let File { lembaga, rapat, hadir, kuorum, fraksi, orang, kursi, peristiwa, cetak, koreksi } = written;
        let mut meeting = Meeting { paper: cetak.kertas, ..Meeting::default() };
        self.institution(&mut meeting, &lembaga)?;
        meeting.groups = self.groups(fraksi)?;
        meeting.people = self.people(orang, &meeting.groups)?;
        let roster: Roster = meeting.people.iter().map(|person| (person.id.clone(), Arc::clone(person))).collect();
        self.fields(&mut meeting, rapat, &roster)?;
        meeting.attendance = hadir.map(|hadir| self.attendance(&hadir, &meeting.groups)).transpose()?;
        meeting.quorum = kuorum.map(|kuorum| self.quorum(&kuorum, meeting.attendance)).transpose()?;
        meeting.seats = self.seats(kursi, &roster)?;
        meeting.events = self.events(peristiwa, meeting.start)?;
        meeting.correction = self.correction(&koreksi)?;
        Ok(meeting)
    }

    fn correction(&self, written: &Koreksi) -> Result<CorrectionPeriod, Error> {
        let usual = CorrectionPeriod::default();
        if let Some(days) = &written.hari {
            self.at_most(days, "hari", u64::from(*days.get_ref()), LONGEST_CORRECTION)?;
        }
        Ok(CorrectionPeriod {
            from: written.mulai.as_ref().map(|date| self.date("mulai", date)).transpose()?,
            days: written.hari.as_ref().map_or(usual.days, |days| *days.get_ref()),
        })
    }

    fn institution(&self, meeting: &mut Meeting, written: &Lembaga) -> Result<(), Error> {
        meeting.letterhead = self.texts("kop", &written.kop)?;
        meeting.city = self.optional("kota", written.kota.as_ref())?;
        Ok(())
    }

    fn fields(&self, meeting: &mut Meeting, written: Rapat, roster: &Roster) -> Result<(), Error> {
        if let (Some(kind), Some(nature)) = (written.jenis, &written.sifat)
            && kind.is_always_open()
            && nature.get_ref().mark().is_some()
        {
            return Err(self.fault(nature, "sifat", Fault::AlwaysOpen(kind.name())));
        }
        if let Some(sequence) = written.rapat_ke.as_ref().filter(|sequence| *sequence.get_ref() == 0) {
            return Err(self.fault(sequence, "rapat_ke", Fault::Zero));
        }
        meeting.kind = written.jenis;
        meeting.nature = written.sifat.map(Spanned::into_inner);
        meeting.sequence = written.rapat_ke.map(Spanned::into_inner);
        meeting.name = self.optional("nama", written.nama.as_ref())?;
        meeting.number = self.optional("nomor", written.nomor.as_ref())?;
        meeting.year = self.optional("tahun_sidang", written.tahun_sidang.as_ref())?;
        meeting.period = self.optional("masa_persidangan", written.masa_persidangan.as_ref())?;
        meeting.partner = self.optional("dengan", written.dengan.as_ref())?;
        meeting.place = self.optional("tempat", written.tempat.as_ref())?;
        meeting.agenda = self.texts("acara", &written.acara)?;
        meeting.zone = written.zona;
        meeting.date = written.tanggal.map(|date| self.date("tanggal", &date)).transpose()?;
        meeting.start = written.mulai.map(|start| self.start(&start, meeting)).transpose()?;
        meeting.chair = written.ketua.map(|id| self.person("ketua", &id, roster)).transpose()?;
        meeting.deputies = self.persons("didampingi", &written.didampingi, roster)?;
        meeting.secretary = written.sekretaris.map(|id| self.person("sekretaris", &id, roster)).transpose()?;
        meeting.invitees = written.undangan.map(|ids| self.persons("undangan", &ids, roster)).transpose()?;
        meeting.observers = written.peninjau;
        Ok(())
    }

    fn date(&self, key: &'static str, written: &Spanned<toml::value::Datetime>) -> Result<Date, Error> {
        let value = written.get_ref();
        let date = match (value.date, value.time, value.offset) {
            (Some(date), None, None) => Some(date),
            _ => None,
        };
        date.and_then(|date| {
            Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
        })
        .ok_or_else(|| self.fault(written, key, Fault::NotADate(value.to_string())))
    }

    /// The recording's start is a civil time only together with its day and zone.
    fn start(&self, written: &Text, meeting: &Meeting) -> Result<DateTime, Error> {
        let time = self.time("mulai", written)?;
        let date = meeting.date.ok_or_else(|| self.fault(written, "mulai", Fault::Needs("tanggal")))?;
        meeting.zone.ok_or_else(|| self.fault(written, "mulai", Fault::Needs("zona")))?;
        Ok(date.to_datetime(time))
    }

    fn groups(&self, written: Vec<Fraksi>) -> Result<Vec<Arc<Group>>, Error> {
        let mut seen = HashMap::new();
        written
            .into_iter()
            .map(|fraksi| {
                self.once("kode", &fraksi.kode, fraksi.kode.get_ref().trim(), &mut seen)?;
                if let (Some(present), Some(members)) = (&fraksi.hadir, fraksi.anggota) {
                    self.at_most(present, "hadir", u64::from(*present.get_ref()), members)?;
                }
                let most = fraksi.hadir.as_ref().map(|present| *present.get_ref()).or(fraksi.anggota);
                if let (Some(last), Some(most)) = (fraksi.penanda_tangan.last(), most) {
                    self.at_most(last, "penanda_tangan", fraksi.penanda_tangan.len() as u64, most)?;
                }
                Ok(Arc::new(Group {
                    code: self.text("kode", &fraksi.kode)?,
                    name: self.text("nama", &fraksi.nama)?,
                    members: fraksi.anggota,
                    present: fraksi.hadir.map(Spanned::into_inner),
                    signatories: self.texts("penanda_tangan", &fraksi.penanda_tangan)?,
                }))
            })
            .collect()
    }

    fn people(&self, written: Vec<Orang>, groups: &[Arc<Group>]) -> Result<Vec<Arc<Person>>, Error> {
        let mut seen = HashMap::new();
        written
            .into_iter()
            .map(|orang| {
                self.once("id", &orang.id, orang.id.get_ref().trim(), &mut seen)?;
                let group = orang.fraksi.map(|code| self.group(&code, groups)).transpose()?;
                Ok(Arc::new(Person {
                    id: self.text("id", &orang.id)?,
                    name: self.text("nama", &orang.nama)?,
                    group,
                    office: self.optional("jabatan", orang.jabatan.as_ref())?,
                    institution: self.optional("instansi", orang.instansi.as_ref())?,
                    title: self.optional("sebutan", orang.sebutan.as_ref())?,
                }))
            })
            .collect()
    }

    fn group(&self, code: &Text, groups: &[Arc<Group>]) -> Result<Arc<Group>, Error> {
        let wanted = code.get_ref().trim();
        let group = groups.iter().find(|group| group.code == wanted);
        group.cloned().ok_or_else(|| self.fault(code, "fraksi", Fault::Unknown(wanted.to_owned())))
    }

    fn attendance(&self, written: &Spanned<Hadir>, groups: &[Arc<Group>]) -> Result<Attendance, Error> {
        let hadir = written.get_ref();
        let members = *hadir.anggota.get_ref();
        let sum = |parts: &[u32]| parts.iter().copied().map(u64::from).sum::<u64>();
        let parts = sum(&[hadir.fisik, hadir.daring, hadir.izin, hadir.tanpa_keterangan]);
        if parts != u64::from(members) {
            return Err(self.fault(&hadir.anggota, "anggota", Fault::Sum { parts, whole: members }));
        }
        let attendance = Attendance {
            members,
            in_room: hadir.fisik,
            online: hadir.daring,
            excused: hadir.izin,
            absent: hadir.tanpa_keterangan,
        };
        let whole = [
            (
                groups.iter().map(|group| group.present).collect::<Option<Vec<u32>>>(),
                attendance.present(),
                "fraksi.hadir",
            ),
            (groups.iter().map(|group| group.members).collect::<Option<Vec<u32>>>(), members, "fraksi.anggota"),
        ];
        for (parts, whole, key) in whole {
            let parts = parts.filter(|parts| !parts.is_empty()).map(|parts| sum(&parts));
            if let Some(parts) = parts.filter(|parts| *parts != u64::from(whole)) {
                return Err(self.fault(&hadir.anggota, key, Fault::Sum { parts, whole }));
            }
        }
        Ok(attendance)
    }

    fn quorum(&self, written: &Kuorum, attendance: Option<Attendance>) -> Result<Quorum, Error> {
        if let (Some(announced), Some(attendance)) = (&written.diumumkan, attendance) {
            self.at_most(announced, "diumumkan", u64::from(*announced.get_ref()), attendance.members)?;
        }
        Ok(Quorum {
            rule: written.aturan,
            announced: written.diumumkan.as_ref().map(|announced| *announced.get_ref()),
            time: written.pukul.as_ref().map(|time| self.time("pukul", time)).transpose()?,
        })
    }

    fn seats(&self, written: Vec<Kursi>, roster: &Roster) -> Result<Vec<Seat>, Error> {
        let (mut channels, mut files) = (HashMap::new(), HashMap::new());
        let mut seats = Vec::with_capacity(written.len());
        for kursi in written {
            let channel = self.channel(&kursi.kanal)?;
            self.once("kanal", &kursi.kanal, &channel.number().to_string(), &mut channels)?;
            if let Some(file) = &kursi.berkas {
                self.once("berkas", file, file.get_ref().trim(), &mut files)?;
            }
            seats.push(Seat {
                channel,
                lectern: kursi.mimbar,
                shared: kursi.bersama,
                occupants: self.occupants(&kursi, roster)?,
                file: self.optional("berkas", kursi.berkas.as_ref())?,
                origin: self.origin(&kursi.kanal),
            });
        }
        seats.sort_by_key(|seat| seat.channel);
        Ok(seats)
    }

    fn occupants(&self, kursi: &Kursi, roster: &Roster) -> Result<Vec<Occupant>, Error> {
        if let Some(id) = &kursi.orang {
            if kursi.mimbar {
                return Err(self.fault(id, "orang", Fault::Excludes("mimbar")));
            }
            if kursi.bersama {
                return Err(self.fault(id, "orang", Fault::Excludes("bersama")));
            }
            if !kursi.pemakai.is_empty() {
                return Err(self.fault(id, "orang", Fault::Excludes("pemakai")));
            }
            return Ok(vec![Occupant { person: self.person("orang", id, roster)?, from: 0, until: None }]);
        }
        let mut occupants: Vec<(Occupant, usize)> = Vec::with_capacity(kursi.pemakai.len());
        for pemakai in &kursi.pemakai {
            let from = self.offset("dari", &pemakai.dari)?;
            let until = pemakai.sampai.as_ref().map(|until| self.offset("sampai", until)).transpose()?;
            if let Some(written) = pemakai.sampai.as_ref().filter(|_| until.is_some_and(|until| until <= from)) {
                return Err(self.fault(written, "sampai", Fault::Backwards));
            }
            let meets =
                |other: &Occupant| other.until.is_none_or(|end| from < end) && until.is_none_or(|end| other.from < end);
            if let Some((_, line)) = occupants.iter().find(|(other, _)| meets(other)) {
                return Err(self.fault(&pemakai.dari, "dari", Fault::Overlap(*line)));
            }
            let person = self.person("orang", &pemakai.orang, roster)?;
            occupants.push((Occupant { person, from, until }, self.line(&pemakai.dari)));
        }
        Ok(occupants.into_iter().map(|(occupant, _)| occupant).collect())
    }

    fn events(&self, written: Vec<Spanned<Peristiwa>>, start: Option<DateTime>) -> Result<Vec<Event>, Error> {
        let mut events = written
            .into_iter()
            .map(|spanned| {
                let origin = self.origin(&spanned);
                let at = self.moment(&spanned, start)?;
                Ok(Event { at, kind: self.event(spanned)?, origin })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        events.sort_by_key(|event| event.at);
        Ok(events)
    }

    /// When an event happened: `pada` within the recording, or `pukul` by the clock on the wall.
    fn moment(&self, written: &Spanned<Peristiwa>, start: Option<DateTime>) -> Result<u64, Error> {
        let event = written.get_ref();
        match (&event.pada, &event.pukul) {
            (Some(offset), None) => self.offset("pada", offset),
            (None, Some(clock)) => {
                let time = self.time("pukul", clock)?;
                let start = start.ok_or_else(|| self.fault(clock, "pukul", Fault::Needs("mulai")))?;
                Ok(millis_until(start.time(), time))
            }
            (Some(offset), Some(_)) => Err(self.fault(offset, "pada", Fault::Excludes("pukul"))),
            (None, None) => Err(self.fault(written, "peristiwa", Fault::Needs("pada"))),
        }
    }

    fn event(&self, spanned: Spanned<Peristiwa>) -> Result<EventKind, Error> {
        let whole = spanned.span();
        let event = spanned.into_inner();
        let kind = event.jenis;
        let own = |key: &str| match kind {
            JenisPeristiwa::KetukPalu => key == "kali",
            JenisPeristiwa::Interupsi => key == "kanal",
            JenisPeristiwa::Lagu | JenisPeristiwa::Catatan => key == "isi",
            JenisPeristiwa::Setuju => key == "keputusan",
            _ => false,
        };
        let given = [
            ("kali", event.kali.as_ref().map(Spanned::span)),
            ("kanal", event.kanal.as_ref().map(Spanned::span)),
            ("isi", event.isi.as_ref().map(Spanned::span)),
            ("keputusan", event.keputusan.as_ref().map(Spanned::span)),
        ];
        for (key, span) in given {
            if let Some(span) = span.filter(|_| !own(key)) {
                return Err(self.fault(&Spanned::new(span, ()), key, Fault::NotOfKind(kind.key())));
            }
        }
        let missing = |key| self.fault(&Spanned::new(whole.clone(), ()), "peristiwa", Fault::Needs(key));
        let content = |text: Option<&Text>| self.text("isi", text.ok_or_else(|| missing("isi"))?);
        Ok(match kind {
            JenisPeristiwa::Buka => EventKind::Opened,
            JenisPeristiwa::Skors => EventKind::Suspended,
            JenisPeristiwa::CabutSkors => EventKind::Resumed,
            JenisPeristiwa::Tutup => EventKind::Closed,
            JenisPeristiwa::KetukPalu => EventKind::Gavel(self.strokes(&event.kali.ok_or_else(|| missing("kali"))?)?),
            JenisPeristiwa::Setuju => EventKind::Agreed(self.optional("keputusan", event.keputusan.as_ref())?),
            JenisPeristiwa::Interupsi => {
                EventKind::Interjection(self.channel(&event.kanal.ok_or_else(|| missing("kanal"))?)?)
            }
            JenisPeristiwa::Lagu => EventKind::Song(content(event.isi.as_ref())?),
            JenisPeristiwa::Catatan => EventKind::Note(content(event.isi.as_ref())?),
        })
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

    fn time(&self, key: &'static str, written: &Text) -> Result<Time, Error> {
        let text = written.get_ref();
        time::time_of_day(text).ok_or_else(|| self.fault(written, key, Fault::NotATime(text.clone())))
    }

    fn offset(&self, key: &'static str, written: &Text) -> Result<u64, Error> {
        let text = written.get_ref();
        time::offset(text).ok_or_else(|| self.fault(written, key, Fault::NotAnOffset(text.clone())))
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
        line_of(self.text.as_bytes(), at.span().start)
    }

    fn origin<T>(&self, at: &Spanned<T>) -> Origin {
        Origin { file: Arc::clone(&self.file), line: self.line(at) }
    }

    fn fault<T>(&self, at: &Spanned<T>, key: &'static str, fault: Fault) -> Error {
        Error::at(&self.origin(at), key, fault)
    }
}

/// Milliseconds from one time of day to the next occurrence of another: a meeting may go on past midnight.
fn millis_until(from: Time, to: Time) -> u64 {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let elapsed = to.duration_since(from).as_millis();
    (elapsed as i64).rem_euclid(DAY).unsigned_abs()
}
