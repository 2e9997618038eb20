//! Corrections that stand outside the plain words of the body: taken over, or told. And documents
//! as other programs write them.

use super::*;

const W: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;

/// A further part that the main one is related to.
fn related(docx: &[u8], kind: &str, content: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let (name, part) = (format!("word/{kind}.xml"), format!("<w:{kind} {W}>{content}</w:{kind}>"));
    let relations = part_of(docx, "word/_rels/document.xml.rels").replace(
        "</Relationships>",
        &format!(
            r#"<Relationship Id="x{kind}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{kind}.xml"/></Relationships>"#
        ),
    );
    with(docx, change, &[(&name, &part), ("word/_rels/document.xml.rels", &relations)])
}

fn part_of(docx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("a package");
    let mut text = String::new();
    archive.by_name(name).expect("a part").read_to_string(&mut text).expect("text");
    text
}

/// What is put into the run of a text, before it.
fn before<'a>(text: &'a str, put: &'a str) -> impl Fn(String) -> String + 'a {
    move |xml| {
        let at = xml.find(text).unwrap_or_else(|| panic!("{text}"));
        let run = xml[..at].rfind("<w:r>").expect("a run");
        format!("{}{put}{}", &xml[..run], &xml[run..])
    }
}

/// The run of a text cut in three, with properties in the one that holds this part of it.
fn with_properties<'a>(part: &'a str, properties: &'a str) -> impl Fn(String) -> String + 'a {
    move |xml| {
        let open = r#"<w:r><w:t xml:space="preserve">"#;
        let own = format!(
            r#"</w:t></w:r><w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{part}</w:t></w:r>{open}"#
        );
        assert!(xml.contains(part), "{part}");
        xml.replacen(part, &own, 1)
    }
}

fn told(correction: &Correction) -> Vec<(Kind, &str)> {
    correction.leftovers.iter().map(|leftover| (leftover.kind, leftover.text.as_str())).collect()
}

#[test]
fn what_is_struck_through_is_taken_out_by_itself_or_by_its_style() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let taken = [&text(10, "pengadaan", "")];
    for properties in ["<w:strike/>", r#"<w:dstrike w:val="1"/>"#, r#"<w:rStyle w:val="Coret"/>"#] {
        let styles = part_of(&docx, "word/styles.xml").replace(
            "</w:styles>",
            r#"<w:style w:type="character" w:styleId="Dasar"><w:rPr><w:strike/></w:rPr></w:style><w:style w:type="character" w:styleId="Coret"><w:basedOn w:val="Dasar"/></w:style></w:styles>"#,
        );
        let docx = with(&docx, with_properties("pengadaan ", properties), &[("word/styles.xml", &styles)]);
        let found = read(&docx, &raw, &[]);
        assert_eq!(found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(), taken, "{properties}");
        assert_eq!(told(&found), [], "{properties}");
    }
    let not = with(&docx, with_properties("pengadaan ", r#"<w:strike w:val="false"/>"#), &[]);
    assert_eq!(read(&not, &raw, &[]), Correction::default());
    // A whole paragraph by its style; a line that is no speech is told.
    let styles = part_of(&docx, "word/styles.xml").replace(
        r#"<w:style w:type="paragraph" w:styleId="Peristiwa">"#,
        r#"<w:style w:type="paragraph" w:styleId="Coret"><w:rPr><w:strike/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Peristiwa">"#,
    );
    let restyled = |text: &str| {
        text.replace(r#"w:val="Ucapan""#, r#"w:val="Coret""#).replace(r#"w:val="Peristiwa""#, r#"w:val="Coret""#)
    };
    let docx = with(&docx, paragraph("Silakan, Saudari", restyled), &[("word/styles.xml", &styles)]);
    let docx = with(&docx, paragraph("(RAPAT: SETUJU)", restyled), &[]);
    let found = read(&docx, &raw, &[]);
    let all = text(0, "Silakan, Saudari Pelapor, untuk menjelaskan.", "");
    assert_eq!(found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(), [&all]);
    assert_eq!(kinds(&found), [Kind::Outside]);
    assert!(found.leftovers[0].text.contains("(RAPAT: SETUJU)"), "{:?}", found.leftovers);
}

#[test]
fn hidden_text_is_told_and_neither_taken_over_nor_taken_out() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let hidden = with(&docx, with_properties("pengadaan ", "<w:vanish/>"), &[]);
    let found = read(&hidden, &raw, &[]);
    assert_eq!((found.layers.len(), told(&found)), (0, vec![(Kind::Hidden, "pengadaan")]));
    let run = r"<w:r><w:rPr><w:vanish/></w:rPr><w:t>cek lagi</w:t></w:r>";
    let put = with(&docx, before("Terima kasih, Pak", run), &[]);
    let found = read(&put, &raw, &[]);
    assert_eq!((found.layers.len(), told(&found)), (0, vec![(Kind::Hidden, "cek lagi")]));
}

#[test]
fn what_stands_beside_the_text_is_told_with_its_words() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let note = |kind: &str| {
        format!(
            r#"<w:{kind} w:type="separator" w:id="-1"><w:p/></w:{kind}><w:{kind} w:id="4"><w:p><w:r><w:t>Lihat lampiran.</w:t></w:r></w:p></w:{kind}>"#
        )
    };
    for kind in ["footnote", "endnote"] {
        let reference = format!(r#"<w:r><w:{kind}Reference w:id="4"/></w:r>"#);
        let docx = related(&docx, &format!("{kind}s"), &note(kind), before("Terima kasih, Pak", &reference));
        let found = read(&docx, &raw, &[]);
        assert_eq!((found.layers.len(), told(&found)), (0, vec![(Kind::Footnote, "Lihat lampiran.")]), "{kind}");
    }
    let box_of = |text: &str| format!("<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>");
    let alternate = format!(
        r#"<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps"><w:drawing><wps:txbx xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">{0}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict>{0}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"#,
        box_of("Dalam kotak")
    );
    let cases: [(&str, String, Kind, &str); 9] = [
        ("a box in two forms", alternate, Kind::Box, "Dalam kotak"),
        ("an old box", format!("<w:r><w:pict>{}</w:pict></w:r>", box_of("Kotak lama")), Kind::Box, "Kotak lama"),
        (
            "a box that only old programs know",
            format!(
                r#"<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Fallback><w:pict>{}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"#,
                box_of("Cadangan")
            ),
            Kind::Box,
            "Cadangan",
        ),
        (
            "a picture",
            r#"<w:r><w:drawing><wp:inline><wp:docPr id="9" name="Gambar 1" descr="Foto rapat"/><a:blip/></wp:inline></w:drawing></w:r>"#.to_owned(),
            Kind::Object,
            "gambar “Foto rapat”",
        ),
        ("a shape", "<w:r><w:pict><v:line xmlns:v=\"urn:schemas-microsoft-com:vml\"/></w:pict></w:r>".to_owned(), Kind::Object, "bentuk"),
        (
            "artful letters",
            "<w:r><w:pict><v:shape xmlns:v=\"urn:schemas-microsoft-com:vml\"><v:textpath string=\"DRAF\"/></v:shape></w:pict></w:r>".to_owned(),
            Kind::Box,
            "DRAF",
        ),
        (
            "a formula",
            r#"<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>a+b</m:t></m:r></m:oMath>"#.to_owned(),
            Kind::Object,
            "rumus “a+b”",
        ),
        ("a symbol", r#"<w:r><w:sym w:font="Webdings" w:char="F061"/></w:r>"#.to_owned(), Kind::Object, "simbol F061 (Webdings)"),
        ("a file within", r#"<w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office"/></w:object></w:r>"#.to_owned(), Kind::Object, "gambar"),
    ];
    for (case, put, kind, words) in &cases {
        let docx = with(&docx, before("Terima kasih, Pak", put), &[]);
        let found = read(&docx, &raw, &[]);
        assert_eq!((found.layers.len(), told(&found)), (0, vec![(*kind, *words)]), "{case}");
        assert_eq!(found.leftovers[0].time, "00:02:41", "{case}");
    }
    let chunk = |xml: String| xml.replacen("<w:sectPr>", r#"<w:altChunk r:id="rId9"/><w:sectPr>"#, 1);
    assert_eq!(kinds(&read(&with(&docx, chunk, &[]), &raw, &[])), [Kind::Embedded]);
}

#[test]
fn heads_and_feet_of_the_pages_are_compared_with_what_was_written() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let head = part_of(&docx, "word/header1.xml");
    let changed = head.replace("BELUM DIKOREKSI PEMBICARA", "SUDAH DIKOREKSI");
    let found = read(&with(&docx, |xml| xml, &[("word/header1.xml", &changed)]), &raw, &[]);
    assert_eq!(told(&found), [(Kind::Page, "RISALAH SEMENTARA – SUDAH DIKOREKSI")]);
    let foot = part_of(&docx, "word/footer1.xml");
    let more = foot.replace("</w:ftr>", "<w:p><w:r><w:t>Paraf ketua</w:t></w:r></w:p></w:ftr>");
    let found = read(&with(&docx, |xml| xml, &[("word/footer1.xml", &more)]), &raw, &[]);
    assert_eq!(told(&found), [(Kind::Page, "Paraf ketua")]);
}

#[test]
fn words_within_other_elements_are_taken_over() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let run = |text: &str| format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#);
    let cases = [
        ("a link", format!(r#"<w:hyperlink w:anchor="x">{}</w:hyperlink>"#, run("Baik, ")), "Baik,"),
        (
            "a content control",
            format!(
                "<w:sdt><w:sdtPr><w:tag w:val=\"goog_rdk_0\"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
                run("Baik, ")
            ),
            "Baik,",
        ),
        ("a smart tag", format!("<w:smartTag w:element=\"x\"><w:smartTagPr/>{}</w:smartTag>", run("Baik, ")), "Baik,"),
        (
            "a field",
            format!(
                "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>DATE</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>{}<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
                run("Baik, ")
            ),
            "Baik,",
        ),
        (
            "a symbol",
            r#"<w:r><w:sym w:font="Symbol" w:char="F0B1"/><w:t xml:space="preserve"> </w:t></w:r>"#.to_owned(),
            "±",
        ),
        ("moved text", format!(r#"<w:moveTo w:id="9" w:author="Ani">{}</w:moveTo>"#, run("Baik, ")), "Baik,"),
    ];
    for (case, put, words) in &cases {
        let found = read(&with(&docx, before("Terima kasih, Pak", put), &[]), &raw, &[]);
        assert_eq!(
            found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(),
            [&text(0, "", words)],
            "{case}: {:?}",
            found.leftovers
        );
        assert_eq!(told(&found), [], "{case}");
    }
    let waits = format!(
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
        run("Ketik di sini ")
    );
    assert_eq!(read(&with(&docx, before("Terima kasih, Pak", &waits), &[]), &raw, &[]), Correction::default());
    let ruby =
        format!("<w:r><w:ruby><w:rt>{}</w:rt><w:rubyBase>{}</w:rubyBase></w:ruby></w:r>", run("bk"), run("Baik, "));
    let found = read(&with(&docx, before("Terima kasih, Pak", &ruby), &[]), &raw, &[]);
    assert_eq!((found.layers.len(), told(&found)), (1, vec![(Kind::Box, "bk")]));
}

#[test]
fn paragraphs_that_were_moved_are_told_and_lose_no_word() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let move_down = |xml: String| {
        let at = xml.find("Silakan, Saudari").expect("there");
        let start = xml[..at].rfind("<w:p>").expect("a paragraph");
        let end = at + xml[at..].find("</w:p>").expect("its end") + "</w:p>".len();
        let moved = xml[start..end].to_owned();
        let rest = format!("{}{}", &xml[..start], &xml[end..]);
        let to = rest.find("Terima kasih, Pak").expect("there");
        let to = to + rest[to..].find("</w:p>").expect("its end") + "</w:p>".len();
        format!("{}{moved}{}", &rest[..to], &rest[to..])
    };
    let found = read(&with(&docx, move_down, &[]), &raw, &[]);
    assert_eq!(
        (found.layers.len(), told(&found)),
        (0, vec![(Kind::Moved, "Silakan, Saudari Pelapor, untuk menjelaskan.")])
    );
    // As Word tracks it: its words deleted here, and put in there as a paragraph without an anchor.
    let words = "Silakan, Saudari Pelapor, untuk menjelaskan.";
    let tracked = |xml: String| {
        let run = format!(r#"<w:r><w:t xml:space="preserve">{words}</w:t></w:r>"#);
        let xml = xml.replacen(&run, &format!(r#"<w:moveFrom w:id="5" w:author="Ani">{run}</w:moveFrom>"#), 1);
        let to = xml.find("Terima kasih, Pak").expect("there");
        let to = to + xml[to..].find("</w:p>").expect("its end") + "</w:p>".len();
        format!(r#"{}<w:p><w:moveTo w:id="6" w:author="Ani">{run}</w:moveTo></w:p>{}"#, &xml[..to], &xml[to..])
    };
    let found = read(&with(&docx, tracked, &[]), &raw, &[]);
    assert_eq!((found.layers.len(), kinds(&found)), (0, vec![Kind::Moved, Kind::New]), "{:?}", found.leftovers);
}

#[test]
fn a_turn_that_was_deleted_with_its_label_is_taken_out() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let without = |holds: &'static str| paragraph(holds, |_| String::new());
    let docx = with(&with(&docx, without("F-GE (AHMAD"), &[]), without("Fraksi Gabungan Enggang dapat"), &[]);
    let found = read(&docx, &raw, &[]);
    let gone = text(0, "Fraksi Gabungan Enggang dapat menerima penjelasan tersebut.", "");
    assert_eq!(found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(), [&gone], "{:?}", found.leftovers);
    assert_eq!(told(&found), []);
    let edits = laid(&[], &found.layers);
    assert_eq!((read(&docx, &raw, &edits).layers.len(), read(&docx, &raw, &edits).known), (0, 1));
    // The last turns of a document may have been cut off: that is no deletion.
    let cut = with(&copy(&sample::meeting(), &raw), without("Dengan demikian rapat paripurna"), &[]);
    assert_eq!(kinds(&read(&cut, &raw, &[])), [Kind::Deleted]);
}

/// A package with its parts under other names and in another vocabulary.
fn renamed(docx: &[u8], change: impl Fn(&str, String) -> (String, String)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("a package");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("a part");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        let (name, text) = change(file.name(), text);
        out.start_file(name, SimpleFileOptions::default()).expect("a part");
        out.write_all(text.as_bytes()).expect("written");
    }
    out.finish().expect("a package").into_inner()
}

#[test]
fn documents_of_other_programs_are_found_by_their_relations() {
    let raw = sample::plenary();
    let docx = with(&copy(&sample::meeting(), &raw), replace("Rp2,5 miliar", "Rp2,75 miliar"), &[]);
    let online = renamed(&docx, |name, text| {
        let text = if name.ends_with(".rels") || name.starts_with('[') {
            text.replace("document.xml", "document2.xml")
        } else {
            text
        };
        (name.replace("document.xml", "document2.xml"), text)
    });
    let elsewhere = renamed(&docx, |name, text| {
        let text = if name == "_rels/.rels" { text.replace("word/document.xml", "/Isi/Naskah.XML") } else { text };
        let text = if name.starts_with("word/_rels") { text.replace("Target=\"", "Target=\"../word/") } else { text };
        let name = name.replace("word/document.xml", "isi/naskah.xml");
        (name.replace("word/_rels/document.xml.rels", "isi/_rels/naskah.xml.rels"), text)
    });
    let strict = renamed(&docx, |name, text| {
        let text = text
            .replace(
                "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                "http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
            .replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            );
        (name.to_owned(), text)
    });
    let with_macros = renamed(&docx, |name, text| {
        (name.to_owned(), text.replace("wordprocessingml.document.main+xml", "ms-word.document.macroEnabled.main+xml"))
    });
    // Some programs put the bookmarks of a whole paragraph before it.
    let before_it = with(
        &docx,
        |xml| {
            let at = xml.find("Kebutuhan anggaran").expect("there");
            let start = xml[..at].rfind("<w:p>").expect("a paragraph");
            let (head, tail) = (&xml[..start], &xml[start..]);
            let marks = tail.find("<w:bookmarkStart").expect("its anchors");
            let end = marks + tail[marks..].find("<w:r>").expect("its text");
            format!("{head}{}{}{}", &tail[marks..end], &tail[..marks], &tail[end..])
        },
        &[],
    );
    for (name, docx) in [
        ("online", online),
        ("elsewhere", elsewhere),
        ("strict", strict),
        ("macros", with_macros),
        ("before", before_it),
    ] {
        let found = read(&docx, &raw, &[]);
        let changes: Vec<&Change> = found.layers.iter().map(|layer| &layer.change).collect();
        assert_eq!(changes, [&text(7, "Rp2,5", "Rp2,75")], "{name}: {:?}", found.leftovers);
        assert_eq!(told(&found), [], "{name}");
    }
}
