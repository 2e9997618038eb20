//! A meeting recognised once more: a version beside the old one, with the corrections that people
//! made.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use e_risalah::recognise::models::{Monitor, Source, Store};
use e_risalah::transcript::edit::{Change, Edit, Layer, Place, Source as Whose};
use e_risalah::transcript::store;

use crate::room::{excerpt, run, stderr, text};

/// The shipped weights as a file of their own.
fn shipped() -> Vec<u8> {
    let mut watch = Monitor { report: &mut |_| {}, cancel: &AtomicBool::new(false) };
    let model = Store::from_env().expect("a store").resolve(Some("risalah-demo".as_ref()), &mut watch);
    let Source::Bytes(bytes) = model.expect("the shipped model").source else { panic!("not in the program") };
    bytes
}

fn corrected(folder: &Path, change: impl Fn(&str) -> Change) -> Edit {
    let mut store = store::Store::open(folder).expect("opened");
    let current = store.current().expect("read");
    let first =
        current.utterances.iter().find(|utterance| utterance.text.split_whitespace().count() > 3).expect("words");
    let layer = Layer {
        place: Place::of(current.version.number, first),
        change: change(&first.text),
        by: "Bambang".into(),
        when: jiff::Zoned::now(),
        why: None,
        source: Whose::Person,
    };
    store.lay(&[layer]).expect("laid").remove(0)
}

fn out(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_second_pass_is_a_version_beside_the_first() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let folder: PathBuf = place.path().join("rapat");
    let output = run(&["transkrip", text(&recording), "-o", text(&folder), "--quiet"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let word = |text: &str| text.split_whitespace().nth(1).expect("a word").to_owned();
    let edit = corrected(&folder, |text| Change::Text { at: 1, before: word(text), after: "KOREKSI".into() });

    // The same weights under another hash hear the same words in the same turns. The sound is where it
    // was.
    let mut weights = shipped();
    let filter = 4 * (12 + 2) + 4 * 150;
    weights[filter] ^= 1;
    let model = place.path().join("kedua.bin");
    fs::write(&model, &weights).expect("written");
    let output = run(&["transkrip", text(&folder), "--model", text(&model), "--quiet"]);
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3)), "{}", stderr(&output));

    let store = store::Store::open(&folder).expect("opened");
    let versions = store.versions().expect("read");
    assert_eq!(versions.iter().map(|version| version.model.as_str()).collect::<Vec<_>>(), ["risalah-demo", "kedua"]);
    let current = store.current().expect("read");
    assert_eq!(current.version.number, 2);
    let open = store.open_corrections(&current).expect("read");
    let said = current.utterances.iter().any(|utterance| utterance.text.contains("KOREKSI"));
    assert_eq!((open.is_empty(), code), (said, Some(if said { 0 } else { 3 })), "carried, or told");

    // Taking the old layer back would change nothing that anybody reads.
    let undo = run(&["batal", text(&folder), &edit.id.to_string(), "--by", "Sari"]);
    assert_eq!(undo.status.code(), if said { Some(2) } else { Some(0) }, "{}", stderr(&undo));
    let history = run(&["riwayat", text(&folder)]);
    let listed = out(&history);
    assert!(listed.contains("versi 1: model risalah-demo") && listed.contains("versi 2: model kedua"), "{listed}");
    assert!(listed.contains(&format!("#{}", edit.id)), "{listed}");
    let same = run(&["beda", text(&folder), "--from", "versi-2", "--to", "kini"]);
    assert!(same.status.success() && out(&same).is_empty(), "{} {}", out(&same), stderr(&same));
    let differs = run(&["beda", text(&folder), "--from", "versi-1", "--to", "versi-2"]);
    assert!(differs.status.success(), "{}", stderr(&differs));
    assert_eq!(run(&["beda", text(&folder), "--from", "versi-9"]).status.code(), Some(1));

    // A correction of words that the next model does not hear is listed, with exit 3, and stays open.
    let edit = corrected(&folder, |text| {
        let second = text.split_whitespace().nth(1).expect("a word").to_owned();
        Change::Text { at: 1, before: second, after: "SEKALI LAGI".into() }
    });
    let mut store = store::Store::open(&folder).expect("opened");
    let origin = store::Origin {
        model: "ketiga".into(),
        model_sha256: "cd".repeat(32),
        model_origin: None,
        language: "id".into(),
        program: "0".into(),
    };
    let version = store.version(&origin, jiff::Timestamp::now()).expect("a version").number;
    for raw in store.load().expect("read").utterances {
        let other = "sama sekali lain bunyinya".to_owned();
        let said = e_risalah::transcript::Utterance { text: other, words: Vec::new(), ..raw };
        store.add(version, &said).expect("added");
    }
    store.complete(version).expect("complete");
    drop(store);
    let output = run(&["ekspor", text(&folder), "--quiet"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("koreksi atas transkrip terdahulu tidak cocok"), "{}", stderr(&output));
    let listed = out(&run(&["riwayat", text(&folder)]));
    assert!(listed.contains(&format!("#{}", edit.id)) && listed.contains("TIDAK terbawa"), "{listed}");
    let status = out(&run(&["keadaan", text(&folder)]));
    assert!(status.contains("koreksi atas transkrip terdahulu"), "{status}");
}

#[test]
fn without_a_folder_of_a_meeting_the_place_must_be_named() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    for input in [recording.as_path(), place.path()] {
        let output = run(&["transkrip", text(input), "--quiet"]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("-o"), "{}", stderr(&output));
    }
    assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 1, "nothing was written");
}

#[test]
fn a_model_file_is_taken_by_its_bare_name_too() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let name = "ggml-base-q8_0.bin";
    fs::write(place.path().join(name), shipped()).expect("written");
    for wish in [name, &format!("./{name}")] {
        let folder = place.path().join(format!("hasil-{}", wish.len()));
        let mut command =
            crate::room::risalah(&["transkrip", text(&recording), "-o", text(&folder), "--model", wish, "--quiet"]);
        let output = command.current_dir(place.path()).output().expect("the program runs");
        assert!(output.status.success(), "{wish}: {}", stderr(&output));
    }
}

#[test]
fn a_model_is_measured_and_its_speed_is_listed() {
    let place = tempfile::tempdir().expect("a folder");
    let with = |args: &[&str]| {
        let mut command = crate::room::risalah(args);
        command.env("RISALAH_MODELS", place.path()).output().expect("the program runs")
    };
    let before = out(&with(&["model", "list"]));
    assert!(before.contains("kecepatan belum diukur") && !before.contains("disarankan"), "{before}");
    let output = with(&["model", "bench", "risalah-demo", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let measured: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    let factor = measured["measured"]["real_time_factor"].as_f64().expect("a factor");
    assert!(factor > 0.0, "{measured}");
    let list: serde_json::Value = serde_json::from_str(&out(&with(&["model", "list", "--json"]))).expect("JSON");
    let entry =
        |name: &str| list.as_array().expect("a list").iter().find(|entry| entry["name"] == name).expect(name).clone();
    let demo = entry("risalah-demo");
    assert_eq!((&demo["is_measured"], demo["real_time_factor"].as_f64()), (&true.into(), Some(factor)));
    // Others are expected to take as much more as they compute more.
    let expected = |name: &str| entry(name)["real_time_factor"].as_f64().expect("a factor");
    assert!(expected("tiny-q8_0") < expected("base-q8_0") && expected("base-q8_0") < expected("large-v3"));
    assert_eq!(entry("small-q8_0")["is_measured"], false);
    let advised = list.as_array().expect("a list").iter().filter(|entry| entry["is_advised"] == true).count();
    assert!(advised <= 1);
}

#[test]
fn a_recording_is_recognised_again_when_it_is_over() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let mut weights = shipped();
    weights[4 * (12 + 2) + 4 * 150] ^= 1;
    fs::write(place.path().join("kedua.bin"), &weights).expect("written");
    fs::write(place.path().join("rapat.toml"), "[rapat]\n").expect("written");
    let record = |second: &str, folder: &str| {
        fs::write(place.path().join("lembaga.toml"), format!("[transkripsi]\nkedua = \"{second}\"\n"))
            .expect("written");
        let source = ["--source", text(&recording), "--speed", "16", "--quiet"];
        let folder = place.path().join(folder);
        let args = [&["rekam", "--meeting", "rapat.toml", "-o", text(&folder)], &source[..]].concat();
        crate::room::risalah(&args).current_dir(place.path()).output().expect("the program runs")
    };
    let models = |folder: &str| -> Vec<String> {
        let store = store::Store::open(&place.path().join(folder)).expect("opened");
        store.versions().expect("read").into_iter().map(|version| version.model).collect()
    };
    let output = record("kedua.bin", "rapat-1");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(models("rapat-1"), ["risalah-demo", "kedua"]);

    // One that is not there is told before the meeting, and costs nothing of it.
    let output = record("tidak-ada", "rapat-2");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).starts_with("peringatan: Model tidak-ada"), "{}", stderr(&output));
    assert_eq!(models("rapat-2"), ["risalah-demo"]);
    assert!(place.path().join("rapat-2/risalah-sementara.pdf").is_file());
}

#[test]
fn a_recording_is_recognised_by_the_engine_that_is_asked_for() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let folder = place.path().join("rapat");
    fs::write(place.path().join("kedua.bin"), shipped()).expect("written");
    fs::write(place.path().join("lembaga.toml"), "[transkripsi]\nkedua = \"kedua.bin\"\n").expect("written");
    fs::write(place.path().join("rapat.toml"), "[rapat]\n").expect("written");
    let record = |engine: &str| {
        let source = ["--source", text(&recording), "--speed", "16", "--quiet"];
        let args = [&["rekam", "--meeting", "rapat.toml", "-o", text(&folder), "--engine", engine], &source[..]];
        crate::room::risalah(&args.concat()).current_dir(place.path()).output().expect("the program runs")
    };
    let output = record("ggml");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(!folder.exists(), "nothing was begun");

    let output = record("cpu-f32");
    assert!(output.status.success(), "{}", stderr(&output));
    let versions = store::Store::open(&folder).expect("opened").versions().expect("read");
    let engines: Vec<&str> = versions.iter().map(|version| version.program.as_str()).collect();
    assert!(!engines.is_empty() && engines.iter().all(|engine| engine.contains("(cpu f32 ")), "{engines:?}");
}
