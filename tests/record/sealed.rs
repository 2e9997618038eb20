//! A closed meeting as an office records, reads and loses the key of it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use e_risalah::audit::{Action, Trail, Who};
use e_risalah::recording::{folder_of, recover, verify};
use e_risalah::seal::{self, Holder, Identity, MeetingKey, Role};

use crate::room::{
    Random, Running, Volume, closed, excerpt, recorded, risalah, run, samples, signal_to, status, stderr, text, tone,
    transcribed, words,
};

const PHRASE: &str = "kata sandi untuk uji";
pub const NOTE: &str = "Terperiksa membantah seluruh tuduhan";

/// How often a recorder is killed, where `RISALAH_KILLS` does not say.
pub const KILLS: u64 = 4;

/// An office with a key for each of these, in a folder of its own.
pub struct Office(pub tempfile::TempDir);

impl Office {
    pub fn new(holders: &[(&str, &str)]) -> Self {
        Self::within(&std::env::temp_dir(), holders)
    }

    /// One whose folder lies in this one.
    pub fn within(place: &Path, holders: &[(&str, &str)]) -> Self {
        let office = Self(tempfile::tempdir_in(place).expect("a folder"));
        fs::create_dir(office.path("sementara")).expect("made");
        office.name(holders);
        office
    }

    /// Makes their keys, where there are none yet, and names these and no others.
    pub fn name(&self, holders: &[(&str, &str)]) {
        let mut institution = String::from("[lembaga]\nkota = \"Tanjung Contoh\"\n");
        for (name, role) in holders {
            let (key, kept) = (self.path(&format!("{name}.age")), self.path(&format!("{name}.toml")));
            if !key.exists() {
                let made = self.run(&["kunci", "baru", name, "--role", role, "-o", text(&key), "-q"]);
                assert!(made.status.success(), "{}", stderr(&made));
                fs::write(&kept, made.stdout).expect("written");
            }
            institution += &fs::read_to_string(kept).expect("a block");
        }
        fs::write(self.path("lembaga.toml"), institution).expect("written");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = risalah(args);
        command.env("RISALAH_PASSPHRASE", PHRASE).env("TMPDIR", self.path("sementara"));
        command.env("HOME", self.0.path()).env("RISALAH_LOG_DIR", self.path("log"));
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program runs")
    }

    fn describe(&self, kind: &str) -> PathBuf {
        self.describe_as(kind, "tertutup")
    }

    pub fn describe_as(&self, kind: &str, nature: &str) -> PathBuf {
        let path = self.path("rapat.toml");
        fs::write(&path, format!("[rapat]\njenis = \"{kind}\"\nsifat = \"{nature}\"\ntanggal = 2027-03-09\n"))
            .expect("written");
        path
    }

    /// Half a minute of a closed meeting, recorded and recognised.
    fn meeting(&self) -> (PathBuf, PathBuf) {
        let file = excerpt(self.0.path());
        let folder = self.meeting_of(&file);
        (file, folder)
    }

    /// The same of this sound.
    fn meeting_of(&self, file: &Path) -> PathBuf {
        let (folder, description) = (self.path("rapat"), self.describe("bk"));
        let args = ["rekam", "--source", text(file), "--speed", "4", "--meeting", text(&description)];
        let mut desk = Running::start(self.command(&args).args(["-o", text(&folder)]));
        recorded(&folder, 16_000);
        let noted = self.run(&["rekam", "peristiwa", text(&folder), &format!("catatan:{NOTE}")]);
        assert!(noted.status.success(), "{}", stderr(&noted));
        let code = desk.0.wait().expect("the desk ends").code();
        closed(&folder);
        assert_eq!(code, Some(0), "{}", fs::read_to_string(folder.join("pengenal.log")).unwrap_or_default());
        folder
    }

    pub fn export(&self, folder: &Path, key: &str, output: &str) -> Output {
        let (key, output) = (self.path(key), self.path(output));
        let opened = ["--identity", text(&key), "--reason", "koreksi risalah", "--format", "seglst", "-q"];
        self.run(&[&["ekspor", text(folder), "-o", text(&output)][..], &opened[..]].concat())
    }
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// The text of a document in all its parts.
pub fn pages(path: &Path) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).expect("opened")).expect("an archive");
    let mut text = String::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        if part.name().ends_with(".xml") {
            part.read_to_string(&mut text).expect("read");
        }
    }
    text
}

pub fn holds(content: &[u8], wanted: &[u8]) -> bool {
    content.windows(wanted.len()).any(|piece| piece == wanted)
}

#[test]
fn a_closed_meeting_leaves_neither_a_sentence_nor_a_kilobyte_of_sound_in_the_open() {
    let office = Office::new(&[("Sari", "sekretaris"), ("Brankas", "pemulihan")]);
    let (file, folder) = office.meeting();
    // Only with a key, and for a reason.
    for (args, said) in [
        (&["ekspor", "-o", "keluar"][..], "disegel"),
        (&["transkrip"], "disegel"),
        (&["riwayat"], "disegel"),
        (&["giliran"], "disegel"),
        (&["keadaan"], "disegel"),
    ] {
        let refused = office.run(&[args, &[text(&folder)]].concat());
        assert_eq!(refused.status.code(), Some(2), "{args:?}: {}", stderr(&refused));
        assert!(stderr(&refused).contains(said), "{args:?}: {}", stderr(&refused));
    }
    let archived = office.run(&["arsipkan", text(&folder)]);
    assert_eq!(archived.status.code(), Some(1), "{}", stderr(&archived));
    let (key, clip) = (office.path("Sari.age"), office.path("klip.wav"));
    let opened = ["--identity", text(&key)];
    let unexplained = office.run(&[&["ekspor", text(&folder), "-o", "keluar"][..], &opened].concat());
    assert!(stderr(&unexplained).contains("--reason"), "{}", stderr(&unexplained));
    let opened = [&opened[..], &["--reason", "rapat lanjutan"]].concat();
    let inside = office.run(&[&["ekspor", text(&folder)][..], &opened].concat());
    assert!(stderr(&inside).contains("-o"), "{}", stderr(&inside));
    let shown = office.run(&[&["cetak", text(&folder), "--preview"][..], &opened].concat());
    assert_eq!(shown.status.code(), Some(2), "{}", stderr(&shown));
    let listened = office.run(&[&["putar", text(&folder), "00:00:05", "-o", text(&clip)][..], &opened].concat());
    assert!(listened.status.success(), "{}", stderr(&listened));
    assert!(fs::metadata(&clip).expect("a clip").len() > 100_000);
    let again = office.run(&[&["transkrip", text(&folder), "-q"][..], &opened].concat());
    assert!(matches!(again.status.code(), Some(0 | 3)), "{}", stderr(&again));
    let turns = office.run(&[&["giliran", text(&folder)][..], &opened].concat());
    assert!(!turns.stdout.is_empty(), "{}", stderr(&turns));
    let exported = office.export(&folder, "Sari.age", "keluar");
    assert!(matches!(exported.status.code(), Some(0 | 3)), "{}", stderr(&exported));
    // The same words as of an open recording; the note is in its document.
    let said = words(&office.path("keluar"));
    assert_eq!(said, transcribed(&file, &office.path("terbuka")));
    assert!(said.len() > 2, "{said:?}");
    let document = pages(&office.path("keluar/risalah-sementara.docx"));
    assert!(document.contains(&NOTE.to_uppercase()) && document.contains("RAPAT TERTUTUP"));
    assert!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings.is_empty());
    let checked = office.run(&["periksa", text(&folder)]);
    assert!(checked.status.success(), "{}", stderr(&checked));
    // Who opened it, and what for.
    let list = office.run(&["kunci", "daftar", text(&folder)]);
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    assert!(list.contains("Brankas") && list.contains("rapat lanjutan") && list.contains("koreksi risalah"), "{list}");
    // Nothing of all that lies beside the seal.
    let secrets = secrets(&file, &said);
    for path in files(&folder).into_iter().chain(files(&office.path("sementara"))).chain(files(&office.path("log"))) {
        let content = fs::read(&path).expect("read");
        for (secret, what) in &secrets {
            assert!(!holds(&content, secret), "{what} in {}", path.display());
        }
    }
    assert_eq!(files(&office.path("sementara")), Vec::<PathBuf>::new());
}

/// What must stand nowhere: the note, each sentence, and pieces of a kilobyte of the sound.
fn secrets(file: &Path, said: &[(String, String, String)]) -> Vec<(Vec<u8>, String)> {
    let sound = fs::read(file).expect("read");
    let pieces = (0..32).map(|place| &sound[44 + place * 60_000..][..1024]);
    let loud =
        pieces.filter(|piece| piece.iter().any(|byte| *byte != 0)).map(|piece| (piece.to_vec(), "sound".to_owned()));
    let words = said.iter().map(|(.., words)| words.trim_matches('"'));
    let texts = words.chain([NOTE]).map(|text| (text.as_bytes().to_vec(), text.to_owned()));
    let all: Vec<_> = loud.chain(texts).collect();
    assert!(all.len() > 16, "{}", all.len());
    all
}

/// A whole disk, byte by byte: with what was deleted on it, and with all that the program keeps
/// elsewhere.
#[test]
#[ignore = "mounts a file system, which only root may"]
fn on_the_whole_disk_there_is_neither_a_sentence_nor_a_kilobyte_of_sound() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = excerpt(elsewhere.path());
    let disk = Volume::mount();
    let office = Office::within(&disk.path, &[("Sari", "sekretaris")]);
    let folder = office.meeting_of(&file);
    let (key, out) = (office.path("Sari.age"), elsewhere.path().join("keluar"));
    let opened = ["--identity", text(&key), "--reason", "uji"];
    for args in [
        &["transkrip", text(&folder), "-q"][..],
        &["ekspor", text(&folder), "-o", text(&out), "--format", "seglst", "-q"],
        &["giliran", text(&folder)],
    ] {
        let done = office.run(&[args, &opened[..]].concat());
        assert!(matches!(done.status.code(), Some(0 | 3)), "{args:?}: {}", stderr(&done));
    }
    // Without it the folder is one of all meetings.
    fs::remove_file(office.path("rapat.toml")).expect("removed");
    let searched = office.run(&["cari", "--rebuild", "--folder", text(office.0.path())]);
    assert!(matches!(searched.status.code(), Some(0 | 3)), "{}", stderr(&searched));
    let secrets = secrets(&file, &words(&out));
    let content = disk.content();
    assert!(holds(&content, b"age-encryption.org/v1"), "the meeting is on it");
    for (secret, what) in &secrets {
        assert!(!holds(&content, secret), "{what} is on the disk");
    }
}

#[test]
fn a_closed_meeting_that_nobody_could_open_is_not_begun() {
    let office = Office::new(&[]);
    let (file, folder) = (tone(office.0.path(), 2, 1), office.path("rapat"));
    for (kind, said) in [("bk", "risalah kunci baru"), ("paripurna", "selalu terbuka")] {
        let description = office.describe(kind);
        let args = ["rekam", "--source", text(&file), "--meeting", text(&description), "-o", text(&folder)];
        let refused = office.run(&args);
        assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
        assert!(stderr(&refused).contains(said), "{}", stderr(&refused));
        assert!(!folder.exists(), "nothing is left behind");
    }
}

#[test]
fn a_lost_key_loses_the_meeting_unless_there_is_another() {
    let office = Office::new(&[("Sari", "sekretaris"), ("Brankas", "pemulihan")]);
    let (_, folder) = office.meeting();
    // Somebody who came later cannot open it, until a holder lets them.
    office.name(&[("Sari", "sekretaris"), ("Budi", "ketua")]);
    fs::copy(office.path("lembaga.toml"), folder.join("lembaga.toml")).expect("copied");
    let refused = office.export(&folder, "Budi.age", "satu");
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    let (safe, sheet, again) = (office.path("Brankas.age"), office.path("lembar.svg"), office.path("lagi.age"));
    let before = fs::read(folder_of(&folder).join("ledger.jsonl")).expect("read");
    let opened = ["--identity", text(&safe), "--reason", "ketua baru"];
    let wrapped = office.run(&[&["kunci", "bungkus-ulang", text(&folder)][..], &opened].concat());
    assert!(wrapped.status.success(), "{}", stderr(&wrapped));
    assert_eq!(fs::read(folder_of(&folder).join("ledger.jsonl")).expect("read"), before, "the recording stays");
    for key in ["Budi.age", "Sari.age", "Brankas.age"] {
        let exported = office.export(&folder, key, "dua");
        assert!(matches!(exported.status.code(), Some(0 | 3)), "{key}: {}", stderr(&exported));
    }
    // The words of a sheet are worth the key.
    let printed = office.run(&["kunci", "cetak-lembar", text(&safe), "-o", text(&sheet)]);
    assert!(printed.status.success(), "{}", stderr(&printed));
    let page = fs::read_to_string(&sheet).expect("read");
    let numbered = |line: &str| {
        let (_, after) = line.split_once("font-size=\"5\">")?;
        let (number, word) = after.strip_suffix("</text>")?.split_once("  ")?;
        Some((number.parse::<u8>().ok()?, word.to_owned()))
    };
    let mut numbers: Vec<_> = page.lines().filter_map(numbered).collect();
    numbers.sort();
    assert_eq!(numbers.len(), 24);
    let written = numbers.into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ");
    let typed = office.path("kata.txt");
    fs::write(&typed, format!("{written}\n{PHRASE}\n")).expect("written");
    let mut restore = office.command(&["kunci", "pulihkan", "Brankas", "-o", text(&again)]);
    let restored = restore.stdin(fs::File::open(typed).expect("opened")).output().expect("the program runs");
    assert!(restored.status.success(), "{}", stderr(&restored));
    let exported = office.export(&folder, "lagi.age", "tiga");
    assert!(matches!(exported.status.code(), Some(0 | 3)), "{}", stderr(&exported));
    // By a decision all of it is opened for good.
    let by = ["--decision", "Keputusan 12/2027", "--by", "Sari", "--identity", text(&again)];
    let opened = office.run(&[&["kunci", "buka-segel", text(&folder), "--stretch", "1"][..], &by].concat());
    assert!(opened.status.success(), "{}", stderr(&opened));
    let out = office.path("terbuka-untuk-umum");
    let exported = office.run(&["ekspor", text(&folder), "-o", text(&out), "--format", "seglst", "-q"]);
    assert!(matches!(exported.status.code(), Some(0 | 3)), "{}", stderr(&exported));
    assert_eq!(crate::room::words(&out), crate::room::words(&office.path("tiga")));
    // Where the meeting lies among others, the audit trail says who opened it and why.
    let trail = Trail::of(office.0.path());
    trail.enter(&Who::command_line(), Action::TrailRead, None, None).expect("begun");
    office.export(&folder, "Sari.age", "empat");
    let entries = trail.read().expect("read").into_iter().map(|line| line.entry);
    let told: Vec<_> =
        entries.filter(|entry| entry.meeting.is_some()).map(|entry| (entry.action, entry.detail)).collect();
    assert_eq!(told[0].0, Action::Exported, "{told:?}");
    assert_eq!(told[1], (Action::Unsealed, Some("export: koreksi risalah (Sari)".to_owned())), "{told:?}");
}

#[test]
fn a_recorder_killed_while_sealed_loses_nothing_that_it_said_was_on_the_disk() {
    let kills = std::env::var("RISALAH_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 300, 2);
    let original = samples(&file);
    let mut random = Random(0x5EA1_ED00_1234_5678);
    for round in 0..kills {
        let folder = place.path().join(format!("rapat-{round}"));
        let (key, identity) = (MeetingKey::generate(), Identity::generate("Sari"));
        let holder = Holder::new("Sari", Role::Sekretaris, &identity.recipient()).expect("a holder");
        let order = serde_json::json!({
            "folder": folder_of(&folder), "mirror": null, "device": null, "channels": null, "source": file,
            "speed": 4.0, "names": [], "resume": false, "seal": key.seal(&[holder]).expect("a seal"),
        });
        let path = place.path().join("perintah.json");
        fs::write(&path, order.to_string()).expect("written");
        let mut recorder = Running::start(risalah(&["recorder"]).stdin(fs::File::open(&path).expect("opened")));
        recorded(&folder, 1);
        thread::sleep(Duration::from_millis(random.below(2_500)));
        let known = status(&folder).expect("it answers").position;
        recorder.signal("-KILL");
        recorder.0.wait().expect("gone");
        let recovered = recover(&folder_of(&folder)).expect("recovered without a key");
        assert!(recovered.frames >= known, "round {round}: {} of {known}", recovered.frames);
        assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, [], "round {round}");
        // What an identity of its holder opens is what was played.
        let found = e_risalah::recording::seal_of(&folder).expect("read").expect("sealed");
        seal::hold(found.open(&folder, &identity).expect("opened"));
        assert_eq!(samples(&folder), original[..2 * recovered.frames as usize], "round {round}");
        assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, [], "round {round}");
        fs::remove_dir_all(&folder).expect("removed");
    }
}

#[test]
fn its_copy_is_sealed_too_and_whole() {
    let office = Office::new(&[("Sari", "sekretaris")]);
    let (file, description) = (tone(office.0.path(), 90, 2), office.describe("bk"));
    let (folder, copy) = (office.path("rapat"), office.path("salinan"));
    let args = ["rekam", "--source", text(&file), "--speed", "20", "--meeting", text(&description), "-q"];
    let mut desk = Running::start(office.command(&args).args(["-o", text(&folder), "--mirror", text(&copy)]));
    desk.0.wait().expect("the desk ends");
    closed(&folder);
    let verdicts = [&folder, &copy].map(|folder| verify(&folder_of(folder), &mut |_, _| {}).expect("examined"));
    for verdict in verdicts {
        assert_eq!((verdict.findings, verdict.frames), (Vec::new(), 90 * 8_000));
    }
    let names = |folder: &Path| {
        files(&folder_of(folder)).iter().filter_map(|path| path.file_name().map(ToOwned::to_owned)).collect::<Vec<_>>()
    };
    assert!(names(&copy).iter().all(|name| !name.to_string_lossy().ends_with(".wav")), "{:?}", names(&copy));
}

#[test]
fn a_sealed_recording_that_was_interrupted_goes_on_and_is_recognised_with_a_key() {
    let office = Office::new(&[("Sari", "sekretaris")]);
    let (file, folder, description) = (excerpt(office.0.path()), office.path("rapat"), office.describe("bk"));
    let args = ["rekam", "--source", text(&file), "--meeting", text(&description), "-o", text(&folder), "-q"];
    let mut desk = Running::start(office.command(&args).args(["--speed", "2"]));
    recorded(&folder, 16_000 * 4);
    // Power is lost: all of it is gone at once.
    signal_to(desk.0.id(), "-KILL");
    desk.0.wait().expect("gone");
    for part in ["recorder", "transcribe"] {
        let pattern = format!("{} {part}", env!("CARGO_BIN_EXE_risalah"));
        let found = Command::new("pgrep").args(["-f", &pattern]).output().expect("pgrep runs");
        for pid in String::from_utf8_lossy(&found.stdout).lines().filter_map(|line| line.parse::<u32>().ok()) {
            let of = fs::read_link(format!("/proc/{pid}/fd/2")).unwrap_or_default();
            if of.starts_with(&folder) {
                let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
            }
        }
    }
    let mut desk = Running::start(office.command(&args).args(["--speed", "8"]));
    assert_eq!(desk.0.wait().expect("the desk ends").code(), Some(3), "it is not recognised yet");
    closed(&folder);
    assert!(run(&["periksa", text(&folder)]).status.success());
    let key = office.path("Sari.age");
    let opened = ["--identity", text(&key), "--reason", "transkripsi", "-q"];
    let recognised = office.run(&[&["transkrip", text(&folder)][..], &opened].concat());
    assert!(matches!(recognised.status.code(), Some(0 | 3)), "{}", stderr(&recognised));
    let exported = office.export(&folder, "Sari.age", "keluar");
    assert!(matches!(exported.status.code(), Some(0 | 3)), "{}", stderr(&exported));
    assert!(!words(&office.path("keluar")).is_empty());
}
