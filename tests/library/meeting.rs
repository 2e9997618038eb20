//! `rapat.toml`: what is accepted, and that every refusal names its line.

use std::path::Path;

use e_risalah::common::clock::Channel;
use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::meeting::{Attendance, Error, EventKind, Fault, FileKind, Kind, Meeting, Rule};
use proptest::prelude::*;

fn refused(text: &str) -> Error {
    Meeting::parse(text, "rapat.toml").expect_err("must be refused")
}

fn fault(text: &str) -> (usize, &'static str, Fault) {
    match refused(text) {
        Error::Field { line, key, fault, .. } => (line, key, fault),
        other => panic!("not a fault of a field: {other}"),
    }
}

fn channel(number: u16) -> Channel {
    Channel::new(number).expect("a channel")
}

#[test]
fn the_shipped_meeting_is_read_whole() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna/rapat.toml");
    let meeting = Meeting::read(&path).expect("the shipped meeting is valid");
    assert_eq!(meeting.kind, Some(Kind::Paripurna));
    assert_eq!(meeting.session(), "2027-03-09-paripurna-7");
    assert_eq!(meeting.seats.len(), 9);
    assert_eq!(meeting.attendance.map(Attendance::present), Some(32));
    meeting.check_channels(9).expect("nine channels are enough");
    let labels: Vec<String> = (1..=8).map(|number| meeting.label(channel(number), 60_000).to_string()).collect();
    assert_eq!(
        labels,
        [
            "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)",
            "WAKIL KETUA (Dra. Hj. MARIANA LESTARI)",
            "SEKRETARIS DPRD (BAMBANG WIRAWAN, S.H., M.H.)",
            "F-MLT (YUSUF KARIM, S.T.)",
            "F-CDN (SITI AMINAH, S.Pd.)",
            "F-GE (AHMAD FAUZI, S.E.)",
            "F-BHR (RATNA DEWI, S.H.)",
            "F-MLT (HENDRA GUNAWAN)",
        ]
    );
    let lectern = meeting.seat(channel(9)).expect("a lectern");
    assert!(lectern.lectern && lectern.occupants.iter().any(|occupant| occupant.person.name.contains("Surya")));
    assert_eq!(meeting.label(channel(10), 0).to_string(), "PEMBICARA BELUM TERIDENTIFIKASI");
}

#[test]
fn nothing_need_be_known() {
    assert_eq!(Meeting::parse("", "rapat.toml").ok(), Some(Meeting::bare()));
    assert_eq!(Meeting::bare().session(), "rapat");
    Meeting::bare().check_channels(1).expect("no seat, no conflict");
}

#[test]
fn a_seat_changes_hands_and_a_lectern_belongs_to_nobody() {
    let text = r#"
        orang = [{ id = "a", nama = "Ani", jabatan = "Camat" }, { id = "b", nama = "Badu", instansi = "Dinas Air" }]
        [rapat]
        undangan = ["b"]
        [[kursi]]
        kanal = 1
        mimbar = true
        pemakai = [{ orang = "b", dari = "00:10:00", sampai = "00:20:00" }, { orang = "a", dari = "00:20:00" }]
    "#;
    let meeting = Meeting::parse(text, "rapat.toml").expect("valid");
    let label = |seconds: u64| meeting.label(channel(1), seconds * 1000);
    assert_eq!(label(599).to_string(), "MIKROFON 01");
    assert_eq!(label(599).microphone().as_deref(), Some("mimbar"));
    assert_eq!(label(600).to_string(), "UNDANGAN – DINAS AIR (BADU)");
    assert_eq!(label(1200).to_string(), "CAMAT (ANI)");
}

#[test]
fn a_shared_microphone_is_its_number_until_a_person_names_the_speaker() {
    let people =
        "orang = [{ id = \"a\", nama = \"Ani\", jabatan = \"Camat\" }]\n[[kursi]]\nkanal = 7\nbersama = true\n";
    let mut meeting = Meeting::parse(people, "rapat.toml").expect("valid");
    let label = |meeting: &Meeting, seconds: u64| meeting.label(channel(7), seconds * 1000).to_string();
    assert_eq!(label(&meeting, 0), "MIKROFON 07");
    meeting.seated(10_000, channel(7), Some("a"));
    meeting.seated(20_000, channel(7), None);
    assert_eq!(
        [9, 10, 19, 20].map(|at| label(&meeting, at)),
        ["MIKROFON 07", "CAMAT (ANI)", "CAMAT (ANI)", "MIKROFON 07"]
    );
    assert_eq!(fault(&format!("{people}orang = \"a\"\n")), (5, "orang", Fault::Excludes("bersama")));
}

#[test]
fn wall_clock_times_become_times_of_the_recording_past_midnight_too() {
    let text = r#"
        peristiwa = [{ jenis = "tutup", pukul = "00.15" }, { jenis = "buka", pukul = "23.05" }]
        rapat = { tanggal = 2027-03-09, zona = "WIT", mulai = "23.00" }
    "#;
    let meeting = Meeting::parse(text, "rapat.toml").expect("valid");
    let events: Vec<(u64, &EventKind)> = meeting.events.iter().map(|event| (event.at / 60_000, &event.kind)).collect();
    assert_eq!(events, [(5, &EventKind::Opened), (75, &EventKind::Closed)]);
    assert_eq!(meeting.civil(75 * 60_000, None), Some(jiff::civil::date(2027, 3, 10).at(0, 15, 0, 0)));
}

#[test]
fn the_recording_knows_its_start_but_never_the_zone() {
    let started = Some("2027-03-09T02:00:00Z".parse().expect("a time"));
    assert_eq!(Meeting::bare().civil(0, started), None);
    let meeting = Meeting::parse("rapat = { zona = 'WITA' }", "rapat.toml").expect("valid");
    assert_eq!(meeting.civil(60_000, started), Some(jiff::civil::date(2027, 3, 9).at(10, 1, 0, 0)));
}

#[test]
fn a_mono_file_finds_its_channel_by_name() {
    let text = "kursi = [{ kanal = 3, berkas = 'Kursi Ketua.wav' }]";
    let meeting = Meeting::parse(text, "rapat.toml").expect("valid");
    assert_eq!(meeting.channel_of_file("Kursi Ketua.wav"), Some(channel(3)));
    assert_eq!(meeting.channel_of_file("lain.wav"), None);
}

#[test]
fn broken_files_name_the_line() {
    let line = |text| match refused(text) {
        Error::Syntax { line, .. } => line,
        other => panic!("not a matter of syntax: {other}"),
    };
    assert_eq!(line("[rapat]\njenis = \"paripurna\"\nhari = \"Selasa\"\n"), 3);
    assert_eq!(line("[rapat]\n\njenis = \"paripurnaa\"\n"), 3);
    assert_eq!(line("[rapat]\nrapat_ke = \"tujuh\"\n"), 2);
    assert_eq!(line("[rapat]\nrapat_ke = 7\nrapat_ke = 8\n"), 3);
    assert_eq!(line("[rapat\n"), 1);
    assert_eq!(line("[rapat]\ntanggal = 2027-02-30\n"), 2);
    assert_eq!(line("\n\n[[kursi]]\norang = \"a\"\n"), 3);
}

#[test]
fn contradictions_name_the_line_and_the_key() {
    let twice = |value: &str, first| Fault::Twice { value: value.to_owned(), first };
    let cases: Vec<(&str, usize, &str, Fault)> = vec![
        ("[[kursi]]\nkanal = 2\n[[kursi]]\nkanal = 2\n", 4, "kanal", twice("2", 2)),
        ("[[kursi]]\nkanal = 65\n", 2, "kanal", Fault::ChannelRange(65)),
        ("[[kursi]]\nkanal = -1\n", 2, "kanal", Fault::ChannelRange(-1)),
        ("[[kursi]]\nkanal = 1\norang = \"x\"\n", 3, "orang", Fault::Unknown("x".to_owned())),
        ("[[kursi]]\nkanal = 1\nberkas = \"a\"\n[[kursi]]\nkanal = 2\nberkas = \"a\"\n", 6, "berkas", twice("a", 3)),
        (
            "orang = [{id='a',nama='A'}]\n[[kursi]]\nkanal = 1\nmimbar = true\norang = 'a'\n",
            5,
            "orang",
            Fault::Excludes("mimbar"),
        ),
        ("[[orang]]\nid='a'\nnama='A'\n[[orang]]\nid='a'\nnama='B'\n", 5, "id", twice("a", 2)),
        ("[[orang]]\nid='a'\nnama='A'\nfraksi='F-X'\n", 4, "fraksi", Fault::Unknown("F-X".to_owned())),
        ("[[orang]]\nid='a'\nnama='  '\n", 3, "nama", Fault::Empty),
        ("[rapat]\njenis='rdpu'\nsifat='tertutup'\n", 3, "sifat", Fault::AlwaysOpen("Rapat Dengar Pendapat Umum")),
        ("[rapat]\nmulai='10.00'\n", 2, "mulai", Fault::Needs("tanggal")),
        ("[rapat]\ntanggal=2027-03-09\nmulai='10.00'\n", 3, "mulai", Fault::Needs("zona")),
        ("[rapat]\ntanggal=2027-03-09T10:00:00\n", 2, "tanggal", Fault::NotADate("2027-03-09T10:00:00".to_owned())),
        ("[rapat]\nketua='x'\n", 2, "ketua", Fault::Unknown("x".to_owned())),
        ("[rapat]\nrapat_ke=0\n", 2, "rapat_ke", Fault::Zero),
        ("[hadir]\nanggota=45\nfisik=30\n", 2, "anggota", Fault::Sum { parts: 30, whole: 45 }),
        (
            "[hadir]\nanggota=2\nfisik=2\n[[fraksi]]\nkode='F'\nnama='F'\nhadir=1\n",
            2,
            "fraksi.hadir",
            Fault::Sum { parts: 1, whole: 2 },
        ),
        ("[[fraksi]]\nkode='F'\nnama='F'\nanggota=1\nhadir=2\n", 5, "hadir", Fault::TooMany { given: 2, most: 1 }),
        (
            "[[fraksi]]\nkode='F'\nnama='F'\nhadir=1\npenanda_tangan=['a',\n'b']\n",
            6,
            "penanda_tangan",
            Fault::TooMany { given: 2, most: 1 },
        ),
        ("[kuorum]\naturan='2/3'\npukul='25.00'\n", 3, "pukul", Fault::NotATime("25.00".to_owned())),
        ("[[peristiwa]]\njenis='buka'\npukul='10.00'\n", 3, "pukul", Fault::Needs("mulai")),
        ("\n[[peristiwa]]\njenis='buka'\n", 2, "peristiwa", Fault::Needs("pada")),
        ("[[peristiwa]]\njenis='buka'\npada='5'\n", 3, "pada", Fault::NotAnOffset("5".to_owned())),
        ("[[peristiwa]]\njenis='buka'\npada='00:00:05'\nkali=3\n", 4, "kali", Fault::NotOfKind("buka")),
        ("[[peristiwa]]\njenis='ketuk_palu'\npada='00:00:05'\nkali=0\n", 4, "kali", Fault::Zero),
        ("[[peristiwa]]\njenis='interupsi'\npada='00:00:05'\n", 1, "peristiwa", Fault::Needs("kanal")),
        (
            "orang=[{id='a',nama='A'}]\n[[kursi]]\nkanal=1\npemakai=[{orang='a',dari='00:01:00',sampai='00:01:00'}]\n",
            4,
            "sampai",
            Fault::Backwards,
        ),
        (
            "orang=[{id='a',nama='A'}]\n[[kursi]]\nkanal=1\npemakai=[{orang='a',dari='00:01:00'},\n{orang='a',dari='00:02:00'}]\n",
            5,
            "dari",
            Fault::Overlap(4),
        ),
    ];
    for (text, line, key, expected) in cases {
        assert_eq!(fault(text), (line, key, expected), "{text}");
    }
}

#[test]
fn a_seat_that_the_recording_lacks_is_named() {
    let meeting = Meeting::parse("[[kursi]]\nkanal = 4\n", "rapat.toml").expect("valid");
    meeting.check_channels(4).expect("there is a fourth channel");
    let error = meeting.check_channels(3).expect_err("there is none");
    let message = error.message();
    assert_eq!(
        message.what(Language::Indonesian),
        "rapat.toml, baris 2: `kanal` 4 tidak ada: rekaman memiliki 3 kanal."
    );
    assert!(error.is_usage());
}

#[test]
fn every_refusal_has_its_sentence_and_hint() {
    let texts = [
        "[[kursi]]\nkanal = 65\n",
        "[[kursi]]\nkanal = 1\n[[kursi]]\nkanal = 1\n",
        "[rapat]\nketua='x'\n",
        "[rapat]\nketua=''\n",
        "[rapat]\nrapat_ke=0\n",
        "[rapat]\njenis='rdpu'\nsifat='tertutup'\n",
        "[rapat]\ntanggal=2027-03-09T10:00:00\n",
        "[rapat]\nmulai='1'\n",
        "[rapat]\nmulai='10.00'\n",
        "[hadir]\nanggota=45\n",
        "[[fraksi]]\nkode='F'\nnama='F'\nanggota=1\nhadir=2\n",
        "[[peristiwa]]\njenis='buka'\npada='5'\n",
        "[[peristiwa]]\njenis='buka'\npada='00:00:05'\nkali=3\n",
        "[[peristiwa]]\njenis='buka'\npada='00:00:05'\npukul='10.00'\n",
        "orang=[{id='a',nama='A'}]\nkursi=[{kanal=1,pemakai=[{orang='a',dari='00:01:00',sampai='00:00:01'}]}]",
        "orang=[{id='a',nama='A'}]\nkursi=[{kanal=1,pemakai=[{orang='a',dari='00:01:00'},{orang='a',dari='00:02:00'}]}]",
        "[rapat]\nhari='Selasa'\n",
    ];
    for text in texts {
        let message = refused(text).message();
        for language in [Language::Indonesian, Language::English] {
            let what = message.what(language);
            assert!(what.contains("rapat.toml") && !what.contains("%{"), "{text}: {what}");
            assert!(message.hint(language).is_some_and(|hint| !hint.contains("%{")), "{text}");
        }
    }
}

#[test]
fn files_that_are_no_meeting_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rapat – Ünïcode.toml");
    assert!(matches!(Meeting::read(&path), Err(Error::Unreadable { .. })));
    std::fs::write(&path, b"PK\x03\x04\0\0\0\x01").expect("written");
    assert!(matches!(Meeting::read(&path), Err(Error::NotText { .. })));
    std::fs::write(&path, vec![b'#'; (4 << 20) + 1]).expect("written");
    assert!(matches!(Meeting::read(&path), Err(Error::TooLarge { bytes: 4_194_305, .. })));
    std::fs::write(&path, "\u{feff}[rapat]\r\nrapat_ke = 7\r\n").expect("written");
    assert_eq!(Meeting::read(&path).ok().and_then(|meeting| meeting.sequence), Some(7));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = Meeting::parse(&text, "rapat.toml");
    }

    #[test]
    fn a_damaged_meeting_is_read_or_refused(position in 0usize..6000, rubbish in "[\\PC\n]{0,4}") {
        let mut text = include_str!("../../fixtures/paripurna/rapat.toml").to_owned();
        let position = (position..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.insert_str(position, &rubbish);
        if let Err(error) = Meeting::parse(&text, "rapat.toml") {
            prop_assert!(error.message().what(Language::Indonesian).contains("baris"));
        }
    }

    #[test]
    fn any_name_is_kept_as_written(name in "\\PC{0,40}") {
        prop_assume!(!name.trim().is_empty());
        let quoted = toml::Value::String(name.clone());
        let meeting = Meeting::parse(&format!("orang = [{{ id = 'a', nama = {quoted} }}]"), "rapat.toml").expect("valid");
        prop_assert_eq!(meeting.people[0].name.as_str(), name.trim());
    }
}

#[test]
fn the_retention_schedule_is_read_and_each_slip_named() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sekretariat/lembaga.toml");
    let house = Meeting::read_institution(&path).expect("the shipped institution is valid");
    let rule = |kind| Rule::find(&house.retention, Some(kind), FileKind::Recording).expect("a rule").to_string();
    assert!(rule(Kind::Paripurna).starts_with("rekaman paripurna: 5 tahun sesudah resmi, permanen ("));
    assert!(rule(Kind::Komisi).starts_with("rekaman: 5 tahun sesudah resmi, dinilai ("));
    assert_eq!(house.archiving.class(Some(Kind::Bk)).map(|class| class.code.as_str()), Some("170"));

    let fault = |text: &str| match Meeting::parse_institution(text, "lembaga.toml") {
        Err(Error::Field { line, key, fault, .. }) => (line, key, fault),
        other => panic!("{text}: {other:?}"),
    };
    let rule = |keys: &str| format!("[[retensi]]\nberkas = \"rekaman\"\n{keys}\n");
    let whole = rule("masa = \"1 tahun\"\nnasib = \"musnah\"");
    assert_eq!(
        fault(&rule("masa = \"lima tahun\"\nnasib = \"musnah\"")),
        (3, "masa", Fault::NotATerm("lima tahun".to_owned()))
    );
    assert_eq!(fault(&rule("nasib = \"dinilai\"")), (3, "nasib", Fault::Needs("masa")));
    assert_eq!(
        fault(&format!("{whole}{whole}")),
        (6, "berkas", Fault::Twice { value: "rekaman".to_owned(), first: 2 })
    );
    assert_eq!(fault(&whole.replace("rekaman", "risalah")), (4, "nasib", Fault::RecordKept));
    assert_eq!(
        fault("[[klasifikasi]]\nkode = \"1\"\n[[klasifikasi]]\nkode = \"2\""),
        (4, "kode", Fault::Twice { value: "klasifikasi".to_owned(), first: 2 })
    );
    for (text, wrong) in [
        (whole.replace("nasib", "nasip"), "nasip"),
        (whole.replace("musnah", "buang"), "buang"),
        (whole.replace("rekaman", "suara"), "suara"),
        (rule("masa = \"1 tahun\""), "nasib"),
        ("[arsip]\npembuat = \"x\"".to_owned(), "pembuat"),
    ] {
        let error = Meeting::parse_institution(&text, "lembaga.toml").expect_err(&text);
        let told = error.message().what(Language::Indonesian);
        assert!(matches!(error, Error::Syntax { .. }) && told.contains(wrong), "{told}");
    }
    assert!(matches!(refused(&whole), Error::Syntax { .. }), "the schedule is the institution's, not a meeting's");
}
