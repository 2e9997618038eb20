//! What is written for Word against the sequences of its schema: another order, and Word offers to
//! repair the record.

use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read};

use e_risalah::document::risalah::{write_brief, write_word};
use roxmltree::{Document, Node};

use super::*;

const RULES: &str = include_str!("../data/wordprocessingml.rules");
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

struct Rule<'a> {
    children: Vec<&'a str>,
    needed: Vec<&'a str>,
    allowed: Vec<&'a str>,
}

fn rules() -> HashMap<&'static str, Rule<'static>> {
    let words = |text: &'static str| text.split_whitespace().filter(|word| *word != "-").collect();
    let lines = RULES.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let columns: Vec<&str> = line.split('|').map(str::trim).collect();
            let [name, children, needed, allowed] = columns[..] else { panic!("{line}") };
            (name, Rule { children: words(children), needed: words(needed), allowed: words(allowed) })
        })
        .collect()
}

/// Whether children follow a pattern: each part with `?`, `*` or `+`, several names between
/// slashes.
fn follows(pattern: &[&str], children: &[&str]) -> bool {
    let mut rest = children;
    for part in pattern.iter().filter(|part| **part != "text") {
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

/// What a part of a package has that the rules do not allow.
fn broken(part: &str, text: &str) -> Vec<String> {
    let rules = rules();
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{part}: {error}"));
    let mut broken = Vec::new();
    let mut ids: HashMap<&str, HashSet<&str>> = HashMap::new();
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let parent = node.parent_element().map_or("", |parent| parent.tag_name().name());
        let Some(rule) = rules.get(format!("{parent}>{name}").as_str()).or_else(|| rules.get(name)) else {
            broken.push(format!("{part}: <{name}> is unknown"));
            continue;
        };
        let children: Vec<&str> =
            node.children().filter(Node::is_element).map(|child| child.tag_name().name()).collect();
        if !follows(&rule.children, &children) {
            broken.push(format!("{part}: <{parent}><{name}> has {children:?}"));
        }
        let text = node.children().any(|child| child.is_text() && !child.text().unwrap_or_default().trim().is_empty());
        if text && !rule.children.contains(&"text") {
            broken.push(format!("{part}: <{name}> has text"));
        }
        let attributes: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
        for needed in rule.needed.iter().filter(|needed| !attributes.contains(needed)) {
            broken.push(format!("{part}: <{name}> lacks {needed}"));
        }
        for other in attributes.iter().filter(|name| !rule.needed.contains(name) && !rule.allowed.contains(name)) {
            broken.push(format!("{part}: <{name}> has {other}"));
        }
        if matches!(name, "bookmarkStart" | "comment" | "bookmarkEnd")
            && let Some(id) = node.attribute((WORD, "id"))
            && !ids.entry(name).or_default().insert(id)
        {
            broken.push(format!("{part}: <{name}> {id} twice"));
        }
    }
    broken
}

/// The parts of a package by their names.
fn parts(docx: &[u8]) -> HashMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("a package");
    let mut parts = HashMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("a part");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("read");
        parts.insert(file.name().to_owned(), bytes);
    }
    parts
}

fn text_of_part(parts: &HashMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(parts[name].clone()).expect("UTF-8")
}

/// All that is wrong with a document: the sequences of its parts, the styles they name, and how the
/// package holds together.
fn faults(docx: &[u8]) -> Vec<String> {
    let parts = parts(docx);
    let mut faults = Vec::new();
    for name in parts.keys().filter(|name| name.starts_with("word/") && name.ends_with(".xml")) {
        faults.extend(broken(name, &text_of_part(&parts, name)));
    }
    let styles = text_of_part(&parts, "word/styles.xml");
    let styles = Document::parse(&styles).expect("well-formed");
    let named: HashSet<&str> = styles.descendants().filter_map(|node| node.attribute((WORD, "styleId"))).collect();
    for part in ["word/document.xml", "word/header1.xml", "word/footer1.xml"] {
        let text = text_of_part(&parts, part);
        let document = Document::parse(&text).expect("well-formed");
        let used = document.descendants().filter(|node| matches!(node.tag_name().name(), "pStyle" | "rStyle"));
        let used = used.filter_map(|node| node.attribute((WORD, "val")));
        faults.extend(used.filter(|style| !named.contains(style)).map(|style| format!("{part}: no style {style}")));
    }
    // Each part has a type, and each relation a part.
    let types = text_of_part(&parts, "[Content_Types].xml");
    let types = Document::parse(&types).expect("well-formed");
    for node in types.descendants() {
        if let Some(name) = node.attribute("PartName")
            && !parts.contains_key(name.trim_start_matches('/'))
        {
            faults.push(format!("no part {name}"));
        }
    }
    let relations = text_of_part(&parts, "word/_rels/document.xml.rels");
    let relations = Document::parse(&relations).expect("well-formed");
    let targets: HashMap<&str, &str> =
        relations.descendants().filter_map(|node| Some((node.attribute("Id")?, node.attribute("Target")?))).collect();
    faults.extend(
        targets
            .values()
            .filter(|target| !parts.contains_key(&format!("word/{target}")))
            .map(|target| format!("no part {target}")),
    );
    let text = text_of_part(&parts, "word/document.xml");
    let document = Document::parse(&text).expect("well-formed");
    let related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let used = document
        .descendants()
        .flat_map(|node| ["id", "embed"].into_iter().filter_map(move |name| node.attribute((related, name))));
    faults.extend(used.filter(|id| !targets.contains_key(id)).map(|id| format!("no relation {id}")));
    faults
}

#[test]
fn every_part_for_word_follows_the_sequences_of_its_schema() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sekretariat/paripurna-8/rapat.toml");
    let shipped = Meeting::read(&shipped).expect("the shipped secretariat");
    let hostile = "orang = [{ id = 'a', nama = '</w:t> & \"x\"', jabatan = '<b>' }]\nkursi = [{ kanal = 1, orang = 'a' }]\n\
                   [rapat]\nnama = 'a & <b>'\nketua = 'a'\nsekretaris = 'a'";
    let hostile = Meeting::parse(hostile, "rapat.toml").expect("valid");
    let mut doubtful = sample::plenary();
    doubtful.utterances[3].flags = vec![Flag::LowConfidence];
    for meeting in [&shipped, &sample::meeting(), &hostile, &Meeting::bare()] {
        for transcript in [&sample::plenary(), &doubtful, &sample::transcript(1, Vec::new())] {
            for format in [Format::Docx, Format::Working, Format::BriefWord] {
                let docx = write(format, meeting, transcript).expect("a document");
                assert_eq!(faults(&docx), Vec::<String>::new(), "{format}");
            }
        }
    }
    // Without marks and watermark, as an official one is.
    let mut risalah = compose(&shipped, &sample::plenary());
    risalah.watermark = None;
    risalah.marks.clear();
    for docx in [write_word(&risalah), write_brief(&risalah)] {
        assert_eq!(faults(&docx.expect("a document")), Vec::<String>::new());
    }
}

#[test]
fn the_rules_refuse_another_order() {
    let docx = write(Format::Working, &sample::meeting(), &sample::plenary()).expect("a document");
    let body = text_of_part(&parts(&docx), "word/document.xml");
    assert_eq!(broken("document", &body), Vec::<String>::new());
    for (old, new) in [
        (r#"<w:pPr><w:pStyle w:val="Ucapan"/>"#, r#"<w:pPr><w:rPr/><w:pStyle w:val="Ucapan"/>"#),
        (r"<w:keepNext/></w:pPr>", r"</w:pPr>"),
        ("<w:tblGrid>", "<w:tblGrid><w:tblW/>"),
        (r"<w:gridCol w:w=", r#"<w:gridCol w:type="dxa" w:w="#),
        ("<w:pgSz ", "<w:cols/><w:pgSz "),
        ("<w:trPr><w:cantSplit/></w:trPr>", ""),
    ] {
        assert!(body.contains(old), "{old}");
        let changed = body.replacen(old, new, 1);
        let harmless = matches!(old, "<w:trPr><w:cantSplit/></w:trPr>" | r"<w:keepNext/></w:pPr>");
        assert_eq!(broken("document", &changed).is_empty(), harmless, "{old}");
    }
}

#[test]
fn normal_is_the_style_of_what_has_none_and_the_legend_hangs() {
    let docx = write(Format::Docx, &sample::meeting(), &sample::plenary()).expect("a document");
    let styles = text_of_part(&parts(&docx), "word/styles.xml");
    assert!(styles.contains(r#"<w:style w:type="paragraph" w:default="1" w:styleId="Normal">"#), "{styles}");
    let legend = styles.split("<w:style ").find(|style| style.contains(r#"w:styleId="Tanda""#)).expect("the legend");
    assert!(legend.contains("w:hanging="), "{legend}");
}
