//! The gate before `resmi`, what is written there, and that it is found when anything of it was changed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use e_risalah::common::flag::Flag;
use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::lifecycle::{Error, Finding, Hindrance, Manifest, Passage, State, hear, hindrances, verify};

use super::house::{KnownInstitution, LATER, NUMBER, RAPAT, SECRETARY, SIGNED, at, pages, said, words, xml};

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
    let house = KnownInstitution::new().verified();
    assert_eq!(hindrances(&house.meeting, &house.store.current().expect("it"), &house.life(), &at(SIGNED)), []);
    let finalized = house.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    assert_eq!((finalized.edition, house.life().state()), (1, State::Official));
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
    let brief = pages(&house.path("laporan-singkat-resmi.pdf")).join("\n");
    assert!(brief.contains("DARI RISALAH RESMI") && !brief.contains("SEMENTARA"), "{brief}");
    for file in &finalized.files {
        assert_eq!(fs::metadata(file).expect("there").permissions().mode() & 0o222, 0, "{}", file.display());
    }

    let text = pages(&house.path("risalah-resmi.pdf")).join("\n");
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
    let word = xml(&house.path("risalah-resmi.docx"));
    for text in [&text, &word] {
        assert!(!text.contains("SEMENTARA") && !text.contains("BELUM DIKOREKSI"), "still provisional");
    }
    assert!(word.contains("170/12/DPRD/2026") && !word.contains("PowerPlusWaterMark"));

    let verdict = verify(house.place.path(), &house.store).expect("examined");
    assert_eq!((verdict.editions, verdict.findings), (1, vec![]));
}

#[test]
fn the_chair_signs_in_the_own_name() {
    let house = KnownInstitution::new().verified();
    house.finalize("rusdi", NUMBER, SIGNED).expect("official");
    let text = pages(&house.path("risalah-resmi.pdf")).join("\n");
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
    let cases: Vec<(KnownInstitution, Is)> = vec![
        (KnownInstitution::with(&without("tempat = \"Ruang Rapat Komisi\"\n"), words(), true), meeting),
        (KnownInstitution::with(&without("acara = [\"Pengelolaan Sampah\"]\n"), words(), true), meeting),
        (KnownInstitution::with(&without("peninjau = 0\n"), words(), true), meeting),
        (KnownInstitution::with(&without("    { jenis = \"tutup\", pada = \"00:00:59\" },\n"), words(), true), meeting),
        (
            KnownInstitution::with(
                &without(", keputusan = \"Menyetujui Raperda tentang Pengelolaan Sampah.\""),
                words(),
                true,
            ),
            meeting,
        ),
        (KnownInstitution::with(&without(", { kanal = 2, orang = \"siti\" }"), words(), true), |found| {
            *found == Hindrance::Unmapped { count: 1, first: "00:00:15".to_owned() }
        }),
        (KnownInstitution::with(&RAPAT.replace("2026-03-10", "2026-03-17"), words(), true), |found| {
            matches!(found, Hindrance::BeforeMeeting { .. })
        }),
        (KnownInstitution::with(RAPAT, doubt("Anggarannya Rp2,5 miliar."), true), |found| {
            *found == Hindrance::Unheard { count: 1, first: "00:00:15".to_owned() }
        }),
    ];
    for (house, is) in cases {
        let house = house.verified();
        let found = hindered(house.finalize(SECRETARY, NUMBER, SIGNED));
        assert!(found.len() == 1 && is(&found[0]), "{found:?}");
        assert!(!house.path("risalah-resmi.pdf").exists() && house.life().state() == State::Verification);
    }
}

#[test]
fn turns_in_doubt_are_listened_to_or_waived_with_a_reason_that_is_printed() {
    let mut words = words();
    words[1] = said(2, 150, 300, "Kami menyetujui rancangan ini.", &[Flag::LowConfidence]);
    let mut house = KnownInstitution::with(RAPAT, words.clone(), true).verified();
    let flagged = Hindrance::Flagged { count: 1, first: "00:00:15".to_owned() };
    assert_eq!(hindered(house.finalize(SECRETARY, NUMBER, SIGNED)), std::slice::from_ref(&flagged));
    assert_eq!(hindered(house.waived(" ")), [flagged]);
    hear(&mut house.store, Passage { from: 15, until: 15 }, "Sari", &at(SIGNED)).expect("heard");
    house.finalize(SECRETARY, NUMBER, SIGNED).expect("official");

    let house = KnownInstitution::with(RAPAT, words, true).verified();
    house.waived("latihan").expect("official");
    let text = pages(&house.path("risalah-resmi.pdf")).join("\n");
    assert!(text.contains("dengan alasan: latihan"), "{text}");
    assert_eq!(Manifest::of(house.place.path(), 1).expect("a manifest").waived.as_deref(), Some("latihan"));
    // What the record must have is never waived.
    let nameless =
        KnownInstitution::with(&RAPAT.replace("tempat = \"Ruang Rapat Komisi\"\n", ""), super::house::words(), true);
    assert!(matches!(hindered(nameless.verified().waived("latihan"))[..], [Hindrance::Meeting(_)]));
}

#[test]
fn a_record_of_the_demonstration_model_is_not_official_without_a_reason() {
    let house = KnownInstitution::of_model("risalah-demo-q8_0").verified();
    assert!(matches!(hindered(house.finalize(SECRETARY, NUMBER, SIGNED))[..], [Hindrance::Demonstration { .. }]));
    house.waived("latihan petugas").expect("official");
    let text = pages(&house.path("risalah-resmi.pdf")).join("\n");
    assert!(text.contains("dengan alasan: latihan petugas"), "{text}");
}

#[test]
fn a_number_that_somebody_has_listened_to_hinders_no_more() {
    let mut words = words();
    words[1] = said(2, 150, 300, "Anggarannya Rp2,5 miliar.", &[]);
    let mut house = KnownInstitution::with(RAPAT, words, true).verified();
    assert!(matches!(hindered(house.finalize(SECRETARY, NUMBER, SIGNED))[..], [Hindrance::Unheard { count: 1, .. }]));
    let passage = Passage { from: 15, until: 15 };
    assert_eq!(hear(&mut house.store, passage, "Sari", &at(SIGNED)).expect("heard"), 1);
    assert!(matches!(hear(&mut house.store, passage, "Sari", &at(SIGNED)), Err(Error::NoPassage)));
    house.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
}

#[test]
fn a_record_that_its_speakers_have_not_seen_is_not_official() {
    let house = KnownInstitution::new();
    assert_eq!(hindered(house.finalize(SECRETARY, NUMBER, SIGNED)), [Hindrance::NotVerified { state: State::Editing }]);
    let incomplete = KnownInstitution::with(RAPAT, words(), false);
    assert_eq!(
        hindered(incomplete.finalize(SECRETARY, NUMBER, SIGNED)),
        [Hindrance::Incomplete, Hindrance::NotVerified { state: State::Transcribing }]
    );
}

#[test]
fn number_and_signature_are_asked_for() {
    let house = KnownInstitution::new().verified();
    assert_eq!(hindered(house.finalize(SECRETARY, None, SIGNED)), [Hindrance::Number]);
    assert_eq!(hindered(house.finalize(SECRETARY, Some(" "), SIGNED)), [Hindrance::Number]);
    assert!(matches!(hindered(house.finalize("Siti Aminah, S.Pd.", NUMBER, SIGNED))[..], [Hindrance::Signer { .. }]));
    let numbered = RAPAT.replace("rapat_ke = 7", "rapat_ke = 7\nnomor = \"170/11/DPRD/2026\"");
    let house = KnownInstitution::with(&numbered, words(), true).verified();
    assert!(matches!(hindered(house.finalize(SECRETARY, NUMBER, SIGNED))[..], [Hindrance::NumberDiffers { .. }]));
    house.finalize(SECRETARY, None, SIGNED).expect("the number of the file");
}

#[test]
fn a_working_copy_with_changes_is_not_passed_over() {
    let house = KnownInstitution::new().verified();
    fs::write(house.path("risalah-sementara.docx"), "dikoreksi sekretaris").expect("written");
    assert!(matches!(hindered(house.finalize(SECRETARY, NUMBER, SIGNED))[..], [Hindrance::EditedByHand { .. }]));
}

#[test]
fn a_second_time_needs_a_change_and_makes_an_edition_beside_the_first() {
    let mut house = KnownInstitution::new().verified();
    house.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let first = fs::read(house.path("risalah-resmi.pdf")).expect("written");
    let error = house.finalize(SECRETARY, NUMBER, LATER).expect_err("nothing has changed");
    assert!(
        matches!(&error, Error::Unchanged { edition: 1, document } if document == "risalah-resmi.pdf"),
        "{error:?}"
    );
    assert!(!house.path("risalah-resmi-2.pdf").exists());

    house.correct(3, "Rapat", "Sidang");
    let second = house.finalize(SECRETARY, NUMBER, LATER).expect("another edition");
    assert_eq!(second.edition, 2);
    assert!(fs::read(house.path("risalah-resmi.pdf")).expect("still there") == first, "the first edition was touched");
    let text = pages(&house.path("risalah-resmi-2.pdf")).join("\n");
    assert!(text.contains("Sidang saya tutup.") && text.contains("Edisi ini menggantikan edisi 1."), "{text}");
    let verdict = verify(house.place.path(), &house.store).expect("examined");
    assert_eq!((verdict.editions, verdict.findings), (2, vec![]));
    let manifest = Manifest::of(house.place.path(), 2).expect("a manifest");
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
    let findings = |house: &KnownInstitution| verify(house.place.path(), &house.store).expect("examined").findings;
    let official = || {
        let mut house = KnownInstitution::new();
        house.correct(3, "Rapat", "Sidang");
        let house = house.verified();
        fs::create_dir(house.path("rekaman")).expect("made");
        fs::write(house.path("rekaman/rapat.wav"), "suara").expect("written");
        house.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
        assert_eq!(findings(&house), []);
        house
    };

    let house = official();
    for name in ["risalah-resmi.pdf", "risalah-resmi.docx", "laporan-singkat-resmi.pdf", "rekaman/rapat.wav"] {
        let path = house.path(name);
        let before = fs::read(&path).expect("read");
        tamper(&path, |bytes| bytes[0] ^= 1);
        assert_eq!(findings(&house), [Finding::Changed(path.clone())]);
        fs::remove_file(&path).expect("removed");
        assert_eq!(findings(&house), [Finding::Missing(path.clone())]);
        fs::write(&path, before).expect("brought back");
    }
    let manifest = house.path("risalah-resmi.manifest.json");
    tamper(&manifest, |bytes| bytes.push(b'\n'));
    assert_eq!(findings(&house), [Finding::Manifest(manifest)]);

    for (statements, expected) in [
        (
            ["DROP TRIGGER utterance_is_raw", "UPDATE utterance SET text = 'Kami menolak.' WHERE id = 2"],
            Finding::Words { edition: 1 },
        ),
        (["DROP TRIGGER edit_is_kept", "UPDATE edit SET by = 'Orang lain'"], Finding::Edits { edition: 1 }),
    ] {
        let house = official();
        let database = rusqlite::Connection::open(house.path("transkrip.db")).expect("opened");
        for statement in statements {
            database.execute(statement, []).expect("changed");
        }
        assert_eq!(findings(&house), [expected]);
    }

    let mut house = official();
    house.correct(0, "Rapat", "Sidang");
    fs::write(house.path("rapat.toml"), RAPAT.replace("Ruang Rapat Komisi", "Aula")).expect("written");
    assert_eq!(findings(&house), [], "what came later waits for the next edition");
}
