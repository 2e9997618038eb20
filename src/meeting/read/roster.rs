//! Party groups, people, attendance and seats.

use std::collections::HashMap;
use std::sync::Arc;

use toml::Spanned;

use super::super::error::{Error, Fault};
use super::super::file::{Fraksi, Hadir, Kursi, Orang, Text};
use super::super::{Attendance, Group, Meeting, Occupant, Person, Seat, list};
use super::{Reader, Roster};

impl Reader<'_> {
    /// Groups as written, put to those that are known; of one that is known already, its keys stand
    /// above.
    pub(super) fn groups(&self, known: Vec<Arc<Group>>, written: Vec<Fraksi>) -> Result<Vec<Arc<Group>>, Error> {
        let mut groups = known;
        let mut seen = HashMap::new();
        for fraksi in written {
            let code = self.text("kode", &fraksi.kode)?;
            self.once("kode", &fraksi.kode, &code, &mut seen)?;
            let place = groups.iter().position(|group| group.code == code);
            let before = place.map(|place| Arc::clone(&groups[place]));
            let group = Arc::new(self.group(code, &fraksi, before.as_deref())?);
            match place {
                Some(place) => groups[place] = group,
                None => groups.push(group),
            }
        }
        Ok(groups)
    }

    fn group(&self, code: String, written: &Fraksi, before: Option<&Group>) -> Result<Group, Error> {
        let name = self.optional("nama", written.nama.as_ref())?.or(before.map(|group| group.name.clone()));
        let members = written.anggota.or(before.and_then(|group| group.members));
        if let (Some(present), Some(members)) = (&written.hadir, members) {
            self.at_most(present, "hadir", u64::from(*present.get_ref()), members)?;
        }
        let most = written.hadir.as_ref().map(|present| *present.get_ref()).or(members);
        if let (Some(last), Some(most)) = (written.penanda_tangan.last(), most) {
            self.at_most(last, "penanda_tangan", written.penanda_tangan.len() as u64, most)?;
        }
        Ok(Group {
            name: name.ok_or_else(|| self.fault(&written.kode, "kode", Fault::Needs("nama")))?,
            members,
            present: written.hadir.as_ref().map(|present| *present.get_ref()),
            signatories: self.texts("penanda_tangan", &written.penanda_tangan)?,
            code,
        })
    }

    /// People as written, put to those that are known; of one that is known already, the keys that
    /// are written stand above.
    pub(super) fn people(
        &self,
        known: Vec<Arc<Person>>,
        written: Vec<Orang>,
        groups: &[Arc<Group>],
    ) -> Result<Vec<Arc<Person>>, Error> {
        let mut people = known;
        // What is known may speak of a group in which the meeting has changed something.
        for person in &mut people {
            let group = person.group.as_ref().and_then(|old| groups.iter().find(|group| group.code == old.code));
            *person = Arc::new(Person { group: group.cloned(), ..Person::clone(person) });
        }
        let mut seen = HashMap::new();
        for orang in written {
            let id = self.text("id", &orang.id)?;
            self.once("id", &orang.id, &id, &mut seen)?;
            let place = people.iter().position(|person| person.id == id);
            let before = place.map(|place| Arc::clone(&people[place]));
            let person = Arc::new(self.one(id, &orang, before.as_deref(), groups)?);
            match place {
                Some(place) => people[place] = person,
                None => people.push(person),
            }
        }
        Ok(people)
    }

    fn one(
        &self,
        id: String,
        written: &Orang,
        before: Option<&Person>,
        groups: &[Arc<Group>],
    ) -> Result<Person, Error> {
        let group = written.fraksi.as_ref().map(|code| self.known_group(code, groups)).transpose()?;
        let name = self.optional("nama", written.nama.as_ref())?.or(before.map(|person| person.name.clone()));
        let own = |key, text: &Option<Text>, before: Option<&String>| {
            Ok(self.optional(key, text.as_ref())?.or(before.cloned()))
        };
        Ok(Person {
            name: name.ok_or_else(|| self.fault(&written.id, "id", Fault::Needs("nama")))?,
            group: group.or(before.and_then(|person| person.group.clone())),
            office: own("jabatan", &written.jabatan, before.and_then(|person| person.office.as_ref()))?,
            institution: own("instansi", &written.instansi, before.and_then(|person| person.institution.as_ref()))?,
            title: own("sebutan", &written.sebutan, before.and_then(|person| person.title.as_ref()))?,
            rank: own("pangkat", &written.pangkat, before.and_then(|person| person.rank.as_ref()))?,
            number: own("nip", &written.nip, before.and_then(|person| person.number.as_ref()))?,
            id,
        })
    }

    fn known_group(&self, code: &Text, groups: &[Arc<Group>]) -> Result<Arc<Group>, Error> {
        let wanted = code.get_ref().trim();
        let group = groups.iter().find(|group| group.code == wanted);
        group.cloned().ok_or_else(|| self.fault(code, "fraksi", Fault::Unknown(wanted.to_owned())))
    }

    /// Who came: from a list, or as counted by hand.
    pub(super) fn attend(&self, meeting: &mut Meeting, written: Option<Spanned<Hadir>>) -> Result<(), Error> {
        let Some(written) = written else { return Ok(()) };
        let hadir = written.get_ref();
        let members = match &hadir.anggota {
            Some(members) => Some(*members.get_ref()),
            None => meeting.groups.iter().map(|group| group.members).sum(),
        };
        let members = members.filter(|members| *members > 0);
        let Some(named) = &hadir.daftar else {
            let members = members.ok_or_else(|| self.fault(&written, "hadir", Fault::Needs("anggota")))?;
            meeting.attendance = Some(self.attendance(&written, members, &meeting.groups)?);
            return Ok(());
        };
        let counted = [hadir.fisik, hadir.daring, hadir.izin, hadir.tanpa_keterangan];
        if counted.iter().any(Option::is_some) {
            return Err(self.fault(named, "daftar", Fault::Excludes("fisik")));
        }
        if meeting.groups.iter().any(|group| group.present.is_some() || !group.signatories.is_empty()) {
            return Err(self.fault(named, "daftar", Fault::Excludes("fraksi.hadir")));
        }
        let name = self.text("daftar", named)?;
        let Some(path) = self.beside(&name) else { return Ok(()) };
        let sheet = self.optional("lembar", hadir.lembar.as_ref())?;
        list::attendance(&path, meeting, members, sheet.as_deref());
        meeting.sources.push(path);
        Ok(())
    }

    fn attendance(&self, written: &Spanned<Hadir>, members: u32, groups: &[Arc<Group>]) -> Result<Attendance, Error> {
        let hadir = written.get_ref();
        let number = |number: Option<u32>| number.unwrap_or(0);
        let attendance = Attendance {
            members,
            in_room: number(hadir.fisik),
            online: number(hadir.daring),
            excused: number(hadir.izin),
            absent: number(hadir.tanpa_keterangan),
        };
        let fault = |key, fault| match &hadir.anggota {
            Some(members) => self.fault(members, key, fault),
            None => self.fault(written, key, fault),
        };
        let sum = |parts: &[u32]| parts.iter().copied().map(u64::from).sum::<u64>();
        let parts = sum(&[attendance.in_room, attendance.online, attendance.excused, attendance.absent]);
        if parts != u64::from(members) {
            return Err(fault("anggota", Fault::Sum { parts, whole: members }));
        }
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
                return Err(fault(key, Fault::Sum { parts, whole }));
            }
        }
        Ok(attendance)
    }

    pub(super) fn seats(&self, written: Vec<Kursi>, roster: &Roster) -> Result<Vec<Seat>, Error> {
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
}
