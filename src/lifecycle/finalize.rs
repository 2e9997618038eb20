//! From verified to official: number, signature, frozen documents, manifest.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Zoned;

use super::manifest::{
    Document, Manifest, SEALED, audio, brief_stem, description, layers, sealers, signed_name, stem, words,
};
use super::{Error, Hindrance, Life, Signature, State, hindrances, uncarried};
use crate::audit::Head;
use crate::common::digest::sha256;
use crate::document::risalah::{self, Format, Official, Risalah, Sheet, compose_official};
use crate::lifecycle::folder::{self, Folder};
use crate::meeting::{Meeting, Person};
use crate::signature::{self, Signed};
use crate::transcript::store::{Seal, Step, Store};

/// Lays the official document out: an office may have templates of its own.
pub type Typeset<'a> = dyn Fn(&Sheet) -> Result<Vec<u8>, risalah::Error> + 'a;

/// Signs the official document electronically.
pub type Sign<'a> = dyn Fn(&[u8]) -> Result<Signed, signature::Error> + 'a;

/// What a record needs beside itself to become official.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Name or short name of the chair or the secretary, who has signed.
    pub signed_by: String,
    /// The record's number, where `rapat.toml` does not have it.
    pub number: Option<String>,
    /// Why it becomes official although something that may be waived hinders it
    /// ([`Hindrance::may_be_waived`]).
    pub waive: Option<String>,
    /// Where the audit trail of the folder of meetings stands with the entry of this signature,
    /// where there is one.
    pub audit: Option<Head>,
}

/// An edition that became official.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finalized {
    /// Its number among the editions, from 1.
    pub edition: u32,
    /// Its documents and its manifest.
    pub files: Vec<PathBuf>,
    /// The hash of its manifest: written down elsewhere, it proves later that nothing was replaced.
    pub seal: String,
}

/// Makes the record official, if nothing keeps it from being so. `typeset` makes the PDF.
///
/// # Errors
/// [`Error::Hindered`] with everything that is to be mended; [`Error::Unchanged`] where the last
/// edition is the same; [`Error::Clock`]; or when a file cannot be written.
pub fn finalize(
    folder: &Folder,
    store: &Store,
    meeting: &Meeting,
    request: &Request,
    now: &Zoned,
    typeset: &Typeset,
) -> Result<Finalized, Error> {
    finalize_signed(folder, store, meeting, request, now, typeset, None)
}

/// The same, with an electronic signature where `sign` makes one. While that fails, nothing is
/// written, and it can be repeated.
///
/// # Errors
/// Those of [`finalize`], and [`Error::Signature`].
pub fn finalize_signed(
    folder: &Folder,
    store: &Store,
    meeting: &Meeting,
    request: &Request,
    now: &Zoned,
    typeset: &Typeset,
    sign: Option<&Sign>,
) -> Result<Finalized, Error> {
    if sign.is_some() && !sealers(folder.path())?.is_empty() {
        return Err(Error::SealedUnsigned);
    }
    let (raw, current) = (store.load()?, store.current()?);
    let life = Life::read(store, &raw)?;
    life.check_clock(now.timestamp())?;
    let mut found = hindrances(meeting, &current, &life, now);
    found.extend(uncarried(store, &current)?);
    found.extend(edited_by_hand(folder.path(), store)?);
    let reason = request.waive.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let waived = reason.filter(|_| found.iter().any(Hindrance::may_be_waived)).map(str::to_owned);
    found.retain(|hindrance| reason.is_none() || !hindrance.may_be_waived());
    let number = number(meeting, request);
    let signer = signer(meeting, &request.signed_by);
    let (number, (person, office)) = match (number, signer) {
        (Ok(number), Ok(signer)) if found.is_empty() => (number, signer),
        (number, signer) => {
            found.extend(number.err());
            found.extend(signer.err());
            return Err(Error::Hindered(found));
        }
    };
    let edition = life.sealed().map_or(1, |(seal, _)| seal.edition + 1);
    let mut manifest = Manifest {
        edition,
        number: number.clone(),
        signed_by: person.name.clone(),
        finalized: now.timestamp(),
        program: format!("E-Risalah {}", env!("CARGO_PKG_VERSION")),
        paper: meeting.paper,
        audio: audio(folder.path(), &raw)?,
        transcript: words(store, raw.version.number)?,
        edits: layers(store, current.edition.last_edit)?,
        description: description(folder.path())?,
        waived: waived.clone(),
        audit: request.audit.clone(),
        signature: None,
        documents: Vec::new(),
    };
    if let Some((seal, _)) = life.sealed() {
        let last = Manifest::of(folder.path(), seal.edition)?;
        // One that was signed on paper may be signed electronically now, as an edition of its own.
        if last.same_matter(&manifest) && (sign.is_none() || last.signature.is_some()) {
            let document = format!("{}.pdf", stem(seal.edition));
            return Err(Error::Unchanged { edition: seal.edition, document });
        }
    }
    let official = Official {
        number,
        signer: person.name.clone(),
        below: risalah::below(&person),
        office,
        signed: now.date(),
        edition,
        corrections: manifest.edits.last,
        waived: waived.clone(),
        audit: request.audit.clone(),
    };
    let risalah = compose_official(meeting, &current, &official);
    let made = Made::new(&risalah, manifest.edition, typeset, sign)?;
    keep_sources(folder, store, meeting)?;
    let files = made.write(folder, store, &mut manifest)?;
    let bytes = serde_json::to_vec_pretty(&manifest).map_err(risalah::Error::from)?;
    let listed = freeze(folder, store, &Manifest::file_name(edition), &bytes)?;
    let seal = Seal { edition, manifest: sha256(&bytes) };
    store.add_step(&Step {
        state: State::Official.key().to_owned(),
        at: now.timestamp(),
        by: person.name.clone(),
        note: Some(match waived {
            Some(reason) => format!("{}; dikecualikan: {reason}", manifest.number),
            None => manifest.number.clone(),
        }),
        until: None,
        seal: Some(seal.clone()),
    })?;
    Ok(Finalized { edition, files: files.into_iter().chain([listed]).collect(), seal: seal.manifest })
}

/// What an edition that was made official says of itself.
///
/// # Errors
/// [`Error::Hindered`] where the meeting no longer names the person who signed.
pub fn official(meeting: &Meeting, manifest: &Manifest) -> Result<Official, Error> {
    let (person, office) = signer(meeting, &manifest.signed_by).map_err(|found| Error::Hindered(vec![found]))?;
    let zone = meeting.zone.map_or(jiff::tz::TimeZone::UTC, |zone| zone.offset().to_time_zone());
    Ok(Official {
        number: manifest.number.clone(),
        signer: person.name.clone(),
        below: risalah::below(&person),
        office,
        signed: manifest.finalized.to_zoned(zone).date(),
        edition: manifest.edition,
        corrections: manifest.edits.last,
        waived: manifest.waived.clone(),
        audit: manifest.audit.clone(),
    })
}

/// The documents of an edition. All are made and signed before one is written: what fails leaves
/// nothing behind.
struct Made {
    documents: Vec<(String, Vec<u8>)>,
    signed: Option<Signed>,
}

impl Made {
    fn new(risalah: &Risalah, edition: u32, typeset: &Typeset, sign: Option<&Sign>) -> Result<Self, Error> {
        let (record, brief) = (stem(edition), brief_stem(edition));
        let documents = vec![
            (format!("{record}.pdf"), typeset(&Sheet::record(risalah))?),
            (format!("{record}.docx"), risalah::write_word(risalah)?),
            (format!("{brief}.pdf"), typeset(&Sheet::brief(risalah))?),
            (format!("{brief}.docx"), risalah::write_brief(risalah)?),
        ];
        let signed = sign.map(|sign| sign(&documents[0].1)).transpose()?;
        Ok(Self { documents, signed })
    }

    fn write(self, folder: &Folder, store: &Store, manifest: &mut Manifest) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::new();
        let record_bytes = self.documents[0].1.len();
        let sealers = sealers(folder.path())?;
        for (mut name, mut bytes) in self.documents {
            for sealer in &sealers {
                let failed = |source| folder::Error::Folder { path: folder.path().join(&name), source };
                bytes = sealer.seal(&bytes).map_err(failed)?;
            }
            if !sealers.is_empty() {
                name += SEALED;
            }
            files.push(freeze(folder, store, &name, &bytes)?);
            manifest.documents.push(Document { file: name, sha256: sha256(&bytes) });
        }
        if let Some(signed) = self.signed {
            let name = signed_name(manifest.edition);
            files.push(freeze(folder, store, &name, &signed.bytes)?);
            let document = Document { file: name, sha256: sha256(&signed.bytes) };
            let signature = Signature::new(&signed, document.clone(), &manifest.documents[0], record_bytes);
            manifest.documents.push(document);
            manifest.signature = Some(signature);
        }
        Ok(files)
    }
}

/// Copies of what the description names, so that the folder holds all that the edition was made of.
fn keep_sources(folder: &Folder, store: &Store, meeting: &Meeting) -> Result<(), Error> {
    for source in &meeting.sources {
        let Some(name) = source.file_name().and_then(|name| name.to_str()) else { continue };
        if source.parent() != Some(folder.path()) && !folder.path().join(name).exists() {
            let failed = |source_error| folder::Error::Folder { path: source.clone(), source: source_error };
            folder.write(store, name, &fs::read(source).map_err(failed)?)?;
        }
    }
    Ok(())
}

/// Writes a file that is not to be written again.
fn freeze(folder: &Folder, store: &Store, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
    let path = folder.write(store, name, bytes)?.path;
    // A reminder for people; what proves it is the manifest. Where the system will not, the file is as
    // good.
    if let Ok(metadata) = fs::metadata(&path) {
        let mut permissions = metadata.permissions();
        permissions.set_readonly(true);
        let _ = fs::set_permissions(&path, permissions);
    }
    Ok(path)
}

/// The working copy, if it is neither as this program wrote it nor gone.
fn edited_by_hand(folder: &Path, store: &Store) -> Result<Option<Hindrance>, Error> {
    let path = folder.join(Format::Docx.file_name());
    let last = store.exported(Format::Docx.file_name())?;
    let edited = fs::read(&path).is_ok_and(|present| last.is_none_or(|last| last != sha256(&present)));
    Ok(edited.then_some(Hindrance::EditedByHand { path }))
}

fn number(meeting: &Meeting, request: &Request) -> Result<String, Hindrance> {
    let given = request.number.as_deref().map(str::trim).filter(|number| !number.is_empty());
    match (meeting.number.as_deref(), given) {
        (Some(written), Some(given)) if written != given => {
            Err(Hindrance::NumberDiffers { written: written.to_owned(), given: given.to_owned() })
        }
        (written, given) => written.or(given).map(str::to_owned).ok_or(Hindrance::Number),
    }
}

/// The person who signed and the lines above the signature (Peraturan DPR RI 1/2014 Pasal 272 ayat
/// (1)).
fn signer(meeting: &Meeting, given: &str) -> Result<(Arc<Person>, Vec<String>), Hindrance> {
    let is_meant = |person: &&Arc<Person>| person.id == given.trim() || person.name.eq_ignore_ascii_case(given.trim());
    if let Some(person) = meeting.chair.as_ref().filter(is_meant) {
        return Ok((Arc::clone(person), vec!["KETUA RAPAT,".to_owned()]));
    }
    if let Some(person) = meeting.secretary.as_ref().filter(is_meant) {
        return Ok((Arc::clone(person), vec!["a.n. KETUA RAPAT".to_owned(), "SEKRETARIS RAPAT,".to_owned()]));
    }
    let may = [&meeting.chair, &meeting.secretary].into_iter().flatten().map(|person| person.name.as_str());
    let may = may.collect::<Vec<_>>().join("; ");
    Err(Hindrance::Signer { given: given.to_owned(), may: if may.is_empty() { "–".to_owned() } else { may } })
}
