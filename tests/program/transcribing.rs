//! `risalah transcribe` in places and on files that are not as they should be.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use e_risalah::recognise::models::{Monitor, Source, Store};

use crate::room::{Disk, excerpt, risalah, run, stderr, text};
use crate::stored::stored;

/// What was recognised, without the times of the run.
fn words(folder: &Path) -> serde_json::Value {
    let json = fs::read_to_string(folder.join("transkrip.seglst.json")).expect("seglst");
    let mut list: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    for utterance in list.as_array_mut().expect("a list") {
        // The name of the session is that of the folder.
        utterance.as_object_mut().expect("an object").remove("session_id");
    }
    list
}

/// The channels of a recording as a file each.
fn apart(recording: &Path, names: [&str; 2]) -> [PathBuf; 2] {
    let mut reader = hound::WavReader::open(recording).expect("opened");
    let spec = hound::WavSpec { channels: 1, ..reader.spec() };
    let paths = names.map(|name| recording.with_file_name(name));
    let mut writers = paths.each_ref().map(|path| hound::WavWriter::create(path, spec).expect("created"));
    for (place, sample) in reader.samples::<i16>().enumerate() {
        writers[place % 2].write_sample(sample.expect("a sample")).expect("written");
    }
    for writer in writers {
        writer.finalize().expect("finished");
    }
    paths
}

#[test]
fn files_go_to_the_channels_that_the_description_names() {
    let place = tempfile::tempdir().expect("a folder");
    let whole = excerpt(place.path());
    let [first, second] = apart(&whole, ["meja pimpinan.wav", "anggota – kiri.wav"]);
    let description = place.path().join("denah.toml");
    let seats =
        "[[kursi]]\nkanal = 1\nberkas = \"meja pimpinan.wav\"\n[[kursi]]\nkanal = 2\nberkas = \"anggota – kiri.wav\"\n";
    fs::write(&description, seats).expect("written");
    let (by_place, by_name) = (place.path().join("urut"), place.path().join("bernama"));
    let output = run(&["transkrip", text(&whole), "-o", text(&by_place), "--format", "seglst", "--quiet"]);
    assert!(output.status.success(), "{}", stderr(&output));
    // In the wrong order, which the names put right.
    let output = run(&[
        "transkrip",
        text(&second),
        text(&first),
        "--meeting",
        text(&description),
        "-o",
        text(&by_name),
        "--format",
        "seglst",
        "--quiet",
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!words(&by_place).as_array().expect("a list").is_empty());
    assert_eq!(words(&by_name), words(&by_place));
}

/// A description with seats for these people on the channels 1, 2, …
fn description(place: &Path, people: &[&str]) -> PathBuf {
    let path = place.join("denah.toml");
    let mut text = String::new();
    for (index, name) in people.iter().enumerate() {
        text += &format!("[[orang]]\nid = \"o{index}\"\nnama = \"{name}\"\n");
        text += &format!("[[kursi]]\nkanal = {}\norang = \"o{index}\"\n", index + 1);
    }
    fs::write(&path, text).expect("written");
    path
}

/// The labels under which words stand, each once.
fn labels(folder: &Path) -> Vec<String> {
    let mut labels: Vec<String> = words(folder)
        .as_array()
        .expect("a list")
        .iter()
        .map(|utterance| utterance["speaker"].as_str().expect("a speaker").to_owned())
        .collect();
    labels.sort();
    labels.dedup();
    labels
}

#[test]
fn a_hole_in_the_numbers_of_a_folder_puts_no_words_under_another_name() {
    let place = tempfile::tempdir().expect("a folder");
    let microphones = place.path().join("mikrofon");
    fs::create_dir(&microphones).expect("made");
    for path in apart(&excerpt(place.path()), ["01.wav", "03.wav"]) {
        fs::rename(&path, microphones.join(path.file_name().expect("a name"))).expect("moved");
    }
    let seats = description(place.path(), &["Ani Satu", "Budi Dua", "Citra Tiga"]);
    let folder = place.path().join("hasil");
    let output = run(&[
        "transkrip",
        text(&microphones),
        "--meeting",
        text(&seats),
        "-o",
        text(&folder),
        "--format",
        "seglst,txt",
        "--quiet",
    ]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("Tidak ada berkas untuk ch02"), "{}", stderr(&output));
    assert!(stderr(&output).contains("`berkas` dalam rapat.toml"), "{}", stderr(&output));
    let spoken = fs::read_to_string(folder.join("transkrip.txt")).expect("text");
    assert!(spoken.contains("CITRA TIGA") && !spoken.contains("BUDI DUA"), "{spoken}");
    assert_eq!(labels(&folder).len(), 2);
}

#[test]
fn parts_of_microphones_are_one_meeting() {
    let place = tempfile::tempdir().expect("a folder");
    let whole = excerpt(place.path());
    let (microphones, folder, undivided) =
        (place.path().join("mikrofon"), place.path().join("hasil"), place.path().join("utuh"));
    fs::create_dir(&microphones).expect("made");
    for (path, channel) in apart(&whole, ["kiri.wav", "kanan.wav"]).iter().zip(1..) {
        let mut reader = hound::WavReader::open(path).expect("opened");
        let (spec, samples) = (reader.spec(), reader.samples::<i16>().map(|sample| sample.expect("a sample")));
        for (part, samples) in samples.collect::<Vec<_>>().chunks(12 * 16_000).enumerate() {
            let name = format!("ZOOM0004_Tr{channel}-{:04}.WAV", part + 1);
            let mut writer = hound::WavWriter::create(microphones.join(name), spec).expect("created");
            for sample in samples {
                writer.write_sample(*sample).expect("written");
            }
            writer.finalize().expect("finished");
        }
    }
    for (input, output) in [(&microphones, &folder), (&whole, &undivided)] {
        let output =
            run(&["transkrip", text(input), "-o", text(output), "--format", "seglst", "--quiet", "--copy-audio"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    assert_eq!(words(&folder), words(&undivided));
    // The copies are read in the same way.
    let again = run(&["transkrip", text(&folder), "-o", text(&place.path().join("lagi")), "--format", "seglst", "-q"]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(words(&place.path().join("lagi")), words(&folder));
}

#[test]
fn sound_that_was_replaced_is_another_recording() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let whole = fs::read(&recording).expect("read");
    assert!(whole.len() > (1 << 20) + 4_096, "beyond the first mebibyte");
    // A copy under way: its length is there, its end is not yet.
    let mut begun = whole.clone();
    begun[1 << 20..].fill(0);
    fs::write(&recording, begun).expect("written");
    let folder = place.path().join("hasil");
    let output = run(&["transkrip", text(&recording), "-o", text(&folder), "--format", "seglst", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let first = words(&folder);
    fs::write(&recording, whole).expect("written");
    let output = run(&["transkrip", text(&recording), "-o", text(&folder), "--format", "seglst", "--quiet"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("suaranya sudah berubah"), "{}", stderr(&output));
    let output = run(&["ekspor", text(&folder), "--format", "seglst"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(words(&folder), first);
}

#[test]
fn a_folder_with_its_sound_stands_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let deep = place.path().join("rapat paripurna – ".repeat(12).trim());
    fs::create_dir_all(&deep).expect("made");
    let folder = deep.join("hasil");
    let output =
        run(&["transkrip", text(&recording), "-o", text(&folder), "--copy-audio", "--format", "seglst", "--quiet"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let copy = folder.join("rekaman").join("petikan.wav");
    assert_eq!(fs::read(&copy).expect("a copy"), fs::read(&recording).expect("the sound"));
    fs::remove_file(&recording).expect("gone");
    let before = words(&folder);
    let again = run(&["transkrip", text(&folder), "-o", text(&folder), "--format", "seglst"]);
    assert!(again.status.success(), "{}", stderr(&again));
    assert!(stderr(&again).contains("0 di antaranya dikenali sekarang"), "{}", stderr(&again));
    assert_eq!(words(&folder), before);
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_full_disk_keeps_what_was_recognised() {
    let disk = Disk::mount(160);
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let folder = disk.path.join("hasil");
    let output = run(&["transkrip", text(&recording), "-o", text(&folder), "--quiet"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("penuh") && stderr(&output).contains("petunjuk: "), "{}", stderr(&output));
    assert!(!folder.join("risalah-sementara.pdf").exists(), "a document that did not fit");

    // With more room, the same command goes on; the words are those of a run that was never disturbed.
    let (moved, undisturbed) = (place.path().join("lanjut"), place.path().join("utuh"));
    fs::create_dir(&moved).expect("made");
    for entry in folder.read_dir().expect("a folder").flatten() {
        fs::copy(entry.path(), moved.join(entry.file_name())).expect("copied");
    }
    for folder in [&moved, &undisturbed] {
        let output = run(&["transkrip", text(&recording), "-o", text(folder), "--format", "seglst", "--quiet"]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    assert_eq!(words(&moved), words(&undisturbed));
}

#[test]
fn a_path_that_the_store_cannot_take_is_a_sentence() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let deep = (0..4).fold(place.path().to_owned(), |path, _| path.join("rapat paripurna ".repeat(14).trim()));
    let output = run(&["transkrip", text(&recording), "-o", text(&deep), "--quiet"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("terlalu panjang"), "{}", stderr(&output));
}

#[test]
fn two_channels_of_one_microphone_are_told() {
    let place = tempfile::tempdir().expect("a folder");
    let [first, second] = apart(&excerpt(place.path()), ["01.wav", "02.wav"]);
    let copy = place.path().join("03.wav");
    fs::copy(&first, &copy).expect("copied");
    let folder = place.path().join("hasil");
    let output = run(&["transkrip", text(&first), text(&second), text(&copy), "-o", text(&folder), "--quiet"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("berisi suara yang sama"), "{}", stderr(&output));
    // Whoever opens the record later must know it too.
    let json = fs::read_to_string(folder.join("transkrip.json")).expect("the transcript");
    assert!(json.contains("floor.identical"), "{json}");
}

#[test]
fn turns_from_elsewhere_are_taken_as_they_are() {
    let place = tempfile::tempdir().expect("a folder");
    let recording = excerpt(place.path());
    let found = run(&["giliran", text(&recording)]);
    assert!(found.status.success(), "{}", stderr(&found));
    let all = String::from_utf8(found.stdout).expect("text");
    let file = place.path().join("giliran.rttm");
    let transcribed = |folder: &str, turns: Option<&str>| {
        let folder = place.path().join(folder);
        let mut args = vec!["transkrip", text(&recording), "-o", text(&folder), "--format", "seglst", "--quiet"];
        if let Some(turns) = turns {
            fs::write(&file, turns).expect("written");
            args.extend(["--turns", text(&file)]);
        }
        let output = run(&args);
        (output.status.code(), stderr(&output), folder)
    };
    // The program's own turns give the program's own words; of one turn, only its words.
    let (code, said, own) = transcribed("sendiri", None);
    assert_eq!(code, Some(0), "{said}");
    let (code, said, same) = transcribed("sama", Some(&all));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(words(&same), words(&own));
    let second = all.lines().nth(1).expect("two turns");
    let (code, said, single) = transcribed("satu", Some(second));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(words(&single).as_array().expect("a list").len(), 1);
    assert_eq!(words(&single)[0]["words"], words(&own)[1]["words"]);

    // Other turns are another transcript: they never mix in one folder.
    let (code, said, _) = transcribed("satu", Some(&all));
    assert_eq!(code, Some(2), "{said}");
    let beyond = format!("{all}SPEAKER rapat 1 5000 1 <NA> <NA> ch01 <NA> <NA>\n");
    let (code, said, _) = transcribed("lewat", Some(&beyond));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("1 giliran dalam berkas mulai setelah akhir rekaman"), "{said}");
    let (code, said, folder) = transcribed("rusak", Some(&format!("{all}SPEAKER rapat 1 5000\n")));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(&format!("baris {}: bukan giliran", all.lines().count() + 1)), "{said}");
    assert!(!folder.exists(), "refused before anything is written");
}

/// The shipped weights as a file that nobody knows: such a model gets whole windows.
fn unknown_model(place: &Path) -> PathBuf {
    let mut watch = Monitor { report: &mut |_| {}, cancel: &AtomicBool::new(false) };
    let store = Store::from_env().expect("a store");
    let shipped = store.resolve(Some("risalah-demo".as_ref()), &mut watch).expect("the shipped model");
    let Source::Bytes(bytes) = shipped.source else { panic!("not in the program") };
    let file = place.join("asing.bin");
    fs::write(&file, bytes).expect("written");
    file
}

#[test]
fn turns_that_share_a_window_have_each_their_own_words() {
    let place = tempfile::tempdir().expect("a folder");
    let chair = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna/01.ogg");
    let file = place.path().join("giliran.rttm");
    // The second of each two begins half a second after the first ends.
    let turns = [(14.12, 3.41), (17.98, 4.42), (212.65, 3.4), (216.5, 1.85), (220.58, 3.26), (224.34, 2.03)];
    let line = |(start, length): &(f64, f64)| format!("SPEAKER rapat 1 {start} {length} <NA> <NA> ch01 <NA> <NA>\n");
    fs::write(&file, turns.iter().map(line).collect::<String>()).expect("written");
    let model = unknown_model(place.path());
    let args = |folder: &Path, model: &str| -> Vec<String> {
        let turns = ["--turns", text(&file), "--model", model, "--format", "seglst", "--quiet", "--workers", "1"];
        [&["transkrip", text(&chair), "-o", text(folder)], &turns[..]].concat().into_iter().map(str::to_owned).collect()
    };
    let transcribed = |folder: &str, model: &str| {
        let folder = place.path().join(folder);
        let output = risalah(&[]).args(args(&folder, model)).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        words(&folder)
    };
    let alone = transcribed("sendiri", "risalah-demo");
    let together = transcribed("bersama", text(&model));
    assert_eq!((alone.as_array().map(Vec::len), together.as_array().map(Vec::len)), (Some(6), Some(6)));
    for turn in 0..6 {
        let said = |transcript: &serde_json::Value| -> Vec<String> {
            transcript[turn]["words"].as_str().expect("words").split_whitespace().map(str::to_lowercase).collect()
        };
        let (alone, together) = (said(&alone), said(&together));
        // A window with more in it changes a word here and there, but none goes to the neighbour.
        let same = alone.iter().filter(|word| together.contains(word)).count();
        assert!(2 * same > alone.len().max(together.len()), "{alone:?} alone, {together:?} together");
    }

    // Which turns share a window does not depend on which of them were recognised before the program
    // was killed.
    let killed = place.path().join("terputus");
    let mut child = risalah(&[]).args(args(&killed, text(&model))).spawn().expect("starts");
    while child.try_wait().expect("asked").is_none() && stored(&killed) == 0 {
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert!(stored(&killed) > 0);
    assert_eq!(transcribed("terputus", text(&model)), together);
}
