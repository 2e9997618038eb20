//! Retention rules, how an archive describes the records, what electronic signatures need, to whom
//! records are sent, and how the published site looks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::super::error::{Error, Fault};
use super::super::file::{Arsip, Edaran, Klasifikasi, Retensi, Situs, Tandatangan, Text, Word};
use super::super::{
    Archiving, Class, Fate, FileKind, Kind, Meeting, Recipient, Rule, Signing, Since, Site, Term, Way, WayFault,
};
use super::Reader;

impl Reader<'_> {
    /// The rules as written; each kind of file has one for all meetings and one for each kind.
    pub(super) fn retention(&self, written: Vec<Retensi>) -> Result<Vec<Rule>, Error> {
        let mut seen = HashMap::new();
        let rule = |retensi: Retensi| {
            let (kind, file) = (retensi.jenis.map(|kind| kind.0), retensi.berkas.get_ref().0);
            self.once("berkas", &retensi.berkas, &scope(file.key(), kind), &mut seen)?;
            let fate = retensi.nasib.get_ref().0;
            // What official editions and their proof rest on stays.
            if (file, fate) == (FileKind::Record, Fate::Destroyed) {
                return Err(self.fault(&retensi.nasib, "nasib", Fault::RecordKept));
            }
            let term = retensi.masa.as_ref().map(|masa| self.term(masa)).transpose()?;
            if term.is_none() && fate != Fate::Permanent {
                return Err(self.fault(&retensi.nasib, "nasib", Fault::Needs("masa")));
            }
            Ok(Rule {
                kind,
                file,
                term,
                since: retensi.sesudah.map_or(Since::Official, |since| since.0),
                fate,
                basis: self.optional("dasar", retensi.dasar.as_ref())?,
            })
        };
        written.into_iter().map(rule).collect()
    }

    fn term(&self, written: &Text) -> Result<Term, Error> {
        let text = self.text("masa", written)?;
        Term::parse(&text).ok_or_else(|| self.fault(written, "masa", Fault::NotATerm(text)))
    }

    /// Address and colour of the published site, and the licence of the corpus.
    pub(super) fn site(&self, situs: &Situs) -> Result<Site, Error> {
        let address = situs.alamat.as_ref().map(|written| {
            let text = self.text("alamat", written)?;
            Site::address(&text).ok_or_else(|| self.fault(written, "alamat", Fault::NotAnAddress(text)))
        });
        let colour = situs.warna.as_ref().map(|written| {
            let text = self.text("warna", written)?;
            Site::colour(&text).ok_or_else(|| self.fault(written, "warna", Fault::NotAColour(text)))
        });
        let corpus = situs.korpus.as_ref().map(|written| self.text("korpus", written)).transpose()?;
        let licence = situs.lisensi.as_ref().map(|written| self.text("lisensi", written)).transpose()?;
        Ok(Site { address: address.transpose()?, colour: colour.transpose()?, corpus, licence })
    }

    /// To whom records are sent, each in one way.
    pub(super) fn recipients(&self, written: &[Edaran]) -> Result<Vec<Recipient>, Error> {
        let mut seen = HashMap::new();
        let recipient = |written: &Edaran| {
            let name = self.text("nama", &written.nama)?;
            self.once("nama", &written.nama, &name, &mut seen)?;
            let folder = self.optional("folder", written.folder.as_ref())?;
            // This file may be a copy, from which another place would be meant.
            if let (Some(at), Some(folder)) = (&written.folder, &folder)
                && !Path::new(folder).is_absolute()
            {
                return Err(self.fault(at, "folder", Fault::NotAnAddress(folder.clone())));
            }
            let folder = folder.map(PathBuf::from);
            let mail = self.optional("surel", written.surel.as_ref())?;
            let webhook = self.optional("webhook", written.webhook.as_ref())?;
            let (at, value) = match (&written.surel, &written.webhook) {
                (Some(at), _) | (None, Some(at)) => (at, at.get_ref().clone()),
                (None, None) => (&written.nama, String::new()),
            };
            let way = Way::of(mail, folder, webhook).map_err(|fault| match fault {
                WayFault::None => self.fault(&written.nama, "nama", Fault::Needs("surel, folder, webhook")),
                WayFault::Several => self.fault(&written.nama, "nama", Fault::Several("surel, folder, webhook")),
                WayFault::Address(key) => self.fault(at, key, Fault::NotAnAddress(value)),
            })?;
            let office = self.optional("jabatan", written.jabatan.as_ref())?;
            Ok(Recipient { name, office, way, closed: written.tertutup })
        };
        written.iter().map(recipient).collect()
    }

    /// The time-stamp authority, and who is trusted.
    pub(super) fn signing(&self, meeting: &mut Meeting, written: &Tandatangan) -> Result<(), Error> {
        let stamps = self.optional("tsa", written.tsa.as_ref())?;
        if let (Some(at), Some(address)) = (&written.tsa, &stamps)
            && !["https://", "http://"].iter().any(|scheme| address.starts_with(scheme))
        {
            return Err(self.fault(at, "tsa", Fault::NotAnAddress(address.clone())));
        }
        let named = self.optional("akar", written.akar.as_ref())?;
        let roots = named.and_then(|named| self.beside(&named));
        // One that is missing must not hold up a recording; whoever judges a signature tells it.
        meeting.sources.extend(roots.clone().filter(|roots| roots.is_file()));
        meeting.signing = Signing { stamps, roots };
        Ok(())
    }

    /// Creator and classification.
    pub(super) fn archiving(&self, arsip: &Arsip, codes: &[Klasifikasi]) -> Result<Archiving, Error> {
        let mut seen = HashMap::new();
        let class = |written: &Klasifikasi| {
            let kind = written.jenis.map(|Word(kind)| kind);
            self.once("kode", &written.kode, &scope("klasifikasi", kind), &mut seen)?;
            let title = self.optional("uraian", written.uraian.as_ref())?;
            Ok(Class { kind, code: self.text("kode", &written.kode)?, title })
        };
        Ok(Archiving {
            classes: codes.iter().map(class).collect::<Result<_, Error>>()?,
            creator: self.optional("pencipta", arsip.pencipta.as_ref())?,
            unit: self.optional("unit_pengolah", arsip.unit_pengolah.as_ref())?,
            development: self.optional("tingkat_perkembangan", arsip.tingkat_perkembangan.as_ref())?,
        })
    }
}

/// What a rule is for, in the words of the file.
fn scope(what: &str, kind: Option<Kind>) -> String {
    kind.map_or_else(|| what.to_owned(), |kind| format!("{what} {}", kind.key()))
}
