//! Puts a package together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Zoned;

use super::Error;
use super::bag::Bag;
use super::contents::{Contents, Piece};
use super::metadata::{About, media_type};
use crate::common::chained_log;
use crate::common::database;
use crate::common::digest::sha256_of;
use crate::common::message::Message;
use crate::document::risalah::{self, Format};
use crate::lifecycle::{self, Finding, Life, Manifest, Stage, State};
use crate::meeting::Meeting;
use crate::meeting_folder::describe;
use crate::record::flac;
use crate::recording::{self, folder_of, stretches_of};
use crate::retention::{self, Log};
use crate::transcript::store::{self, Store};

/// What encoding and comparing a byte of sound takes, against copying one.
const ENCODING: u64 = 20;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The folder that the package becomes; it must not be there.
    pub out: &'a Path,
    /// Whether the record of a closed meeting may leave the house.
    pub closed: bool,
}

/// A package that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its folder.
    pub path: PathBuf,
    /// Files of its payload.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// What a person should know.
    pub warnings: Vec<Message>,
}

/// Makes the package of an official record. `progress` hears thousandths.
///
/// # Errors
/// When the record is not official or not as it was signed, the meeting is closed and that was not
/// asked for, something of that name is there, or a file cannot be read or written. Nothing is left
/// then.
pub fn package(
    folder: &Path,
    request: &Request<'_>,
    now: &Zoned,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Package, Error> {
    let folder = folder.canonicalize().map_err(|source| Error::Read { path: folder.to_owned(), source })?;
    let out = outside(request.out, &folder)?;
    if stretches_of(&folder)?.iter().any(|part| part.key().is_none()) {
        return Err(Error::Sealed);
    }
    let meeting = describe(&folder)?;
    if meeting.secrecy().is_some() && !request.closed {
        return Err(Error::Closed);
    }
    let store = Store::open_to_read(&folder)?;
    let life = Life::read(&store, &store.load()?)?;
    let sealed = life.sealed().filter(|_| life.state() >= State::Official);
    let (seal, _) = sealed.ok_or(Error::NotOfficial { state: life.state() })?;
    let manifest = Manifest::of(&folder, seal.edition)?;
    let log = Log::read(&folder)?;
    if let Some(finding) = log.finding() {
        return Err(retention::Error::from(chained_log::Error::Changed(finding.clone())).into());
    }
    as_signed(&folder, &store, &log)?;
    let transcript = Stage::Official(None).transcript(&folder, &store)?;
    let contents = Contents::of(&folder, &meeting, &store, &life, &log)?;

    let mut bag = Bag::create(&out, stop)?;
    let copied: u64 = contents.pieces.iter().map(Piece::bytes).sum();
    let encoded: u64 = contents.segments.iter().map(Piece::bytes).sum();
    let all = (copied + encoded * ENCODING).max(1);
    let mut done = 0;
    let mut warnings = contents.warnings;
    for piece in &contents.pieces {
        if let Some(name) = piece.name.strip_suffix(".age") {
            // An archive is handed what it can read; the manifest has the hash of the sealed file.
            bag.put(name, &lifecycle::content(&folder, &piece.from)?)?;
            continue;
        }
        bag.copy(&piece.from, &piece.name, piece.sha256.as_deref(), &mut |bytes| {
            done += bytes;
            progress((done * 1000 / all).min(1000));
        })?;
    }
    let share =
        &mut |thousandths: u64| progress(((copied + encoded * ENCODING * thousandths / 1000) * 1000 / all).min(1000));
    warnings.extend(sound(&folder, &meeting, &contents.segments, &mut bag, stop, share)?);
    let json = risalah::write(Format::Json, &meeting, &transcript)?;
    bag.put("data/transkrip/transkrip.json", &json)?;
    words(&folder, &mut bag)?;

    let house = retention::institution(&folder)?;
    let house = house.as_ref().unwrap_or(&meeting);
    let mut about = About {
        meeting: &meeting,
        rules: &house.retention,
        archiving: &house.archiving,
        id: &folder.file_name().unwrap_or_default().to_string_lossy(),
        manifest: &manifest,
        life: &life,
        log: &log,
        now,
        pdfa: BTreeMap::new(),
    };
    for piece in contents.pieces.iter().filter(|piece| media_type(&piece.name) == "application/pdf") {
        match pdfa(&piece.from).map_err(|source| Error::Read { path: piece.from.clone(), source })? {
            Some(standard) => drop(about.pdfa.insert(piece.name.clone(), standard)),
            None => warnings.push(Message::new("accession.no_pdfa").with("path", piece.from.display())),
        }
    }
    if house.archiving.class(meeting.kind).is_none() {
        warnings.push(Message::new("accession.no_class"));
    }
    let (list, preservation) = (about.list(bag.files())?, about.preservation(bag.files())?);
    let dublin_core = about.dublin_core(bag.files());
    bag.put("metadata/daftar-arsip.csv", &list)?;
    bag.put("metadata/preservation.json", &preservation)?;
    bag.put("metadata/dublin-core.xml", dublin_core.as_bytes())?;
    let (bytes, files) = bag.payload();
    let path = bag.finish(&about.info(bytes, files))?;
    progress(1000);
    Ok(Package { path, files, bytes, warnings })
}

/// Where the package will be, if that is not within the meeting's folder.
fn outside(out: &Path, folder: &Path) -> Result<PathBuf, Error> {
    let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let there = out.ancestors().skip(1).find_map(|above| above.canonicalize().ok());
    if there.is_some_and(|above| above.starts_with(folder)) {
        return Err(Error::Inside { path: out });
    }
    Ok(out)
}

/// Whether everything is as it was signed, but for what was destroyed by decision.
fn as_signed(folder: &Path, store: &Store, log: &Log) -> Result<(), Error> {
    let is_accounted =
        |finding: &Finding| matches!(finding, Finding::Missing(path) if log.destroyed(folder, path).is_some());
    let findings = lifecycle::verify_without_sound(folder, store)?.findings;
    let findings: Vec<Finding> = findings.into_iter().filter(|finding| !is_accounted(finding)).collect();
    if findings.is_empty() { Ok(()) } else { Err(Error::NotAsSigned(findings)) }
}

/// The segments as one FLAC file for each channel; where FLAC cannot hold them exactly, as they
/// are.
fn sound(
    folder: &Path,
    meeting: &Meeting,
    segments: &[Piece],
    bag: &mut Bag<'_>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Message>, Error> {
    if segments.is_empty() {
        return Ok(None);
    }
    // The folder is made with the path of a file in it.
    let into = bag.path("data/rekaman/kanal")?.parent().map(Path::to_owned).unwrap_or_default();
    match flac::copy(&folder_of(folder), meeting, &into, stop, progress) {
        Ok(files) => {
            for name in files.iter().filter_map(|path| path.file_name()?.to_str()) {
                bag.adopt(&format!("data/rekaman/{name}"))?;
            }
            Ok(None)
        }
        Err(flac::Error::Recording(recording::Error::Unarchivable { .. })) => {
            for piece in segments {
                bag.copy(&piece.from, &piece.name, None, &mut |_| {})?;
            }
            Ok(Some(Message::new("accession.as_recorded")))
        }
        Err(_) if stop.load(Ordering::Relaxed) => Err(Error::Interrupted),
        Err(error) => Err(error.into()),
    }
}

/// The store, by which the manifest's hashes of words and corrections can be made again.
fn words(folder: &Path, bag: &mut Bag<'_>) -> Result<(), Error> {
    const NAME: &str = "data/transkrip/transkrip.db";
    let from = folder.join(store::FILE_NAME);
    if !from.is_file() {
        // That of a sealed meeting; its words are in the transcript.
        return Ok(());
    }
    let to = bag.path(NAME)?;
    let failed = |source| store::Error::Database { path: from.clone(), source };
    database::copy_to_file(&from, &to).map_err(failed)?;
    bag.adopt(NAME)
}

/// The part and level of PDF/A that a file names in its own metadata.
fn pdfa(path: &Path) -> std::io::Result<Option<String>> {
    const OVERLAP: usize = 64;
    let (mut part, mut level, mut seen) = (None, None, Vec::new());
    sha256_of(path, |piece| {
        seen.extend_from_slice(piece);
        part = part.or_else(|| after(&seen, b"<pdfaid:part>"));
        level = level.or_else(|| after(&seen, b"<pdfaid:conformance>"));
        seen.drain(..seen.len().saturating_sub(OVERLAP));
        Ok(())
    })?;
    Ok(part.map(|part| format!("PDF/A-{part}{}", level.map(|level| level.to_ascii_lowercase()).unwrap_or_default())))
}

fn after(text: &[u8], mark: &[u8]) -> Option<char> {
    let place = text.windows(mark.len()).position(|window| window == mark)?;
    text.get(place + mark.len()).copied().filter(u8::is_ascii_alphanumeric).map(char::from)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_standard_of_a_file_is_found_across_pieces() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("a.pdf");
        let mut bytes = vec![b'x'; (1 << 20) - 7];
        bytes.extend_from_slice(b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>");
        fs::write(&path, &bytes).expect("written");
        assert_eq!(pdfa(&path).expect("read").as_deref(), Some("PDF/A-2a"));
        fs::write(&path, b"%PDF-1.7").expect("written");
        assert_eq!(pdfa(&path).expect("read"), None);
    }
}
