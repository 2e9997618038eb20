//! Which files of a meeting's folder are kept under one rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::document::risalah::Format;
use crate::lifecycle::sound_files;
use crate::meeting::FileKind;
use crate::recording::{Growth, folder_of};
use crate::transcript::Level;
use crate::transcript::store;

/// What the names of official documents begin with.
const OFFICIAL: [&str; 2] = ["risalah-resmi", "laporan-singkat-resmi"];

/// The files of this kind that are there. Those of a recording that went on in another folder lie
/// there; the ledger is never among them.
///
/// # Errors
/// When the folder or the ledger cannot be read.
pub fn files(folder: &Path, kind: FileKind) -> Result<Vec<PathBuf>, Error> {
    match kind {
        FileKind::Recording => sound(folder),
        FileKind::Drafts => named(folder, is_draft),
        FileKind::Record => {
            let is_store = |name: &str| [store::FILE_NAME, store::SEALED_FILE_NAME].contains(&name);
            named(folder, |name| is_store(name) || OFFICIAL.iter().any(|begin| name.starts_with(begin)))
        }
    }
}

fn sound(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let recording = folder_of(folder);
    let mut found: BTreeSet<PathBuf> = [folder, &recording].into_iter().flat_map(sound_files).collect();
    if let Some(growth) = Growth::open(&recording)? {
        found.extend(growth.folders().iter().flat_map(|place| sound_files(place)));
        found.extend((0..).map_while(|index| growth.part(index)).map(|part| part.path).filter(|path| path.is_file()));
    }
    Ok(found.into_iter().collect())
}

fn named(folder: &Path, is_meant: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(&is_meant) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// What the program writes again from what is stored, and what it kept of an edited one
/// (`risalah-sementara.lama-1.docx`).
fn is_draft(name: &str) -> bool {
    let is_of = |written: &str| {
        let (stem, ending) = written.split_once('.').unwrap_or((written, ""));
        let kept = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix(".lama-"));
        let kept = kept.and_then(|rest| rest.split_once('.'));
        name == written
            || kept.is_some_and(|(number, end)| end == ending && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    Format::ALL.iter().any(|format| is_of(format.file_name()) || is_of(format.file_name_of(Level::Full)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_are_what_the_program_writes_again_and_nothing_else() {
        for draft in [
            "risalah-sementara.docx",
            "risalah-sementara-penuh.pdf",
            "risalah-kerja.docx",
            "transkrip.seglst.json",
            "laporan-singkat.pdf",
            "risalah-sementara.lama-12.docx",
            "transkrip.lama-1.seglst.json",
        ] {
            assert!(is_draft(draft), "{draft}");
        }
        for other in [
            "risalah-resmi.pdf",
            "laporan-singkat-resmi.pdf",
            "transkrip.db",
            "rapat.toml",
            "hadir.xlsx",
            "risalah-sementara.lama-x.docx",
            "risalah-sementara.lama-1.exe",
            "surat.docx",
        ] {
            assert!(!is_draft(other), "{other}");
        }
    }
}
