//! The arrows between the library's modules follow the way of the data (`docs/architecture.md`).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module may use those that stand before it.
const ORDER: &[&str] = &[
    "common",
    "audit",
    "seal",
    "meeting",
    "conference",
    "recording",
    "audio",
    "floor",
    "record",
    "transcript",
    "recognise",
    "document",
    "signature",
    "lifecycle",
    "meeting_folder",
    "archive",
    "workload",
    "retention",
    "publication",
    "accession",
    "distribution",
    "doctor",
    "accounts",
    "console",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the source").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let mut found: Vec<PathBuf> =
        files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")).collect();
    found.extend(folders.iter().flat_map(|folder| sources(folder)));
    found
}

/// The code of a file without its comments and its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a file of the source");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The modules of the library that a piece of code names, directly or in `crate::{a, b::c}`.
fn used(code: &str) -> BTreeSet<String> {
    let name =
        |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(group) => found.extend(group.split(';').next().unwrap_or_default().split(',').map(name)),
            None => drop(found.insert(name(after))),
        }
    }
    found.retain(|module| ORDER.contains(&module.as_str()));
    found
}

#[test]
fn a_module_uses_only_those_before_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (place, module) in ORDER.iter().enumerate() {
        let folder = root.join(module);
        if !folder.exists() {
            continue;
        }
        for path in sources(&folder).iter().filter(|path| !path.ends_with("tests.rs")) {
            let later = used(&code(path)).into_iter().filter(|name| ORDER[place + 1..].contains(&name.as_str()));
            wrong.extend(later.map(|name| format!("{} uses {name}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "these turn back: {wrong:#?}");
}

#[test]
fn every_module_has_a_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = fs::read_to_string(root.join("lib.rs")).expect("lib.rs");
    let declared = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let unplaced: Vec<&str> = declared.filter(|module| !ORDER.contains(module)).collect();
    assert!(unplaced.is_empty(), "no place in the order: {unplaced:?}");
}

#[test]
fn the_way_of_the_sound_does_not_log() {
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/record");
    let mut files = sources(&record.join("capture"));
    files.extend(["capture_loop.rs", "levels.rs", "sound.rs"].map(|name| record.join("recorder").join(name)));
    assert!(files.len() > 8, "{files:?}");
    for path in files {
        assert!(!code(&path).contains("tracing::"), "{} logs", path.display());
    }
}
