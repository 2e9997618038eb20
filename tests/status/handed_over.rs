//! The package for the archive, opened by programs that are not ours.
//!
//! Needs `bagit` in `.venv` (`make test` installs it) and flac.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use e_risalah::accession::{Error, Package, Request, package};
use e_risalah::common::digest::sha256;
use e_risalah::lifecycle::State;
use e_risalah::meeting::{FileKind, Meeting};
use e_risalah::record::flac;
use e_risalah::recording::{Sample, folder_of};
use e_risalah::retention::{Plan, Wish};
use tempfile::TempDir;

use super::fixture::{Fixture, LATER, NUMBER, RAPAT, SECRETARY, SIGNED, at, done, stderr, words};
use super::keeping::{official, record, record_as, risalah};

const HOUSE: &str = "
[arsip]
pencipta = \"Sekretariat DPRD Kota Tanjung Contoh\"
unit_pengolah = \"Bagian Persidangan\"

[[klasifikasi]]
jenis = \"komisi\"
kode = \"170.2\"
uraian = \"Rapat Komisi\"

[[retensi]]
berkas = \"risalah\"
nasib = \"permanen\"
";

static GO: AtomicBool = AtomicBool::new(false);

fn packed(fixture: &Fixture, out: &Path) -> Result<Package, Error> {
    let request = Request { out, closed: false };
    package(fixture.place.path(), &request, &at(LATER), &GO, &mut |_| {})
}

fn place() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("serah terima");
    (place, out)
}

/// What the reference program says of a bag.
fn bagit(bag: &Path) -> (bool, String) {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    let output = Command::new(python).args(["-m", "bagit", "--validate"]).arg(bag).output();
    let output = output.expect(".venv; run `make test`");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn info(bag: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(bag.join("bag-info.txt")).expect("bag-info.txt");
    let line = |line: &str| line.split_once(": ").map(|(label, value)| (label.to_owned(), value.to_owned()));
    text.lines().filter_map(line).collect()
}

#[test]
fn a_package_is_a_valid_bag_with_the_record_its_sound_and_its_proof() {
    let fixture = official(HOUSE);
    let (_place, out) = place();
    let made = packed(&fixture, &out).expect("packed");
    assert_eq!((made.path.as_path(), made.warnings), (out.as_path(), Vec::new()));
    let (is_valid, told) = bagit(&out);
    assert!(is_valid, "{told}");

    let info = info(&out);
    for (label, value) in [
        ("Source-Organization", "Sekretariat DPRD Kota Tanjung Contoh"),
        ("Bagging-Date", "2026-03-20"),
        ("External-Identifier", "170/12/DPRD/2026"),
        ("Payload-Oxum", &format!("{}.{}", made.bytes, made.files)),
        ("Kode-Klasifikasi", "170.2"),
        ("Klasifikasi-Keamanan", "Biasa"),
        ("Kurun-Waktu", "2026-03-10/2026-03-16"),
        ("Retensi-Risalah", "risalah: permanen"),
        ("Retensi-Rekaman", "–"),
    ] {
        assert_eq!(info.get(label).map(String::as_str), Some(value), "{label}");
    }
    // What was signed is in it, byte for byte.
    for name in ["risalah-resmi.pdf", "risalah-resmi.docx", "risalah-resmi.manifest.json", "laporan-singkat-resmi.pdf"]
    {
        let packed = fs::read(out.join("data/risalah").join(name)).expect(name);
        assert_eq!(packed, fs::read(fixture.path(name)).expect(name), "{name}");
    }
    let pdf = fs::read(out.join("data/risalah/risalah-resmi.pdf")).expect("a PDF");
    let has = |mark: &[u8]| pdf.windows(mark.len()).any(|window| window == mark);
    assert!(has(b"<pdfaid:part>2</pdfaid:part>") && has(b"<pdfaid:conformance>A</pdfaid:conformance>"));
    assert!(has(b"/OutputIntents") && !has(b"/JavaScript") && !has(b"/Encrypt"));
    // The sound as FLAC, one file a microphone; the recording itself is as it was.
    let sound = ["kanal-01.flac", "kanal-02.flac"].map(|name| out.join("data/rekaman").join(name));
    let tested = Command::new("flac").args(["--test", "--silent"]).args(&sound).status().expect("flac runs");
    assert!(tested.success());
    assert!(folder_of(fixture.place.path()).join("000001.wav").is_file());
    // The store is whole in itself, and the manifest's hashes come out of it.
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("data/risalah/risalah-resmi.manifest.json")).expect("a manifest"))
            .expect("JSON");
    let words = rusqlite::Connection::open(out.join("data/transkrip/transkrip.db")).expect("a database");
    let steps: i64 =
        words.query_row("SELECT count(*) FROM step WHERE edition = 1", [], |row| row.get(0)).expect("steps");
    assert_eq!((steps, &manifest["edition"]), (1, &1.into()));
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("data/transkrip/transkrip.json")).expect("words")).expect("JSON");
    assert_eq!(json["utterances"].as_array().map(Vec::len), Some(4));
    assert!(out.join("data/keterangan/rapat.toml").is_file() && out.join("data/keterangan/lembaga.toml").is_file());
}

#[test]
fn its_metadata_name_every_file_with_its_hash() {
    let fixture = official(HOUSE);
    let (_place, out) = place();
    packed(&fixture, &out).expect("packed");
    let premis: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("metadata/preservation.json")).expect("written")).expect("JSON");
    let objects = premis["objects"].as_array().expect("objects");
    let mut payload = 0;
    for object in objects {
        let name = object["objectIdentifier"]["objectIdentifierValue"].as_str().expect("a path");
        let hash = object["objectCharacteristics"]["fixity"]["messageDigest"].as_str().expect("a hash");
        assert_eq!(sha256(&fs::read(out.join(name)).expect(name)), hash, "{name}");
        payload += usize::from(name.starts_with("data/"));
    }
    let manifest = fs::read_to_string(out.join("manifest-sha256.txt")).expect("a manifest");
    assert_eq!(payload, manifest.lines().count());
    let of = |end: &str| {
        objects.iter().find(|object| {
            object["objectIdentifier"]["objectIdentifierValue"].as_str().is_some_and(|name| name.ends_with(end))
        })
    };
    let format = &of("risalah-resmi.pdf").expect("the record")["objectCharacteristics"]["format"]["formatDesignation"];
    assert_eq!((&format["formatName"], &format["formatVersion"]), (&"application/pdf".into(), &"PDF/A-2a".into()));
    let events: Vec<&str> =
        premis["events"].as_array().expect("events").iter().filter_map(|event| event["eventType"].as_str()).collect();
    assert_eq!(events, ["sementara", "koreksi", "verifikasi", "resmi", "packaging"]);

    let xml = fs::read_to_string(out.join("metadata/dublin-core.xml")).expect("written");
    let document = roxmltree::Document::parse(&xml).expect("XML");
    let values = |name: &str| -> Vec<String> {
        let of = |node: &roxmltree::Node| {
            node.tag_name().name() == name && node.tag_name().namespace() == Some("http://purl.org/dc/elements/1.1/")
        };
        document.descendants().filter(of).filter_map(|node| node.text().map(str::to_owned)).collect()
    };
    assert_eq!(values("identifier")[0], "170/12/DPRD/2026");
    assert_eq!(values("subject")[0], "170.2 Rapat Komisi");
    assert!(values("format").contains(&"audio/flac".to_owned()) && values("type").contains(&"Sound".to_owned()));
    let list = fs::read_to_string(out.join("metadata/daftar-arsip.csv")).expect("written");
    assert_eq!(list.lines().count(), 5, "{list}");
}

#[test]
fn a_bag_that_was_changed_is_seen() {
    let fixture = official(HOUSE);
    let (_place, out) = place();
    packed(&fixture, &out).expect("packed");
    fs::write(out.join("data/transkrip/transkrip.json"), b"{}").expect("changed");
    let (is_valid, told) = bagit(&out);
    assert!(!is_valid, "{told}");
}

#[test]
fn what_is_not_to_be_handed_over_is_not() {
    let (place, out) = place();
    let young = Fixture::new().verified();
    let refused = packed(&young, &out);
    assert!(matches!(refused, Err(Error::NotOfficial { state: State::Verification })), "{refused:?}");

    let rapat = RAPAT.replace("sifat = \"terbuka\"", "sifat = \"tertutup\"");
    let closed = Fixture::with(&rapat, words(), true).verified();
    closed.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    assert!(matches!(packed(&closed, &out), Err(Error::Closed)));
    let asked = Request { out: &place.path().join("tertutup"), closed: true };
    let made = package(closed.place.path(), &asked, &at(LATER), &GO, &mut |_| {}).expect("packed");
    assert_eq!(info(&made.path)["Klasifikasi-Keamanan"], "Terbatas");

    let fixture = official(HOUSE);
    let inside = fixture.path("serah");
    assert!(matches!(packed(&fixture, &inside), Err(Error::Inside { .. })));
    fs::create_dir(&out).expect("made");
    assert!(matches!(packed(&fixture, &out), Err(Error::Taken { .. })));
    fs::remove_dir(&out).expect("removed");
    let path = fixture.path("risalah-resmi.docx");
    fs::remove_file(&path).expect("removed");
    fs::write(&path, b"lain").expect("changed");
    assert!(matches!(packed(&fixture, &out), Err(Error::NotAsSigned(findings)) if findings.len() == 1));
    let left: Vec<_> = fs::read_dir(place.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["tertutup"]);
}

#[test]
fn one_that_is_stopped_leaves_nothing_and_the_next_is_whole() {
    let fixture = official(HOUSE);
    let (place, out) = place();
    let stop = AtomicBool::new(false);
    let request = Request { out: &out, closed: false };
    let stopped =
        package(fixture.place.path(), &request, &at(LATER), &stop, &mut |_| stop.store(true, Ordering::Relaxed));
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 0);
    packed(&fixture, &out).expect("packed");
    let (is_valid, told) = bagit(&out);
    assert!(is_valid, "{told}");
}

#[test]
fn an_archived_recording_is_copied_and_a_destroyed_one_is_told() {
    let fixture = official(HOUSE);
    let folder = folder_of(fixture.place.path());
    flac::archive(&folder, &Meeting::bare(), &GO, &mut |_| {}).expect("archived");
    let (place, out) = place();
    packed(&fixture, &out).expect("packed");
    let (is_valid, told) = bagit(&out);
    assert!(is_valid, "{told}");
    let name = "kanal-02.flac";
    assert_eq!(
        fs::read(out.join("data/rekaman").join(name)).expect("there"),
        fs::read(folder.join(name)).expect("there")
    );

    // What is not as the ledger says is not handed over.
    let good = fs::read(folder.join(name)).expect("there");
    fs::write(folder.join(name), b"lain").expect("changed");
    let other = place.path().join("lain");
    assert!(matches!(packed(&fixture, &other), Err(Error::Changed { path }) if path.ends_with(name)));
    fs::write(folder.join(name), good).expect("as before");

    let wish = Wish { file: FileKind::Recording, by: "Sari".to_owned(), reason: "BA 3".to_owned() };
    let plan = Plan::new(fixture.place.path(), wish, true, &at(LATER)).expect("allowed");
    plan.destroy(&at(LATER), &GO, &mut |_| {}).expect("destroyed");
    let without = place.path().join("tanpa suara");
    let made = packed(&fixture, &without).expect("packed");
    assert_eq!(
        made.warnings.iter().map(|warning| warning.key.as_str()).collect::<Vec<_>>(),
        ["retention.destroyed_by"]
    );
    assert!(without.join("data/keterangan/keputusan-retensi.jsonl").is_file());
    let (is_valid, told) = bagit(&without);
    assert!(is_valid, "{told}");
}

#[test]
fn a_clerk_makes_one_and_sees_what_is_missing() {
    let fixture = Fixture::new();
    record(fixture.place.path());
    let fixture = fixture.verified();
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let folder = fixture.place.path().to_str().expect("a readable path");
    let (_place, out) = place();
    let out = out.to_str().expect("a readable path");
    let made = risalah(&["serah", folder, "-o", out]);
    assert_eq!(made.status.code(), Some(3), "{}", stderr(&made));
    assert!(stderr(&made).contains("[[klasifikasi]]"), "{}", stderr(&made));
    let again = risalah(&["accession", folder, "-o", out, "--json"]);
    assert_eq!(again.status.code(), Some(2));
    fs::write(fixture.path("lembaga.toml"), HOUSE).expect("written");
    let json = done(&risalah(&["accession", folder, "-o", &format!("{out}-2"), "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert!(json["files"].as_u64().is_some_and(|files| files >= 9), "{json}");
}

#[test]
fn codes_that_were_written_after_the_signature_count() {
    let root = tempfile::tempdir().expect("a folder");
    let fixture = official("");
    let folder = root.path().join("komisi-7");
    let copied = Command::new("cp").arg("-r").arg(fixture.place.path()).arg(&folder).status().expect("cp");
    assert!(copied.success());
    let request =
        |out: &Path| package(&folder, &Request { out, closed: false }, &at(LATER), &GO, &mut |_| {}).expect("packed");
    let without = request(&root.path().join("tanpa"));
    assert_eq!(without.warnings[0].key, "accession.no_class");
    fs::write(root.path().join("lembaga.toml"), HOUSE).expect("written");
    let with = request(&root.path().join("dengan"));
    assert_eq!((with.warnings, info(&with.path)["Kode-Klasifikasi"].as_str()), (Vec::new(), "170.2"));
}

#[test]
fn what_flac_cannot_hold_is_handed_over_as_it_was_recorded() {
    let fixture = Fixture::new();
    fs::write(fixture.path("lembaga.toml"), HOUSE).expect("written");
    let sound: Vec<u8> = (0..2000).flat_map(|_| 0.1f32.to_le_bytes()).collect();
    record_as(fixture.place.path(), Sample::F32, &sound);
    let fixture = fixture.verified();
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let (_place, out) = place();
    let made = packed(&fixture, &out).expect("packed");
    assert_eq!(made.warnings.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["accession.as_recorded"]);
    let segment = "rekaman/000001.wav";
    assert_eq!(
        fs::read(out.join("data").join(segment)).expect("there"),
        fs::read(fixture.path(segment)).expect("there")
    );
    let left = fs::read_dir(out.join("data/rekaman")).expect("a folder").count();
    assert_eq!(left, 2, "the segment and the ledger");
    let (is_valid, told) = bagit(&out);
    assert!(is_valid, "{told}");
}

#[test]
fn imported_sound_is_handed_over_as_it_was_signed_and_as_it_came() {
    let fixture = Fixture::new();
    fs::write(fixture.path("lembaga.toml"), HOUSE).expect("written");
    fs::write(fixture.path("kanal-01.ogg"), b"suara").expect("written");
    let fixture = fixture.verified();
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let (place, out) = place();
    packed(&fixture, &out).expect("packed");
    assert_eq!(fs::read(out.join("data/rekaman/kanal-01.ogg")).expect("there"), b"suara");
    fs::write(fixture.path("kanal-01.ogg"), b"lain").expect("changed");
    let changed = packed(&fixture, &place.path().join("lain"));
    assert!(matches!(changed, Err(Error::Changed { .. })), "{changed:?}");
    fs::remove_file(fixture.path("kanal-01.ogg")).expect("removed");
    let missing = packed(&fixture, &place.path().join("lain"));
    assert!(matches!(missing, Err(Error::NotAsSigned(_))), "{missing:?}");
    assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 1);
}
