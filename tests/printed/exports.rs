//! Laporan singkat, daftar hadir, CSV, Akoma Ntoso, and the bookmarks of the PDF.

use std::collections::HashSet;
use std::fs;

use e_risalah::document::risalah::{Entry, Format, compose, write};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::Transcript;
use roxmltree::{Document, Node};

use super::{plenary, run, sample, secretariat};

const NAMESPACE: &str = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0";

fn written(format: Format, meeting: &Meeting, transcript: &Transcript) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = write(format, meeting, transcript).expect("a document");
    fs::write(folder.path().join(format.file_name()), bytes).expect("written");
    folder
}

fn pages(format: Format, meeting: &Meeting, transcript: &Transcript) -> Vec<String> {
    let folder = written(format, meeting, transcript);
    let text = run("pdftotext", "poppler-utils", &[format.file_name(), "-"], folder.path());
    text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect()
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_short_report_is_one_page_with_fields_and_decisions() {
    let pages = pages(Format::Brief, &plenary(), &sample::plenary());
    assert_eq!(pages.len(), 1);
    let page = flat(&pages[0]);
    for part in [
        "LAPORAN SINGKAT RAPAT PARIPURNA",
        "RISALAH SEMENTARA – BELUM DIKOREKSI PEMBICARA",
        "Selasa, 16 Maret 2027",
        "32 dari 45 Anggota (fisik 30, daring 2); izin 9; tanpa keterangan 4",
        "KEPUTUSAN / KESIMPULAN",
        "1. Menyetujui Raperda tentang Pengelolaan Sampah menjadi Peraturan Daerah.",
        "BAMBANG WIRAWAN, S.H., M.H.",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("Interupsi, Pimpinan"), "what was said stands in the record");
}

#[test]
fn the_short_report_says_what_was_spoken_of_by_the_words_of_the_office_or_who_spoke() {
    let page = flat(&pages(Format::Brief, &plenary(), &sample::plenary())[0]);
    let points = page.split("POKOK PEMBICARAAN").nth(1).expect("the points");
    assert!(points.contains("Acara 1: Laporan Panitia Khusus") && points.contains("Berbicara: "), "{points}");
    assert!(points.contains("F-CDN (SITI AMINAH, S.Pd.)") && !points.contains("INTERUPSI"), "{points}");
    let text = "[rapat]\njenis = 'komisi'\npokok_pembicaraan = ['Pansus melaporkan anggaran.']\n";
    let meeting = Meeting::parse(text, "rapat.toml").expect("valid");
    let page = flat(&pages(Format::Brief, &meeting, &sample::plenary())[0]);
    assert!(page.contains("POKOK PEMBICARAAN 1. Pansus melaporkan anggaran."), "{page}");
    assert!(!page.contains("Berbicara"), "{page}");
    let folder = written(Format::BriefWord, &plenary(), &sample::plenary());
    run(
        "soffice",
        "libreoffice-writer-nogui",
        &["--headless", "--convert-to", "pdf", "laporan-singkat.docx"],
        folder.path(),
    );
    let text = run("pdftotext", "poppler-utils", &["laporan-singkat.pdf", "-"], folder.path());
    assert!(flat(&text).contains("POKOK PEMBICARAAN"), "{text}");
}

#[test]
fn attendance_and_colophon_are_set_for_reading() {
    let pages = pages(Format::Pdf, &plenary(), &sample::plenary());
    let whole = flat(&pages.join(" "));
    // The letters of the watermark lie between them.
    assert!(whole.contains("ANGGOTA YANG HADIR") && whole.contains("A. Fraksi Partai Melati"), "{whole}");
    assert!(whole.contains("NIP. 19700101 199503 1 001"), "{whole}");
    let page = |part: &str| pages.iter().position(|page| flat(page).contains(part)).expect(part);
    assert_eq!(page("Risalah sementara ini dibuat dengan"), page("Rekaman: 9 kanal mikrofon"));
}

#[test]
fn a_short_report_of_many_words_is_set_smaller_and_then_goes_on() {
    let report = |items: usize| {
        let agenda: Vec<String> =
            (1..=items).map(|item| format!("'Pembahasan butir ke-{item} dari rancangan'")).collect();
        let text = format!("[rapat]\njenis = 'komisi'\nacara = [{}]\n", agenda.join(","));
        pages(Format::Brief, &Meeting::parse(&text, "rapat.toml").expect("valid"), &sample::plenary())
    };
    assert_eq!(report(20).len(), 1, "20 items of the agenda fit");
    let hundred = report(100).join("\n");
    assert!(flat(&hundred).contains("100. Pembahasan butir ke-100 dari rancangan"));
}

#[test]
fn the_attendance_list_can_be_made_before_the_meeting() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("paripurna-8");
    fs::create_dir(&folder).expect("made");
    fs::copy(secretariat().join("lembaga.toml"), place.path().join("lembaga.toml")).expect("copied");
    fs::copy(secretariat().join("lambang.png"), place.path().join("lambang.png")).expect("copied");
    let described = "[rapat]\njenis = \"paripurna\"\nrapat_ke = 8\ntanggal = 2027-03-16\nundangan = [\"intan\"]\n\n[[orang]]\n\
                     id = \"intan\"\nnama = \"dr. Intan Permata\"\njabatan = \"Kepala Dinas\"\ninstansi = \"Dinas Kesehatan\"\n";
    fs::write(folder.join("rapat.toml"), described).expect("written");
    let export = |format: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_risalah"))
            .args(["ekspor", "paripurna-8", "--format", format])
            .current_dir(place.path())
            .env("RISALAH_LANG", "id")
            .output()
            .expect("runs")
    };
    let done = export("hadir");
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let text = run("pdftotext", "poppler-utils", &["daftar-hadir.pdf", "-"], &folder);
    let text = flat(&text);
    for part in ["Yusuf Karim, S.T.", "Kepala Dinas Kesehatan", "Jumlah undangan: 1 orang", "Jumlah Anggota fraksi: 14"]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(fs::read_dir(&folder).expect("there").count(), 2, "nothing but the list");
    // Another list is no transcript: what needs one still says so.
    assert_eq!(export("hadir,txt").status.code(), Some(2));
}

#[test]
fn the_attendance_list_has_everybody_with_room_to_sign() {
    let pages = pages(Format::Register, &plenary(), &sample::transcript(1, Vec::new()));
    let text = flat(&pages.join("\n"));
    for part in [
        "DAFTAR HADIR RAPAT PARIPURNA",
        "A. Fraksi Partai Melati (F-MLT)",
        "Tanda tangan",
        "H. Abdul Rasyid Hadir (daring)",
        "Paulus René Wijaya Izin",
        "Ni’mah Jum’at, S.Pd.I. Tanpa keterangan",
        "dr. Intan Permata, M.Kes. Kepala Dinas",
        "Jumlah Anggota fraksi: 14; hadir 11;",
        "Jumlah hadir: 32 dari 45 Anggota (fisik 30, daring 2); izin 9; tanpa keterangan 4",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("RISALAH SEMENTARA"), "it is no record");
    let house = Meeting::read_institution(&secretariat().join("lembaga.toml")).expect("valid");
    let empty = super::exports::pages(Format::Register, &house, &sample::transcript(1, Vec::new())).join("\n");
    assert!(
        empty.contains("Yusuf Karim, S.T.") && !empty.contains("Izin"),
        "before the meeting nothing is said of anybody"
    );
    let secret =
        Meeting::parse("rapat = { jenis = 'pansus', sifat = 'tertutup_rahasia' }", "rapat.toml").expect("valid");
    for format in [Format::Register, Format::Brief, Format::Pdf] {
        for page in super::exports::pages(format, &secret, &sample::plenary()) {
            assert!(page.contains("RAHASIA"), "{format}: {page}");
        }
    }
}

#[test]
fn bookmarks_lead_to_items_of_the_agenda_and_below_them_to_speakers() {
    let folder = written(Format::Pdf, &plenary(), &sample::plenary());
    let xml = run("pdftohtml", "poppler-utils", &["-xml", "-i", "-stdout", "risalah-sementara.pdf"], folder.path());
    let outline = &xml[xml.find("<outline>").expect("bookmarks")..];
    let lines: Vec<&str> = outline.lines().filter(|line| line.contains("<item")).collect();
    let at =
        |text: &str| lines.iter().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}\n{outline}"));
    let order = [
        at("JALANNYA RAPAT"),
        at("Acara 1: Laporan Panitia Khusus"),
        at("F-CDN (SITI AMINAH, S.Pd.):"),
        at("Acara 2: Persetujuan Raperda"),
        at("F-MLT (HENDRA GUNAWAN):"),
        at("KEPUTUSAN"),
    ];
    assert!(order.is_sorted(), "{order:?}\n{outline}");
    let depth = |text: &str| {
        let before = &outline[..outline.find(text).expect("there")];
        before.matches("<outline>").count() - before.matches("</outline>").count()
    };
    assert_eq!((depth("JALANNYA"), depth("Acara 1:"), depth("F-CDN (SITI")), (1, 2, 3), "{outline}");
}

#[test]
fn csv_is_read_back_by_the_reader_of_lists_and_has_no_formulas() {
    let formula = sample::utterance(1, 0, 20, "=HYPERLINK(\"http://contoh\";\"a\")", &[]);
    let bytes = write(Format::Csv, &plenary(), &sample::transcript(9, vec![formula])).expect("a table");
    assert!(bytes.starts_with("\u{feff}nomor;mulai;".as_bytes()));
    let mut table = csv::ReaderBuilder::new().delimiter(b';').from_reader(&bytes[3..]);
    let row = table.records().next().expect("a row").expect("valid");
    assert_eq!(&row[1], "00:00:00");
    assert_eq!(&row[3], "10.00.00");
    assert_eq!(&row[5], "H. Rusdi Hanafi, S.Sos., M.Si.");
    assert_eq!(&row[6], "F-MLT");
    assert_eq!(&row[7], "'=HYPERLINK(\"http://contoh\";\"a\")");
}

/// Which elements may stand in which, their attributes, and what must not be missing: after the
/// schema of Akoma Ntoso 3.0 (akomantoso30.xsd, OASIS, 2017), as far as this program writes it.
const RULES: &str = include_str!("../data/akomantoso.rules");

/// What the rules do not allow.
fn broken(document: &Document) -> Vec<String> {
    let rules: Vec<Vec<&str>> = RULES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let mut broken = Vec::new();
    let mut ids = HashSet::new();
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let Some([_, children, needed, allowed]) = rules.iter().find(|rule| rule[0] == name).map(Vec::as_slice) else {
            broken.push(format!("<{name}> is unknown"));
            continue;
        };
        if node.tag_name().namespace() != Some(NAMESPACE) {
            broken.push(format!("<{name}> is in no namespace"));
        }
        let pattern: Vec<&str> = children.split_whitespace().collect();
        let own: Vec<&str> = node.children().filter(Node::is_element).map(|child| child.tag_name().name()).collect();
        if !matches(&pattern, &own) {
            broken.push(format!("<{name}> has {own:?}, not {children}"));
        }
        let text = node.children().any(|child| child.is_text() && !child.text().unwrap_or_default().trim().is_empty());
        if text && !pattern.contains(&"text") {
            broken.push(format!("<{name}> has text"));
        }
        for attribute in needed.split_whitespace().filter(|attribute| !node.has_attribute(*attribute)) {
            broken.push(format!("<{name}> lacks {attribute}"));
        }
        for attribute in node.attributes() {
            let known =
                needed.split_whitespace().chain(allowed.split_whitespace()).any(|name| name == attribute.name());
            if !known {
                broken.push(format!("<{name}> has {}", attribute.name()));
            }
            let value = attribute.value();
            match attribute.name() {
                "eId" if value.chars().any(char::is_whitespace) || !ids.insert(value.to_owned()) => {
                    broken.push(format!("eId {value} is not one of its own"));
                }
                "startTime" | "endTime" if value.parse::<jiff::Timestamp>().is_err() => {
                    broken.push(format!("{value} is no dateTime"));
                }
                _ => {}
            }
        }
    }
    for node in document.descendants().filter(Node::is_element) {
        for name in ["by", "as", "source", "href"] {
            let reference = node.attribute(name).and_then(|value| value.strip_prefix('#'));
            if let Some(reference) = reference.filter(|reference| !ids.contains(*reference)) {
                broken.push(format!("{name} #{reference} leads nowhere"));
            }
        }
    }
    broken
}

/// Whether children follow a pattern of names in order: `?` at most one, `*` any number, `+` at
/// least one, `a/b*` of several.
fn matches(pattern: &[&str], children: &[&str]) -> bool {
    let mut rest = children;
    for part in pattern.iter().filter(|part| **part != "text" && **part != "-") {
        let (names, least, most) = match part.chars().last() {
            Some('?') => (&part[..part.len() - 1], 0, 1),
            Some('*') => (&part[..part.len() - 1], 0, usize::MAX),
            Some('+') => (&part[..part.len() - 1], 1, usize::MAX),
            _ => (*part, 1, 1),
        };
        let names: Vec<&str> = names.split('/').collect();
        let count = rest.iter().take_while(|child| names.contains(child)).count().min(most);
        if count < least {
            return false;
        }
        rest = &rest[count..];
    }
    rest.is_empty()
}

#[test]
fn akoma_ntoso_follows_the_rules_of_its_schema() {
    let hostile: Vec<_> = ["</p><script>", "محمد 👍 \u{202e}", "\u{0}\u{fffe} & \" '"]
        .iter()
        .zip(0u64..)
        .map(|(text, index)| sample::utterance(3, index * 100, index * 100 + 40, text, &[]))
        .collect();
    let cases = [
        (plenary(), sample::plenary()),
        (sample::meeting(), sample::plenary()),
        (Meeting::bare(), sample::transcript(3, hostile)),
        (Meeting::bare(), sample::transcript(1, Vec::new())),
    ];
    for (meeting, transcript) in cases {
        let text = String::from_utf8(write(Format::Akn, &meeting, &transcript).expect("written")).expect("UTF-8");
        let document = Document::parse(&text).expect("well formed");
        assert_eq!(broken(&document), Vec::<String>::new(), "{text}");
        let count = |name: &str| document.descendants().filter(|node| node.has_tag_name((NAMESPACE, name))).count();
        let risalah = compose(&meeting, &transcript);
        let turns = risalah.body.iter().filter(|entry| matches!(entry, Entry::Turn(_))).count();
        let events = risalah.body.iter().filter(|entry| matches!(entry, Entry::Event { .. })).count();
        assert_eq!((count("speech"), count("scene")), (turns, events));
    }
}

#[test]
fn the_rules_refuse_what_is_wrong() {
    let text = String::from_utf8(write(Format::Akn, &plenary(), &sample::plenary()).expect("written")).expect("UTF-8");
    for (old, new) in [
        ("by=\"#orang-rusdi\"", "by=\"#siapa\""),
        ("<from>", "<p>x</p><from>"),
        ("eId=\"speech_2\"", "eId=\"speech_1\""),
        ("<FRBRcountry value=\"id\"/>", ""),
        ("<scene>", "<panggung>"),
        ("name=\"acara\"", ""),
    ] {
        let wrong = text.replacen(old, new, 1).replace(&old.replace('<', "</"), &new.replace('<', "</"));
        assert_ne!(wrong, text, "{old}");
        if let Ok(document) = Document::parse(&wrong) {
            assert_ne!(broken(&document), Vec::<String>::new(), "{old}");
        }
    }
}

#[test]
fn speeches_have_who_and_when() {
    let text = String::from_utf8(write(Format::Akn, &plenary(), &sample::plenary()).expect("written")).expect("UTF-8");
    let document = Document::parse(&text).expect("well formed");
    let speech = document
        .descendants()
        .find(|node| node.has_tag_name((NAMESPACE, "speech")) && node.attribute("by") == Some("#orang-siti"))
        .expect("she speaks");
    assert_eq!(speech.attribute("startTime"), Some("2027-03-16T10:00:44.000+08:00"));
    let person = document.descendants().find(|node| node.attribute("eId") == Some("orang-siti")).expect("referred to");
    assert_eq!(person.attribute("showAs"), Some("Siti Aminah, S.Pd."));
    let bare =
        String::from_utf8(write(Format::Akn, &Meeting::bare(), &sample::plenary()).expect("written")).expect("UTF-8");
    assert!(!bare.contains("startTime"), "a time of day is never assumed");
}

#[test]
fn a_turn_of_twenty_thousand_words_and_none_at_all() {
    let long = sample::generated(1, 20_000);
    let pages = pages(Format::Pdf, &plenary(), &long);
    let said = &long.utterances.last().expect("said").text;
    let end = said.split(' ').next_back().expect("a word");
    // By count: letters of the watermark lie between the words.
    assert_eq!(flat(&pages.join(" ")).matches(end).count(), said.matches(end).count(), "{end}");
    for format in Format::ALL {
        write(format, &plenary(), &sample::transcript(1, Vec::new()))
            .unwrap_or_else(|error| panic!("{format}: {error}"));
    }
}
