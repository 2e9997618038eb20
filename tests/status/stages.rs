//! What a record said at each stage of its life, and what `risalah diff` shows of it.

use e_risalah::lifecycle::{Error, Passage, Stage, hear};
use e_risalah::transcript::Transcript;
use e_risalah::transcript::store::Origin;

use super::fixture::{Fixture, LATER, NUMBER, RAPAT, SECRETARY, SIGNED, at, done, pages, run, said, words};

/// One correction before the record was given out (on 10 March, 16.00), one by a speaker, one
/// between two editions, one after both.
fn lived() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.correct_at(0, "Rapat", "Sidang", "2026-03-10T15:59:59+08:00[Asia/Makassar]");
    let mut fixture = fixture.verified();
    fixture.correct_at(1, "Terima", "Baik, terima", "2026-03-12T10:00:00+08:00[Asia/Makassar]");
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    fixture.correct_at(3, "Rapat", "Musyawarah", "2026-03-18T10:00:00+08:00[Asia/Makassar]");
    fixture.finalize(SECRETARY, NUMBER, LATER).expect("official again");
    fixture.correct_at(2, "Apakah", "Bagaimana,", "2026-03-21T10:00:00+08:00[Asia/Makassar]");
    fixture
}

fn transcript(fixture: &Fixture, stage: &str) -> Result<Transcript, Error> {
    stage.parse::<Stage>()?.transcript(fixture.place.path(), &fixture.store)
}

fn first_words(fixture: &Fixture, stage: &str) -> Vec<String> {
    let utterances = transcript(fixture, stage).expect("a stage").utterances;
    utterances.iter().map(|utterance| utterance.text.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_stage_has_the_corrections_that_had_been_made_by_then() {
    let fixture = lived();
    assert_eq!(first_words(&fixture, "mentah"), ["Rapat", "Terima", "Apakah", "Rapat"]);
    assert_eq!(first_words(&fixture, "sementara"), ["Sidang", "Terima", "Apakah", "Rapat"]);
    assert_eq!(first_words(&fixture, "resmi-1"), ["Sidang", "Baik,", "Apakah", "Rapat"]);
    assert_eq!(first_words(&fixture, "resmi-2"), ["Sidang", "Baik,", "Apakah", "Musyawarah"]);
    assert_eq!(first_words(&fixture, "resmi"), first_words(&fixture, "resmi-2"));
    assert_eq!(first_words(&fixture, "kini"), ["Sidang", "Baik,", "Bagaimana,", "Musyawarah"]);
    assert!(matches!(transcript(&fixture, "resmi-3"), Err(Error::NeverWas(Stage::Official(Some(3))))));
    assert!(matches!(transcript(&Fixture::new(), "sementara"), Err(Error::NeverWas(Stage::Provisional))));
    assert!(matches!(transcript(&Fixture::new(), "resmi"), Err(Error::NeverWas(Stage::Official(None)))));
}

#[test]
fn stages_of_another_recognition_are_not_compared() {
    let mut fixture = lived();
    let origin = Origin {
        model: "large".to_owned(),
        model_sha256: "cd".repeat(32),
        model_origin: None,
        language: "id".to_owned(),
        program: "0.1.0".to_owned(),
    };
    let version = fixture.store.version(&origin, "2026-03-25T02:00:00Z".parse().expect("a time")).expect("a version");
    for utterance in words() {
        fixture.store.add(version.number, &utterance).expect("added");
    }
    fixture.store.complete(version.number).expect("complete");
    for stage in ["sementara", "resmi", "resmi-1"] {
        assert!(matches!(transcript(&fixture, stage), Err(Error::OtherRecognition(_))), "{stage}");
    }
    let told = run(&fixture, &["beda", "--from", "sementara"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stderr).contains("dikenali ulang"));
}

#[test]
fn a_clerk_sees_what_differs_between_two_stages() {
    let mut fixture = lived();
    let diff = |fixture: &Fixture, args: &[&str]| done(&run(fixture, &[&["beda"], args].concat()));
    let all = diff(&fixture, &[]);
    for put in ["{+Sidang+}", "{+Baik, terima+}", "{+Bagaimana,+}", "{+Musyawarah+}"] {
        assert!(all.contains(put), "{put} in\n{all}");
    }
    let official = diff(&fixture, &["--from", "sementara", "--to", "resmi"]);
    assert!(official.contains("[-Terima-] {+Baik, terima+} kasih, Pimpinan."), "{official}");
    assert!(official.contains("{+Musyawarah+}") && !official.contains("Sidang+}") && !official.contains("Bagaimana"));
    let editions = diff(&fixture, &["--from", "resmi-1", "--to", "resmi-2"]);
    assert_eq!(editions.lines().count(), 2, "{editions}");
    assert!(editions.contains("giliran 3 [00:00:40] KETUA RAPAT"), "{editions}");
    // The other way round, too.
    assert!(diff(&fixture, &["--from", "resmi-2", "--to", "resmi-1"]).contains("[-Musyawarah-] {+Rapat+}"));

    let same = run(&fixture, &["diff", "--from", "resmi", "--to", "resmi-2"]);
    assert_eq!(done(&same), "");
    assert!(String::from_utf8_lossy(&same.stderr).contains("Tidak ada beda antara 'resmi' dan 'resmi-2'"));

    hear(&mut fixture.store, Passage { from: 40, until: 40 }, "Sari", &at("2026-03-22T10:00:00+08:00[Asia/Makassar]"))
        .expect("heard");
    let json = diff(&fixture, &["--from", "resmi", "--json"]);
    let lines: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 1, "{json}");
    assert!(lines[0]["before"].as_str().is_some_and(|text| text.starts_with("Apakah")), "{json}");
    assert_eq!((&lines[0]["edits"], &lines[0]["undone"]), (&serde_json::json!([4, 5]), &serde_json::json!([])));
    assert_eq!(
        (&lines[0]["marks_before"], &lines[0]["marks"]),
        (&serde_json::json!([]), &serde_json::json!(["heard"]))
    );
    let back = diff(&fixture, &["--from", "kini", "--to", "resmi"]);
    assert!(back.contains("[-(sudah didengarkan)-]"), "{back}");

    let unknown = run(&fixture, &["diff", "--to", "final"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("resmi-1"), "the hint names the states");
    let never = run(&Fixture::new(), &["diff", "--to", "resmi"]);
    assert_eq!(never.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&never.stderr).contains("belum ada"));
}

/// A record that an older program made has no layers of the writing rules.
#[test]
fn finalize_lays_the_rules_of_writing_where_nobody_has() {
    let mut words = words();
    words[1] = said(2, 150, 300, "Kami menerima dua puluh satu usul pada sembilan maret.", &[]);
    let fixture = Fixture::with(RAPAT, words, true).verified();
    assert!(fixture.store.edits().expect("layers").is_empty());
    done(&run(&fixture, &["resmikan", "--signed-by", SECRETARY, "--number", "170/12/DPRD/2026"]));
    let text = pages(&fixture.path("risalah-resmi.pdf")).join("\n");
    assert!(text.contains("21 usul pada 9 Maret."), "{text}");
    let rules = fixture.store.edits().expect("layers");
    assert_eq!(rules.len(), 2);
    let official = transcript(&fixture, "resmi").expect("a stage");
    assert_eq!((official.edition.last_edit, official.utterances[1].text.contains("21 usul")), (2, true));
    done(&run(&fixture, &["periksa"]));
}
