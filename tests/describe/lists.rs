//! Attendance and invitees, as spreadsheets export them.

use std::fs;
use std::io::{Cursor, Write};

use e_risalah::meeting::{Attendance, Meeting, Slip};
use e_risalah::message::{Explain, Language};

const ROSTER: &str = r#"
rapat = { daftar_undangan = "UNDANGAN" }
hadir = { daftar = "HADIR" }
orang = [
    { id = "ani", nama = "Dra. Ani Lestari, M.Si.", fraksi = "F-A" },
    { id = "budi", nama = "Budi O'Neil", fraksi = "F-A" },
    { id = "ali1", nama = "Muhammad Ali", fraksi = "F-A" },
    { id = "ali2", nama = "Muhammad Ali, S.E.", fraksi = "F-B" },
]
[[fraksi]]
kode = "F-A"
nama = "Fraksi Partai Alpa"
anggota = 3
[[fraksi]]
kode = "F-B"
nama = "Fraksi B / Gabungan"
anggota = 2
"#;

const HEAD: &str = "Nama,Fraksi,Kehadiran,Cara\n";
const WHOLE: &str = "Ani Lestari,F-A,hadir,fisik\nBudi O’Neil,F-A,izin,\nMuhammad Ali,F-A,tk,\nMuhammad Ali,F-B,Hadir,Daring\n\"Rosa, S.H.\",F-B,hadir,fisik\n";

fn read(hadir: Option<(&str, &[u8])>, undangan: Option<(&str, &[u8])>) -> Meeting {
    let place = tempfile::tempdir().expect("a folder");
    let mut text = ROSTER.to_owned();
    for (mark, key, list) in [
        ("HADIR", "hadir = { daftar = \"HADIR\" }\n", hadir),
        ("UNDANGAN", "rapat = { daftar_undangan = \"UNDANGAN\" }\n", undangan),
    ] {
        match list {
            Some((name, content)) => {
                fs::write(place.path().join(name), content).expect("written");
                text = text.replace(mark, name);
            }
            None => text = text.replace(key, ""),
        }
    }
    let path = place.path().join("rapat.toml");
    fs::write(&path, text).expect("written");
    Meeting::read(&path).expect("a list is never a reason to refuse a meeting")
}

fn attended(content: &[u8]) -> Meeting {
    read(Some(("hadir.csv", content)), None)
}

fn slips(content: &str) -> Vec<(Option<usize>, Slip)> {
    let meeting = attended(content.as_bytes());
    meeting.remarks.into_iter().map(|remark| (remark.line, remark.slip)).collect()
}

fn counts(meeting: &Meeting) -> Option<(u32, u32, u32, u32, u32)> {
    let Attendance { members, in_room, online, excused, absent } = meeting.attendance?;
    Some((members, in_room, online, excused, absent))
}

/// A workbook with one sheet, whose cells are texts in place or shared, or numbers.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let cell = |place: String, cell: &str| match cell.parse::<f64>() {
        Ok(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
        Err(_) => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
    };
    let row = |(row, cells): (usize, &&[&str])| {
        let place = |column: usize| format!("{}{}", char::from(b'A' + column as u8), row + 1);
        let cells: Vec<String> = cells.iter().enumerate().map(|(column, text)| cell(place(column), text)).collect();
        format!("<row r=\"{}\">{}</row>", row + 1, cells.concat())
    };
    let sheet = rows.iter().enumerate().map(row).collect::<Vec<_>>().concat();
    let parts = [
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>".to_owned()),
        ("_rels/.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned()),
        ("xl/workbook.xml", "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Hadir\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>".to_owned()),
        ("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>".to_owned()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{sheet}</sheetData></worksheet>")),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in parts {
        zip.start_file(path, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a workbook").into_inner()
}

#[test]
fn a_list_gives_counts_groups_and_names_of_the_roster() {
    let meeting = attended(format!("{HEAD}{WHOLE}").as_bytes());
    assert_eq!(counts(&meeting), Some((5, 2, 1, 1, 1)));
    let groups: Vec<_> =
        meeting.groups.iter().map(|group| (group.members, group.present, group.signatories.join(" | "))).collect();
    assert_eq!(
        groups,
        [
            (Some(3), Some(1), "Dra. Ani Lestari, M.Si.".to_owned()),
            (Some(2), Some(2), "Muhammad Ali, S.E. | Rosa, S.H.".to_owned()),
        ]
    );
    let slips: Vec<&Slip> = meeting.remarks.iter().map(|remark| &remark.slip).collect();
    assert_eq!(slips, [&Slip::NotOnRoster("Rosa, S.H.".to_owned())], "F-B is not complete on the roster");
    assert!(meeting.remarks[0].slip.is_harmless() && meeting.remarks[0].line == Some(6));
}

#[test]
fn every_spreadsheets_way_of_writing_csv_is_read() {
    let semicolons = format!("{HEAD}{WHOLE}").replace("\"Rosa, S.H.\"", "Rosa").replace(',', ";").replace('\n', "\r\n");
    let windows: Vec<u8> = semicolons.chars().map(|c| if c == '’' { 0x92 } else { c as u8 }).collect();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(semicolons.replace(';', "\t").encode_utf16().flat_map(u16::to_le_bytes));
    let titled = format!("DAFTAR HADIR\n\n,,,\nNO;NAMA ANGGOTA DPRD;KODE FRAKSI;STATUS KEHADIRAN;LURING/DARING\n{}", {
        let rows = semicolons.lines().skip(1).enumerate().map(|(index, row)| format!("{};{row}\n", index + 1));
        rows.collect::<String>() + ";Jumlah hadir: 3;;;\n;;;Sekretaris;\n"
    });
    for (what, content) in [
        ("semicolons", semicolons.clone().into_bytes()),
        ("Windows-1252", windows),
        ("UTF-16", utf16),
        ("byte order mark", format!("\u{feff}{semicolons}").into_bytes()),
        ("sep=", format!("sep=;\r\n{semicolons}").into_bytes()),
        ("no last line break", semicolons.trim_end().as_bytes().to_vec()),
        ("several lines in a cell", semicolons.replace("Ani Lestari", "\"Ani\nLestari\"").into_bytes()),
    ] {
        let meeting = attended(&content);
        assert_eq!(counts(&meeting), Some((5, 2, 1, 1, 1)), "{what}: {:?}", meeting.remarks);
    }
    // What stands below the list is no member, and is said.
    let told = slips(&titled);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&(Some(10), Slip::Unmarked("Jumlah hadir: 3".to_owned()))), "{told:?}");
}

#[test]
fn columns_with_ticks_are_a_list_too() {
    let content = "Nama;Fraksi;Hadir;Izin;Tanpa Keterangan;Daring\n\
        Ani Lestari;Partai Alpa;v;;;\nBudi O'Neil;ALPA;;✓;;\nMuhammad Ali;f-a;;;x;\nMuhammad Ali;B / Gabungan;1;;;1\nRosa;F-B;ya;-;0;tidak\n";
    let meeting = attended(content.as_bytes());
    assert_eq!(counts(&meeting), Some((5, 2, 1, 1, 1)), "{:?}", meeting.remarks);
}

#[test]
fn a_workbook_is_read_with_the_rows_of_its_sheet() {
    let head: &[&str] = &["No", "Nama", "Fraksi", "Kehadiran"];
    let rows: Vec<&[&str]> = vec![
        &["DAFTAR HADIR"],
        &[],
        head,
        &["1", "Ani Lestari", "F-A", "hadir"],
        &["2", "Budi O&apos;Neil", "F-A", "izin"],
        &["3", "Muhammad Ali", "F-A", "alpa"],
        &["4", "Muhammad Ali", "F-B", "hadir daring"],
        &["5", "محمد 👍", "F-B", "hadir (fisik)"],
    ];
    let meeting = read(Some(("daftar hadir.xlsx", &workbook(&rows))), None);
    assert_eq!(counts(&meeting), Some((5, 2, 1, 1, 1)), "{:?}", meeting.remarks);
    let mut torn = rows.clone();
    torn[4] = &["2", "Budi O&apos;Neil", "F-B", "izin"];
    let meeting = read(Some(("daftar hadir.xlsx", &workbook(&torn))), None);
    assert_eq!(meeting.attendance, None, "a contradiction gives no figure");
    assert_eq!(meeting.remarks.first().and_then(|remark| remark.line), Some(5));
}

#[test]
fn each_contradiction_is_told_by_its_line() {
    let name = |name: &str| name.to_owned();
    let with = |old: &str, new: &str| format!("{HEAD}{}", WHOLE.replacen(old, new, 1));
    let cases = [
        (
            with("F-A,hadir,fisik", "F-B,hadir,fisik"),
            2,
            Slip::OtherGroup { name: name("Ani Lestari"), listed: name("F-B"), roster: name("F-A") },
        ),
        (
            with("Ani Lestari,F-A", "Anni Lestari,F-A"),
            2,
            Slip::NotAMember { name: name("Anni Lestari"), group: name("F-A") },
        ),
        (
            with("Ani Lestari,F-A", "Ani Lestari,F-Z"),
            2,
            Slip::UnknownGroup { name: name("Ani Lestari"), group: name("F-Z") },
        ),
        (with("izin", "tidak hadir"), 3, Slip::UnknownWord { name: name("Budi O’Neil"), word: name("tidak hadir") }),
        (with("izin,", "izin,daring"), 3, Slip::Torn(name("Budi O’Neil"))),
        (with("izin", ""), 3, Slip::Unmarked(name("Budi O’Neil"))),
        (with("Ani Lestari", ""), 2, Slip::Nameless),
        (with("Muhammad Ali,F-A", "Muhammad Ali,"), 4, Slip::Ambiguous(name("Muhammad Ali"))),
        (with("\"Rosa, S.H.\",F-B", "Rosa,"), 6, Slip::NoGroup(name("Rosa"))),
        (with("Muhammad Ali,F-A", "ANI LESTARI,F-A"), 4, Slip::Twice { name: name("ANI LESTARI"), first: 2 }),
    ];
    for (content, line, slip) in cases {
        assert_eq!(slips(&content).iter().find(|(at, _)| *at == Some(line)), Some(&(Some(line), slip)), "{content}");
        assert_eq!(attended(content.as_bytes()).attendance, None, "{content}");
    }
    let without = |line: usize| {
        let rows: Vec<&str> =
            WHOLE.lines().enumerate().filter(|(index, _)| index + 2 != line).map(|(_, row)| row).collect();
        slips(&format!("{HEAD}{}\n", rows.join("\n")))
    };
    assert!(without(3).contains(&(None, Slip::LeftOut { name: name("Budi O'Neil"), group: name("F-A") })));
    assert!(without(6).contains(&(None, Slip::GroupCount { group: name("F-B"), listed: 1, members: 2 })));
}

#[test]
fn what_is_no_list_says_why() {
    let only = |content: &str| slips(content).into_iter().map(|(_, slip)| slip).collect::<Vec<_>>();
    assert_eq!(only(""), [Slip::NoNames]);
    assert_eq!(only("Fraksi,Kehadiran\nF-A,hadir\n"), [Slip::NoNames]);
    assert_eq!(only("Nama,Fraksi\nAni Lestari,F-A\n"), [Slip::NoStatus]);
    assert!(matches!(only("PK\u{3}\u{4} bukan zip")[..], [Slip::Unreadable(_)]));
    let bomb = workbook(&[&[&"a".repeat(33 << 20)]]);
    assert!(matches!(attended(&bomb).remarks[..], [ref remark] if remark.slip == Slip::TooLarge));
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("rapat.toml");
    fs::write(&path, "hadir = { daftar = 'belum-ada.xlsx' }\n").expect("written");
    let remarks = Meeting::read(&path).expect("the list may come later").remarks;
    assert!(matches!(remarks[..], [ref remark] if remark.slip == Slip::Absent));
    for language in [Language::Indonesian, Language::English] {
        let message = remarks[0].message();
        assert!(message.what(language).contains("belum-ada.xlsx"));
        assert!(message.hint(language).is_some());
    }
}

#[test]
fn invitees_are_those_who_came() {
    let list = "NAMA;JABATAN;ASAL INSTANSI;KEHADIRAN\n\"Ir. Surya \"\"Bung\"\" Pratama, M.T.\";Wali Kota;;hadir\nRahman;Komandan;Kodim;tanpa keterangan\n";
    let meeting = read(None, Some(("undangan.csv", list.as_bytes())));
    let invitees = meeting.invitees.expect("read");
    assert_eq!(invitees.len(), 1);
    assert_eq!(
        (&*invitees[0].name, invitees[0].office.as_deref()),
        ("Ir. Surya \"Bung\" Pratama, M.T.", Some("Wali Kota"))
    );
    let all = read(None, Some(("undangan.csv", b"Nama,Instansi\nA,Dinas\nB,Dinas\n")));
    assert_eq!(all.invitees.map(|invitees| invitees.len()), Some(2), "nobody is said to be absent");
}

#[test]
fn two_lists_of_one_name_are_refused() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("rapat.toml");
    fs::write(&path, "hadir = { daftar = 'a/daftar.csv' }\nrapat = { daftar_undangan = 'b/daftar.csv' }\n")
        .expect("written");
    let error = Meeting::read(&path).expect_err("one would be lost in the meeting's folder");
    assert!(error.message().what(Language::Indonesian).contains("baris 2"));
}
