//! What happened, and what was decided.

use jiff::civil::Time;
use toml::Spanned;

use super::super::error::{Error, Fault};
use super::super::file::{JenisPeristiwa, Keputusan, Peristiwa, Text};
use super::super::time::millis_until;
use super::super::{Decision, Event, EventKind, Meeting};
use super::Reader;

impl Reader<'_> {
    pub(super) fn events(&self, written: Vec<Spanned<Peristiwa>>, meeting: &Meeting) -> Result<Vec<Event>, Error> {
        let mut events = written
            .into_iter()
            .map(|spanned| {
                let origin = self.origin(&spanned);
                let (at, clock) = self.moment(&spanned, meeting)?;
                Ok(Event { at, clock, kind: self.event(spanned, meeting)?, origin })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        events.sort_by_key(|event| event.at);
        Ok(events)
    }

    /// When an event happened: `pada` within the recording, or `pukul` by the clock on the wall.
    fn moment(&self, written: &Spanned<Peristiwa>, meeting: &Meeting) -> Result<(u64, Option<Time>), Error> {
        let event = written.get_ref();
        match (&event.pada, &event.pukul) {
            (Some(offset), None) => Ok((self.offset("pada", offset)?, None)),
            (None, Some(clock)) => {
                let time = self.time("pukul", clock, meeting.zone)?;
                let start = meeting.start.ok_or_else(|| self.fault(clock, "pukul", Fault::Needs("mulai")))?;
                Ok((millis_until(start.time(), time), Some(time)))
            }
            (Some(offset), Some(_)) => Err(self.fault(offset, "pada", Fault::Excludes("pukul"))),
            (None, None) => Err(self.fault(written, "peristiwa", Fault::Needs("pada"))),
        }
    }

    fn event(&self, spanned: Spanned<Peristiwa>, meeting: &Meeting) -> Result<EventKind, Error> {
        let whole = spanned.span();
        let event = spanned.into_inner();
        let kind = event.jenis.0;
        let own = |key: &str| match kind {
            JenisPeristiwa::KetukPalu => key == "kali",
            JenisPeristiwa::Interupsi => key == "kanal",
            JenisPeristiwa::Lagu | JenisPeristiwa::Catatan => key == "isi",
            JenisPeristiwa::Setuju => key == "keputusan",
            JenisPeristiwa::Acara => key == "butir",
            _ => false,
        };
        let given = [
            ("kali", event.kali.as_ref().map(Spanned::span)),
            ("kanal", event.kanal.as_ref().map(Spanned::span)),
            ("butir", event.butir.as_ref().map(Spanned::span)),
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
            JenisPeristiwa::Tertutup => EventKind::Private,
            JenisPeristiwa::Terbuka => EventKind::Public,
            JenisPeristiwa::KetukPalu => EventKind::Gavel(self.strokes(&event.kali.ok_or_else(|| missing("kali"))?)?),
            JenisPeristiwa::Setuju => EventKind::Agreed(self.optional("keputusan", event.keputusan.as_ref())?),
            JenisPeristiwa::Interupsi => {
                EventKind::Interjection(self.channel(&event.kanal.ok_or_else(|| missing("kanal"))?)?)
            }
            JenisPeristiwa::Acara => {
                let item = event.butir.ok_or_else(|| missing("butir"))?;
                let number = *item.get_ref();
                if number == 0 {
                    return Err(self.fault(&item, "butir", Fault::Zero));
                }
                self.at_most(&item, "butir", u64::from(number), meeting.agenda.len() as u32)?;
                EventKind::Item(number)
            }
            JenisPeristiwa::Lagu => EventKind::Song(content(event.isi.as_ref())?),
            JenisPeristiwa::Catatan => EventKind::Note(content(event.isi.as_ref())?),
        })
    }

    pub(super) fn decision(&self, spanned: &Spanned<Keputusan>) -> Result<Decision, Error> {
        let written = spanned.get_ref();
        if written.isi.is_none() && written.pada.is_none() {
            return Err(self.fault(spanned, "keputusan", Fault::Needs("isi")));
        }
        Ok(Decision {
            line: self.line(spanned),
            text: self.optional("isi", written.isi.as_ref())?,
            at: written.pada.as_ref().map(|at| self.offset("pada", at)).transpose()?,
        })
    }
}
