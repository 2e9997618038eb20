//! The files, as other programs read them.

use super::*;

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
        "Tanjung Contoh, ………… Maret 2027",
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
    assert!(cues.iter().all(|cue| cue.starts_with("<v PEMBICARA BELUM TERIDENTIFIKASI [mikrofon 1]>")));
    let words: Vec<String> = cues.iter().map(|cue| cue[cue.find('>').unwrap_or(0) + 1..].replace("</v>", "")).collect();
    assert_eq!(words.join(" "), long.join(" "));
    assert!(words.iter().all(|text| text.chars().count() <= 84));
    let srt = text(Format::Srt, &sample::meeting(), &sample::plenary());
    assert!(srt.starts_with("1\n00:00:02,000 --> 00:00:"), "{srt}");
    assert!(srt.contains("F-CDN (SITI AMINAH, S.Pd.): "));
}

/// The cues of a file: from, until, lines.
fn cues(text: &str) -> Vec<(u64, u64, Vec<String>)> {
    let millis = |text: &str| {
        let parts: Vec<u64> = text.split([':', ',', '.']).map(|part| part.parse().expect("a number")).collect();
        ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 + parts[3]
    };
    let cue = |block: &str| {
        let (times, lines) = block.split_once(" --> ")?;
        let mut lines = lines.lines();
        let until = millis(lines.next()?);
        Some((millis(times.lines().next_back()?), until, lines.map(str::to_owned).collect()))
    };
    text.split("\n\n").filter_map(cue).collect()
}

#[test]
fn subtitles_are_in_the_order_of_time_and_long_enough_to_be_read() {
    let meeting = sample::meeting();
    let mut crowd = sample::plenary();
    let last = crowd.utterances.iter().map(|utterance| utterance.span.end).max().expect("said") * 10 / sample::RATE;
    let long: Vec<String> = (0..80).map(|word| format!("panjang{word}")).collect();
    // Others say a word while one goes on for half a minute; the last ones have no times for their
    // words.
    crowd.utterances.push(sample::utterance(1, last + 50, last + 350, &long.join(" "), &[]));
    for (channel, at) in [(4, 80), (5, 95), (6, 96), (7, 97)] {
        crowd.utterances.push(sample::utterance(channel, last + at, last + at + 2, "Setuju.", &[]));
    }
    let mut timeless = sample::utterance(8, last + 400, last + 700, &long.join(" "), &[]);
    timeless.words.clear();
    crowd.utterances.push(timeless);
    crowd.utterances.push(sample::utterance(5, last + 1_000, last + 1_003, "Ya.", &[]));
    crowd.recording.length = (last + 1_100) * sample::RATE / 10;
    for transcript in [&crowd, &sample::generated(40, 60)] {
        for format in [Format::Srt, Format::Vtt] {
            let cues = cues(&text(format, &meeting, transcript));
            assert!(cues.len() > 20);
            assert!(cues.is_sorted_by_key(|(start, ..)| *start), "{format}: out of order");
            for (index, (start, end, lines)) in cues.iter().enumerate() {
                assert!(start < end, "{format}: {start} {end}");
                let before = cues[..index].iter().map(|(_, end, _)| *end).max().unwrap_or(0);
                let after = cues.get(index + 1).map_or(u64::MAX, |(start, ..)| *start);
                let room = after.saturating_sub(before);
                assert!(end - start >= 800 || room < 800, "{format}: {start} {end} {lines:?}");
                if format == Format::Srt {
                    assert!(lines.len() <= 2 && lines.iter().all(|line| line.chars().count() <= 42), "{lines:?}");
                }
            }
            let said: Vec<String> = cues.iter().flat_map(|(_, _, lines)| lines.clone()).collect();
            let said = flat(&said.join(" ").replace("</v>", ""));
            if std::ptr::eq(transcript, &raw const crowd) {
                for word in &long {
                    assert_eq!(
                        said.matches(&format!("{word} ")).count() + usize::from(said.ends_with(word)),
                        2,
                        "{word}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_label_stands_once_for_each_turn_of_subtitles() {
    let said = |channel, start, end, text: &str| sample::utterance(channel, start, end, text, &[]);
    let transcript = sample::transcript(
        9,
        vec![
            said(5, 0, 40, "Terima kasih, Pimpinan."),
            said(
                5,
                60,
                120,
                "Kami lanjutkan dengan laporan Panitia Khusus yang panjang sekali dan tidak selesai di satu baris.",
            ),
            said(1, 130, 160, "Silakan."),
            said(5, 170, 200, "Baik."),
        ],
    );
    let srt = text(Format::Srt, &sample::meeting(), &transcript);
    assert_eq!(srt.matches("F-CDN (SITI AMINAH, S.Pd.):").count(), 2, "{srt}");
    // A label that fits in no line is shortened, never cut off in silence.
    assert_eq!(srt.matches("KETUA RAPAT (H. RUSDI HANAFI):").count(), 1, "{srt}");
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
