//! The command line as it is written down, and the files that it is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn risalah(language: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).env("RISALAH_LANG", language).env("RISALAH_MODELS", "/tidak/ada");
    command.output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_reference_is_that_of_this_program() {
    let written = fs::read_to_string(root().join("docs/command-line.md")).expect("docs/command-line.md");
    let reference = stdout(&risalah("en", &["reference"]));
    let differ = written.lines().zip(reference.lines()).position(|(one, other)| one != other);
    assert!(
        written == reference,
        "docs/command-line.md is not that of this program, from line {:?} on. Renew it with: \
         RISALAH_LANG=en target/release/risalah reference > docs/command-line.md",
        differ.map(|line| line + 1)
    );
    // It is English in whatever language it is asked for.
    assert_eq!(stdout(&risalah("id", &["reference"])), reference);
}

#[test]
fn help_stands_in_groups_in_both_languages() {
    for (language, groups) in [
        ("en", ["Prepare:", "Record:", "Transcribe and print:", "Correct:", "Official record:", "System:"]),
        ("id", ["Persiapan:", "Perekaman:", "Transkripsi dan pencetakan:", "Koreksi:", "Risalah resmi:", "Sistem:"]),
    ] {
        let help = stdout(&risalah(language, &["--help"]));
        let places: Vec<_> = groups.iter().map(|group| help.find(&format!("\n{group}\n"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        assert!(!help.contains('\u{1b}'), "colours for a file");
    }
}

#[test]
fn subcommands_have_help_and_pages() {
    let place = tempfile::tempdir().expect("a folder");
    let pages = place.path().join("man1");
    assert!(risalah("en", &["man", "-o", pages.to_str().expect("a path")]).status.success());
    for path in [
        ["record", "status"],
        ["record", "event"],
        ["record", "attach"],
        ["record", "stop"],
        ["models", "list"],
        ["models", "pull"],
        ["models", "import"],
        ["models", "bench"],
        ["models", "verify"],
        ["models", "rm"],
    ] {
        for (language, example) in [("en", "Example"), ("id", "Contoh")] {
            let help = risalah(language, &[path[0], path[1], "--help"]);
            assert!(help.status.success() && stdout(&help).contains(example), "{path:?}: {}", stdout(&help));
        }
        let page = pages.join(format!("risalah-{}.1", path.join("-")));
        let page = fs::read_to_string(&page).unwrap_or_else(|_| panic!("{}", page.display()));
        assert!(page.contains(".TH"), "{page}");
    }
    let record = fs::read_to_string(pages.join("risalah-record.1")).expect("a page");
    for name in ["risalah\\-record\\-status(1)", "risalah\\-record\\-stop(1)"] {
        assert!(record.contains(name), "{name}: {record}");
    }
    assert!(!record.contains("\\-\\-attach"), "hidden flags are not told: {record}");
    // One list of event words behind parser, help and messages.
    let help = stdout(&risalah("en", &["record", "event", "--help"]));
    for word in ["buka", "cabut-skors", "palu[:KALI]", "duduk:KANAL[:ORANG]", "batal"] {
        assert!(help.split_whitespace().any(|known| known.trim_end_matches([',', ';']) == word), "{word}: {help}");
    }
}

#[test]
fn what_was_meant_and_what_may_stand_there_is_said_in_both_languages() {
    for (args, expected) in [
        (vec!["recod"], vec!["record"]),
        (vec!["record", "stpo"], vec!["stop"]),
        (vec!["transcribe", "x.wav", "--engine", "cpux"], vec!["cpu", "cpu-f32", "whisper-cpp"]),
        (vec!["print", "--paper", "a5"], vec!["f4", "a4"]),
        (vec!["advance", "--to", "koreks", "--by", "Sari"], vec!["koreksi", "verifikasi"]),
    ] {
        for language in ["en", "id"] {
            let output = risalah(language, &args);
            assert_eq!(output.status.code(), Some(2), "{args:?}");
            let told = stderr(&output);
            assert!(expected.iter().all(|word| told.contains(word)), "{args:?}: {told}");
            assert!(!told.contains("recorder"), "a hidden command is proposed: {told}");
            assert_eq!(told.contains("hint:"), language == "en", "{told}");
        }
    }
}

/// The files below `src/cli`, by the path of their module: `record::session` for
/// `src/cli/record/session.rs`.
fn modules(folder: &Path, path: &[String], found: &mut BTreeMap<Vec<String>, PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let below = |name: String| [path, &[name]].concat();
        if entry.is_dir() {
            modules(&entry, &below(name), found);
        } else if name == "mod" {
            found.insert(path.to_vec(), entry);
        } else {
            found.insert(below(name), entry);
        }
    }
}

/// The paths of a `use` tree.
fn leaves(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.split("::").map(|part| part.trim().to_owned()).collect()];
    };
    let group = group.strip_suffix('}').unwrap_or(group);
    let head: Vec<String> =
        head.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(leaves).map(|leaf| [head.clone(), leaf].concat()).collect()
}

/// The files that a file uses.
fn used(own: &[String], path: &Path, known: &BTreeMap<Vec<String>, PathBuf>) -> BTreeSet<Vec<String>> {
    let text = fs::read_to_string(path).expect("text");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    let statements = text.split(';').filter_map(|statement| {
        let line = statement.lines().find(|line| line.starts_with("use ") || line.starts_with("pub use "))?;
        let at = statement.find(line)?;
        statement[at..].split_once("use ").map(|(_, tree)| tree)
    });
    for leaf in statements.flat_map(leaves) {
        let mut place = own.to_vec();
        let mut rest = leaf.as_slice();
        if rest.first().is_some_and(|part| part == "crate") {
            if rest.get(1).is_none_or(|part| part != "cli") {
                continue;
            }
            place.clear();
            rest = &rest[2..];
        }
        while let [first, after @ ..] = rest
            && (first == "super" || first == "self")
        {
            if first == "super" {
                place.pop();
            }
            rest = after;
        }
        // The longest beginning that is a file.
        let full = [place.as_slice(), rest].concat();
        let file = (place.len().min(full.len())..=full.len()).rev().map(|end| full[..end].to_vec());
        if let Some(file) = file.into_iter().find(|path| known.contains_key(path)) {
            found.insert(file);
        }
    }
    found.remove(own);
    found
}

#[test]
fn no_files_of_the_command_line_use_each_other_in_a_circle() {
    let mut known = BTreeMap::new();
    modules(&root().join("src/cli"), &[], &mut known);
    known.retain(|path, _| !path.contains(&"tests".to_owned()));
    assert!(known.len() > 50, "{}", known.len());
    let mut left: BTreeMap<_, _> = known.iter().map(|(own, path)| (own.clone(), used(own, path, &known))).collect();
    // Files that use only what was taken away are taken away, until only circles are left.
    loop {
        let free: Vec<_> = left
            .iter()
            .filter(|(_, used)| used.iter().all(|other| !left.contains_key(other)))
            .map(|(own, _)| own.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|own, _| !free.contains(own));
    }
    let told: Vec<String> = left
        .iter()
        .map(|(own, used)| {
            let used: Vec<String> =
                used.iter().filter(|other| left.contains_key(*other)).map(|other| other.join("::")).collect();
            format!("{} uses {}", own.join("::"), used.join(", "))
        })
        .collect();
    assert!(told.is_empty(), "a circle: {told:#?}");
}
