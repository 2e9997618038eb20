//! The house, the page, and the fields of one meeting.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use toml::Spanned;

use super::super::error::{Error, Fault};
use super::super::file::{Cetak, Day, Koreksi, Kuorum, Lembaga, Moment, Penerima, Rapat, Usual};
use super::super::{CorrectionPeriod, Emblem, Meeting, Nature, Quorum};
use super::{Reader, Roster};
use crate::seal::Holder;

/// What a margin may be, in millimetres: less cannot be printed by office printers, more leaves no
/// lines.
const MARGIN: std::ops::RangeInclusive<i64> = 5..=70;
/// Sizes of type in points.
const SIZE: std::ops::RangeInclusive<i64> = 9..=16;
/// The most days that a period of correction may have.
const LONGEST_CORRECTION: u32 = 366;
/// Spacing of lines, single being 1.
const SPACING: std::ops::RangeInclusive<f64> = 1.0..=2.5;

impl Reader<'_> {
    /// Letterhead, emblem and city; what is not written stays.
    pub(super) fn house(&self, meeting: &mut Meeting, written: &Lembaga) -> Result<(), Error> {
        if !written.kop.is_empty() {
            meeting.letterhead = self.texts("kop", &written.kop)?;
        }
        if let Some(named) = &written.lambang {
            let name = self.text("lambang", named)?;
            if let Some(path) = self.beside(&name) {
                let emblem = Emblem::read(&path).map_err(|fault| self.fault(named, "lambang", fault))?;
                meeting.emblem = Some(Arc::new(emblem));
                meeting.sources.push(path);
            }
        }
        if let Some(city) = self.optional("kota", written.kota.as_ref())? {
            meeting.city = Some(city);
        }
        Ok(())
    }

    /// To whom closed meetings are sealed. A key that is written twice would be one holder fewer
    /// than
    /// it seems.
    pub(super) fn holders(&self, written: &[Penerima]) -> Result<Vec<Holder>, Error> {
        let mut seen = HashMap::new();
        let holder = |written: &Penerima| {
            let name = self.text("nama", &written.nama)?;
            let key = self.text("kunci", &written.kunci)?;
            self.once("kunci", &written.kunci, &key, &mut seen)?;
            Holder::new(&name, written.peran.0, &key)
                .map_err(|_| self.fault(&written.kunci, "kunci", Fault::NotAKey(key)))
        };
        written.iter().map(holder).collect()
    }

    /// Paper and type; what is not written stays.
    pub(super) fn page(&self, meeting: &mut Meeting, written: &Cetak) -> Result<(), Error> {
        meeting.paper = written.kertas.map_or(meeting.paper, |paper| paper.0);
        let page = &mut meeting.page;
        let margins = [
            (&written.tepi_atas, "tepi_atas", &mut page.top),
            (&written.tepi_bawah, "tepi_bawah", &mut page.bottom),
            (&written.tepi_kiri, "tepi_kiri", &mut page.left),
            (&written.tepi_kanan, "tepi_kanan", &mut page.right),
        ];
        for (value, key, place) in margins {
            if let Some(value) = value {
                *place = self.within(value, key, &MARGIN)?;
            }
        }
        if let Some(size) = &written.ukuran_huruf {
            page.size = self.within(size, "ukuran_huruf", &SIZE)?;
        }
        if let Some(spacing) = &written.spasi {
            let value = *spacing.get_ref();
            if !SPACING.contains(&value) {
                let (least, most) = (SPACING.start().to_string(), SPACING.end().to_string());
                return Err(self.fault(spacing, "spasi", Fault::Outside { least, most }));
            }
            page.spacing = (value * 100.0).round() as u32;
        }
        Ok(())
    }

    fn within(
        &self,
        written: &Spanned<i64>,
        key: &'static str,
        range: &std::ops::RangeInclusive<i64>,
    ) -> Result<u32, Error> {
        let outside = || {
            let (least, most) = (range.start().to_string(), range.end().to_string());
            self.fault(written, key, Fault::Outside { least, most })
        };
        let value = Some(*written.get_ref()).filter(|value| range.contains(value)).ok_or_else(outside)?;
        u32::try_from(value).map_err(|_| outside())
    }

    /// What the institution says of all its meetings.
    pub(super) fn usual(&self, meeting: &mut Meeting, written: Usual, roster: &Roster) -> Result<(), Error> {
        let Usual { tahun_sidang, masa_persidangan, zona, tempat, ketua, didampingi, sekretaris } = written;
        let rapat =
            Rapat { tahun_sidang, masa_persidangan, zona, tempat, ketua, didampingi, sekretaris, ..Rapat::default() };
        self.fields(meeting, rapat, roster)
    }

    /// The fields of the meeting; what is not written stays.
    pub(super) fn fields(&self, meeting: &mut Meeting, written: Rapat, roster: &Roster) -> Result<(), Error> {
        let kind = written.jenis.map(|kind| kind.0);
        if let (Some(kind), Some(nature)) = (kind, &written.sifat)
            && kind.is_always_open()
            && nature.get_ref().0.mark().is_some()
        {
            return Err(self.fault(nature, "sifat", Fault::AlwaysOpen(kind.name())));
        }
        if let Some(sequence) = written.rapat_ke.as_ref().filter(|sequence| *sequence.get_ref() == 0) {
            return Err(self.fault(sequence, "rapat_ke", Fault::Zero));
        }
        let locked = kind.filter(|kind| kind.is_always_open()).map(|_| Nature::Terbuka);
        meeting.kind = kind;
        meeting.nature = written.sifat.map(|nature| nature.into_inner().0).or(locked);
        meeting.sequence = written.rapat_ke.map(Spanned::into_inner);
        meeting.name = self.optional("nama", written.nama.as_ref())?;
        meeting.number = self.optional("nomor", written.nomor.as_ref())?;
        meeting.partner = self.optional("dengan", written.dengan.as_ref())?;
        meeting.agenda = self.texts("acara", &written.acara)?;
        meeting.points = self.texts("pokok_pembicaraan", &written.pokok_pembicaraan)?;
        meeting.observers = written.peninjau;
        let year = self.optional("tahun_sidang", written.tahun_sidang.as_ref())?;
        meeting.year = year.or(meeting.year.take());
        let period = self.optional("masa_persidangan", written.masa_persidangan.as_ref())?;
        meeting.period = period.or(meeting.period.take());
        let place = self.optional("tempat", written.tempat.as_ref())?;
        meeting.place = place.or(meeting.place.take());
        meeting.zone = written.zona.map(|zone| zone.0).or(meeting.zone);
        meeting.date = written.tanggal.map(|date| self.date("tanggal", &date)).transpose()?;
        meeting.start = written.mulai.map(|start| self.start(&start, meeting)).transpose()?;
        let chair = written.ketua.map(|id| self.person("ketua", &id, roster)).transpose()?;
        meeting.chair = chair.or(meeting.chair.take());
        let deputies = written.didampingi.map(|ids| self.persons("didampingi", &ids, roster)).transpose()?;
        meeting.deputies = deputies.or(meeting.deputies.take());
        let secretary = written.sekretaris.map(|id| self.person("sekretaris", &id, roster)).transpose()?;
        meeting.secretary = secretary.or(meeting.secretary.take());
        meeting.invitees = written.undangan.map(|ids| self.persons("undangan", &ids, roster)).transpose()?;
        Ok(())
    }

    pub(super) fn date(&self, key: &'static str, written: &Spanned<Day>) -> Result<Date, Error> {
        let Day(date) = written.get_ref();
        date.clone().map_err(|text| self.fault(written, key, Fault::NotADate(text)))
    }

    pub(super) fn correction(&self, written: &Koreksi) -> Result<CorrectionPeriod, Error> {
        let usual = CorrectionPeriod::default();
        if let Some(days) = &written.hari {
            self.at_most(days, "hari", u64::from(*days.get_ref()), LONGEST_CORRECTION)?;
        }
        Ok(CorrectionPeriod {
            from: written.mulai.as_ref().map(|date| self.date("mulai", date)).transpose()?,
            days: written.hari.as_ref().map_or(usual.days, |days| *days.get_ref()),
        })
    }

    /// The recording's start is a civil time only together with its day and zone.
    fn start(&self, written: &Moment, meeting: &Meeting) -> Result<DateTime, Error> {
        let time = self.time("mulai", written, meeting.zone)?;
        let date = meeting.date.ok_or_else(|| self.fault(written, "mulai", Fault::Needs("tanggal")))?;
        meeting.zone.ok_or_else(|| self.fault(written, "mulai", Fault::Needs("zona")))?;
        Ok(date.to_datetime(time))
    }

    pub(super) fn quorum(&self, written: &Kuorum, meeting: &Meeting) -> Result<Quorum, Error> {
        if let (Some(announced), Some(attendance)) = (&written.diumumkan, meeting.attendance) {
            self.at_most(announced, "diumumkan", u64::from(*announced.get_ref()), attendance.members)?;
        }
        Ok(Quorum {
            rule: written.aturan.0,
            announced: written.diumumkan.as_ref().map(|announced| *announced.get_ref()),
            time: written.pukul.as_ref().map(|time| self.time("pukul", time, meeting.zone)).transpose()?,
        })
    }
}
