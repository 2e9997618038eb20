//! What is let through, what is refused, and that the record stays as it was signed.

use std::fs;

use e_risalah::common::clock::Span;
use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::document::risalah::write_public;
use e_risalah::lifecycle::{Passage, State, omit, verify};
use e_risalah::publication::redaction::{self, Reason, Wish, add, list, withdraw};
use e_risalah::publication::{Error, FORMATS, Published, published};
use e_risalah::transcript::Utterance;

use super::fixture::{Fixture, LATER, NUMBER, RAPAT, SIGNED, at, done, run, said, stderr, words};

const TELEPHONE: &str = "kosong delapan satu dua tiga empat lima enam tujuh";

/// A meeting in which somebody says a telephone number.
fn with_number() -> Vec<Utterance> {
    let mut words = words();
    words[1] = said(2, 150, 300, &format!("Hubungi {TELEPHONE} untuk rinciannya. Kami menyetujui."), &[]);
    words
}

fn official(rapat: &str, words: Vec<Utterance>) -> Fixture {
    let fixture = Fixture::with(rapat, words, true).verified();
    fixture.waived("latihan").expect("official");
    fixture
}

fn refused(fixture: &Fixture) -> Error {
    let error = published(fixture.place.path()).expect_err("it must not go out");
    for language in [Language::Indonesian, Language::English] {
        let message = error.message();
        let (what, hint) = (message.what(language), message.hint(language).unwrap_or_default());
        assert!(what.ends_with(['.', ')']) && !what.contains("%{") && !hint.is_empty(), "{what} {hint}");
    }
    // No flag changes that.
    let out = fixture.path("publik");
    let output = run(fixture, &["export", "--published", "-o", out.to_str().expect("a path"), "--no-sound"]);
    assert_ne!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!out.exists(), "something was written");
    error
}

fn wish(reason: Reason) -> Wish {
    Wish {
        span: Span::new(150 * 1_600, 300 * 1_600),
        channel: None,
        words: Some(TELEPHONE.to_owned()),
        reason,
        by: "Sari".to_owned(),
    }
}

/// Every format of a published copy, as text where it is text.
fn written(published: &Published) -> Vec<(String, Vec<u8>)> {
    let format = |format: &_| {
        let bytes = write_public(*format, &published.meeting, &published.transcript, &published.public());
        (format.to_string(), bytes.expect("written"))
    };
    FORMATS.iter().map(format).collect()
}

#[test]
fn only_the_official_record_of_an_open_meeting_goes_out() {
    let provisional = Fixture::with(RAPAT, words(), true).verified();
    assert!(matches!(refused(&provisional), Error::Provisional { state: State::Verification, .. }));

    let closed = official(&RAPAT.replace("\"terbuka\"", "\"tertutup\""), words());
    assert!(matches!(refused(&closed), Error::Closed { .. }));

    let described = official(RAPAT, words());
    fs::write(described.path("rapat.toml"), RAPAT.replace("Pengelolaan Sampah\"]", "Lain\"]")).expect("written");
    assert!(matches!(refused(&described), Error::Described { edition: 1, .. }));

    let reopened = official(RAPAT, words());
    reopened.advance(State::Editing, Some("keliru"), LATER).expect("opened again");
    assert!(matches!(refused(&reopened), Error::Provisional { state: State::Editing, .. }));

    let tampered = official(RAPAT, words());
    let manifest = tampered.path("risalah-resmi.manifest.json");
    let text = fs::read_to_string(&manifest).expect("read");
    fs::remove_file(&manifest).expect("removed");
    fs::write(&manifest, text.replace("170/12", "170/13")).expect("written");
    assert!(matches!(refused(&tampered), Error::Changed(_)));

    let open = official(RAPAT, words());
    let copy = published(open.place.path()).expect("it may go out");
    assert_eq!((copy.redacted.len(), copy.silenced.len(), copy.warnings.len()), (0, 0, 0));
    assert_eq!(copy.official.number, NUMBER.expect("a number"));
    // Written over by a later correction, the published words are still those that were signed.
    let mut open = open;
    open.correct(0, "Rapat", "Sidang");
    let copy = published(open.place.path()).expect("it may go out");
    assert!(copy.transcript.utterances[0].text.starts_with("Rapat"));
}

#[test]
fn a_redaction_changes_the_copy_alone_and_can_be_taken_back() {
    let mut fixture = official(RAPAT, with_number());
    let folder = fixture.place.path().to_owned();
    let before = fs::read(fixture.path("risalah-resmi.manifest.json")).expect("read");
    let added = add(&mut fixture.store, &wish(Reason::Telephone), &at(LATER)).expect("redacted");
    assert_eq!((&added.ids[..], &added.words[..]), (&[1][..], &[TELEPHONE.to_owned()][..]));

    let copy = published(&folder).expect("it may go out");
    assert!(copy.transcript.utterances[1].text.starts_with("Hubungi [dihapus: nomor telepon] untuk"));
    assert_eq!(copy.counts().into_iter().collect::<Vec<_>>(), [("nomor telepon".to_owned(), 1)]);
    for (format, bytes) in written(&copy) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("delapan satu") && !text.contains("lima enam"), "{format}");
        if ["txt", "akn", "tei", "json", "csv", "seglst", "srt", "vtt"].contains(&format.as_str()) {
            let flat = text.replace('\n', " ");
            assert!(flat.contains("[dihapus: nomor telepon]"), "{format}: {text}");
        }
        if ["txt", "akn"].contains(&format.as_str()) {
            assert!(
                text.contains("menurut alasan: nomor telepon 1") && !text.contains("SEMENTARA"),
                "{format}: {text}"
            );
        }
    }
    // The record is as it was signed.
    assert_eq!(fs::read(fixture.path("risalah-resmi.manifest.json")).expect("read"), before);
    assert_eq!(verify(&folder, &fixture.store).expect("examined").findings, []);
    assert!(fixture.store.current().expect("words").utterances[1].text.contains(TELEPHONE));
    assert_eq!(list(&fixture.store).expect("listed")[0].by, "Sari");

    withdraw(&fixture.store, 1, "Budi", Some("keliru"), &at(LATER)).expect("taken back");
    let copy = published(&folder).expect("it may go out");
    assert!(copy.transcript.utterances[1].text.contains(TELEPHONE) && copy.silenced.is_empty());
    let again = withdraw(&fixture.store, 1, "Budi", None, &at(LATER));
    assert!(matches!(again, Err(redaction::Error::Withdrawn { id: 1 })));
}

#[test]
fn what_makes_no_redaction_is_refused_with_a_remedy() {
    let mut fixture = Fixture::with(RAPAT, with_number(), true);
    let empty = Wish { span: Span::new(5, 5), ..wish(Reason::Nik) };
    let outside = Wish { span: Span::new(u64::MAX - 5, u64::MAX), ..wish(Reason::Nik) };
    let elsewhere = Wish { words: Some("dua belas".to_owned()), ..wish(Reason::Nik) };
    let nobody = Wish { by: " ".to_owned(), ..wish(Reason::Nik) };
    let telling = wish(Reason::Other("nomor delapan satu".to_owned()));
    for (wish, expected) in [
        (empty, "redaction.no_passage"),
        (outside, "redaction.no_passage"),
        (elsewhere, "redaction.no_words"),
        (nobody, "status.nameless"),
        (telling, "redaction.reason_repeats"),
    ] {
        let error = add(&mut fixture.store, &wish, &at(SIGNED)).expect_err("it is none");
        assert_eq!(error.message().key, expected);
        assert!(error.is_usage() && error.message().hint(Language::Indonesian).is_some());
    }
    assert_eq!(list(&fixture.store).expect("listed"), []);
    add(&mut fixture.store, &wish(Reason::Telephone), &at(SIGNED)).expect("redacted");
    let twice = add(&mut fixture.store, &wish(Reason::Telephone), &at(SIGNED));
    assert!(matches!(twice, Err(redaction::Error::Already { id: 1 })));
    let unknown = withdraw(&fixture.store, 9, "Budi", None, &at(SIGNED));
    assert!(matches!(unknown, Err(redaction::Error::Unknown { id: 9 })));
}

#[test]
fn an_omitted_passage_goes_out_in_no_format() {
    let mut fixture = Fixture::with(RAPAT, with_number(), true);
    omit(&mut fixture.store, Passage { from: 15, until: 15 }, "keputusan rapat", "Sari", &at(SIGNED)).expect("omitted");
    let fixture = fixture.verified();
    fixture.waived("latihan").expect("official");
    let copy = published(fixture.place.path()).expect("it may go out");
    for (format, bytes) in written(&copy) {
        let text = String::from_utf8_lossy(&bytes);
        for word in ["Hubungi", "delapan", "rinciannya"] {
            assert!(!text.contains(word), "{word} in {format}");
        }
    }
    assert_eq!(copy.silenced.len(), 1);
    assert!(copy.silenced[0].start < 150 * 1_600 && copy.silenced[0].end > 300 * 1_600);
}

#[test]
fn fields_that_say_it_again_are_told() {
    let rapat = RAPAT.replace("acara = [\"Pengelolaan Sampah\"]", "acara = [\"Pengaduan dari nomor 081234567\"]");
    let mut words = with_number();
    words[2] = said(1, 400, 480, "Nomornya 0812-34567 sudah benar?", &[]);
    let mut fixture = official(&rapat, words);
    add(&mut fixture.store, &wish(Reason::Telephone), &at(LATER)).expect("redacted");
    let copy = published(fixture.place.path()).expect("it may go out");
    let places: Vec<String> = copy.warnings.iter().map(|message| message.what(Language::English)).collect();
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(places[0].contains("acara") && places[1].contains("00:00:40 ch01"), "{places:?}");
}

#[test]
fn the_command_redacts_lists_proposes_and_takes_back() {
    let fixture = official(RAPAT, with_number());
    let proposed = done(&run(&fixture, &["redact", "--propose", "--json"]));
    let proposal: serde_json::Value = serde_json::from_str(proposed.trim()).expect("one line of JSON");
    assert_eq!((proposal["reason"].as_str(), proposal["channel"].as_u64()), (Some("telepon"), Some(2)));
    let (from, until) = (proposal["from_time"].as_str(), proposal["until_time"].as_str());
    let (from, until) = (from.expect("a time"), until.expect("a time"));
    // Nothing is redacted by itself.
    assert_eq!(done(&run(&fixture, &["redact", "--list"])), "");
    let told = done(&run(&fixture, &["redact", from, until, "--reason", "telepon", "--by", "Sari", "--channel", "2"]));
    assert!(told.contains(TELEPHONE), "{told}");
    assert_eq!(done(&run(&fixture, &["redact", "--propose"])), "");
    let listed = done(&run(&fixture, &["hapus-untuk-publik", "--list"]));
    assert!(listed.contains("nomor telepon") && listed.contains("Sari"), "{listed}");
    done(&run(&fixture, &["redact", "--withdraw", "1", "--by", "Budi"]));
    assert!(done(&run(&fixture, &["redact", "--list"])).contains("Budi"));
    for wrong in [
        &["redact"][..],
        &["redact", "00:00:15"],
        &["redact", "00:00:15", "--reason", "a]b", "--by", "Sari"],
        &["redact", "25 menit", "--reason", "nik", "--by", "Sari"],
        &["redact", "--list", "--propose"],
        &["redact", "--withdraw", "1"],
        &["redact", "--withdraw", "1", "--by", "Sari"],
    ] {
        let output = run(&fixture, wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?} {}", stderr(&output));
    }
}

#[test]
fn nothing_of_a_time_in_which_the_meeting_was_closed_goes_out() {
    let private = "    { jenis = \"tertutup\", pada = \"00:00:14\" },\n    { jenis = \"catatan\", pada = \"00:00:20\", isi = \"Nama korban disebut.\" },\n    { jenis = \"terbuka\", pada = \"00:00:32\" },\n    { jenis = \"setuju\"";
    let rapat = RAPAT.replacen("    { jenis = \"setuju\"", private, 1);
    let fixture = official(&rapat, with_number());
    let copy = published(fixture.place.path()).expect("the rest may go out");
    assert!(copy.was_closed && copy.redacted.is_empty());
    assert!(
        copy.silenced.iter().any(|span| span.start <= 14 * 16_000 && span.end >= 32 * 16_000),
        "{:?}",
        copy.silenced
    );
    for (format, bytes) in written(&copy) {
        let text = String::from_utf8_lossy(&bytes);
        for said in [TELEPHONE, "rinciannya", "Nama korban"] {
            assert!(!text.contains(said), "{format}: {said}");
        }
    }
    assert!(copy.transcript.utterances[0].text.starts_with("Rapat"), "what was said in public is there");
}
