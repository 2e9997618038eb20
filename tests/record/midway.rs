//! An open meeting that the clerk closes midway, as an office records it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use e_risalah::audio::{Input, Source};
use e_risalah::audit::{Action, Trail, Who};
use e_risalah::meeting::EventKind;
use e_risalah::record::recorder::{Client, Status};
use e_risalah::recording::{Entered, Growth, Stretch, folder_of, recover, stretches_of, verify};
use e_risalah::seal::{self, Holder, Identity, Role, openings};

use crate::room::{
    Random, Running, Volume, closed, excerpt, recorded, recorder_pid, risalah, samples, signal_to, status, stderr,
    text, tone, transcribed, until, words,
};
use crate::sealed::{KILLS, NOTE, Office, files, holds, pages};

/// The words that are spoken in a span of seconds, and those that are not.
type Said = Vec<(String, String, String)>;

fn starts_in(said: &(String, String, String), from: f64, until: f64) -> bool {
    let start: f64 = said.1.trim_matches('"').parse().expect("seconds");
    (from..until).contains(&start)
}

/// Half a minute of a meeting that is open, closed from the second sentence on, and open again.
fn meeting(office: &Office) -> (PathBuf, PathBuf) {
    let file = excerpt(office.0.path());
    let folder = meeting_of(office, &file);
    (file, folder)
}

/// The same of this sound.
fn meeting_of(office: &Office, file: &Path) -> PathBuf {
    let (folder, description) = (office.path("rapat"), office.describe_as("komisi", "terbuka"));
    let args = ["rekam", "--source", text(file), "--speed", "3", "--meeting", text(&description)];
    let mut desk = Running::start(office.command(&args).args(["-o", text(&folder)]));
    let event = |what: &str| {
        let entered = office.run(&["rekam", "peristiwa", text(&folder), what]);
        assert!(entered.status.success(), "{what}: {}", stderr(&entered));
    };
    recorded(&folder, 8 * 16_000);
    event("tertutup");
    event(&format!("catatan:{NOTE}"));
    let twice = office.run(&["rekam", "peristiwa", text(&folder), "tertutup"]);
    assert_eq!(twice.status.code(), Some(2), "{}", stderr(&twice));
    let undone = office.run(&["rekam", "peristiwa", text(&folder), "batal"]);
    assert!(undone.status.success(), "the note is taken back: {}", stderr(&undone));
    event(&format!("catatan:{NOTE}"));
    recorded(&folder, 20 * 16_000);
    event("terbuka");
    let undone = office.run(&["rekam", "peristiwa", text(&folder), "batal"]);
    assert!(!undone.status.success() && stderr(&undone).contains("tidak dapat dibatalkan"), "{}", stderr(&undone));
    let code = desk.0.wait().expect("the desk ends").code();
    closed(&folder);
    assert!(
        matches!(code, Some(0 | 3)),
        "{code:?} {}",
        fs::read_to_string(folder.join("pengenal.log")).unwrap_or_default()
    );
    folder
}

/// What must stand nowhere: the note, each sentence of the closed part, and pieces of a kilobyte of
/// its sound.
fn secrets(file: &Path, closed: &Stretch, inside: &Said) -> Vec<Vec<u8>> {
    let sound = fs::read(file).expect("read");
    let until = closed.until.expect("an end") as usize;
    let places = (0..40).map(|place| closed.from as usize + 2_000 + place * 4_000).filter(|at| at + 256 < until);
    let mut secrets: Vec<Vec<u8>> = places.map(|at| sound[44 + at * 4..][..1024].to_vec()).collect();
    secrets.retain(|piece| piece.iter().any(|byte| *byte != 0));
    assert!(secrets.len() > 8, "{}", secrets.len());
    let sentences = inside.iter().map(|(.., words)| words.trim_matches('"')).filter(|words| words.len() > 25);
    secrets.extend(sentences.map(|words| words.as_bytes().to_vec()));
    secrets.push(NOTE.as_bytes().to_vec());
    secrets
}

/// A whole disk, byte by byte: with what was deleted on it, and with all that the program keeps
/// elsewhere.
#[test]
#[ignore = "mounts a file system, which only root may"]
fn on_the_whole_disk_there_is_nothing_of_a_part_that_was_closed_midway() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = excerpt(elsewhere.path());
    let disk = Volume::mount();
    let office = Office::within(&disk.path, &[("Sari", "sekretaris")]);
    let folder = meeting_of(&office, &file);
    let (key, out) = (office.path("Sari.age"), elsewhere.path().join("keluar"));
    let opened = ["--identity", text(&key), "--reason", "uji"];
    for args in [
        &["transkrip", text(&folder), "-q"][..],
        &["ekspor", text(&folder), "-o", text(&out), "--format", "seglst", "-q"],
        &["riwayat", text(&folder)],
    ] {
        let done = office.run(&[args, &opened[..]].concat());
        assert!(matches!(done.status.code(), Some(0 | 3)), "{args:?}: {}", stderr(&done));
    }
    // Without it the folder is one of all meetings.
    fs::remove_file(office.path("rapat.toml")).expect("removed");
    let searched = office.run(&["cari", "--rebuild", "--folder", text(office.0.path())]);
    assert!(matches!(searched.status.code(), Some(0 | 3)), "{}", stderr(&searched));
    let stretches = stretches_of(&folder).expect("read");
    let (from, until) = seconds(&stretches[0]);
    let inside: Said = words(&out).into_iter().filter(|said| starts_in(said, from, until)).collect();
    assert!(!inside.is_empty());
    let secrets = secrets(&file, &stretches[0], &inside);
    let content = disk.content();
    assert!(holds(&content, b"age-encryption.org/v1"), "the meeting is on it");
    for secret in &secrets {
        assert!(!holds(&content, secret), "{} is on the disk", String::from_utf8_lossy(secret));
    }
}

fn seconds(stretch: &Stretch) -> (f64, f64) {
    (stretch.from as f64 / 16_000.0, stretch.until.expect("an end") as f64 / 16_000.0)
}

#[test]
fn what_is_closed_midway_lies_under_seal_and_the_rest_is_open_as_ever() {
    let office = Office::new(&[("Sari", "sekretaris"), ("Brankas", "pemulihan")]);
    let (file, folder) = meeting(&office);
    let stretches = stretches_of(&folder).expect("read");
    let [closed] = &stretches[..] else { panic!("{stretches:?}") };
    let (from, until) = seconds(closed);
    assert!(from >= 8.0 && until >= 20.0, "{from} {until}");
    assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, []);
    assert!(office.run(&["periksa", text(&folder)]).status.success());
    // The documents that were written hold the open part, and say from when until when it was closed.
    let document = pages(&folder.join("risalah-sementara.docx"));
    assert!(document.contains("RAPAT DINYATAKAN TERTUTUP") && document.contains("TERBUKA KEMBALI"), "{document}");
    assert!(!document.contains(&NOTE.to_uppercase()) && !document.contains("TIDAK UNTUK DIPUBLIKASIKAN"));
    let whole: Said = transcribed(&file, &office.path("terbuka"));
    let (inside, outside): (Said, Said) = whole.iter().cloned().partition(|said| starts_in(said, from, until));
    assert!(!inside.is_empty() && !outside.is_empty(), "{whole:?}");
    let exported = office.run(&["ekspor", text(&folder), "-o", text(&office.path("umum")), "--format", "seglst", "-q"]);
    assert!(matches!(exported.status.code(), Some(0 | 3)), "{}", stderr(&exported));
    let public = words(&office.path("umum"));
    assert!(!public.is_empty() && public.iter().all(|said| outside.contains(said)), "{public:?}");
    // With a key all of it, word for word as of an open recording; marked, and not in the folder.
    let key = office.path("Sari.age");
    let opened = ["--identity", text(&key), "--reason", "koreksi"];
    let refused = office.run(&[&["ekspor", text(&folder)][..], &opened].concat());
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    let exported = office.export(&folder, "Brankas.age", "keluar");
    assert!(matches!(exported.status.code(), Some(0 | 3)), "{}", stderr(&exported));
    assert_eq!(words(&office.path("keluar")), whole);
    let document = pages(&office.path("keluar/risalah-sementara.docx"));
    assert!(document.contains(&NOTE.to_uppercase()) && document.contains("TIDAK UNTUK DIPUBLIKASIKAN"));
    // Nothing of the closed part lies in the open anywhere.
    let secrets = secrets(&file, closed, &inside);
    let lying = |secrets: &[Vec<u8>]| {
        for path in files(&folder).into_iter().chain(files(&office.path("sementara"))).chain(files(&office.path("log")))
        {
            let content = fs::read(&path).expect("read");
            for secret in secrets {
                assert!(!holds(&content, secret), "{} in {}", String::from_utf8_lossy(secret), path.display());
            }
        }
    };
    lying(&secrets);
    // To recognise all of it anew a key is needed; the documents stay those of the open part.
    let again = office.run(&["transkrip", text(&folder), "-q"]);
    assert_eq!(again.status.code(), Some(2), "{}", stderr(&again));
    let again = office.run(&[&["transkrip", text(&folder), "-q"][..], &opened].concat());
    assert!(matches!(again.status.code(), Some(0 | 3)), "{}", stderr(&again));
    lying(&secrets);
    opened_for_good(&office, &folder, &whole);
}

/// Opens the closed part by decision.
fn opened_for_good(office: &Office, folder: &Path, whole: &Said) {
    let trail = Trail::of(office.0.path());
    trail.enter(&Who::command_line(), Action::TrailRead, None, None).expect("begun");
    let key = office.path("Sari.age");
    let unseal = |stretch: &str, decision: &str| {
        let by = ["--by", "Sari Dewi", "--identity", text(&key)];
        office.run(
            &[&["kunci", "buka-segel", text(folder), "--stretch", stretch, "--decision", decision][..], &by].concat(),
        )
    };
    for (stretch, decision) in [("2", "Keputusan 12/2027"), ("1", " ")] {
        let refused = unseal(stretch, decision);
        assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    }
    let done = unseal("1", "Keputusan 12/2027");
    assert!(done.status.success(), "{}", stderr(&done));
    let twice = unseal("1", "Keputusan 13/2027");
    assert_eq!(twice.status.code(), Some(2), "{}", stderr(&twice));
    let exported = office.run(&["ekspor", text(folder), "-o", text(&office.path("semua")), "--format", "seglst", "-q"]);
    assert!(matches!(exported.status.code(), Some(0 | 3)), "{}", stderr(&exported));
    assert_eq!(words(&office.path("semua")), *whole);
    let document = pages(&office.path("semua/risalah-sementara.docx"));
    assert!(document.contains(&NOTE.to_uppercase()) && !document.contains("TIDAK UNTUK DIPUBLIKASIKAN"));
    let list = office.run(&["kunci", "daftar", text(folder)]);
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    assert!(list.contains("bagian 1") && list.contains("Keputusan 12/2027") && !list.contains("SECRET"), "{list}");
    let list = office.run(&["kunci", "daftar", text(folder), "--json"]);
    assert!(!String::from_utf8_lossy(&list.stdout).contains("SECRET"));
    let entries = trail.read().expect("read").into_iter().map(|line| line.entry);
    let found = entries.filter(|entry| entry.action == Action::Unsealed).filter_map(|entry| entry.detail);
    let found: Vec<String> = found.collect();
    assert!(found.iter().any(|detail| detail == "keys unseal 1: Keputusan 12/2027 (Sari Dewi, Sari)"), "{found:?}");
    let (openings, broken) = openings(folder).expect("read");
    assert_eq!(broken, None);
    assert_eq!(openings.last().and_then(|opening| opening.released.as_ref()).map(|one| one.stretch), Some(1));
    assert!(office.run(&["periksa", text(folder)]).status.success());
}

#[test]
fn without_a_holder_and_where_the_law_keeps_it_open_it_is_not_closed_and_goes_on() {
    for (holders, kind, nature, said) in [
        (&[][..], "komisi", "terbuka", "risalah kunci baru"),
        (&[("Sari", "sekretaris")], "paripurna", "terbuka", "Pasal 90"),
        (&[("Sari", "sekretaris")], "bk", "tertutup", "tertutup seluruhnya"),
    ] {
        let office = Office::new(holders);
        let (file, folder) = (tone(office.0.path(), 60, 2), office.path("rapat"));
        let description = office.describe_as(kind, nature);
        let args = ["rekam", "--source", text(&file), "--speed", "4", "--meeting", text(&description), "-q"];
        let mut desk = Running::start(office.command(&args).args(["-o", text(&folder)]));
        recorded(&folder, 8_000);
        let what = if nature == "tertutup" { "terbuka" } else { "tertutup" };
        let refused = office.run(&["rekam", "peristiwa", text(&folder), what]);
        assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
        assert!(stderr(&refused).contains(said), "{}", stderr(&refused));
        // A program that asks the recorder itself is refused as well.
        let mut client = Client::reach(&folder_of(&folder)).expect("reached");
        let kind = if nature == "tertutup" { EventKind::Public } else { EventKind::Private };
        assert!(client.enter(Entered::Event(kind), 0).is_err());
        assert!(office.run(&["rekam", "hentikan", text(&folder)]).status.success());
        desk.0.wait().expect("the desk ends");
        let growth = closed(&folder);
        assert_eq!(growth.ledger().seal().is_some(), nature == "tertutup");
        assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, []);
    }
}

/// SIGKILL around the moment at which it is closed or opened again: nothing that was on the disk is
/// lost, and nothing that was recorded closed lies in the open.
#[test]
fn a_recorder_killed_while_it_is_closed_or_opened_loses_nothing_and_shows_nothing() {
    let kills = std::env::var("RISALAH_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 300, 2);
    let original = samples(&file);
    let mut random = Random(0x0C10_5ED0_1234_5678);
    let identity = Identity::generate("Sari");
    let holders = [Holder::new("Sari", Role::Sekretaris, &identity.recipient()).expect("a holder")];
    for round in 0..kills {
        let folder = place.path().join(format!("rapat-{round}"));
        let order = serde_json::json!({
            "folder": folder_of(&folder), "mirror": null, "device": null, "channels": null, "source": file,
            "speed": 4.0, "names": [], "resume": false,
        });
        let path = place.path().join("perintah.json");
        fs::write(&path, order.to_string()).expect("written");
        let mut recorder = Running::start(risalah(&["recorder"]).stdin(fs::File::open(&path).expect("opened")));
        recorded(&folder, 4_000);
        let pid = recorder_pid(&folder);
        let killer = thread::spawn({
            let wait = Duration::from_micros(random.below(60_000));
            move || {
                thread::sleep(wait);
                signal_to(pid, "-KILL");
            }
        });
        let (mut turned, mut known) = (Vec::new(), 0);
        let mut client = Client::reach(&folder_of(&folder)).ok();
        while let Some(mut reached) = client.take() {
            let kind = if turned.len() % 2 == 0 { EventKind::Private } else { EventKind::Public };
            if let Ok(at) = reached.enter_for(Entered::Event(kind), 0, &holders) {
                turned.push(at);
            }
            if let Ok(Status { position, .. }) = reached.status() {
                known = position.max(known);
                client = Some(reached);
            }
        }
        killer.join().expect("killed");
        recorder.0.wait().expect("gone");
        let recovered = recover(&folder_of(&folder)).expect("recovered without a key");
        assert!(recovered.frames >= known, "round {round}: {} of {known}", recovered.frames);
        let examined = || verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings;
        assert_eq!(examined(), [], "round {round}");
        let stretches = stretches_of(&folder).expect("read");
        let turns: Vec<u64> = stretches.iter().flat_map(|one| [Some(one.from), one.until]).flatten().collect();
        assert!(turns.starts_with(&turned) && turns.len() <= turned.len() + 1, "round {round}: {turns:?} {turned:?}");
        // Without a key each closed part is silent, sample by sample; with it all is as it was played.
        let input = Input::Recording(folder_of(&folder));
        let closed = |at: u64| turns.iter().filter(|turn| **turn <= at).count() % 2 == 1;
        let found = heard(&input);
        assert_eq!(found.len() as u64, 2 * recovered.frames);
        for (at, (found, original)) in found.chunks_exact(2).zip(original.chunks_exact(2)).enumerate() {
            assert!(found == if closed(at as u64) { &[0.0, 0.0] } else { original }, "round {round}: frame {at}");
        }
        for stretch in &stretches {
            seal::hold(stretch.open(&folder, &identity).expect("opened"));
        }
        assert_eq!(samples(&folder), original[..2 * recovered.frames as usize], "round {round}");
        assert_eq!(examined(), [], "round {round}");
        fs::remove_dir_all(&folder).expect("removed");
    }
}

fn heard(input: &Input) -> Vec<f32> {
    static NOW: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);
    let mut source = Source::follow_open(input, &NOW).expect("opened");
    let (mut all, mut block) = (Vec::new(), vec![0.0; 20_000]);
    loop {
        match source.read(&mut block).expect("read") {
            0 => return all,
            frames => all.extend_from_slice(&block[..2 * frames]),
        }
    }
}

/// One that is killed while the meeting is closed, and started again by who looks after it, goes on
/// sealed, and what it recorded then is recognised.
#[test]
fn after_the_recorder_died_in_a_closed_part_it_goes_on_closed_and_is_recognised() {
    let office = Office::new(&[("Sari", "sekretaris")]);
    let (file, folder) = (excerpt(office.0.path()), office.path("rapat"));
    let description = office.describe_as("komisi", "terbuka");
    let args = ["rekam", "--source", text(&file), "--speed", "2", "--meeting", text(&description), "-q"];
    let mut desk = Running::start(office.command(&args).args(["-o", text(&folder)]));
    recorded(&folder, 6 * 16_000);
    assert!(office.run(&["rekam", "peristiwa", text(&folder), "tertutup"]).status.success());
    recorded(&folder, 10 * 16_000);
    let killed = recorder_pid(&folder);
    signal_to(killed, "-KILL");
    let again = until("another recorder", || status(&folder).filter(|_| recorder_pid(&folder) != killed));
    assert!(again.closed_from.is_some(), "{again:?}");
    desk.0.wait().expect("the desk ends");
    let growth: Growth = closed(&folder);
    let is_sealed = |(file, first, _): &(&str, u64, Option<u64>)| {
        file.ends_with(".age") == growth.ledger().stretches().iter().any(|part| part.holds(*first))
    };
    assert!(growth.ledger().segments().iter().all(is_sealed) && growth.ledger().segments().len() > 2);
    assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, []);
    let exported = office.export(&folder, "Sari.age", "keluar");
    assert!(matches!(exported.status.code(), Some(0 | 3)), "{}", stderr(&exported));
    let said = words(&office.path("keluar"));
    let after = again.position as f64 / 16_000.0;
    assert!(said.iter().any(|one| starts_in(one, after, 60.0)), "{said:?}");
}
