//! The program as a user runs it, on the shipped meeting with the shipped model.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::room::{excerpt, fixture, risalah, run, stderr, text};
use crate::stored::stored;

/// The utterances of a folder without what differs between runs.
fn words(folder: &Path) -> serde_json::Value {
    let json = fs::read_to_string(folder.join("transkrip.seglst.json")).expect("seglst");
    serde_json::from_str(&json).expect("JSON")
}

#[test]
fn the_shipped_meeting_becomes_a_record() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("hasil – rapat «paripurna»");
    let output = run(&["transkrip", text(&fixture()), "-o", text(&folder), "--format", "txt,srt,vtt,seglst,rttm"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let names = [
        "risalah-sementara.docx",
        "risalah-sementara.pdf",
        "transkrip.json",
        "transkrip.txt",
        "transkrip.srt",
        "transkrip.vtt",
    ];
    for name in names {
        let path = folder.join(name);
        assert!(path.is_file(), "{name}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(text(&path)), "{name} is not named on stdout");
    }
    let record = fs::read_to_string(folder.join("transkrip.txt")).expect("text");
    for expected in [
        "RISALAH RAPAT PARIPURNA",
        "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.):",
        "(KETUK PALU 3 KALI)",
        "RISALAH SEMENTARA",
    ] {
        assert!(record.contains(expected), "{expected}");
    }
    assert!(stderr(&output).contains("model peraga"), "the demonstration model is said to be one");

    // The documents again, from the store alone.
    let again = run(&["ekspor", text(&folder), "--format", "seglst"]);
    assert!(again.status.success(), "{}", stderr(&again));
}

#[test]
fn the_meeting_inside_the_program_is_the_shipped_one() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("peraga");
    // What a person wrote into the description is used, not written over; a mistake in it ends the run
    // before hours of work.
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("rapat.toml"), "jenis = 3\n").expect("written");
    let refused = run(&["demo", "-o", text(&folder), "--quiet"]);
    assert!(!refused.status.success() && stderr(&refused).contains("rapat.toml"), "{}", stderr(&refused));
    for number in 1..=9 {
        let (inside, shipped) = (folder.join(format!("kanal-{number:02}.ogg")), format!("{number:02}.ogg"));
        assert_eq!(fs::read(inside).expect("unpacked"), fs::read(fixture().join(shipped)).expect("shipped"));
    }
}

#[test]
fn the_floor_is_told_without_a_model() {
    let place = tempfile::tempdir().expect("a folder");
    let input = excerpt(place.path());
    let rttm = run(&["giliran", text(&input)]);
    assert_eq!(rttm.status.code(), Some(0), "{}", stderr(&rttm));
    let rttm = String::from_utf8(rttm.stdout).expect("text");
    assert!(rttm.lines().count() > 2 && rttm.lines().all(|line| line.starts_with("SPEAKER rapat ")), "{rttm}");
    let json = run(&["floor", text(&input), "--json"]);
    let json = String::from_utf8(json.stdout).expect("text");
    assert_eq!(json.lines().count(), rttm.lines().count());
    for (object, line) in json.lines().zip(rttm.lines()) {
        let turn: serde_json::Value = serde_json::from_str(object).expect("JSON");
        let column = |number| line.split_whitespace().nth(number).expect("a column");
        assert_eq!(turn["speaker"], column(7));
        assert_eq!(turn["start_time"], column(3));
    }
}

#[test]
fn a_killed_run_goes_on_and_ends_with_the_same_words() {
    let place = tempfile::tempdir().expect("a folder");
    let (whole, killed) = (place.path().join("utuh"), place.path().join("terputus"));
    let input = excerpt(place.path());
    let args = |folder: &Path| {
        ["transcribe", text(&input), "-o", text(folder), "--format", "seglst", "--quiet", "--workers", "1"]
            .map(str::to_owned)
    };
    let undisturbed = risalah(&[]).args(args(&whole)).output().expect("runs");
    assert_eq!(undisturbed.status.code(), Some(0), "{}", stderr(&undisturbed));

    for _ in 0..3 {
        let mut child = risalah(&[]).args(args(&killed)).spawn().expect("starts");
        let before = stored(&killed);
        while child.try_wait().expect("asked").is_none() && stored(&killed) < before + 2 {
            std::thread::yield_now();
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    let resumed = risalah(&[]).args(args(&killed)).output().expect("runs");
    assert_eq!(resumed.status.code(), Some(0), "{}", stderr(&resumed));
    assert_eq!(words(&killed), words(&whole));
}

#[test]
#[cfg(unix)]
fn ctrl_c_keeps_what_was_done() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("hasil");
    let mut child = risalah(&["transcribe", text(&excerpt(place.path())), "-o", text(&folder), "--quiet"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    while stored(&folder) == 0 && child.try_wait().expect("asked").is_none() {
        std::thread::yield_now();
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(interrupted.success());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("tersimpan"), "{}", stderr(&output));
    assert!(stored(&folder) > 0);
    assert!(!folder.join("risalah-sementara.pdf").exists(), "half a transcript is no record");
}

#[test]
fn bad_input_is_a_sentence_and_writes_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("hasil");
    let file = |name: &str, content: &[u8]| {
        let path = place.path().join(name);
        fs::write(&path, content).expect("written");
        path
    };
    let empty_folder = place.path().join("kosong");
    fs::create_dir(&empty_folder).expect("made");
    let cases = [
        (place.path().join("tidak-ada.wav"), 2),
        (empty_folder, 2),
        (file("kosong.wav", b""), 1),
        (file("catatan.wav", b"Catatan rapat hari ini, bukan suara."), 1),
        (file("gambar.wav", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), 1),
    ];
    for (input, code) in cases {
        let output = run(&["transkrip", text(&input), "-o", text(&folder)]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{}: {said}", input.display());
        assert!(said.starts_with("galat: ") && said.contains("petunjuk: "), "{}: {said}", input.display());
        assert!(said.contains(text(&input)), "{}: {said}", input.display());
        assert!(!folder.exists(), "{} left something behind", input.display());
    }
}

#[test]
fn a_broken_description_names_its_line() {
    let place = tempfile::tempdir().expect("a folder");
    let description = place.path().join("rapat.toml");
    fs::write(&description, "[rapat]\njenis = \"paripurna\"\nsifat = \"terbuka\"\nwarna = \"biru\"\n")
        .expect("written");
    let folder = place.path().join("hasil");
    let input = fixture().join("01.ogg");
    let output = run(&["transkrip", text(&input), "--meeting", text(&description), "-o", text(&folder)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains('4') && stderr(&output).contains("warna"), "{}", stderr(&output));
    assert!(!folder.exists());
}

#[test]
fn another_meeting_in_the_folder_is_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("hasil");
    let tone = |name: &str, frequency: f32| {
        let path = place.path().join(name);
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).expect("created");
        for n in 0..16_000u16 {
            let sample = (f32::from(n) * frequency * std::f32::consts::TAU / 16_000.0).sin() * 3000.0;
            writer.write_sample(sample as i16).expect("written");
        }
        writer.finalize().expect("finished");
        path
    };
    let (first, second) = (tone("a.wav", 200.0), tone("b.wav", 300.0));
    assert_eq!(run(&["transkrip", text(&first), "-o", text(&folder)]).status.code(), Some(0));
    let before = fs::read(folder.join("transkrip.json")).expect("written");
    let output = run(&["transkrip", text(&second), "-o", text(&folder)]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("rekaman lain"), "{}", stderr(&output));
    assert_eq!(fs::read(folder.join("transkrip.json")).expect("still there"), before);
}

#[test]
fn wrong_words_are_explained() {
    for (args, expected) in [
        (vec!["transkripsi"], "tidak dikenal"),
        (vec!["transkrip"], "kurang"),
        (vec!["transkrip", "a.wav", "-o", "x", "--format", "odt"], "odt"),
        (vec!["transkrip", "a.wav", "-o", "x", "--workers", "0"], "--workers"),
    ] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(expected), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn help_speaks_both_languages_and_the_manual_is_a_manual() {
    let indonesian = run(&["transkrip", "--help"]);
    assert!(String::from_utf8_lossy(&indonesian.stdout).contains("Contoh:"));
    let english = risalah(&["transcribe", "--help"]).env("RISALAH_LANG", "en").output().expect("runs");
    assert!(String::from_utf8_lossy(&english.stdout).contains("Examples:"));
    assert!(String::from_utf8_lossy(&run(&["man"]).stdout).contains(".TH risalah 1"));
    assert!(String::from_utf8_lossy(&run(&["completions", "bash"]).stdout).contains("transcribe"));
}

#[test]
fn a_reader_that_goes_away_does_not_stop_the_work() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("hasil");
    let mut child = risalah(&["transcribe", text(&excerpt(place.path())), "-o", text(&folder)])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    assert!(child.wait().expect("ends").success());
    assert!(folder.join("risalah-sementara.pdf").is_file());
}

#[test]
fn the_doctor_says_what_is_wrong_and_how_to_mend_it() {
    let place = tempfile::tempdir().expect("a folder");
    let description = fixture().join("rapat.toml");
    let args =
        ["diagnosa", "--meeting", text(&description), "-o", text(place.path()), "--hours", "1000000000", "--json"];
    let output = risalah(&args).env("TZ", "UTC").output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let checks: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let result = |check: &str| checks.iter().find(|line| line["check"] == check).map(|line| line["result"].clone());
    let disk = result("doctor.disk").or_else(|| result("doctor.disk_reckoned"));
    assert_eq!(disk, Some("fail".into()), "{checks:?}");
    assert_eq!(result("doctor.zone"), Some("fail".into()));
    assert_eq!(result("doctor.model_demonstration"), Some("warn".into()));
    let graphics =
        if e_risalah::recognise::speech::graphics().is_some() { "doctor.graphics" } else { "doctor.no_graphics" };
    assert_eq!(result(graphics), Some("ok".into()));
    for line in &checks {
        let mended = line["result"] == "ok" || line["hint"].as_str().is_some_and(|hint| !hint.is_empty());
        assert!(mended, "{line} has no remedy");
    }
}
