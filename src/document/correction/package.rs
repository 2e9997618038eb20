//! The package of a Word document: its parts, found by the relations between them and not by their
//! names. Word Online calls the main part `word/document2.xml`; strict Open XML has other names for
//! the same relations.

use std::io::{Cursor, Read};

use roxmltree::{Node, ParsingOptions};
use zip::ZipArchive;

use super::Error;

/// The most bytes of a part once it is unpacked: some ten times what eight hours of debate take in
/// Word.
const LARGEST: u64 = 96 << 20;
/// The most elements and texts of a part.
const NODES: u32 = 6_000_000;
/// The most files in a document.
const FILES: usize = 5_000;

pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Where the text is.
    pub(super) main: String,
    relations: Vec<Relation>,
}

/// A relation of a part to another.
#[derive(Clone, Debug)]
struct Relation {
    /// The last part of its type, such as `comments`.
    kind: String,
    target: String,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let broken = |error: zip::result::ZipError| Error::NotDocx(error.to_string());
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if archive.len() > FILES {
            return Err(Error::NotDocx(format!("{} files", archive.len())));
        }
        let mut package = Self { archive, main: String::new(), relations: Vec::new() };
        let outside = package.relations_of("")?.unwrap_or_default();
        let main = outside.into_iter().find(|relation| relation.kind == "officeDocument");
        package.main = main.map_or_else(|| "word/document.xml".to_owned(), |relation| relation.target);
        package.relations = match package.relations_of(&package.main.clone())? {
            Some(relations) => relations,
            // A package that lost its relations may still have parts under their usual names.
            None => ["comments", "footnotes", "endnotes", "styles"]
                .map(|kind| Relation { kind: kind.to_owned(), target: resolved(&package.main, &format!("{kind}.xml")) })
                .into(),
        };
        Ok(package)
    }

    /// The text of the main part.
    pub(super) fn main(&mut self) -> Result<String, Error> {
        let main = self.main.clone();
        self.part(&main)?.ok_or_else(|| Error::NotDocx(format!("{main} is missing")))
    }

    /// The parts that the main one is related to in this way.
    pub(super) fn related(&mut self, kind: &str) -> Result<Vec<String>, Error> {
        let targets: Vec<String> = self
            .relations
            .iter()
            .filter(|relation| relation.kind == kind)
            .map(|relation| relation.target.clone())
            .collect();
        let mut parts = Vec::new();
        for target in targets {
            parts.extend(self.part(&target)?);
        }
        Ok(parts)
    }

    /// The relations of a part, or of the package where it has no name; `None` where nothing says
    /// them.
    fn relations_of(&mut self, part: &str) -> Result<Option<Vec<Relation>>, Error> {
        let (folder, name) = part.rsplit_once('/').map_or(("", part), |(folder, name)| (folder, name));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(text) = self.part(&format!("{folder}{slash}_rels/{name}.rels"))? else { return Ok(None) };
        let parsed = parse(&text)?;
        let relation = |node: Node<'_, '_>| {
            if node.attribute("TargetMode") == Some("External") {
                return None;
            }
            let kind = node.attribute("Type")?.rsplit('/').next()?.to_owned();
            Some(Relation { kind, target: resolved(part, node.attribute("Target")?) })
        };
        Ok(Some(parsed.descendants().filter(Node::is_element).filter_map(relation).collect()))
    }

    fn part(&mut self, name: &str) -> Result<Option<String>, Error> {
        let broken = |detail: String| Error::NotDocx(format!("{name}: {detail}"));
        // Names of parts are the same whatever the case of their letters.
        let same = |other: &&str| other.replace('\\', "/").trim_start_matches('/').eq_ignore_ascii_case(name);
        let Some(found) = self.archive.file_names().find(same).map(str::to_owned) else { return Ok(None) };
        let file = self.archive.by_name(&found).map_err(|error| broken(error.to_string()))?;
        let mut content = Vec::new();
        // The size that the file claims is not to be trusted.
        file.take(LARGEST + 1).read_to_end(&mut content).map_err(|error| broken(error.to_string()))?;
        if content.len() as u64 > LARGEST {
            return Err(Error::TooLarge { bytes: content.len() as u64, limit: LARGEST });
        }
        let utf16 = content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]);
        if utf16 {
            let (text, _, damaged) = encoding_rs::UTF_16LE.decode(&content);
            return if damaged { Err(broken("UTF-16".to_owned())) } else { Ok(Some(text.into_owned())) };
        }
        let content = String::from_utf8(content).map_err(|error| broken(error.to_string()))?;
        Ok(Some(content))
    }
}

/// A target as a path in the package: it is relative to the folder of the part that names it,
/// unless it begins with a slash.
fn resolved(part: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut path: Vec<&str> = part.split('/').collect();
    path.pop();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

pub(super) fn parse(text: &str) -> Result<roxmltree::Document<'_>, Error> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let text = text.trim_start_matches('\u{feff}');
    roxmltree::Document::parse_with_options(text, options).map_err(|error| Error::NotDocx(error.to_string()))
}

const NAMESPACES: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];

/// Whether an element is of `WordprocessingML`.
pub(super) fn is_word(node: Node<'_, '_>) -> bool {
    node.tag_name().namespace().is_some_and(|space| NAMESPACES.contains(&space))
}

/// Whether an element is this one of `WordprocessingML`.
pub(super) fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name() == name && is_word(node)
}

pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

/// The child of this name.
pub(super) fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    node.children().find(|node| is(*node, name))
}
