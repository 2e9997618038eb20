//! What is not for everybody: closed meetings, and passages that were left out.

use std::fs;

use e_risalah::document::risalah::{Format, write};
use e_risalah::lifecycle::{Error, Passage, omit};
use e_risalah::meeting::Meeting;
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
