//! What is entered by hand: checked before, and taken back where it was a mistake.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use e_risalah::recording::{Entered, Fact};

use crate::room::{Running, closed, fixture, recorded, risalah, run, stderr, text, tone};

/// A meeting of two microphones and two items that is being recorded.
fn begin(place: &Path) -> (PathBuf, Running) {
    let file = tone(place, 120, 2);
    let text_of = fs::read_to_string(fixture().join("rapat.toml")).expect("read");
    let kept = text_of.split("[[kursi]]").next().expect("the beginning").to_owned();
    let short = place.join("awal.toml");
    fs::write(&short, kept + "[[kursi]]\nkanal = 1\norang = \"rusdi\"\n[[kursi]]\nkanal = 2\nmimbar = true\n")
        .expect("written");
    let folder = place.join("rapat");
    let desk = Running::start(&mut risalah(&[
        "rekam",
        "--source",
        text(&file),
        "--meeting",
        text(&short),
        "-o",
        text(&folder),
        "-q",
    ]));
    recorded(&folder, 8_000);
    (folder, desk)
}

fn enter(folder: &Path, event: &str) -> Output {
    run(&["rekam", "--event", event, "-o", text(folder)])
}

fn end(folder: &Path, mut desk: Running) {
    assert!(run(&["rekam", "--stop", "-o", text(folder)]).status.success());
    desk.0.wait().expect("the desk ends");
}

#[test]
fn a_mistake_is_taken_back_and_stands_in_no_view() {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, desk) = begin(place.path());
    for event in ["buka", "catatan:Listrik padam", "tutup", "batal", "duduk:2:surya", "batal", "catatan:Doa", "tutup"] {
        let output = enter(&folder, event);
        assert!(output.status.success(), "{event}: {}", stderr(&output));
        if event == "batal" {
            assert!(stderr(&output).contains("Dibatalkan: "), "{}", stderr(&output));
        }
    }
    end(&folder, desk);
    let growth = closed(&folder);
    // The ledger keeps both what was entered and that it was taken back; what stands is told by it.
    let events = growth.ledger().facts.iter().filter(|fact| matches!(fact, Fact::Event { .. })).count();
    assert_eq!(events, 8);
    let standing: Vec<&Entered> = growth.ledger().entered(growth.clock()).map(|(_, entered)| entered).collect();
    assert_eq!(standing.len(), 4, "{standing:?}");
    let output = run(&["ekspor", text(&folder), "--format", "txt,json", "-o", text(&folder)]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = fs::read_to_string(folder.join("transkrip.txt")).expect("text");
    assert_eq!(record.matches("RAPAT DITUTUP").count(), 1, "{record}");
    assert!(!record.to_lowercase().contains("dibatalkan"), "{record}");
    let json = fs::read_to_string(folder.join("transkrip.json")).expect("JSON");
    assert!(!json.to_lowercase().contains("dibatalkan"), "{json}");
    let check = run(&["cek", text(&folder)]);
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(!said.contains("kedua kalinya"), "{said}");
}

#[test]
fn what_cannot_be_is_refused_with_what_may_have_been_meant() {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, desk) = begin(place.path());
    let refused = |event: &str, words: &str| {
        let output = enter(&folder, event);
        assert_eq!(output.status.code(), Some(2), "{event}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{event}: {}", stderr(&output));
    };
    refused("batal", "Belum ada catatan");
    refused("tutup", "belum dibuka");
    assert!(enter(&folder, "buka").status.success());
    refused("buka", "sudah dibuka");
    refused("duduk:2:suria", "'surya'");
    refused("duduk:2:entah", "peristiwa DIR bantuan");
    refused("interupsi:9", "Tidak ada mikrofon 9");
    refused("duduk:9:surya", "Tidak ada mikrofon 9");
    refused("acara:99", "Tidak ada butir acara 99");
    refused("cabut-skors", "tidak sedang diskors");
    assert!(enter(&folder, "tutup").status.success());
    refused("tutup", "sudah ditutup");
    refused("setuju", "sudah ditutup");
    refused("tutub", "duduk:KANAL[:ORANG]");
    let help = run(&["rekam", "peristiwa", "--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("setuju[:KEPUTUSAN]"));
    let list = enter(&folder, "bantuan");
    assert!(list.status.success());
    let said = String::from_utf8_lossy(&list.stdout).into_owned();
    for piece in ["batal", "surya", "Ir. Surya Pratama"] {
        assert!(said.contains(piece), "{piece}: {said}");
    }
    end(&folder, desk);
    let growth = closed(&folder);
    let events = growth.ledger().facts.iter().filter(|fact| matches!(fact, Fact::Event { .. })).count();
    assert_eq!(events, 2, "nothing refused was entered");
}
