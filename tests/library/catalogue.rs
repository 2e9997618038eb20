//! The sentences of the program: every one is there in both languages, with the same values, and
//! none is there for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The words of a key in one language after the other.
type Catalogue = BTreeMap<String, BTreeMap<String, String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file in a folder and the folders below.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The catalogue, each of whose files is a list of keys with one text for each language, on one
/// line or below `|`.
fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::new();
    for path in files(&root().join("locales")) {
        let text = fs::read_to_string(&path).expect("text");
        let (mut key, mut language) = (String::new(), String::new());
        for line in text.lines().skip(1).filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let words = |catalogue: &mut Catalogue, key: &str, language: &str, text: &str| {
                let entry = catalogue.entry(key.to_owned()).or_default().entry(language.to_owned()).or_default();
                entry.push_str(text);
                entry.push('\n');
            };
            if !line.starts_with(' ') {
                key = line.strip_suffix(':').unwrap_or_else(|| panic!("{}: {line}", path.display())).to_owned();
                assert!(catalogue.insert(key.clone(), BTreeMap::new()).is_none(), "{key} stands twice");
            } else if let Some((name, text)) = line.trim().split_once(": ").filter(|_| !line.starts_with("   ")) {
                language = name.to_owned();
                words(&mut catalogue, &key, name, text.trim_start_matches(['|', '-', '>']));
            } else if let Some(name) = line.trim().strip_suffix(": |-").or(line.trim().strip_suffix(": |")) {
                language = name.to_owned();
                words(&mut catalogue, &key, name, "");
            } else {
                words(&mut catalogue, &key, &language, line);
            }
        }
    }
    catalogue
}

/// The code of the program without its tests, file by file.
fn code() -> Vec<String> {
    let sources = files(&root().join("src")).into_iter().filter(|path| {
        path.extension().is_some_and(|ending| ending == "rs")
            && !path
                .components()
                .any(|part| part.as_os_str().to_str().is_some_and(|part| part == "tests" || part == "tests.rs"))
    });
    let code = sources.map(|path| fs::read_to_string(path).expect("text"));
    let mut code: Vec<String> =
        code.map(|text| text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()).collect();
    for pages in ["src/console", "src/publication/site"] {
        code.extend(files(&root().join(pages)).iter().filter_map(|path| of_page(path)));
    }
    code
}

/// The keys that a template of a page names, or the values that a script of a page gives, as
/// literals.
fn of_page(path: &Path) -> Option<String> {
    let ending = path.extension()?.to_str()?;
    let text = || fs::read_to_string(path).expect("text");
    let quoted = |name: &str| format!("\"{}\"\n", name.trim());
    match ending {
        "html" => {
            Some(text().split("frame.t(\"").skip(1).filter_map(|rest| rest.split('"').next()).map(quoted).collect())
        }
        "js" => {
            let text = text();
            let calls = text.split("t(\"page.").skip(1).filter_map(|rest| rest.split_once(", {")?.1.split('}').next());
            Some(
                calls
                    .flat_map(|values| values.split(','))
                    .filter_map(|value| value.split(':').next())
                    .map(quoted)
                    .collect(),
            )
        }
        _ => None,
    }
}

/// What stands between quotation marks.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    let plain = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    plain.flat_map(|line| line.split('"').skip(1).step_by(2))
}

fn placeholders(text: &str) -> BTreeSet<String> {
    let named = text.split("%{").skip(1).filter_map(|rest| rest.split_once('}'));
    named.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_sentence_is_there_in_both_languages_with_the_same_values() {
    let code = code().concat();
    let catalogue = catalogue();
    assert!(catalogue.len() > 500, "{}", catalogue.len());
    for (key, texts) in &catalogue {
        let languages: Vec<&str> = texts.keys().map(String::as_str).collect();
        assert_eq!(languages, ["en", "id"], "{key}");
        assert_eq!(placeholders(&texts["en"]), placeholders(&texts["id"]), "{key}");
        for name in placeholders(&texts["en"]) {
            assert!(code.contains(&format!("\"{name}\"")), "nobody gives %{{{name}}} of {key}");
        }
    }
}

/// Whether the parts of a pattern that stand between its holes follow each other in a key, with a
/// word of the program in every hole.
fn fits(pattern: &[&str], key: &str, words: &BTreeSet<&str>) -> bool {
    let [first, rest @ ..] = pattern else { return false };
    let Some(after) = key.strip_prefix(first) else { return false };
    if rest.is_empty() {
        return after.is_empty();
    }
    (1..=after.len())
        .filter(|end| after.is_char_boundary(*end))
        .any(|end| words.contains(&after[..end]) && fits(rest, &after[end..], words))
}

#[test]
fn no_sentence_is_there_for_nothing() {
    let code = code();
    let words: BTreeSet<&str> = code.iter().flat_map(|file| literals(file)).collect();
    let holes = |literal: &str| -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut rest = literal;
        while let Some((before, after)) = rest.split_once('{') {
            parts.last_mut().expect("one").push_str(before);
            parts.push(String::new());
            rest = after.split_once('}').map_or("", |(_, rest)| rest);
        }
        parts.last_mut().expect("one").push_str(rest);
        parts
    };
    let patterns: Vec<Vec<String>> =
        words.iter().filter(|word| word.contains('{') && word.contains('.')).map(|word| holes(word)).collect();
    let sources = files(&root().join("src/cli")).into_iter().map(|path| fs::read_to_string(path).expect("text"));
    let arguments = sources.collect::<String>().to_lowercase().replace('_', "");
    for key in catalogue().keys() {
        let name = key.strip_suffix(".what").or(key.strip_suffix(".hint")).unwrap_or(key);
        if let Some(rest) = name.strip_prefix("help.") {
            // Words of the command line are found by the names of commands and flags.
            let own = [
                "any",
                "flag",
                "value",
                "about",
                "examples",
                "usage",
                "options",
                "arguments",
                "commands",
                "default",
                "values",
                "help",
                "version",
                "command",
            ];
            let parts = rest.split('.').filter(|part| !own.contains(part));
            for part in parts {
                assert!(arguments.contains(&part.replace(['_', '-'], "").to_lowercase()), "nobody has {part} of {key}");
            }
            continue;
        }
        // What clap says is made of two parts.
        let is_of_two =
            ["_valid", "_near"].iter().any(|end| name.strip_suffix(end).is_some_and(|begin| words.contains(begin)));
        let is_used = is_of_two
            || words.contains(name)
            || words.contains(key.as_str())
            || patterns.iter().any(|pattern| {
                let pattern: Vec<&str> = pattern.iter().map(String::as_str).collect();
                fits(&pattern, name, &words)
            });
        assert!(is_used, "nobody says {key}");
    }
}

#[test]
fn every_sentence_that_is_said_is_there() {
    let catalogue = catalogue();
    let has = |key: &str| catalogue.contains_key(key) || catalogue.contains_key(&format!("{key}.what"));
    for file in code() {
        for (at, _) in file.match_indices("Message::new(\"") {
            let key = file[at + "Message::new(\"".len()..].split('"').next().unwrap_or_default();
            // An empty one gets its key a line later.
            assert!(key.is_empty() || catalogue.contains_key(&format!("{key}.what")), "{key} is in no catalogue");
        }
        for call in ["console.text(\"", "lookup(language, \"", "self.text(\"cli."] {
            for (at, _) in file.match_indices(call) {
                let from = at + call.find('"').unwrap_or_default() + 1;
                let key = file[from..].split('"').next().unwrap_or_default();
                assert!(key.contains('{') || has(key), "{key} is in no catalogue");
            }
        }
        // `about("full")` below `let about = |key, …| Message::new(&format!("recording.{key}"))`.
        for (at, _) in file.match_indices("let about = |") {
            let Some((_, rest)) = file[at..].split_once("format!(\"") else { continue };
            let Some((room, rest)) = rest.split_once(".{") else { continue };
            if room.contains(|c: char| !c.is_ascii_lowercase() && c != '_') {
                continue;
            }
            let body = rest.split("\n    }\n").next().unwrap_or_default();
            for (at, _) in body.match_indices("about(\"") {
                let key = body[at + "about(\"".len()..].split('"').next().unwrap_or_default();
                assert!(catalogue.contains_key(&format!("{room}.{key}.what")), "{room}.{key} is in no catalogue");
            }
        }
    }
}
