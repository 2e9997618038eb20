//! Changes to a `rapat.toml` that leave what a person wrote as it is.

use e_risalah::meeting::edit::{Attended, Counted, Description, Happened, Named, Placed, Session};
use e_risalah::meeting::{Draft, Meeting};

const EXAMPLE: &str = include_str!("../../fixtures/paripurna/rapat.toml");
const NAME: &str = "rapat.toml";

fn of(text: &str) -> Description {
    Description::of(text, NAME).expect("a description")
}

fn comments(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> =
        text.lines().filter_map(|line| line.find('#').map(|start| line[start..].trim())).collect();
    found.sort_unstable();
    found
}

#[test]
fn what_is_put_back_unchanged_is_the_same_text() {
    let draft = Draft::default().text();
    for text in [EXAMPLE, &draft, "", "# nothing\n", "rapat = { jenis = \"komisi\" }\nkursi = [{ kanal = 1 }]\n"] {
        assert_eq!(of(text).put(text, NAME).expect("put"), text);
    }
}

#[test]
fn a_change_touches_its_own_line_and_no_other() {
    let mut changed = of(EXAMPLE);
    changed.rapat.tempat = Some("Ruang Komisi I".to_owned());
    changed.rapat.tanggal = Some("2027-03-10".to_owned());
    changed.kursi[1].orang = Some("bambang".to_owned());
    let text = changed.put(EXAMPLE, NAME).expect("put");
    let differ: Vec<(&str, &str)> = EXAMPLE.lines().zip(text.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(EXAMPLE.lines().count(), text.lines().count());
    assert_eq!(differ.len(), 3, "{differ:?}");
    assert!(text.contains("\ntanggal = 2027-03-10\n") && text.contains("\ntempat = \"Ruang Komisi I\"\n"));
    assert_eq!(of(&text), changed);
}

#[test]
fn every_comment_stays_whatever_is_taken_away() {
    let mut changed = of(EXAMPLE);
    changed.rapat = Session { jenis: changed.rapat.jenis, ..Session::default() };
    changed.kuorum = Counted::default();
    changed.hadir = Attended::default();
    changed.orang.truncate(2);
    changed.kursi.clear();
    changed.peristiwa.clear();
    let text = changed.put(EXAMPLE, NAME).expect("put");
    let kept = comments(&text);
    let lost: Vec<_> = comments(EXAMPLE).into_iter().filter(|line| !kept.contains(line)).collect();
    assert!(lost.is_empty(), "{lost:#?}\n{text}");
    assert_eq!(of(&text), changed);
}

#[test]
fn rows_keep_their_comments_when_others_come_and_go() {
    let text = "# Rapat kita\n[rapat]\nnama = \"A\" # sementara\n\n# Ani duduk di depan\n[[kursi]]\nkanal = 1\n\n# Budi di jendela\n[[kursi]]\nkanal = 2\nberkas = \"b.wav\"\n\n[cetak]\nkertas = \"A4\"\n";
    let mut changed = of(text);
    changed.kursi.remove(0);
    changed.kursi.push(Placed { kanal: 9, mimbar: Some(true), ..Placed::default() });
    changed.rapat.nama = Some("B".to_owned());
    let text = changed.put(text, NAME).expect("put");
    assert_eq!(
        text,
        "# Rapat kita\n[rapat]\nnama = \"B\" # sementara\n\n# Ani duduk di depan\n# Budi di jendela\n[[kursi]]\nkanal = 2\nberkas = \"b.wav\"\n\n[[kursi]]\nkanal = 9\nmimbar = true\n\n[cetak]\nkertas = \"A4\"\n"
    );
}

#[test]
fn events_are_put_between_others_without_changing_them() {
    let text = "[[peristiwa]] # pembukaan\njenis = \"buka\"\npada = \"00:01:00\"\n\n[[peristiwa]] # akhir\njenis = \"tutup\"\npada = 00:59:00\n";
    let mut changed = of(text);
    let note = Happened {
        jenis: "catatan".to_owned(),
        pada: Some("00:30:00".to_owned()),
        isi: Some("Doa".to_owned()),
        ..Happened::default()
    };
    changed.peristiwa.insert(1, note);
    let written = changed.put(text, NAME).expect("put");
    assert!(written.contains("# pembukaan") && written.contains("# akhir") && written.contains("pada = 00:59:00"));
    assert_eq!(of(&written), changed);
    assert_eq!(Meeting::parse(&written, NAME).expect("a meeting").events.len(), 3);
}

#[test]
fn a_new_seat_does_not_take_the_users_of_another() {
    let text = "[[orang]]\nid = \"a\"\nnama = \"Ani\"\n\n[[kursi]]\nkanal = 1\n\n[[kursi]]\nkanal = 2\n\n[[kursi.pemakai]]\norang = \"a\"\ndari = \"00:00:00\"\n\n[[kursi]]\nkanal = 3\n\n[[kursi.pemakai]]\norang = \"a\"\ndari = \"00:01:00\"\n";
    let mut changed = of(text);
    changed.kursi.remove(0);
    changed.kursi.push(Placed { kanal: 4, ..Placed::default() });
    let meeting = Meeting::parse(&changed.put(text, NAME).expect("put"), NAME).expect("a meeting");
    let users: Vec<(u16, usize)> =
        meeting.seats.iter().map(|seat| (seat.channel.number(), seat.occupants.len())).collect();
    assert_eq!(users, [(2, 1), (3, 1), (4, 0)]);
}

#[test]
fn a_list_in_brackets_keeps_its_comments() {
    let text =
        "kursi = [\n    # di depan\n    { kanal = 1 },\n    { kanal = 2 }, # di jendela\n]\n\n[rapat]\nnama = \"A\"\n";
    let mut changed = of(text);
    changed.kursi.push(Placed { kanal: 3, mimbar: Some(true), ..Placed::default() });
    let written = changed.put(text, NAME).expect("put");
    assert_eq!(comments(&written), comments(text), "{written}");
    assert_eq!(of(&written), changed);
}

#[test]
fn lines_keep_their_ends() {
    let text = "[rapat]\r\nnama = \"A\"\r\n";
    let mut changed = of(text);
    changed.rapat.tempat = Some("Aula".to_owned());
    assert_eq!(changed.put(text, NAME).expect("put"), "[rapat]\r\nnama = \"A\"\r\ntempat = \"Aula\"\r\n");
}

#[test]
fn what_cannot_be_written_names_its_field() {
    let mut changed = of("");
    changed.orang.push(Named { id: "a".to_owned(), nama: Some("A\u{7}ni".to_owned()), ..Named::default() });
    assert_eq!(changed.put("", NAME).expect_err("control").field(), Some("orang.nama"));
    changed.orang[0].nama = Some("x".repeat(5000));
    assert_eq!(changed.put("", NAME).expect_err("long").field(), Some("orang.nama"));
    assert!(Description::of("[rapat\n", NAME).is_err());
    assert!(Description::of("[rapat]\nruang = 1\n", NAME).is_err());
}
