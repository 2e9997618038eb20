//! What is not for everybody: closed meetings, and passages that were left out.

use std::fs;

use e_risalah::document::risalah::{Format, write};
use e_risalah::lifecycle::{self, Error, Passage, omit};
use e_risalah::meeting::Meeting;
use e_risalah::recording::{Claim, End, Format as Format16, Sample, Start, Writer, folder_of};
use e_risalah::seal::{self, Holder, Identity, MeetingKey, Role};
use e_risalah::transcript::edit::Mark;

use super::fixture::{Fixture, NUMBER, RAPAT, SECRETARY, SIGNED, at, pages, said, words, xml};

#[test]
fn a_closed_meeting_carries_its_mark_on_every_page_provisional_and_official() {
    for (sifat, mark) in [("tertutup", "RAPAT TERTUTUP – TIDAK UNTUK DIPUBLIKASIKAN"), ("tertutup_rahasia", "RAHASIA")]
    {
        let rapat = RAPAT.replace("sifat = \"terbuka\"", &format!("sifat = \"{sifat}\""));
        let mut long = words();
        for turn in 0..60 {
            let text = "Hal ini kami bahas dengan sangat rinci dan panjang lebar. ".repeat(8);
            long.push(said(2, 600 + turn * 100, 650 + turn * 100, text.trim(), &[]));
        }
        let fixture = Fixture::with(&rapat, long, true).verified();
        let provisional = write(Format::Pdf, &fixture.meeting, &fixture.store.current().expect("it")).expect("a PDF");
        fs::write(fixture.path("uji.pdf"), provisional).expect("written");
        fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
        for name in ["uji.pdf", "risalah-resmi.pdf"] {
            let pages = pages(&fixture.path(name));
            assert!(pages.len() > 3, "{name} is too short to show it");
            for (number, page) in pages.iter().enumerate() {
                assert!(page.contains(mark), "{name}, page {}:\n{page}", number + 1);
                assert_eq!(page.contains("SEMENTARA"), name == "uji.pdf", "{name}, page {}", number + 1);
            }
        }
        assert!(xml(&fixture.path("risalah-resmi.docx")).contains(mark));
    }
}

#[test]
fn no_key_of_the_description_takes_the_watermark_away() {
    for key in ["tanda_air = false", "watermark = \"\"", "status = \"resmi\""] {
        for section in ["[cetak]", "[rapat]", "[lembaga]"] {
            assert!(Meeting::parse(&format!("{section}\n{key}\n"), "rapat.toml").is_err(), "{section} {key}");
        }
    }
}

#[test]
fn a_passage_is_left_out_by_decision_logged_and_printed_as_left_out() {
    let mut fixture = Fixture::new();
    let now = at("2026-03-10T16:00:00Z[UTC]");
    let passage = Passage { from: 15, until: 40 };
    assert_eq!(omit(&mut fixture.store, passage, "keputusan rapat", "Sari", &now).expect("left out"), 2);
    let current = fixture.store.current().expect("it");
    assert!(current.utterances[1].corrected.has(Mark::Omitted) && current.utterances[1].text.is_empty());
    let edits = fixture.store.edits().expect("layers");
    assert_eq!((edits.len(), edits[0].layer.by.as_str()), (2, "Sari"));
    assert_eq!(edits[0].layer.why.as_deref(), Some("keputusan rapat"));
    assert!(fixture.store.load().expect("raw").utterances[1].text.starts_with("Terima kasih"), "the raw words stay");

    for format in Format::ALL {
        let bytes = write(format, &fixture.meeting, &current).expect("written");
        fs::write(fixture.path("uji"), &bytes).expect("written");
        let text = match bytes.get(..2) {
            Some(b"%P") => pages(&fixture.path("uji")).join("\n"),
            Some(b"PK") => xml(&fixture.path("uji")),
            _ => String::from_utf8_lossy(&bytes).into_owned(),
        };
        assert!(!text.contains("Terima kasih"), "{format}");
        if matches!(format, Format::Pdf | Format::Docx | Format::Txt) {
            assert!(text.contains("[tidak dimuat atas keputusan rapat]"), "{format}:\n{text}");
        }
    }

    // Two speakers, one passage, one mark: neither who spoke in it nor how often can be read from the
    // page.
    fs::write(fixture.path("uji"), write(Format::Pdf, &fixture.meeting, &current).expect("written")).expect("written");
    let text = pages(&fixture.path("uji")).join("\n");
    assert_eq!(text.matches("[tidak dimuat atas keputusan rapat]").count(), 1, "{text}");

    let again = omit(&mut fixture.store, passage, "keputusan rapat", "Sari", &now);
    assert!(matches!(again, Err(Error::NoPassage)), "{again:?}");
    let nobody = omit(&mut fixture.store, Passage { from: 2, until: 2 }, "keputusan rapat", " ", &now);
    assert!(matches!(nobody, Err(Error::Nameless)), "{nobody:?}");
    let undecided = omit(&mut fixture.store, Passage { from: 2, until: 2 }, "", "Sari", &now);
    assert!(matches!(undecided, Err(Error::NoDecision)), "{undecided:?}");
}

/// A verified record of a meeting that was recorded under seal, and the identity that opens it.
fn sealed() -> (Fixture, Identity) {
    let place = tempfile::tempdir().expect("a folder");
    let rapat = RAPAT.replace("sifat = \"terbuka\"", "sifat = \"tertutup\"");
    fs::write(place.path().join("rapat.toml"), &rapat).expect("written");
    let (key, identity) = (MeetingKey::generate(), Identity::generate("Sari"));
    let holder = Holder::new("Sari", Role::Sekretaris, &identity.recipient()).expect("a holder");
    let start = Start {
        utc: "2026-03-10T01:00:00Z".parse().expect("a moment"),
        zone: jiff::tz::TimeZone::UTC,
        format: Format16 { rate: 16_000.try_into().expect("a rate"), channels: 2, sample: Sample::I16 },
        device: "uji".into(),
        names: Vec::new(),
        seal: Some(key.seal(&[holder]).expect("a seal")),
    };
    let claim = Claim::take(&folder_of(place.path())).expect("a folder");
    let mut writer = Writer::begin(claim, start).expect("begun");
    writer.append(&vec![1; 64_000]).expect("written");
    writer.finish(End::Asked).expect("closed");
    seal::hold(key);
    let mut transcript = super::sample::transcript(2, words());
    transcript.version.complete = true;
    let store = super::sample::stored(place.path(), &transcript, "small-q8_0");
    let meeting = Meeting::parse(&rapat, "rapat.toml").expect("a valid meeting");
    (Fixture { place, store, meeting }.verified(), identity)
}

#[test]
fn an_edition_of_a_sealed_meeting_is_sealed_and_proved_without_a_key() {
    let (fixture, identity) = sealed();
    let made = fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let names: Vec<String> =
        made.files.iter().map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    assert!(names.contains(&"risalah-resmi.pdf.age".to_owned()), "{names:?}");
    assert!(names.iter().all(|name| name.ends_with(".age") || name.ends_with(".manifest.json")), "{names:?}");
    for path in &made.files {
        let content = fs::read(path).expect("read");
        assert!(!content.starts_with(b"%PDF") && !content.starts_with(b"PK"), "{}", path.display());
    }
    let folder = fixture.place.path();
    assert_eq!(lifecycle::verify(folder, &fixture.store).expect("examined").findings, []);
    let opened = lifecycle::content(folder, &fixture.path("risalah-resmi.pdf.age")).expect("opened");
    fs::write(fixture.path("uji.pdf"), opened).expect("written");
    let pages = pages(&fixture.path("uji.pdf")).join("\n");
    assert!(pages.contains("Kami menyetujui rancangan ini") && pages.contains("RAPAT TERTUTUP"), "{pages}");
    // One that was changed is told.
    let path = fixture.path("risalah-resmi.docx.age");
    let mut permissions = fs::metadata(&path).expect("there").permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "a file of the test")]
    permissions.set_readonly(false);
    fs::set_permissions(&path, permissions).expect("set");
    fs::write(&path, b"lain").expect("written");
    assert_eq!(lifecycle::verify(folder, &fixture.store).expect("examined").findings.len(), 1);
    // Whether it is official is known to the retention schedule with a key only.
    let phrase = "kata sandi untuk uji";
    let key = fixture.path("sari.age");
    identity.write(&key, &phrase.to_owned().into()).expect("written");
    let decide = |more: &[&str]| {
        let args = ["--file", "rekaman", "--keep", "--by", "Sari", "--reason", "masih diperlukan"];
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_risalah"));
        command.args(["retensi", "putuskan"]).arg(folder).args(args).args(more);
        command.env("RISALAH_LANG", "id").env("RISALAH_PASSPHRASE", phrase).output().expect("the program runs")
    };
    let done = decide(&["--identity", key.to_str().expect("a path")]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let (openings, _) = seal::openings(folder).expect("read");
    assert_eq!(
        openings.last().map(|one| (one.what.as_str(), one.reason.as_str())),
        Some(("retention", "masih diperlukan"))
    );
    let missing = std::process::Command::new(env!("CARGO_BIN_EXE_risalah"))
        .arg("retensi")
        .arg(fixture.path("tidak-ada"))
        .output();
    assert_eq!(missing.expect("the program runs").status.code(), Some(2));
}
