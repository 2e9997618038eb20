//! Attendance and invitees, as spreadsheets export them.

use std::fs;
use std::io::{Cursor, Write};

use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::meeting::{Attendance, Meeting, Slip};

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
    book(&[Page { name: "Hadir", state: "visible", rows, more: "", cells: "" }])
}

/// A sheet of a workbook.
#[derive(Clone, Copy)]
struct Page<'a> {
    name: &'a str,
    /// `visible`, `hidden` or `veryHidden`.
    state: &'a str,
    rows: &'a [&'a [&'a str]],
    /// What stands before its rows.
    cells: &'a str,
    /// What stands behind its rows.
    more: &'a str,
}

/// A cell that begins with `=` is a formula without a result, one that begins with `!` an error,
/// and a row whose first cell begins with `#` is hidden.
fn book(pages: &[Page]) -> Vec<u8> {
    let sheets: Vec<String> = pages
        .iter()
        .enumerate()
        .map(|(index, page)| {
            format!(
                "<sheet name=\"{}\" sheetId=\"{n}\" state=\"{}\" r:id=\"rId{n}\"/>",
                page.name,
                page.state,
                n = index + 1
            )
        })
        .collect();
    let relations: Vec<String> = (1..=pages.len()).map(|n| format!("<Relationship Id=\"rId{n}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")).collect();
    let types: Vec<String> = (1..=pages.len()).map(|n| format!("<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>")).collect();
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), format!("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{}</Types>", types.concat())),
        ("_rels/.rels".to_owned(), "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned()),
        ("xl/workbook.xml".to_owned(), format!("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{}</sheets></workbook>", sheets.concat())),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}</Relationships>", relations.concat())),
    ];
    parts.extend(
        pages.iter().enumerate().map(|(index, page)| (format!("xl/worksheets/sheet{}.xml", index + 1), sheet(page))),
    );
    zipped(&parts)
}

fn zipped(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in parts {
        zip.start_file(path.as_str(), zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a workbook").into_inner()
}

fn sheet(page: &Page) -> String {
    let cell = |place: String, cell: &str| match (cell.parse::<f64>(), cell.strip_prefix('='), cell.strip_prefix('!')) {
        (Ok(number), ..) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
        (_, Some(formula), _) => format!("<c r=\"{place}\"><f>{formula}</f></c>"),
        (_, _, Some(error)) => format!("<c r=\"{place}\" t=\"e\"><v>{error}</v></c>"),
        _ => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{}</t></is></c>", cell.trim_start_matches('#')),
    };
    let row = |(row, cells): (usize, &&[&str])| {
        let place = |column: usize| format!("{}{}", char::from(b'A' + column as u8), row + 1);
        let hidden = if cells.first().is_some_and(|cell| cell.starts_with('#')) { " hidden=\"1\"" } else { "" };
        let cells = cells.iter().enumerate().filter(|(_, text)| !text.is_empty());
        let cells: Vec<String> = cells.map(|(column, text)| cell(place(column), text)).collect();
        format!("<row r=\"{}\"{hidden}>{}</row>", row + 1, cells.concat())
    };
    let rows = page.rows.iter().enumerate().map(row).collect::<Vec<_>>().concat();
    let (cells, more) = (page.cells, page.more);
    format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{cells}<sheetData>{rows}</sheetData>{more}</worksheet>"
    )
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

const HEADING: &[&str] = &["Nama", "Fraksi", "Kehadiran"];
/// Who came, with the last member of F-A in the status that is given.
fn rows(last: &'static str) -> Vec<Vec<&'static str>> {
    vec![
        HEADING.to_vec(),
        vec!["Ani Lestari", "F-A", "hadir"],
        vec!["Budi O'Neil", "F-A", "izin"],
        vec!["Muhammad Ali", "F-A", last],
        vec!["Muhammad Ali", "F-B", "hadir daring"],
        vec!["Rosa", "F-B", "hadir"],
    ]
}

fn slices<'a>(rows: &'a [Vec<&'a str>]) -> Vec<&'a [&'a str]> {
    rows.iter().map(Vec::as_slice).collect()
}

fn of(pages: &[Page]) -> Meeting {
    read(Some(("hadir.xlsx", &book(pages))), None)
}

fn told(meeting: &Meeting) -> Vec<&Slip> {
    let roster = |slip: &&Slip| !matches!(slip, Slip::NotOnRoster(_));
    meeting.remarks.iter().map(|remark| &remark.slip).filter(roster).collect()
}

#[test]
fn the_sheet_is_chosen_and_named_or_asked_for() {
    let (all, now) = (rows("hadir"), rows("alpa"));
    let (all, now) = (slices(&all), slices(&now));
    let page = |name, state, rows| Page { name, state, rows, more: "", cells: "" };
    let note: &[&[&str]] = &[&["Catatan"]];
    let sheet = |sheet: &str, others: &[&str]| Slip::Sheet {
        sheet: sheet.to_owned(),
        others: others.iter().map(|name| (*name).to_owned()).collect(),
    };
    for state in ["hidden", "veryHidden"] {
        let meeting = of(&[page("Rapat 6", state, &all), page("Rapat 7", "visible", &now)]);
        assert_eq!(counts(&meeting), Some((5, 2, 1, 1, 1)), "{state}");
        assert_eq!(told(&meeting), [&sheet("Rapat 7", &["Rapat 6"])], "{state}");
    }
    let meeting = of(&[page("Catatan", "visible", note), page("Daftar", "visible", &now)]);
    assert_eq!((counts(&meeting), told(&meeting)), (Some((5, 2, 1, 1, 1)), vec![&sheet("Daftar", &["Catatan"])]));
    let several = [page("Rapat 6", "visible", &all[..]), page("Rapat 7", "visible", &now)];
    let asked = of(&several);
    assert_eq!(asked.attendance, None);
    assert_eq!(told(&asked), [&Slip::Sheets(vec!["Rapat 6".to_owned(), "Rapat 7".to_owned()])]);
    let message = asked.remarks[0].message();
    assert!(message.what(Language::Indonesian).contains("\"Rapat 7\""));
    assert!(message.hint(Language::Indonesian).is_some_and(|hint| hint.contains("`lembar`")));
    let hidden = of(&[page("Rapat 7", "hidden", &now), page("Catatan", "visible", note)]);
    assert_eq!((hidden.attendance, told(&hidden)), (None, vec![&Slip::OnlyHidden(vec!["Rapat 7".to_owned()])]));
    // The description may settle it.
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("hadir.xlsx"), book(&several)).expect("written");
    let described = |sheet: &str, date: &str| {
        let text = ROSTER.replace("rapat = { daftar_undangan = \"UNDANGAN\" }", date);
        let text = text.replace("daftar = \"HADIR\"", &format!("daftar = \"hadir.xlsx\"{sheet}"));
        fs::write(place.path().join("rapat.toml"), text).expect("written");
        Meeting::read(&place.path().join("rapat.toml")).expect("a meeting")
    };
    assert_eq!(counts(&described(", lembar = \"rapat 7\"", "")), Some((5, 2, 1, 1, 1)));
    let unknown = described(", lembar = \"Rapat 8\"", "");
    assert!(matches!(told(&unknown)[..], [Slip::NoSheet { .. }]), "{:?}", unknown.remarks);
    // So does the date of the meeting, in the name of a sheet or in its title.
    let titled: Vec<&[&str]> = [&["Selasa, 9 Maret 2027"] as &[&str]].into_iter().chain(now.iter().copied()).collect();
    for (name, rows) in [("9 Maret", &now), ("Lembar 2", &titled)] {
        fs::write(
            place.path().join("hadir.xlsx"),
            book(&[page("2 Maret", "visible", &all), page(name, "visible", rows)]),
        )
        .expect("written");
        let meeting = described("", "rapat = { tanggal = 2027-03-09 }");
        assert_eq!(counts(&meeting), Some((5, 2, 1, 1, 1)), "{name}: {:?}", meeting.remarks);
    }
    fs::write(place.path().join("hadir.xlsx"), book(&[page("Hadir", "visible", &titled)])).expect("written");
    let other = described("", "rapat = { tanggal = 2027-03-16 }");
    assert_eq!((other.attendance, told(&other)), (None, vec![&Slip::OtherDate(jiff::civil::date(2027, 3, 9))]));
}

#[test]
fn what_a_sheet_hides_joins_or_reckons_is_never_guessed_at() {
    let rows = rows("alpa");
    let usual = slices(&rows);
    let page = |rows, cells, more| Page { name: "Hadir", state: "visible", rows, cells, more };
    // A filter hides rows that count; a hand hides rows of which nobody knows.
    let mut hidden = usual.clone();
    hidden[3] = &["#Muhammad Ali", "F-A", "alpa"];
    assert_eq!(counts(&of(&[page(&hidden, "", "<autoFilter ref=\"A1:C6\"/>")])), Some((5, 2, 1, 1, 1)));
    let asked = of(&[page(&hidden, "", "")]);
    assert_eq!((asked.attendance, told(&asked)), (None, vec![&Slip::HiddenRow]));
    // The column of the meeting before is hidden.
    let two: Vec<Vec<&str>> =
        rows.iter().map(|row| vec![row[0], row[1], if row == &rows[0] { "Status" } else { "hadir" }, row[2]]).collect();
    let two = slices(&two);
    let columns = "<cols><col min=\"3\" max=\"3\" hidden=\"1\"/></cols>";
    assert_eq!(counts(&of(&[page(&two, columns, "")])), Some((5, 2, 1, 1, 1)));
    // A group that stands once for all its members, and a heading of two lines.
    let mut merged = usual.clone();
    (merged[2], merged[3]) = (&["Budi O'Neil", "", "izin"], &["Muhammad Ali", "", "alpa"]);
    let cells = "<mergeCells><mergeCell ref=\"B2:B4\"/></mergeCells>";
    assert_eq!(counts(&of(&[page(&merged, "", cells)])), Some((5, 2, 1, 1, 1)));
    let heading: &[&[&str]] = &[
        &["DAFTAR HADIR"],
        &["No", "Nama", "Fraksi", "Kehadiran"],
        &["", "", "", "Hadir", "Izin", "Tanpa Keterangan", "Daring"],
        &["1", "2", "3", "4", "5", "6", "7"],
        &["1", "Ani Lestari", "F-A", "v"],
        &["2", "Budi O'Neil", "F-A", "", "v"],
        &["3", "Muhammad Ali", "F-A", "", "", "v"],
        &["4", "Muhammad Ali", "F-B", "v", "", "", "v"],
        &["No", "Nama", "Fraksi", "Kehadiran"],
        &["5", "Rosa", "F-B", "v"],
    ];
    let meeting = of(&[page(heading, "", "<mergeCells><mergeCell ref=\"B2:B3\"/></mergeCells>")]);
    assert_eq!(counts(&meeting), Some((5, 2, 1, 1, 1)), "{:?}", meeting.remarks);
    // What a formula comes to, only its program knows.
    for cell in ["=IF(1,\"hadir\",\"\")", "!#REF!"] {
        let mut reckoned = rows.clone();
        reckoned[2][2] = cell;
        let pages = [Page { name: "Hadir", state: "visible", rows: &slices(&reckoned), cells: "", more: "" }];
        let meeting = of(&pages);
        assert_eq!(meeting.attendance, None, "{cell}");
        assert!(told(&meeting).contains(&&Slip::NoResult("C".to_owned())), "{cell}: {:?}", meeting.remarks);
    }
}

#[test]
fn other_spreadsheets_are_read_too() {
    let cell = |text: &&str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let table = |name: &str, style: &str, rows: &[Vec<&str>]| {
        let rows: Vec<String> = rows
            .iter()
            .map(|row| format!("<table:table-row>{}</table:table-row>", row.iter().map(cell).collect::<String>()))
            .collect();
        format!("<table:table table:name=\"{name}\" table:style-name=\"{style}\">{}</table:table>", rows.concat())
    };
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\"><office:automatic-styles><style:style style:name=\"t1\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style><style:style style:name=\"t2\" style:family=\"table\"><style:table-properties table:display=\"true\"/></style:style></office:automatic-styles><office:body><office:spreadsheet>{}{}</office:spreadsheet></office:body></office:document-content>",
        table("Rapat 6", "t1", &rows("hadir")),
        table("Rapat 7", "t2", &rows("alpa"))
    );
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    let parts = [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", content.as_str()),
    ];
    let ods = zipped(&parts.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let meeting = read(Some(("hadir.ods", &ods)), None);
    assert_eq!(counts(&meeting), Some((5, 2, 1, 1, 1)), "{:?}", meeting.remarks);
    // What only begins like one is no reason to fail.
    let damaged = read(Some(("hadir.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rusak")), None);
    assert!(matches!(told(&damaged)[..], [Slip::Damaged | Slip::Unreadable(_)]), "{:?}", damaged.remarks);
}

#[test]
fn one_bad_row_blanks_its_own_group_only() {
    let present = |meeting: &Meeting| meeting.groups.iter().map(|group| group.present).collect::<Vec<_>>();
    let bad = attended(format!("{HEAD}{}", WHOLE.replacen("izin", "tidak hadir", 1)).as_bytes());
    assert_eq!((bad.attendance, present(&bad)), (None, vec![None, Some(2)]), "{:?}", bad.remarks);
    // Of a row without a group nobody knows whose it is: a group that has all its members needs no
    // more.
    let nameless = attended(format!("{HEAD}{}", WHOLE.replacen("Ani Lestari", "", 1)).as_bytes());
    assert_eq!(present(&nameless), [None, Some(2)]);
}
