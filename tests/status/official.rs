//! The gate before `resmi`, what is written there, and that it is found when anything of it was
//! changed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use e_risalah::common::flag::Flag;
use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::lifecycle::{Error, Finding, Hindrance, Manifest, Passage, State, hear, hindrances, verify};

use super::fixture::{Fixture, LATER, NUMBER, RAPAT, SECRETARY, SIGNED, at, pages, said, words, xml};

/// What hinders a record, each as a sentence that names what to do.
fn hindered(outcome: Result<e_risalah::lifecycle::Finalized, Error>) -> Vec<Hindrance> {
    let Err(Error::Hindered(found)) = outcome else { panic!("not hindered: {outcome:?}") };
    for hindrance in &found {
        for language in [Language::Indonesian, Language::English] {
            let message = hindrance.message();
            let (what, hint) = (message.what(language), message.hint(language).unwrap_or_default());
            assert!(what.ends_with(['.', ')']) && !what.contains("%{") && !hint.is_empty(), "{what} {hint}");
        }
    }
    found
}

#[test]
fn a_record_in_which_nothing_is_missing_becomes_official() {
    let fixture = Fixture::new().verified();
    assert_eq!(hindrances(&fixture.meeting, &fixture.store.current().expect("it"), &fixture.life(), &at(SIGNED)), []);
    let finalized = fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    assert_eq!((finalized.edition, fixture.life().state()), (1, State::Official));
    let names: Vec<_> = finalized.files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    assert_eq!(
        names,
        [
            "risalah-resmi.pdf",
            "risalah-resmi.docx",
            "laporan-singkat-resmi.pdf",
            "laporan-singkat-resmi.docx",
            "risalah-resmi.manifest.json"
        ]
    );
    let brief = pages(&fixture.path("laporan-singkat-resmi.pdf")).join("\n");
    assert!(brief.contains("DARI RISALAH RESMI") && !brief.contains("SEMENTARA"), "{brief}");
    for file in &finalized.files {
        assert_eq!(fs::metadata(file).expect("there").permissions().mode() & 0o222, 0, "{}", file.display());
    }

    let text = pages(&fixture.path("risalah-resmi.pdf")).join("\n");
    for expected in [
        "170/12/DPRD/2026",
        "Tanjung Contoh, 16 Maret 2026",
        "a.n. KETUA RAPAT",
        "BAMBANG WIRAWAN, S.H., M.H.",
        "Risalah resmi edisi 1",
        "RISALAH RESMI",
    ] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
    let word = xml(&fixture.path("risalah-resmi.docx"));
    for text in [&text, &word] {
        assert!(!text.contains("SEMENTARA") && !text.contains("BELUM DIKOREKSI"), "still provisional");
    }
    assert!(word.contains("170/12/DPRD/2026") && !word.contains("PowerPlusWaterMark"));

    let verdict = verify(fixture.place.path(), &fixture.store).expect("examined");
    assert_eq!((verdict.editions, verdict.findings), (1, vec![]));
}

#[test]
fn the_chair_signs_in_the_own_name() {
    let fixture = Fixture::new().verified();
    fixture.finalize("rusdi", NUMBER, SIGNED).expect("official");
    let text = pages(&fixture.path("risalah-resmi.pdf")).join("\n");
    assert!(text.contains("KETUA RAPAT,") && !text.contains("a.n."), "{text}");
}

type Is = fn(&Hindrance) -> bool;

#[test]
fn each_fault_alone_keeps_a_record_from_being_official() {
    let without = |line: &str| RAPAT.replace(line, "");
    let doubt = |text: &str| {
        let mut words = words();
        words[1] = said(2, 150, 300, text, &[]);
        words
    };
    let meeting: Is = |found| matches!(found, Hindrance::Meeting(_));
    let cases: Vec<(Fixture, Is)> = vec![
        (Fixture::with(&without("tempat = \"Ruang Rapat Komisi\"\n"), words(), true), meeting),
        (Fixture::with(&without("acara = [\"Pengelolaan Sampah\"]\n"), words(), true), meeting),
        (Fixture::with(&without("peninjau = 0\n"), words(), true), meeting),
        (Fixture::with(&without("    { jenis = \"tutup\", pada = \"00:00:59\" },\n"), words(), true), meeting),
        (
            Fixture::with(&without(", keputusan = \"Menyetujui Raperda tentang Pengelolaan Sampah.\""), words(), true),
            meeting,
        ),
        (Fixture::with(&without(", { kanal = 2, orang = \"siti\" }"), words(), true), |found| {
            *found == Hindrance::Unmapped { count: 1, first: "00:00:15".to_owned() }
        }),
        (Fixture::with(&RAPAT.replace("2026-03-10", "2026-03-17"), words(), true), |found| {
            matches!(found, Hindrance::BeforeMeeting { .. })
        }),
        (Fixture::with(RAPAT, doubt("Anggarannya Rp2,5 miliar."), true), |found| {
            *found == Hindrance::Unheard { count: 1, first: "00:00:15".to_owned() }
        }),
    ];
    for (fixture, is) in cases {
        let fixture = fixture.verified();
        let found = hindered(fixture.finalize(SECRETARY, NUMBER, SIGNED));
        assert!(found.len() == 1 && is(&found[0]), "{found:?}");
        assert!(!fixture.path("risalah-resmi.pdf").exists() && fixture.life().state() == State::Verification);
    }
}

#[test]
fn turns_in_doubt_are_listened_to_or_waived_with_a_reason_that_is_printed() {
    let mut words = words();
    words[1] = said(2, 150, 300, "Kami menyetujui rancangan ini.", &[Flag::LowConfidence]);
    let mut fixture = Fixture::with(RAPAT, words.clone(), true).verified();
    let flagged = Hindrance::Flagged { count: 1, first: "00:00:15".to_owned() };
    assert_eq!(hindered(fixture.finalize(SECRETARY, NUMBER, SIGNED)), std::slice::from_ref(&flagged));
    assert_eq!(hindered(fixture.waived(" ")), [flagged]);
    hear(&mut fixture.store, Passage { from: 15, until: 15 }, "Sari", &at(SIGNED)).expect("heard");
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");

    let fixture = Fixture::with(RAPAT, words, true).verified();
    fixture.waived("latihan").expect("official");
    let text = pages(&fixture.path("risalah-resmi.pdf")).join("\n");
    assert!(text.contains("dengan alasan: latihan"), "{text}");
    assert_eq!(Manifest::of(fixture.place.path(), 1).expect("a manifest").waived.as_deref(), Some("latihan"));
    // What the record must have is never waived.
    let nameless =
        Fixture::with(&RAPAT.replace("tempat = \"Ruang Rapat Komisi\"\n", ""), super::fixture::words(), true);
    assert!(matches!(hindered(nameless.verified().waived("latihan"))[..], [Hindrance::Meeting(_)]));
}

#[test]
fn a_record_of_the_demonstration_model_is_not_official_without_a_reason() {
    let fixture = Fixture::of_model("risalah-demo-q8_0").verified();
    assert!(matches!(hindered(fixture.finalize(SECRETARY, NUMBER, SIGNED))[..], [Hindrance::Demonstration { .. }]));
    fixture.waived("latihan petugas").expect("official");
    let text = pages(&fixture.path("risalah-resmi.pdf")).join("\n");
    assert!(text.contains("dengan alasan: latihan petugas"), "{text}");
}

#[test]
fn a_number_that_somebody_has_listened_to_hinders_no_more() {
    let mut words = words();
    words[1] = said(2, 150, 300, "Anggarannya Rp2,5 miliar.", &[]);
    let mut fixture = Fixture::with(RAPAT, words, true).verified();
    assert!(matches!(hindered(fixture.finalize(SECRETARY, NUMBER, SIGNED))[..], [Hindrance::Unheard { count: 1, .. }]));
    let passage = Passage { from: 15, until: 15 };
    assert_eq!(hear(&mut fixture.store, passage, "Sari", &at(SIGNED)).expect("heard"), 1);
    assert!(matches!(hear(&mut fixture.store, passage, "Sari", &at(SIGNED)), Err(Error::NoPassage)));
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
}

#[test]
fn a_record_that_its_speakers_have_not_seen_is_not_official() {
    let fixture = Fixture::new();
    assert_eq!(
        hindered(fixture.finalize(SECRETARY, NUMBER, SIGNED)),
        [Hindrance::NotVerified { state: State::Editing }]
    );
    let incomplete = Fixture::with(RAPAT, words(), false);
    assert_eq!(
        hindered(incomplete.finalize(SECRETARY, NUMBER, SIGNED)),
        [Hindrance::Incomplete, Hindrance::NotVerified { state: State::Transcribing }]
    );
}

#[test]
fn number_and_signature_are_asked_for() {
    let fixture = Fixture::new().verified();
    assert_eq!(hindered(fixture.finalize(SECRETARY, None, SIGNED)), [Hindrance::Number]);
    assert_eq!(hindered(fixture.finalize(SECRETARY, Some(" "), SIGNED)), [Hindrance::Number]);
    assert!(matches!(hindered(fixture.finalize("Siti Aminah, S.Pd.", NUMBER, SIGNED))[..], [Hindrance::Signer { .. }]));
    let numbered = RAPAT.replace("rapat_ke = 7", "rapat_ke = 7\nnomor = \"170/11/DPRD/2026\"");
    let fixture = Fixture::with(&numbered, words(), true).verified();
    assert!(matches!(hindered(fixture.finalize(SECRETARY, NUMBER, SIGNED))[..], [Hindrance::NumberDiffers { .. }]));
    fixture.finalize(SECRETARY, None, SIGNED).expect("the number of the file");
}

#[test]
fn a_working_copy_with_changes_is_not_passed_over() {
    let fixture = Fixture::new().verified();
    fs::write(fixture.path("risalah-sementara.docx"), "dikoreksi sekretaris").expect("written");
    assert!(matches!(hindered(fixture.finalize(SECRETARY, NUMBER, SIGNED))[..], [Hindrance::EditedByHand { .. }]));
}

#[test]
fn a_second_time_needs_a_change_and_makes_an_edition_beside_the_first() {
    let mut fixture = Fixture::new().verified();
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let first = fs::read(fixture.path("risalah-resmi.pdf")).expect("written");
    let error = fixture.finalize(SECRETARY, NUMBER, LATER).expect_err("nothing has changed");
    assert!(
        matches!(&error, Error::Unchanged { edition: 1, document } if document == "risalah-resmi.pdf"),
        "{error:?}"
    );
    assert!(!fixture.path("risalah-resmi-2.pdf").exists());

    fixture.correct(3, "Rapat", "Sidang");
    let second = fixture.finalize(SECRETARY, NUMBER, LATER).expect("another edition");
    assert_eq!(second.edition, 2);
    assert!(
        fs::read(fixture.path("risalah-resmi.pdf")).expect("still there") == first,
        "the first edition was touched"
    );
    let text = pages(&fixture.path("risalah-resmi-2.pdf")).join("\n");
    assert!(text.contains("Sidang saya tutup.") && text.contains("Edisi ini menggantikan edisi 1."), "{text}");
    let verdict = verify(fixture.place.path(), &fixture.store).expect("examined");
    assert_eq!((verdict.editions, verdict.findings), (2, vec![]));
    let manifest = Manifest::of(fixture.place.path(), 2).expect("a manifest");
    assert_eq!((manifest.edits.last, manifest.number.as_str()), (1, "170/12/DPRD/2026"));
}

/// Changes a file as somebody would who may.
fn tamper(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("read");
    change(&mut bytes);
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("written");
}

#[test]
fn whatever_was_changed_afterwards_is_found() {
    let findings = |fixture: &Fixture| verify(fixture.place.path(), &fixture.store).expect("examined").findings;
    let official = || {
        let mut fixture = Fixture::new();
        fixture.correct(3, "Rapat", "Sidang");
        let fixture = fixture.verified();
        fs::create_dir(fixture.path("rekaman")).expect("made");
        fs::write(fixture.path("rekaman/rapat.wav"), "suara").expect("written");
        fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
        assert_eq!(findings(&fixture), []);
        fixture
    };

    let fixture = official();
    for name in ["risalah-resmi.pdf", "risalah-resmi.docx", "laporan-singkat-resmi.pdf", "rekaman/rapat.wav"] {
        let path = fixture.path(name);
        let before = fs::read(&path).expect("read");
        tamper(&path, |bytes| bytes[0] ^= 1);
        assert_eq!(findings(&fixture), [Finding::Changed(path.clone())]);
        fs::remove_file(&path).expect("removed");
        assert_eq!(findings(&fixture), [Finding::Missing(path.clone())]);
        fs::write(&path, before).expect("brought back");
    }
    let manifest = fixture.path("risalah-resmi.manifest.json");
    tamper(&manifest, |bytes| bytes.push(b'\n'));
    assert_eq!(findings(&fixture), [Finding::Manifest(manifest)]);

    for (statements, expected) in [
        (
            ["DROP TRIGGER utterance_is_raw", "UPDATE utterance SET text = 'Kami menolak.' WHERE id = 2"],
            Finding::Words { edition: 1 },
        ),
        (["DROP TRIGGER edit_is_kept", "UPDATE edit SET by = 'Orang lain'"], Finding::Edits { edition: 1 }),
    ] {
        let fixture = official();
        let database = rusqlite::Connection::open(fixture.path("transkrip.db")).expect("opened");
        for statement in statements {
            database.execute(statement, []).expect("changed");
        }
        assert_eq!(findings(&fixture), [expected]);
    }

    let mut fixture = official();
    fixture.correct(0, "Rapat", "Sidang");
    fs::write(fixture.path("rapat.toml"), RAPAT.replace("Ruang Rapat Komisi", "Aula")).expect("written");
    assert_eq!(findings(&fixture), [], "what came later waits for the next edition");
}
