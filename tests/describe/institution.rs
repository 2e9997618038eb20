//! `lembaga.toml`: shared by meetings, and below their own keys.

use std::fs;
use std::path::{Path, PathBuf};

use e_risalah::common::clock::Channel;
use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::common::paper::Paper;
use e_risalah::meeting::{Attendance, Error, Fault, Finding, Kind, Meeting, Need, Recorded, Zone, checks};
use e_risalah::seal::{Identity, Role};

const HOUSE: &str = r#"
[lembaga]
kop = ["DPRD", "KOTA CONTOH"]
kota = "Contoh"
[rapat]
zona = "WITA"
tempat = "Ruang A"
ketua = "ani"
[cetak]
kertas = "A4"
tepi_kiri = 35
[[fraksi]]
kode = "F-A"
nama = "Fraksi A"
anggota = 2
[[orang]]
id = "ani"
nama = "Ani"
fraksi = "F-A"
[[orang]]
id = "budi"
nama = "Budi"
fraksi = "F-A"
jabatan = "Wakil Ketua"
[[kursi]]
kanal = 1
orang = "ani"
[[kursi]]
kanal = 2
orang = "budi"
"#;

struct Place(tempfile::TempDir);

impl Place {
    fn new(house: &str, meeting: &str) -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        fs::create_dir_all(place.path("rapat/paripurna – 8")).expect("made");
        fs::write(place.path("lembaga.toml"), house).expect("written");
        fs::write(place.file(), meeting).expect("written");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self) -> PathBuf {
        self.path("rapat/paripurna – 8/rapat.toml")
    }

    fn read(&self) -> Result<Meeting, Error> {
        Meeting::read(&self.file())
    }
}

fn name(meeting: &Meeting, channel: u16) -> Option<String> {
    meeting.speaker(Channel::new(channel)?, 0).map(|person| person.name.clone())
}

pub fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sekretariat")
}

#[test]
fn a_meeting_has_what_its_institution_has() {
    let meeting = Place::new(HOUSE, "[rapat]\njenis = 'komisi'\n").read().expect("valid");
    assert_eq!(meeting.letterhead, ["DPRD", "KOTA CONTOH"]);
    assert_eq!((meeting.zone, meeting.place.as_deref()), (Some(Zone::Wita), Some("Ruang A")));
    assert_eq!((meeting.paper, meeting.page.left, meeting.page.right), (Paper::A4, 35, 25));
    assert_eq!(meeting.chair.as_ref().map(|chair| chair.name.as_str()), Some("Ani"));
    assert_eq!((name(&meeting, 1).as_deref(), name(&meeting, 2).as_deref()), (Some("Ani"), Some("Budi")));
    assert_eq!(meeting.sources.len(), 1);
}

#[test]
fn the_meetings_own_keys_win_one_by_one() {
    let own = r#"
        fraksi = [{ kode = "F-A", hadir = 1 }, { kode = "F-B", nama = "Fraksi B" }]
        orang = [{ id = "budi", sebutan = "Pelapor" }, { id = "cici", nama = "Cici", fraksi = "F-B" }]
        kursi = [{ kanal = 2, orang = "cici" }, { kanal = 4, orang = "budi" }]
        lembaga = { kota = "Lain" }
        rapat = { zona = "WIB", ketua = "budi" }
        cetak = { tepi_kiri = 20 }
    "#;
    let meeting = Place::new(HOUSE, own).read().expect("valid");
    assert_eq!(meeting.letterhead, ["DPRD", "KOTA CONTOH"], "not written, so the institution's");
    assert_eq!((meeting.city.as_deref(), meeting.zone), (Some("Lain"), Some(Zone::Wib)));
    assert_eq!((meeting.paper, meeting.page.left), (Paper::A4, 20));
    let groups: Vec<_> = meeting.groups.iter().map(|group| (&*group.code, group.members, group.present)).collect();
    assert_eq!(groups, [("F-A", Some(2), Some(1)), ("F-B", None, None)]);
    let budi = meeting.people.iter().find(|person| person.id == "budi").expect("known");
    assert_eq!((budi.office.as_deref(), budi.title.as_deref()), (Some("Wakil Ketua"), Some("Pelapor")));
    assert_eq!(budi.group.as_ref().and_then(|group| group.present), Some(1), "the group as the meeting has it");
    let seats: Vec<Option<String>> = (1..=4).map(|channel| name(&meeting, channel)).collect();
    assert_eq!(seats, [Some("Ani".into()), Some("Cici".into()), None, Some("Budi".into())]);
}

#[test]
fn the_nearest_institution_holds_and_a_copy_beside_the_meeting_most_of_all() {
    let place = Place::new(HOUSE, "");
    fs::write(place.path("rapat/lembaga.toml"), "[lembaga]\nkota = 'Dekat'\n").expect("written");
    assert_eq!(place.read().expect("valid").city.as_deref(), Some("Dekat"));
    fs::write(place.file(), "[lembaga]\nberkas = '../../lembaga.toml'\n").expect("written");
    assert_eq!(place.read().expect("valid").city.as_deref(), Some("Contoh"), "named");
    fs::write(place.path("rapat/paripurna – 8/lembaga.toml"), "[lembaga]\nkota = 'Salinan'\n").expect("written");
    assert_eq!(place.read().expect("valid").city.as_deref(), Some("Salinan"), "as the meeting's folder keeps it");
    fs::remove_file(place.path("rapat/paripurna – 8/lembaga.toml")).expect("removed");
    fs::write(place.file(), "\n[lembaga]\nberkas = 'tidak-ada.toml'\n").expect("written");
    assert!(matches!(place.read(), Err(Error::Field { line: 3, key: "berkas", fault: Fault::NoFile(_), .. })));
}

#[test]
fn refusals_name_the_file_in_which_the_fault_is() {
    let said = |house: &str, meeting: &str| {
        let error = Place::new(house, meeting).read().expect_err("must be refused");
        let message = error.message();
        assert!(message.hint(Language::Indonesian).is_some_and(|hint| !hint.contains("%{")));
        message.what(Language::Indonesian)
    };
    let cases = [
        ("[lembaga]\nwarna = 1\n", "", "lembaga.toml, baris 2"),
        ("\n[rapat]\njenis = 'komisi'\n", "", "lembaga.toml, baris 3"),
        ("[rapat]\nketua = 'x'\n", "", "lembaga.toml, baris 2: `ketua` menyebut x"),
        ("[cetak]\ntepi_kiri = 500\n", "", "lembaga.toml, baris 2: `tepi_kiri` harus antara 5 dan 70"),
        ("", "[cetak]\nspasi = nan\n", "rapat.toml, baris 2: `spasi` harus antara 1 dan 2.5"),
        ("[cetak]\nukuran_huruf = -1\n", "", "lembaga.toml, baris 2: `ukuran_huruf`"),
        ("[lembaga]\nlambang = 'lambang.png'\n", "", "lembaga.toml, baris 2: `lambang` menyebut"),
        (HOUSE, "[[kursi]]\nkanal = 1\norang = 'x'\n", "rapat.toml, baris 3: `orang` menyebut x"),
        (HOUSE, "[[orang]]\nid = 'x'\n", "rapat.toml, baris 2: `id` memerlukan `nama`"),
        (HOUSE, "[[fraksi]]\nkode = 'F-A'\nhadir = 3\n", "rapat.toml, baris 3: `hadir` berjumlah 3, lebih dari 2"),
        (HOUSE, "[hadir]\nfisik = 1\n", "rapat.toml, baris 1: jumlah rincian `anggota` 1, bukan 2"),
        ("", "[hadir]\nfisik = 1\n", "rapat.toml, baris 1: `hadir` memerlukan `anggota`"),
        (HOUSE, "[hadir]\ndaftar = 'h.csv'\nfisik = 1\n", "rapat.toml, baris 2: `daftar` tidak dapat dipakai bersama"),
        ("", "[[keputusan]]\n", "rapat.toml, baris 1: `keputusan` memerlukan `isi`"),
        (
            "",
            "rapat = { acara = ['a'] }\n[[peristiwa]]\njenis = 'acara'\npada = '00:00:01'\nbutir = 2\n",
            "rapat.toml, baris 5: `butir` berjumlah 2, lebih dari 1",
        ),
    ];
    for (house, meeting, expected) in cases {
        let said = said(house, meeting);
        assert!(said.starts_with(expected), "{said}\n{expected}");
    }
}

#[test]
fn a_picture_that_is_none_is_refused_with_its_line() {
    let place = Place::new("[lembaga]\nlambang = 'lambang.png'\n", "");
    for rubbish in [&b""[..], b"GIF89a", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &[0xff, 0xd8, 0xff, 0xe0]] {
        fs::write(place.path("lambang.png"), rubbish).expect("written");
        assert!(matches!(place.read(), Err(Error::Field { line: 2, fault: Fault::NotAPicture { .. }, .. })));
    }
    fs::copy(shipped().join("lambang.png"), place.path("lambang.png")).expect("copied");
    let emblem = place.read().expect("valid").emblem.expect("a picture");
    assert_eq!((emblem.width, emblem.height), (240, 280));
}

#[test]
fn the_shipped_secretariat_is_read_whole_and_lacks_nothing() {
    let meeting = Meeting::read(&shipped().join("paripurna-8/rapat.toml")).expect("valid");
    assert_eq!(meeting.remarks, []);
    assert_eq!(meeting.attendance.map(Attendance::present), Some(32));
    assert_eq!(meeting.kind, Some(Kind::Paripurna));
    assert_eq!(meeting.nature.map(e_risalah::meeting::Nature::key), Some("terbuka"), "a plenary is always open");
    let invitees: Vec<&str> = meeting.invitees.iter().flatten().map(|person| person.name.as_str()).collect();
    assert_eq!(invitees, ["Ir. Surya Pratama, M.T.", "dr. Intan Permata, M.Kes."]);
    assert_eq!(checks(&meeting, None), []);
    assert_eq!(meeting.sources.len(), 4, "{:?}", meeting.sources);
}

#[test]
fn what_is_missing_is_said_field_by_field_with_a_remedy() {
    // When there is a recording, what the meeting itself brings is missed too.
    let findings = checks(&Meeting::bare(), Some(&Recorded::default()));
    assert_eq!(checks(&Meeting::bare(), None).len() + 2, findings.len());
    let fields =
        |need| -> Vec<&str> { findings.iter().filter(|finding| finding.need() == need).map(Finding::field).collect() };
    assert_eq!(
        fields(Need::Provisional),
        [
            "lembaga.kop",
            "lembaga.kota",
            "rapat.jenis",
            "rapat.sifat",
            "rapat.tanggal",
            "rapat.zona",
            "rapat.tempat",
            "rapat.acara",
            "rapat.ketua",
            "rapat.sekretaris",
            "kursi"
        ]
    );
    assert_eq!(
        fields(Need::Official),
        [
            "rapat.mulai",
            "rapat.didampingi",
            "hadir",
            "fraksi",
            "kuorum",
            "rapat.undangan",
            "rapat.peninjau",
            "peristiwa",
            "peristiwa"
        ]
    );
    for finding in &findings {
        for language in [Language::Indonesian, Language::English] {
            let message = finding.message();
            assert!(!message.what(language).contains("check."), "{finding:?}");
            assert!(message.hint(language).is_some_and(|hint| !hint.contains("%{")), "{finding:?}");
        }
    }
}

#[test]
fn contradictions_of_a_whole_meeting_are_found() {
    let found = |text: &str| checks(&Meeting::parse(text, "rapat.toml").expect("valid"), None);
    let has = |text: &str, finding: &Finding| found(text).contains(finding);
    let event = |kind: &str, at: u32| format!("[[peristiwa]]\njenis = '{kind}'\npada = '00:00:{at:02}'\n");
    let closed_first = event("buka", 9) + &event("tutup", 3);
    assert!(has(&closed_first, &Finding::ClosedFirst));
    let twice =
        event("buka", 1) + &event("skors", 2) + &event("skors", 3) + &event("cabut_skors", 4) + &event("tutup", 9);
    assert!(has(&twice, &Finding::Suspension));
    let paired = event("buka", 1) + &event("skors", 2) + &event("cabut_skors", 3) + &event("tutup", 9);
    assert!(!has(&paired, &Finding::Suspension));
    let agreed = event("setuju", 7);
    assert!(has(&agreed, &Finding::Agreement { at: 7_000 }));
    for answer in ["isi = 'Menyetujui.'\npada = '00:00:07'", "pada = '00:00:07'"] {
        assert!(!has(&format!("{agreed}[[keputusan]]\n{answer}\n"), &Finding::Agreement { at: 7_000 }), "{answer}");
    }
    let quorum = "[hadir]\nanggota = 10\nfisik = 6\nizin = 4\n[kuorum]\naturan = '2/3'\ndiumumkan = 5\n";
    assert!(has(quorum, &Finding::QuorumDiffers { announced: 5, present: 6 }));
    assert!(has(quorum, &Finding::QuorumNotReached { announced: 5, required: 7 }));
    let names = "[[fraksi]]\nkode = 'F'\nnama = 'F'\nanggota = 3\nhadir = 2\npenanda_tangan = ['a']\n";
    assert!(has(names, &Finding::Signatories { code: "F".to_owned(), named: 1, present: 2 }));
}

#[test]
fn closed_meetings_are_sealed_to_those_whom_the_institution_names() {
    let key = || Identity::generate("Sari").recipient();
    let holder = |name: &str, role: &str, key: &str| {
        format!("[[segel.penerima]]\nnama = \"{name}\"\nperan = \"{role}\"\nkunci = \"{key}\"\n")
    };
    let (one, two) = (key(), key());
    let house = |blocks: &[String]| format!("{HOUSE}{}", blocks.concat());
    let read = |blocks: &[String]| Place::new(&house(blocks), "[rapat]\nsifat = \"tertutup\"\n").read();
    let meeting = read(&[holder("Sari", "sekretaris", &one), holder("Brankas", "pemulihan", &two)]).expect("valid");
    assert!(meeting.is_closed());
    let named: Vec<_> = meeting.holders.iter().map(|holder| (holder.name.as_str(), holder.role, &holder.key)).collect();
    assert_eq!(named, [("Sari", Role::Sekretaris, &one), ("Brankas", Role::Pemulihan, &two)]);
    let twice = read(&[holder("Sari", "ketua", &one), holder("Budi", "sekretaris", &one)]);
    assert!(matches!(twice, Err(Error::Field { key: "kunci", fault: Fault::Twice { .. }, .. })));
    for wrong in ["age1abc", "AGE-SECRET-KEY-1", "-"] {
        let refused = read(&[holder("Sari", "ketua", wrong)]);
        assert!(matches!(refused, Err(Error::Field { key: "kunci", fault: Fault::NotAKey(_), .. })), "{wrong}");
    }
    // A meeting has no holders of its own.
    let own = Place::new(HOUSE, &holder("Sari", "ketua", &one)).read();
    assert!(matches!(own, Err(Error::Syntax { .. })));
}
