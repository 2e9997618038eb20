//! Retention rules, and how an archive describes the records.

use std::collections::HashMap;

use super::super::error::{Error, Fault};
use super::super::file::{Arsip, Klasifikasi, Retensi, Text, Word};
use super::super::{Archiving, Class, Fate, FileKind, Kind, Rule, Since, Term};
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
