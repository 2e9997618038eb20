//! How the program speaks: to other programs, to those who mistype, and when it is to be quiet.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::room::{excerpt, risalah, run, stderr, text};

/// What was written for another program, line by line.
fn lines(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))).collect()
}

#[test]
fn a_transcription_is_json_in_the_order_of_time() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("hasil");
    let output = run(&["transkrip", text(&excerpt(place.path())), "-o", text(&folder), "--json"]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    let lines = lines(&output);
    let starts: Vec<f64> = lines.iter().filter_map(|line| line["start_time"].as_str()?.parse().ok()).collect();
    assert!(starts.len() > 1 && starts.is_sorted(), "{starts:?}");
    let files: Vec<&str> = lines.iter().filter_map(|line| line["file"].as_str()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    let last = lines.last().expect("a line");
    assert_eq!(last["utterances"], starts.len());

    let exported = run(&["ekspor", text(&folder), "--format", "txt", "--json"]);
    assert!(self::lines(&exported).iter().all(|line| Path::new(line["file"].as_str().expect("a file")).is_file()));
}

#[test]
fn turns_on_a_screen_are_in_order_too_and_none_is_blank() {
    let place = tempfile::tempdir().expect("a folder");
    let output = run(&["transkrip", text(&excerpt(place.path())), "-o", text(&place.path().join("hasil"))]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let turns: Vec<&str> = shown.lines().filter(|line| line.contains("  ch")).collect();
    assert!(turns.len() > 1, "{shown}");
    assert!(turns.iter().map(|line| &line[..8]).is_sorted(), "{turns:?}");
    assert!(turns.iter().all(|line| !line.trim_end().ends_with(':')), "{turns:?}");
}

#[test]
fn quiet_says_nothing_of_what_went_well() {
    let place = tempfile::tempdir().expect("a folder");
    let output = run(&["transkrip", text(&excerpt(place.path())), "-o", text(&place.path().join("hasil")), "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn every_failure_is_json_for_another_program() {
    let place = tempfile::tempdir().expect("a folder");
    let (empty, missing) = (place.path().join("kosong"), place.path().join("tidak-ada"));
    fs::create_dir(&empty).expect("made");
    let (empty, missing) = (text(&empty), text(&missing));
    for args in [
        vec!["transcribe", missing, "-o", empty],
        vec!["transcribe", "--apa"],
        vec!["transcribe"],
        vec!["export", empty],
        vec!["export"],
        vec!["print", empty, "--printer", "ipp://127.0.0.1:1/"],
        vec!["print", empty, "--printer", "apa://"],
        vec!["print", "--printers"],
        vec!["play", missing, "00:00:01"],
        vec!["floor", missing],
        vec!["check", missing],
        vec!["import-edits", empty, "x.docx", "--by", "A"],
        vec!["history", empty],
        vec!["diff", empty],
        vec!["undo", empty, "1", "--by", "A"],
        vec!["advance", empty, "--to", "koreksi", "--by", "A"],
        vec!["heard", empty, "00:00:01", "--by", "A"],
        vec!["omit", empty, "00:00:01", "--by", "A", "--decision", "x"],
        vec!["finalize", empty, "--signed-by", "A"],
        vec!["recover", empty],
        vec!["verify", empty],
        vec!["archive", empty],
        vec!["record", "--status", "-o", empty],
        vec!["record", "--source", missing, "-o", "rapat"],
        vec!["models", "pull", "tidak-ada"],
        vec!["models", "import", missing],
    ] {
        let mut command = risalah(&args);
        let output = command.arg("--json").current_dir(place.path()).env("CUPS_SERVER", "127.0.0.1:1").output();
        let output = output.expect("the program runs");
        assert!(matches!(output.status.code(), Some(1 | 2)), "{args:?}: {:?}", output.status.code());
        let last = lines(&output).pop().unwrap_or_else(|| panic!("{args:?}: nothing on stdout"));
        assert!(last["error"].is_string(), "{args:?}: {last}");
        assert!(!stderr(&output).is_empty(), "{args:?}: people are told as well");
    }
}

#[test]
fn who_mistypes_is_told_what_may_have_been_meant_in_both_languages() {
    for (args, indonesian, english) in [
        (vec!["transcrib", "--help"], "Apakah maksud Anda", "Did you mean"),
        (vec!["cetk"], "cetak", "cetak"),
        (vec!["check", "--josn"], "--json", "--json"),
        (vec!["print", "x", "--paper", "letter"], "f4, a4", "f4, a4"),
        (vec!["print", "x", "--copies", "0"], "1–999", "1–999"),
        (vec!["print", "x", "--copies"], "memerlukan isi", "needs a value"),
        (vec!["print", "x", "--copies", "1", "--copies", "2"], "lebih dari sekali", "more than once"),
        (vec!["print", "x", "--preview", "--duplex"], "tidak dapat dipakai bersama", "exclude each other"),
    ] {
        for (language, expected) in [("id", indonesian), ("en", english)] {
            let output = risalah(&args).env("RISALAH_LANG", language).output().expect("the program runs");
            assert_eq!(output.status.code(), Some(2), "{args:?}");
            assert!(stderr(&output).contains(expected), "{args:?}: {}", stderr(&output));
        }
    }
    let models = run(&["models"]);
    assert!(stderr(&models).contains("pull") && !stderr(&models).contains("rekam"), "{}", stderr(&models));
}

#[test]
fn every_command_has_a_page_and_no_hidden_one_is_offered() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("man1");
    let output = run(&["man", "-o", text(&folder)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let help = run(&["--help"]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let commands = help
        .lines()
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next());
    let commands: Vec<&str> = commands
        .filter(|name| {
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                && !name.starts_with('-')
                && *name != "risalah"
        })
        .collect();
    assert!(commands.len() > 20, "{commands:?}");
    for name in commands {
        let page = fs::read_to_string(folder.join(format!("risalah-{name}.1"))).unwrap_or_else(|_| panic!("{name}"));
        assert!(page.contains(&format!(".TH risalah-{name} 1")) && page.contains(".SH"), "{name}");
        let own = run(&["man", name]);
        assert_eq!(String::from_utf8_lossy(&own.stdout), page, "{name}");
    }
    assert!(folder.join("risalah-models-pull.1").is_file());
    assert!(!folder.join("risalah-recorder.1").exists() && !folder.join("risalah-typeset.1").exists());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        let script = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(script.contains("transcribe"), "{shell}");
        // A word of the shell's own.
        let script = script.replace("typeset -", "");
        for hidden in ["recorder", "typeset", "--follow"] {
            assert!(!script.contains(hidden), "{shell} offers {hidden}");
        }
    }
}

#[test]
fn hints_name_the_folder_that_is_meant() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("rapat paripurna");
    let made = run(&["transkrip", text(&excerpt(place.path())), "-o", text(&folder)]);
    assert!(matches!(made.status.code(), Some(0 | 3)), "{}", stderr(&made));
    for language in ["id", "en"] {
        let output = risalah(&["status", text(&folder)]).env("RISALAH_LANG", language).output().expect("runs");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(shown.contains(&format!("'{}' --to", text(&folder))), "{shown}");
        assert!(!shown.contains(" DIR ") && !shown.contains(" FOLDER ") && !shown.contains("%{"), "{shown}");
    }
}

#[test]
fn what_the_system_says_is_said_in_the_users_language() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("berkas");
    fs::write(&file, "").expect("written");
    let target = file.join("rapat");
    for (language, expected) in [("id", "bukan folder"), ("en", "not a folder")] {
        let sound = excerpt(place.path());
        let mut command = risalah(&["transcribe", text(&sound), "-o", text(&target)]);
        let output = command.env("RISALAH_LANG", language).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains(expected) && !stderr(&output).contains("os error"), "{}", stderr(&output));
    }
}
