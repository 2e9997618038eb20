//! A published copy of the shipped meeting, taken apart: the words are nowhere in it, nor in its
//! sound.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e_risalah::audio::{Block, Input, Source, SpeechStream};
use e_risalah::publication::{Published, published};
use tempfile::TempDir;

/// What is taken out, of the words that the demonstration model recognises, and its microphone.
const PASSAGE: &str = "harus mendapat sarung tangan. Sepatu. Dan jaminan";
const CHANNEL: usize = 6;
/// What nobody may find again.
const SECRET: [&str; 4] = ["sarung", "sepatu", "jaminan", "mendapat"];

fn risalah(place: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).current_dir(place).env("RISALAH_LANG", "id").output().expect("the program runs")
}

fn done(place: &Path, args: &[&str]) -> String {
    let output = risalah(place, args);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(0 | 3)), "{args:?}: {told}");
    told
}

/// The shipped meeting, recognised and made official.
fn official() -> TempDir {
    let place = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| drop(done(place.path(), args));
    run(&["demo", "-o", "rapat", "--quiet"]);
    let described = place.path().join("rapat/rapat.toml");
    let text = fs::read_to_string(&described).expect("a description");
    // The day of the meeting lies before that of the signature.
    fs::write(&described, text.replace("tanggal = 2027-03-09", "tanggal = 2026-01-05")).expect("written");
    run(&["heard", "rapat", "00:00:00", "--until", "00:59:59", "--by", "Sari"]);
    for step in [&["sementara"][..], &["koreksi"], &["verifikasi", "--note", "latihan"]] {
        run(&[&["advance", "rapat", "--by", "Sari", "--to"], step].concat());
    }
    let signed = ["finalize", "rapat", "--signed-by", "Bambang Wirawan, S.H., M.H.", "--number", "1/2026"];
    run(&[&signed[..], &["--waive", "latihan"]].concat());
    place
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, mut found): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    found.extend(folders.iter().flat_map(|folder| files(folder)));
    found.sort();
    found
}

fn output_of(program: &str, args: &[&str], path: &Path, more: &[&str]) -> String {
    let output = Command::new(program).args(args).arg(path).args(more).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    String::from_utf8_lossy(&output.stdout).to_lowercase()
}

/// All that programs find in a file.
fn content(path: &Path) -> String {
    let bytes = fs::read(path).expect("read");
    assert!(!bytes.starts_with(b"SQLite format 3"), "{} is a database", path.display());
    let mut found = String::from_utf8_lossy(&bytes).to_lowercase();
    for encoding in ["-es", "-eS", "-el", "-eb"] {
        found += &output_of("strings", &["-n3", encoding], path, &[]);
    }
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("docx") => found += &output_of("unzip", &["-p"], path, &[]),
        Some("pdf") => {
            found += &output_of("pdftotext", &["-layout"], path, &["-"]);
            found += &output_of("pdfinfo", &[], path, &[]);
        }
        _ => {}
    }
    found
}

/// Every sample of a file, decoded by the program's own decoder.
fn decoded(path: &Path) -> Vec<f32> {
    let input = Input::from_paths(&[path.to_owned()]).expect("a file");
    let mut stream = SpeechStream::new(Source::open(&input).expect("opened")).expect("a stream");
    let (mut block, mut samples) = (Block::default(), Vec::new());
    while stream.read(&mut block, 16_000).expect("read") > 0 {
        samples.extend_from_slice(&block.channels()[0]);
    }
    samples
}

/// What the shipped model recognises in a file: the words with their times in samples at 16 kHz.
fn recognised(place: &Path, sound: &Path) -> Vec<(String, u64, u64)> {
    let folder = place.join("lagi").join(sound.file_name().expect("a name"));
    let name = |path: &Path| path.to_str().expect("a readable path").to_owned();
    let bare = place.join("kosong.toml");
    fs::write(&bare, "[rapat]\njenis = \"paripurna\"\n").expect("written");
    // A file by itself, so that its name says nothing of a microphone.
    let copy =
        place.join(format!("suara-{}", sound.file_name().expect("a name").to_string_lossy().replace("kanal-", "x")));
    fs::copy(sound, &copy).expect("copied");
    done(
        place,
        &[
            "transcribe",
            &name(&copy),
            "--model",
            "risalah-demo",
            "--meeting",
            &name(&bare),
            "-o",
            &name(&folder),
            "--quiet",
        ],
    );
    let json = fs::read(folder.join("transkrip.json")).expect("a transcript");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let utterances = json["utterances"].as_array().expect("utterances").clone();
    let words = utterances.iter().flat_map(|utterance| utterance["words"].as_array().cloned().unwrap_or_default());
    // The clock of its spans is that of the file.
    let time = |word: &serde_json::Value, name: &str| (word[name].as_f64().expect("seconds") * 16_000.0) as u64;
    words
        .map(|word| {
            (word["text"].as_str().expect("a text").to_lowercase(), time(&word, "start_time"), time(&word, "end_time"))
        })
        .collect()
}

fn hashes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let relative =
        |path: PathBuf| (path.strip_prefix(folder).expect("within").to_owned(), fs::read(path).expect("read"));
    files(folder).into_iter().map(relative).collect()
}

#[test]
fn the_words_are_nowhere_in_the_package_nor_in_its_sound() {
    let place = official();
    let folder = place.path().join("rapat");
    let verified = ["verify", "rapat"];
    done(place.path(), &verified);
    done(
        place.path(),
        &["redact", "rapat", "00:02:10", "00:02:25", "--words", PASSAGE, "--reason", "data pribadi", "--by", "Sari"],
    );
    done(place.path(), &["export", "rapat", "--published", "-o", "publik", "--quiet"]);
    let out = place.path().join("publik");
    let found = files(&out);
    assert_eq!(found.len(), 14 + 10, "{found:?}");
    for path in &found {
        let content = content(path);
        for word in SECRET {
            assert!(!content.contains(word), "{word} in {}", path.display());
        }
    }
    let text = fs::read_to_string(out.join("transkrip.txt")).expect("read");
    assert!(text.contains("[dihapus: data pribadi] kesehatan.") && text.contains("data pribadi 1"), "{text}");

    let copy = published(&folder).expect("it may go out");
    silent(&copy, &out);
    let before = recognised(place.path(), &folder.join(format!("kanal-{CHANNEL:02}.ogg")));
    assert!(before.iter().any(|(word, ..)| word.contains("sarung")), "the original says it: {before:?}");
    for name in [format!("kanal-{CHANNEL:02}.opus"), "campuran.opus".to_owned(), "kanal-01.opus".to_owned()] {
        let words = recognised(place.path(), &out.join("suara").join(&name));
        assert!(words.len() > 10, "{name} is still heard: {words:?}");
        for (word, start, end) in &words {
            assert!(!SECRET.iter().any(|secret| word.contains(secret)), "{word} in {name}");
            let middle = u64::midpoint(*start, *end);
            assert!(
                !copy.silenced.iter().any(|span| span.contains(&middle)),
                "{word} is recognised in the silence of {name}"
            );
        }
    }

    // The same again gives the same bytes; taken back, the words are there again.
    done(place.path(), &["export", "rapat", "--published", "-o", "sekali-lagi", "--quiet"]);
    assert!(hashes(&out) == hashes(&place.path().join("sekali-lagi")), "other bytes");
    done(place.path(), &["redact", "rapat", "--withdraw", "1", "--by", "Budi"]);
    done(place.path(), &["export", "rapat", "--published", "-o", "publik", "--no-sound", "--quiet"]);
    assert!(fs::read_to_string(out.join("transkrip.txt")).expect("read").contains("sarung tangan"));
    assert!(
        files(&out).iter().all(|path| path.extension().is_none_or(|ending| ending != "opus")),
        "sound of an earlier copy"
    );
    done(place.path(), &verified);
    // Into a folder with other things nothing is published.
    let output = risalah(place.path(), &["export", "rapat", "--published", "-o", "rapat"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(folder.join("transkrip.db").is_file());
}

/// Every file of the sound is silent where it must be, and only there.
fn silent(copy: &Published, out: &Path) {
    assert_eq!(copy.silenced.len(), 1);
    let span = &copy.silenced[0];
    // What the codec smears over the edge.
    let inner = (span.start + 800) as usize..(span.end - 800) as usize;
    for path in files(&out.join("suara")) {
        let samples = decoded(&path);
        assert_eq!(samples.len() as u64, copy.transcript.recording.length, "{}", path.display());
        let loudest = samples[inner.clone()].iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
        assert!(loudest < 1e-3, "{}: {loudest}", path.display());
    }
    let samples = decoded(&out.join("suara/campuran.opus"));
    assert!(samples[..inner.start].iter().any(|sample| sample.abs() > 0.05), "the rest is heard");
}
