//! A Word document as paragraphs with their anchors. Everything in it is foreign: sizes are bounded, and what is not understood is
//! passed over without harm.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read};

use roxmltree::{Node, ParsingOptions};
use zip::ZipArchive;

use super::Error;
use crate::risalah::{Anchor, remark};

/// The most bytes of a part once it is unpacked: some ten times what eight hours of debate take in Word.
const LARGEST: u64 = 96 << 20;
/// The most elements and texts of a part.
const NODES: u32 = 6_000_000;
/// The most files in a document.
const FILES: usize = 5_000;
/// The deepest that elements may lie in each other.
const DEEPEST: usize = 200;

/// A document that came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub(super) blocks: Vec<Block>,
    pub(super) tracked: Vec<Tracked>,
}

/// A paragraph, or the part of one that belongs to one anchor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    pub(super) anchor: Option<Anchor>,
    pub(super) text: String,
    /// Whether it shares its paragraph with another anchor.
    pub(super) merged: bool,
    /// Whether it stands in a table.
    pub(super) table: bool,
    pub(super) comments: Vec<Comment>,
}

/// A remark at the side.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Comment {
    pub(super) author: String,
    pub(super) text: String,
}

/// Tracked changes of one author.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Tracked {
    /// Their name, as the office program has it.
    pub author: String,
    /// How many insertions and deletions.
    pub count: usize,
}

impl Document {
    /// Reads the bytes of a `.docx` file.
    ///
    /// # Errors
    /// [`Error::NotDocx`] and [`Error::TooLarge`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let broken = |error: zip::result::ZipError| Error::NotDocx(error.to_string());
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if archive.len() > FILES {
            return Err(Error::NotDocx(format!("{} files", archive.len())));
        }
        let body = part(&mut archive, "word/document.xml")?
            .ok_or_else(|| Error::NotDocx("word/document.xml is missing".to_owned()))?;
        let comments = match part(&mut archive, "word/comments.xml")? {
            Some(text) => comments(&text)?,
            None => HashMap::new(),
        };
        let parsed = parse(&body)?;
        let mut reader = Reader { comments, ..Reader::default() };
        reader.read(parsed.root_element())?;
        let tracked = reader.tracked.into_iter().map(|(author, count)| Tracked { author, count });
        Ok(Self { tracked: tracked.collect(), blocks: reader.blocks })
    }
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, Error> {
    let broken = |detail: String| Error::NotDocx(format!("{name}: {detail}"));
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(broken(error.to_string())),
    };
    let mut content = Vec::new();
    // The size that the file claims is not to be trusted.
    file.take(LARGEST + 1).read_to_end(&mut content).map_err(|error| broken(error.to_string()))?;
    if content.len() as u64 > LARGEST {
        return Err(Error::TooLarge { bytes: content.len() as u64, limit: LARGEST });
    }
    let content = String::from_utf8(content).map_err(|error| broken(error.to_string()))?;
    Ok(Some(content))
}

fn parse(text: &str) -> Result<roxmltree::Document<'_>, Error> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    roxmltree::Document::parse_with_options(text, options).map_err(|error| Error::NotDocx(error.to_string()))
}

/// The comments of people by their number: what this program has to remark is known to it.
fn comments(text: &str) -> Result<HashMap<String, Comment>, Error> {
    let parsed = parse(text)?;
    let line = |paragraph: Node<'_, '_>| -> String {
        paragraph.descendants().filter(|node| is(*node, "t")).filter_map(|node| node.text()).collect()
    };
    let comment = |node: Node<'_, '_>| {
        let lines: Vec<String> = node.descendants().filter(|node| is(*node, "p")).map(line).collect();
        let (author, text) = (attribute(node, "author").unwrap_or_default().to_owned(), lines.join(" "));
        let own = remark::is_own(&author, attribute(node, "initials").unwrap_or_default(), &text);
        (!own).then_some((attribute(node, "id")?.to_owned(), Comment { author, text }))
    };
    Ok(parsed.descendants().filter(|node| is(*node, "comment")).filter_map(comment).collect())
}

const NAMESPACES: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name() == name && node.tag_name().namespace().is_some_and(|space| NAMESPACES.contains(&space))
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

/// A paragraph while it is read.
#[derive(Default)]
struct Open {
    text: String,
    /// Anchors with the place in the text where they begin.
    anchors: Vec<(usize, Anchor)>,
    /// Comments with the place in the text where they begin.
    comments: Vec<(usize, Comment)>,
    table: bool,
}

#[derive(Default)]
struct Reader {
    comments: HashMap<String, Comment>,
    blocks: Vec<Block>,
    tracked: BTreeMap<String, usize>,
    /// Paragraphs that are open: more than one where a text box lies in a paragraph.
    open: Vec<Open>,
    /// A paragraph whose end was deleted by a tracked change: it goes on in the next one.
    joined: Option<Open>,
    tables: usize,
    depth: usize,
    too_deep: bool,
}

impl Reader {
    fn read(&mut self, root: Node<'_, '_>) -> Result<(), Error> {
        let body = root.children().find(|node| is(*node, "body"));
        let body = body.ok_or_else(|| Error::NotDocx("no text body".to_owned()))?;
        self.children(body);
        if self.too_deep {
            return Err(Error::NotDocx(format!("elements lie more than {DEEPEST} deep in each other")));
        }
        if let Some(rest) = self.joined.take() {
            self.close(rest);
        }
        Ok(())
    }

    fn children(&mut self, node: Node<'_, '_>) {
        if self.depth == DEEPEST {
            self.too_deep = true;
            return;
        }
        self.depth += 1;
        for child in node.children().filter(Node::is_element) {
            self.element(child);
        }
        self.depth -= 1;
    }

    fn element(&mut self, node: Node<'_, '_>) {
        if node.tag_name().name() == "Fallback" {
            // The same once more, for programs that do not know the first form.
            return;
        }
        if !node.tag_name().namespace().is_some_and(|space| NAMESPACES.contains(&space)) {
            return self.children(node);
        }
        match node.tag_name().name() {
            "p" => self.paragraph(node),
            "tbl" => {
                self.tables += 1;
                self.children(node);
                self.tables -= 1;
            }
            "t" => self.push(node.text().unwrap_or_default()),
            "tab" | "br" | "cr" => self.push(" "),
            "noBreakHyphen" => self.push("-"),
            "ins" | "moveTo" => {
                self.count(node);
                self.children(node);
            }
            "del" | "moveFrom" => self.count(node),
            "bookmarkStart" => {
                if let (Some(open), Some(anchor)) =
                    (self.open.last_mut(), attribute(node, "name").and_then(Anchor::parse))
                {
                    open.anchors.push((open.text.len(), anchor));
                }
            }
            "commentReference" => {
                let comment = attribute(node, "id").and_then(|id| self.comments.remove(id));
                if let (Some(open), Some(comment)) = (self.open.last_mut(), comment) {
                    open.comments.push((open.text.len(), comment));
                }
            }
            "pPr" | "rPr" | "sectPr" | "tblPr" | "instrText" | "delText" => {}
            _ => self.children(node),
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.text.push_str(text);
        }
    }

    fn count(&mut self, node: Node<'_, '_>) {
        *self.tracked.entry(attribute(node, "author").unwrap_or_default().to_owned()).or_default() += 1;
    }

    fn paragraph(&mut self, node: Node<'_, '_>) {
        // A text box is read before the paragraph that holds it.
        let joined = if self.open.is_empty() { self.joined.take() } else { None };
        self.open.push(joined.unwrap_or_else(|| Open { table: self.tables > 0, ..Open::default() }));
        self.children(node);
        let Some(open) = self.open.pop() else { return };
        let properties = node.children().filter(|node| is(*node, "pPr")).flat_map(|node| node.children());
        let mut mark = properties.filter(|node| is(*node, "rPr")).flat_map(|node| node.children());
        let deleted = mark.find(|node| is(*node, "del"));
        if let (Some(deleted), true) = (deleted, self.open.is_empty()) {
            self.count(deleted);
            self.joined = Some(open);
        } else {
            self.close(open);
        }
    }

    /// Cuts a paragraph where its anchors begin.
    fn close(&mut self, open: Open) {
        let mut starts: Vec<(usize, Anchor)> = Vec::new();
        for (place, anchor) in open.anchors {
            if !starts.iter().any(|(_, other)| *other == anchor) {
                starts.push((place, anchor));
            }
        }
        starts.sort_by_key(|(place, _)| *place);
        let merged = starts.len() > 1;
        let mut ends: Vec<usize> = starts.iter().skip(1).map(|(place, _)| *place).collect();
        ends.push(open.text.len());
        let mut begin = 0;
        let anchors: Vec<Option<Anchor>> =
            if starts.is_empty() { vec![None] } else { starts.into_iter().map(|(_, anchor)| Some(anchor)).collect() };
        let mut comments = open.comments;
        for (anchor, end) in anchors.into_iter().zip(ends) {
            let (mine, rest): (Vec<_>, Vec<_>) = comments.into_iter().partition(|(place, _)| *place <= end);
            comments = rest;
            self.blocks.push(Block {
                anchor,
                text: open.text[begin..end].to_owned(),
                merged,
                table: open.table,
                comments: mine.into_iter().map(|(_, comment)| comment).collect(),
            });
            begin = end;
        }
    }
}
