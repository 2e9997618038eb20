//! The record in every format, read back by the programs that secretariats and archives use.
//!
//! Needs poppler (Debian: poppler-utils), `LibreOffice` Writer (libreoffice-writer-nogui) and unzip.

mod sample;

use std::fs;
use std::path::Path;
use std::process::Command;

use e_risalah::clock::Span;
use e_risalah::meeting::Meeting;
use e_risalah::message::Message;
use e_risalah::risalah::{Entry, Format, RunKind, Turn, compose, write};
use e_risalah::transcript::edit::{Change, Edit, Layer, Mark, Place, Source, Speaker, apply};
use e_risalah::transcript::{Flag, Transcript};
use e_risalah::writing::{Lexicon, Writer, layers};
use proptest::prelude::*;

const HOSTILE: [&str; 12] = [
    r#"O'Neil "Bung" \ / Śuśrūtā"#,
    "#{}[]*_$@<>`~=-+ #import \"x\"",
    "// bukan komentar /* juga bukan */ https://contoh.id",
    "</w:t></w:r><script>&amp;&lt;",
    "--> 00:00:01,000",
    "محمد بن عبد الله",
    "👍🏽 setuju 中文",
    "\u{0}\u{7}\u{1b}[31m\u{fffe}",
    "\u{202e}terbalik\u{202c}",
    "baris\r\nbaru\ttab",
    "1. - + / = Kepala",
    "\u{e000}\u{f0000}",
];

fn turns(body: &[Entry]) -> Vec<&Turn> {
    body.iter().filter_map(|entry| if let Entry::Turn(turn) = entry { Some(turn) } else { None }).collect()
}

fn spoken(body: &[Entry]) -> Vec<String> {
    let runs = turns(body).into_iter().flat_map(|turn| turn.paragraphs.iter().flatten());
    runs.filter(|run| run.kind != RunKind::Mark).map(|run| run.text.clone()).collect()
}

fn text_of(turn: &Turn) -> String {
    let runs: Vec<&str> = turn.paragraphs.iter().flatten().map(|run| run.text.as_str()).collect();
    runs.join(" ")
}

/// Runs a program on a file; a missing one fails the test with the package that brings it.
fn run(program: &str, package: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be run ({error}): apt-get install {package}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn written(format: Format, meeting: &Meeting, transcript: &Transcript, folder: &Path) {
    let bytes = write(format, meeting, transcript).expect("a document");
    fs::write(folder.join(format.file_name()), bytes).expect("written");
}

fn text(format: Format, meeting: &Meeting, transcript: &Transcript) -> String {
    String::from_utf8(write(format, meeting, transcript).expect("a document")).expect("UTF-8")
}

/// Text without the line breaks of a layout.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn turns_events_and_marks_stand_in_order() {
    let risalah = compose(&sample::meeting(), &sample::plenary());
    let lines: Vec<String> = risalah
        .body
        .iter()
        .map(|entry| match entry {
            Entry::Turn(turn) if turn.continued => "…".to_owned(),
            Entry::Turn(turn) => turn.label.clone(),
            Entry::Event { text } | Entry::Item { text } => text.clone(),
        })
        .collect();
    assert_eq!(
        lines,
        [
            "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)",
            "(RAPAT DIBUKA PUKUL 10.05 WITA)",
            "(KETUK PALU 3 KALI)",
            "…",
            "F-CDN (SITI AMINAH, S.Pd.)",
            "INTERUPSI – F-MLT (YUSUF KARIM, S.T.)",
            "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)",
            "F-CDN (SITI AMINAH, S.Pd.)",
            "F-BHR (RATNA DEWI, S.H.)",
            "F-GE (AHMAD FAUZI, S.E.)",
            "F-BHR (RATNA DEWI, S.H.)",
            "F-MLT (HENDRA GUNAWAN)",
            "WALI KOTA (Ir. SURYA PRATAMA, M.T.)",
            "WAKIL KETUA (Dra. Hj. MARIANA LESTARI)",
            "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)",
            "(RAPAT: SETUJU)",
            "(KETUK PALU 1 KALI)",
            "…",
            "(RAPAT DITUTUP PUKUL 10.08 WITA)",
            "(KETUK PALU 3 KALI)",
        ]
    );
    let turns = turns(&risalah.body);
    assert_eq!(text_of(turns[2]).split(' ').next_back(), Some("(…)"), "cut off by the interjection");
    assert!(text_of(turns[3]).starts_with("[bersamaan] Interupsi"));
    assert_eq!(text_of(turns[6]), "[tidak jelas 00:01:49]");
    assert_eq!(turns[2].paragraphs.len(), 2, "a long pause begins a paragraph");
    assert_eq!(turns[5].paragraphs[0][0].kind, RunKind::Doubtful);
    assert_eq!(risalah.decisions, ["Menyetujui Raperda tentang Pengelolaan Sampah menjadi Peraturan Daerah."]);
}

/// A transcript under these changes, each of the utterance at its place.
fn corrected(raw: &Transcript, changes: Vec<(usize, Change)>) -> Transcript {
    let edit = |(id, (index, change)): (u64, (usize, Change))| Edit {
        id,
        layer: Layer {
            place: Place::of(raw.version.number, &raw.utterances[index]),
            change,
            by: "Bambang Wirawan".to_owned(),
            when: "2027-03-09T13:00:00+08:00[+08:00]".parse().expect("a time"),
            why: None,
            source: Source::Person,
        },
    };
    let edits: Vec<Edit> = (1..).zip(changes).map(edit).collect();
    apply(raw, &edits).expect("they fit")
}

#[test]
fn a_corrected_speaker_is_moved_in_every_format() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let siti = Change::Speaker { before: Speaker::Seat, after: Speaker::Person("siti".to_owned()) };
    let unknown = Change::Speaker { before: Speaker::Seat, after: Speaker::Unknown };
    let moved = corrected(&raw, vec![(9, siti), (12, unknown)]);
    let text = |format| text(format, &meeting, &moved);
    let record = text(Format::Txt);
    assert!(record.contains("F-CDN (SITI AMINAH, S.Pd.):\n  Fraksi Gabungan Enggang dapat menerima"), "{record}");
    assert!(record.contains("MIKROFON 09: [mimbar]\n  Pimpinan dan anggota"), "{record}");
    assert!(text(Format::Srt).contains("F-CDN (SITI AMINAH, S.Pd.): Fraksi Gabungan Enggang"));
    assert!(text(Format::Vtt).contains("<v F-CDN (SITI AMINAH, S.Pd.)>Fraksi Gabungan Enggang"));
    let json: serde_json::Value = serde_json::from_str(&text(Format::Json)).expect("JSON");
    let line = &json["utterances"][9];
    assert_eq!((&line["speaker"], &line["name"]), (&"ch05".into(), &"Siti Aminah, S.Pd.".into()));
    assert_eq!(line["channel"], 6, "the microphone that heard it");
    assert_eq!(line["corrected"]["edits"], serde_json::json!([1]));
    assert_eq!(json["utterances"][0]["corrected"], serde_json::Value::Null);
    let segments: serde_json::Value = serde_json::from_str(&text(Format::Seglst)).expect("JSON");
    assert_eq!(segments[8]["speaker"], "ch05");
    assert!(text(Format::Rttm).contains(" 5 113.000 10.000 <NA> <NA> ch05 "));
    let printed = compose(&meeting, &moved);
    assert_eq!(turns(&printed.body)[7].label, "F-CDN (SITI AMINAH, S.Pd.)");
}

#[test]
fn who_speaks_away_from_the_microphones_has_no_seat_until_a_person_says_so() {
    let shouted = sample::utterance(5, 0, 20, "Tidak sah!", &[Flag::OffMicrophone]);
    let raw = sample::transcript(9, vec![shouted, sample::utterance(5, 100, 140, "Saya lanjutkan.", &[])]);
    let risalah = compose(&sample::meeting(), &raw);
    let found = turns(&risalah.body);
    assert_eq!(found[0].label, "PEMBICARA TIDAK DIKENAL");
    assert_eq!(text_of(found[0]), "[di luar mikrofon] Tidak sah!");
    assert_eq!(found[1].label, "F-CDN (SITI AMINAH, S.Pd.)");
    let named =
        corrected(&raw, vec![(0, Change::Speaker { before: Speaker::Seat, after: Speaker::Person("yusuf".into()) })]);
    let risalah = compose(&sample::meeting(), &named);
    assert_eq!(turns(&risalah.body)[0].label, "F-MLT (YUSUF KARIM, S.T.)");
}

#[test]
fn corrections_of_words_and_marks_are_printed() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let text = |before: &str, after: &str| Change::Text { at: 0, before: before.to_owned(), after: after.to_owned() };
    let changes = vec![
        (7, Change::Mark { mark: Mark::Heard }),
        (8, text("", "Kami sepakat.")),
        (11, text("Setuju! Setuju! Setuju!", "")),
        (13, Change::Mark { mark: Mark::Omitted }),
    ];
    let risalah = compose(&meeting, &corrected(&raw, changes));
    let runs: Vec<_> = turns(&risalah.body).into_iter().flat_map(|turn| turn.paragraphs.iter().flatten()).collect();
    let heard = |text: &str| runs.iter().any(|run| run.text.contains(text) && run.kind == RunKind::Spoken);
    assert!(heard("Angka itu sudah termasuk"), "it was heard");
    let texts: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
    assert!(
        texts.contains(&"Kami sepakat.") && !texts.iter().any(|text| text.starts_with("[tidak jelas")),
        "{texts:?}"
    );
    assert!(!texts.iter().any(|text| text.contains("Setuju!")));
    assert!(
        texts.contains(&"[tidak dimuat atas keputusan rapat]") && !texts.iter().any(|text| text.contains("Pak Wali"))
    );
}

#[test]
fn a_passage_that_was_left_out_has_one_mark() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let marks = |places: &[usize]| {
        let omitted = places.iter().map(|place| (*place, Change::Mark { mark: Mark::Omitted })).collect();
        let risalah = compose(&meeting, &corrected(&raw, omitted));
        let turns = turns(&risalah.body).into_iter();
        turns
            .map(|turn| (turn.label.clone(), text_of(turn)))
            .filter(|(_, text)| text.contains("[tidak dimuat"))
            .collect()
    };
    let mark = "[tidak dimuat atas keputusan rapat]";
    let mariana = "WAKIL KETUA (Dra. Hj. MARIANA LESTARI)".to_owned();
    let chair = "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)".to_owned();
    let one: Vec<(String, String)> = marks(&[13, 14]);
    assert_eq!(one, [(mariana, mark.to_owned())], "whoever spoke in it");
    let two: Vec<(String, String)> = marks(&[0, 2]);
    assert_eq!(two.len(), 2, "what was said between them stands there: {two:?}");
    assert_eq!(two[0].0, chair);
    let goes_on: Vec<(String, String)> = marks(&[3, 4, 5]);
    assert_eq!(goes_on.len(), 1, "an interjection within it: {goes_on:?}");
    let all: Vec<(String, String)> = marks(&(0..16).collect::<Vec<_>>());
    assert_eq!(all, [(chair, mark.to_owned())]);
}

#[test]
fn what_no_machine_may_decide_is_marked_for_listening() {
    let said = "Anggarannya dua koma lima miliar rupiah, kata Saudari Siti Amina.";
    let transcript = sample::transcript(1, vec![sample::utterance(1, 0, 60, said, &[])]);
    let risalah = compose(&sample::meeting(), &transcript);
    let runs = turns(&risalah.body)[0].paragraphs[0].iter().map(|run| (run.text.as_str(), run.kind));
    assert_eq!(
        runs.collect::<Vec<_>>(),
        [
            ("Anggarannya", RunKind::Spoken),
            ("dua koma lima miliar rupiah,", RunKind::Doubtful),
            ("kata Saudari", RunKind::Spoken),
            ("Siti Amina.", RunKind::Doubtful),
        ]
    );
    let json: serde_json::Value =
        serde_json::from_str(&text(Format::Json, &sample::meeting(), &transcript)).expect("JSON");
    let doubts = &json["utterances"][0]["doubts"];
    assert_eq!((&doubts[0]["matter"], &doubts[0]["proposal"]), (&"money".into(), &"Rp2,5 miliar".into()));
    assert_eq!((&doubts[1]["matter"], &doubts[1]["proposal"]), (&"name".into(), &"Siti Aminah".into()));
}

#[test]
fn who_corrects_is_told_what_a_rule_wrote_and_what_to_listen_to() {
    let said = "jadi ee hadir tiga puluh dua orang dengan dua miliar";
    let raw = sample::transcript(1, vec![sample::utterance(1, 0, 60, said, &[Flag::LowConfidence])]);
    let writer = Writer::of(&sample::meeting(), Lexicon::default());
    let when = "2027-03-09T12:00:00+08:00[Asia/Makassar]".parse().expect("a time");
    let edits = (1..).zip(layers(&writer, &raw, &[], &when)).map(|(id, layer)| Edit { id, layer });
    let transcript = apply(&raw, &edits.collect::<Vec<_>>()).expect("they fit");
    let risalah = compose(&sample::meeting(), &transcript);
    let runs = turns(&risalah.body)[0].paragraphs[0].iter();
    let runs: Vec<_> = runs.map(|run| (run.text.as_str(), run.remark.as_deref().unwrap_or_default())).collect();
    assert_eq!(
        runs,
        [
            ("Jadi", "Dengarkan: pengenal suara ragu. Ditulis program (huruf kapital). Yang dikenali: “jadi”."),
            ("hadir", "Ditulis program (bunyi pengisi dihapus). Yang dikenali: “ee”."),
            ("32", "Ditulis program (bilangan). Yang dikenali: “tiga puluh dua”."),
            ("orang dengan", ""),
            ("dua miliar", "Dengarkan: jumlah uang. Usul: “2 miliar”."),
        ]
    );
    assert_eq!(spoken(&compose(&sample::meeting(), &transcript.verbatim()).body).join(" "), said);
}

#[test]
fn nobody_is_cut_off_without_evidence() {
    let said = |channel, start, end, text| sample::utterance(channel, start, end, text, &[]);
    let cut = |utterances| {
        let risalah = compose(&Meeting::bare(), &sample::transcript(2, utterances));
        text_of(turns(&risalah.body)[0]).contains("(…)")
    };
    assert!(cut(vec![said(1, 0, 100, "kami memilih"), said(2, 90, 150, "Interupsi.")]));
    assert!(!cut(vec![said(1, 0, 100, "kami memilih"), said(2, 100, 150, "Interupsi.")]), "no overlap");
    assert!(!cut(vec![said(1, 0, 100, "kami memilih"), said(2, 90, 95, "Ya.")]), "does not outlast");
    assert!(!cut(vec![said(1, 0, 100, "Kami memilih."), said(2, 90, 150, "Ya.")]), "the sentence is whole");
    assert!(!cut(vec![said(1, 0, 100, "kami memilih"), said(1, 101, 120, "dua."), said(2, 110, 150, "Ya.")]));
}

#[test]
fn an_interjection_without_speech_keeps_its_line() {
    let text = "peristiwa = [{ jenis = 'interupsi', pada = '00:01:00', kanal = 2 }]";
    let meeting = Meeting::parse(text, "rapat.toml").expect("valid");
    let late = sample::utterance(2, 1000, 1010, "Ya.", &[]);
    let risalah = compose(&meeting, &sample::transcript(2, vec![late]));
    assert_eq!(risalah.body[0], Entry::Event { text: "(INTERUPSI: PEMBICARA TIDAK DIKENAL)".to_owned() });
    assert_eq!(turns(&risalah.body)[0].label, "PEMBICARA TIDAK DIKENAL");
}

#[test]
fn a_bare_recording_leaves_room_for_everything() {
    let transcript = sample::transcript(2, vec![sample::utterance(2, 0, 20, "Setuju.", &[])]);
    let text = text(Format::Txt, &Meeting::bare(), &transcript);
    for line in [
        "RISALAH SEMENTARA – BELUM DIKOREKSI PEMBICARA",
        "Hari, tanggal    : ……",
        "Waktu            : dibuka pukul …… ……; ditutup pukul …… ……",
        "PEMBICARA TIDAK DIKENAL: [mikrofon 2]",
        "a.n. KETUA RAPAT",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let nothing = compose(&Meeting::bare(), &sample::transcript(1, Vec::new()));
    assert!(nothing.body.is_empty());
}

#[test]
fn the_demonstration_model_warnings_and_gaps_are_said_plainly() {
    let mut transcript = sample::plenary();
    transcript.recording.warnings.push(Message::new("general.interrupted"));
    transcript.version.complete = false;
    let demo = compose(&sample::meeting(), &transcript).colophon.join("\n");
    assert!(demo.contains("model peragaan yang dilatih hanya dengan ucapan buatan komputer"));
    assert!(demo.contains("Transkripsi belum selesai"));
    assert!(demo.contains("Catatan rekaman: Dihentikan sesuai permintaan"));
    transcript.version.model = "ggml-small-q8_0".to_owned();
    assert!(!compose(&sample::meeting(), &transcript).colophon.join("\n").contains("peragaan"));
}

#[test]
fn a_closed_meeting_is_marked() {
    let closed = |nature: &str| {
        let meeting = Meeting::parse(&format!("rapat = {{ jenis = 'pansus', sifat = '{nature}' }}"), "rapat.toml");
        compose(&meeting.expect("valid"), &sample::plenary()).marks[1..].to_vec()
    };
    assert_eq!(closed("tertutup_rahasia"), ["RAHASIA"]);
    assert_eq!(closed("tertutup"), ["HANYA UNTUK YANG DIUNDANG"]);
    assert!(closed("terbuka").is_empty());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (meeting, transcript) = (sample::meeting(), sample::plenary());
    for format in Format::ALL {
        let once = write(format, &meeting, &transcript).expect("a document");
        assert!(once == write(format, &meeting, &transcript).expect("a document"), "{format}");
    }
}

#[test]
fn the_pdf_is_archival_tagged_and_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    written(Format::Pdf, &sample::meeting(), &sample::plenary(), folder.path());
    let poppler = |program: &str, arguments: &[&str]| run(program, "poppler-utils", arguments, folder.path());
    let info = poppler("pdfinfo", &["risalah-sementara.pdf"]);
    for part in ["RISALAH RAPAT PARIPURNA", "Tagged:          yes", "609.449 x 935.433 pts"] {
        assert!(info.contains(part), "{part}\n{info}");
    }
    let metadata = poppler("pdfinfo", &["-meta", "risalah-sementara.pdf"]);
    for part in ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "id-ID"] {
        assert!(metadata.contains(part), "{part}\n{metadata}");
    }
    let fonts = poppler("pdffonts", &["risalah-sementara.pdf"]);
    assert!(fonts.contains("LiberationSans-Bold"), "{fonts}");
    for font in fonts.lines().skip(2) {
        let columns: Vec<&str> = font.split_whitespace().rev().collect();
        assert_eq!(columns[4], "yes", "not embedded: {font}");
    }
    let pages = poppler("pdftotext", &["-layout", "risalah-sementara.pdf", "-"]);
    let pages: Vec<&str> = pages.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert!(pages.len() >= 3);
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains("RISALAH SEMENTARA – BELUM DIKOREKSI PEMBICARA"), "page {index}\n{page}");
        assert!(page.contains(&format!("Halaman {} dari {}", index + 1, pages.len())), "page {index}\n{page}");
    }
    let whole = flat(&poppler("pdftotext", &["-nopgbrk", "risalah-sementara.pdf", "-"]));
    let mut rest = whole.as_str();
    for part in [
        "KOTA TANJUNG CONTOH",
        "RISALAH RAPAT PARIPURNA",
        "Selasa, 9 Maret 2027",
        "dibuka pukul 10.05 WITA",
        "32 dari 45 Anggota (fisik 30, daring 2); izin 9; tanpa keterangan 4",
        "A. Fraksi Partai Melati (F-MLT): 11 dari 14 Anggota",
        "JALANNYA RAPAT",
        "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.):",
        "(RAPAT DIBUKA PUKUL 10.05 WITA)",
        "INTERUPSI – F-MLT (YUSUF KARIM, S.T.):",
        "KEPUTUSAN",
        "Tanjung Contoh, …… Maret 2027",
        "BAMBANG WIRAWAN, S.H., M.H.",
    ] {
        let at = rest.find(part).unwrap_or_else(|| panic!("`{part}` is missing or out of order:\n{whole}"));
        rest = &rest[at..];
    }
}

#[test]
fn libreoffice_opens_the_docx_and_prints_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (meeting, transcript) = (sample::meeting(), sample::plenary());
    written(Format::Docx, &meeting, &transcript, folder.path());
    let office = |to: &str| {
        let arguments = ["--headless", "--convert-to", to, "risalah-sementara.docx"];
        run("soffice", "libreoffice-writer-nogui", &arguments, folder.path());
    };
    office("pdf");
    let pages = run("pdftotext", "poppler-utils", &["-layout", "risalah-sementara.pdf", "-"], folder.path());
    let pages: Vec<&str> = pages.trim_end_matches('\u{c}').split('\u{c}').collect();
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains("RISALAH SEMENTARA – BELUM DIKOREKSI PEMBICARA"), "page {index}\n{page}");
        assert!(page.contains(&format!("Halaman {} dari {}", index + 1, pages.len())), "page {index}\n{page}");
    }
    let whole = flat(&pages.join(" "));
    for entry in &compose(&meeting, &transcript).body {
        let line = match entry {
            Entry::Turn(turn) => format!("{}:", turn.label),
            Entry::Event { text } | Entry::Item { text } => text.clone(),
        };
        assert!(whole.contains(&line), "{line}\n{whole}");
    }
    office("txt:Text (encoded):UTF8");
    let converted = fs::read_to_string(folder.path().join("risalah-sementara.txt")).expect("converted");
    for said in spoken(&compose(&meeting, &transcript).body) {
        assert!(converted.contains(&said), "{said}");
    }
}

#[test]
fn hostile_words_and_names_come_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let utterances = HOSTILE.iter().zip(0u64..);
    let utterances =
        utterances.map(|(text, index)| sample::utterance(1, index * 50, index * 50 + 40, text, &[])).collect();
    let transcript = sample::transcript(1, utterances);
    for name in HOSTILE {
        let quoted = toml::Value::String(name.to_owned());
        let text = format!(
            "orang = [{{ id = 'a', nama = {quoted}, jabatan = {quoted} }}]\nkursi = [{{ kanal = 1, orang = 'a' }}]\n\
             [lembaga]\nkop = [{quoted}]\n[rapat]\nnama = {quoted}\nacara = [{quoted}]\nketua = 'a'"
        );
        let meeting = Meeting::parse(&text, "rapat.toml").expect("valid");
        for format in Format::ALL {
            let bytes =
                write(format, &meeting, &transcript).unwrap_or_else(|error| panic!("{format}, {name}: {error}"));
            fs::write(folder.path().join(format.file_name()), bytes).expect("written");
        }
    }
    let said = spoken(&compose(&Meeting::bare(), &transcript).body);
    let arguments = ["--headless", "--convert-to", "txt:Text (encoded):UTF8", "risalah-sementara.docx"];
    run("soffice", "libreoffice-writer-nogui", &arguments, folder.path());
    let docx = fs::read_to_string(folder.path().join("risalah-sementara.txt")).expect("converted");
    let txt = fs::read_to_string(folder.path().join("transkrip.txt")).expect("written");
    let vtt = fs::read_to_string(folder.path().join("transkrip.vtt")).expect("written");
    let vtt = vtt.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    for words in &said {
        assert!(docx.contains(words), "docx: {words}\n{docx}");
        assert!(txt.contains(words), "txt: {words}");
        assert!(vtt.contains(words), "vtt: {words}");
    }
    let pdf = run("pdftotext", "poppler-utils", &["-raw", "risalah-sementara.pdf", "-"], folder.path());
    for words in ["#{}[]*_$@<>`~=-+ #import \"x\"", "</w:t></w:r><script>&amp;&lt;", "[U+1F44D]", "1. - + / = Kepala"] {
        assert!(flat(&pdf).contains(words), "pdf: {words}\n{pdf}");
    }
}

#[test]
fn subtitles_are_cut_to_what_can_be_read() {
    let long: Vec<String> = (0..60).map(|word| format!("kata{word}")).collect();
    let transcript = sample::transcript(1, vec![sample::utterance(1, 0, 300, &long.join(" "), &[])]);
    let vtt = text(Format::Vtt, &Meeting::bare(), &transcript);
    let cues: Vec<&str> = vtt.lines().filter(|line| line.starts_with("<v ")).collect();
    assert!(cues.len() >= 5);
    assert!(cues.iter().all(|cue| cue.starts_with("<v PEMBICARA TIDAK DIKENAL [mikrofon 1]>")));
    let words: Vec<String> = cues.iter().map(|cue| cue[cue.find('>').unwrap_or(0) + 1..].replace("</v>", "")).collect();
    assert_eq!(words.join(" "), long.join(" "));
    assert!(words.iter().all(|text| text.chars().count() <= 84));
    let srt = text(Format::Srt, &sample::meeting(), &sample::plenary());
    assert!(srt.starts_with("1\n00:00:02,000 --> 00:00:"), "{srt}");
    assert!(srt.contains("F-CDN (SITI AMINAH, S.Pd.): "));
}

#[test]
fn programs_read_channels_times_and_words() {
    let (meeting, transcript) = (sample::meeting(), sample::plenary());
    let json: serde_json::Value = serde_json::from_str(&text(Format::Json, &meeting, &transcript)).expect("JSON");
    assert_eq!(json["utterances"][3]["speaker"], "ch05");
    assert_eq!(json["utterances"][3]["name"], "Siti Aminah, S.Pd.");
    assert_eq!(json["utterances"][3]["start_time"], 44.0);
    assert_eq!(json["utterances"][8]["flags"][0], "no_words");
    let segments: serde_json::Value = serde_json::from_str(&text(Format::Seglst, &meeting, &transcript)).expect("JSON");
    assert_eq!(segments.as_array().map(Vec::len), Some(15), "the one without words is left out");
    assert_eq!(segments[0]["session_id"], "2027-03-09-paripurna-7");
    assert_eq!(segments[0]["speaker"], "ch01");
    let rttm = text(Format::Rttm, &meeting, &transcript);
    assert_eq!(rttm.lines().next(), Some("SPEAKER 2027-03-09-paripurna-7 1 2.000 9.000 <NA> <NA> ch01 <NA> <NA>"));
    assert_eq!(rttm.lines().count(), 16);
}

#[test]
fn the_docx_says_its_language_and_title() {
    let folder = tempfile::tempdir().expect("a folder");
    written(Format::Docx, &sample::meeting(), &sample::plenary(), folder.path());
    let part = |name: &str| run("unzip", "unzip", &["-p", "risalah-sementara.docx", name], folder.path());
    assert!(part("word/styles.xml").contains(r#"<w:lang w:val="id-ID""#));
    assert!(part("docProps/core.xml").contains("<dc:title>RISALAH RAPAT PARIPURNA</dc:title>"));
    assert!(part("word/header1.xml").contains("PowerPlusWaterMarkObject"));
    assert!(part("word/document.xml").contains(r#"<w:pgSz w:w="12189" w:h="18709""#));
}

fn any_utterances() -> impl Strategy<Value = Vec<(u16, u64, u64, String, bool)>> {
    prop::collection::vec((1u16..6, 0u64..80, 0u64..90, any::<String>(), any::<bool>()), 0..30)
}

fn transcript_of(drawn: Vec<(u16, u64, u64, String, bool)>) -> Transcript {
    let mut start = 0;
    let mut utterances = Vec::new();
    for (channel, pause, length, text, doubtful) in drawn {
        start += pause;
        let flags = if doubtful { vec![Flag::LowConfidence] } else { Vec::new() };
        utterances.push(sample::utterance(channel, start, start + length, &text, &flags));
    }
    utterances.sort_by_key(|utterance| (utterance.span.start, utterance.channel));
    sample::transcript(5, utterances)
}

/// The words of a text as any document prints them.
fn words(text: &str) -> Vec<String> {
    let transcript = sample::transcript(1, vec![sample::utterance(1, 0, 10, text, &[])]);
    spoken(&compose(&Meeting::bare(), &transcript).body)
}

proptest! {
    #[test]
    fn every_utterance_stands_once_and_in_order(drawn in any_utterances()) {
        let transcript = transcript_of(drawn);
        let expected: Vec<String> = transcript.utterances.iter().flat_map(|utterance| words(&utterance.text)).collect();
        for meeting in [Meeting::bare(), sample::meeting()] {
            let body = compose(&meeting, &transcript).body;
            prop_assert_eq!(&spoken(&body), &expected);
            let unheard = transcript.utterances.iter().filter(|utterance| words(&utterance.text).is_empty()).count();
            let marks = turns(&body).into_iter().flat_map(|turn| turn.paragraphs.iter().flatten());
            prop_assert_eq!(marks.filter(|run| run.text.starts_with("[tidak jelas")).count(), unheard);
            let events = body.iter().filter(|entry| matches!(entry, Entry::Event { .. })).count();
            let interjections = turns(&body).iter().filter(|turn| turn.label.starts_with("INTERUPSI")).count();
            prop_assert_eq!(events + interjections, meeting.events.len());
        }
    }

    #[test]
    fn turns_cover_their_utterances(drawn in any_utterances()) {
        let transcript = transcript_of(drawn);
        let body = compose(&Meeting::bare(), &transcript).body;
        for turn in turns(&body) {
            let within = |span: Span| span.start >= turn.span.start && span.end <= turn.span.end;
            let mine = transcript.utterances.iter().filter(|utterance| utterance.channel == turn.channel);
            prop_assert!(mine.filter(|utterance| within(utterance.span)).count() >= 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_text_breaks_a_format(drawn in any_utterances(), name in "\\PC{1,30}") {
        prop_assume!(!name.trim().is_empty());
        let transcript = transcript_of(drawn);
        let quoted = toml::Value::String(name);
        let text = format!("kursi = [{{ kanal = 1, orang = 'a' }}]\norang = [{{ id = 'a', nama = {quoted} }}]");
        let meeting = Meeting::parse(&text, "rapat.toml").expect("valid");
        for format in Format::ALL {
            let bytes = write(format, &meeting, &transcript);
            prop_assert!(bytes.is_ok(), "{}: {:?}", format, bytes.err());
        }
        let srt = String::from_utf8(write(Format::Srt, &meeting, &transcript).expect("SRT")).expect("UTF-8");
        let vtt = String::from_utf8(write(Format::Vtt, &meeting, &transcript).expect("VTT")).expect("UTF-8");
        for subtitles in [srt, vtt] {
            let cues = subtitles.matches("-->").count();
            prop_assert!(cues >= transcript.utterances.len());
            prop_assert_eq!(subtitles.trim_end().split("\n\n").filter(|block| block.contains("-->")).count(), cues);
        }
    }
}
