//! A Word document as paragraphs with their anchors. Everything in it is foreign: sizes are
//! bounded, and what stands outside the plain words of the text is told, so that none of it is lost
//! in silence.

use std::collections::{BTreeMap, HashMap};

use roxmltree::Node;

use super::look::{Look, Styles};
use super::package::{Package, attribute, child, is, is_word, parse};
use super::{Error, Kind, symbol};
use crate::document::risalah::{Anchor, Holds, remark};

/// The deepest that elements may lie in each other.
const DEEPEST: usize = 200;
/// The longest text of something beside the text that is told.
const TOLD: usize = 2_000;

/// A document that came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub(super) blocks: Vec<Block>,
    pub(super) tracked: Vec<Tracked>,
    /// The lines of the heads and feet of the pages.
    pub(super) pages: Vec<String>,
    /// What stands beside the text and belongs to no paragraph.
    pub(super) asides: Vec<Aside>,
}

/// A paragraph, or the part of one that belongs to one anchor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    pub(super) anchor: Option<Anchor>,
    /// What can be read: without what is struck through or hidden.
    pub(super) text: String,
    /// The same with what is hidden.
    pub(super) whole: String,
    /// What is hidden.
    pub(super) hidden: String,
    /// What is struck through.
    pub(super) struck: String,
    /// Whether it stands in a table.
    pub(super) table: bool,
    pub(super) asides: Vec<Aside>,
}

/// Something that stands beside the words of a paragraph.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aside {
    pub(super) kind: Kind,
    /// Whose it is, where that is known.
    pub(super) author: String,
    pub(super) text: String,
}

impl Aside {
    fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, author: String::new(), text: text.into() }
    }
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
    /// Reads the bytes of a `.docx`, `.docm`, `.dotx` or `.dotm` file, transitional or strict.
    ///
    /// # Errors
    /// [`Error::NotDocx`] and [`Error::TooLarge`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let mut package = Package::open(bytes)?;
        let mut reader = Reader::default();
        for text in package.related("comments")? {
            reader.comments.extend(comments(&text)?);
        }
        for (kind, notes) in [("footnotes", "footnote"), ("endnotes", "endnote")] {
            for text in package.related(kind)? {
                reader.notes.extend(read_notes(&text, notes)?);
            }
        }
        if let Some(text) = package.related("styles")?.first() {
            reader.styles = Styles::read(text)?;
        }
        let body = package.main()?;
        reader.read(parse(&body)?.root_element())?;
        let (mut pages, mut asides) = (Vec::new(), Vec::new());
        for kind in ["header", "footer"] {
            for text in package.related(kind)? {
                page(&text, &mut pages, &mut asides)?;
            }
        }
        // A comment that nothing refers to is shown by some programs and not by others.
        let mut rest: Vec<(String, Aside)> = reader.comments.into_iter().collect();
        rest.sort_by(|(a, _), (b, _)| a.cmp(b));
        asides.extend(rest.into_iter().map(|(_, comment)| comment));
        let tracked = reader.tracked.into_iter().map(|(author, count)| Tracked { author, count });
        Ok(Self { tracked: tracked.collect(), blocks: reader.blocks, pages, asides })
    }
}

/// What can be read in an element, in one line: without what was deleted, and without what is there
/// twice.
fn words_in(node: Node<'_, '_>) -> String {
    words_of(node, |_| true)
}

/// Whether it is what old programs show in place of a form that stands beside it.
fn is_second_form(node: Node<'_, '_>) -> bool {
    let is_choice = |other: Node<'_, '_>| other.tag_name().name() == "Choice";
    node.tag_name().name() == "Fallback" && node.parent().is_some_and(|parent| parent.children().any(is_choice))
}

/// The same of some of its texts.
fn words_of<'a, 'b>(node: Node<'a, 'b>, wanted: impl Fn(Node<'a, 'b>) -> bool) -> String {
    let skipped = |node: Node<'_, '_>| {
        node.ancestors().any(|other| ["del", "moveFrom"].contains(&other.tag_name().name()) || is_second_form(other))
    };
    let mut out = String::new();
    for inner in node.descendants().filter(Node::is_element) {
        match inner.tag_name().name() {
            "t" if !skipped(inner) && wanted(inner) => out.push_str(inner.text().unwrap_or_default()),
            "p" | "tab" | "br" | "cr" => out.push(' '),
            _ => {}
        }
        if out.len() > TOLD {
            out.push('…');
            break;
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The comments of people by their number: what this program has to remark is known to it.
fn comments(text: &str) -> Result<HashMap<String, Aside>, Error> {
    let parsed = parse(text)?;
    let line = |paragraph: Node<'_, '_>| -> String {
        paragraph.descendants().filter(|node| is(*node, "t")).filter_map(|node| node.text()).collect()
    };
    let comment = |node: Node<'_, '_>| {
        let lines: Vec<String> = node.descendants().filter(|node| is(*node, "p")).map(line).collect();
        let (author, text) = (attribute(node, "author").unwrap_or_default().to_owned(), lines.join(" "));
        let own = remark::is_own(&author, attribute(node, "initials").unwrap_or_default(), &text);
        (!own).then_some((attribute(node, "id")?.to_owned(), Aside { kind: Kind::Comment, author, text }))
    };
    Ok(parsed.descendants().filter(|node| is(*node, "comment")).filter_map(comment).collect())
}

/// Footnotes or endnotes by their kind and number, without the lines that separate them from the
/// text.
fn read_notes(text: &str, kind: &'static str) -> Result<HashMap<(&'static str, String), String>, Error> {
    let parsed = parse(text)?;
    let note = |node: Node<'_, '_>| {
        let is_text = matches!(attribute(node, "type"), None | Some("normal"));
        is_text.then_some(((kind, attribute(node, "id")?.to_owned()), words_in(node)))
    };
    Ok(parsed.descendants().filter(|node| is(*node, kind)).filter_map(note).collect())
}

/// The lines of a head or foot of the pages, and the pictures in it. What stands behind the page is
/// a shape without a picture.
fn page(text: &str, lines: &mut Vec<String>, asides: &mut Vec<Aside>) -> Result<(), Error> {
    let parsed = parse(text)?;
    for paragraph in parsed.descendants().filter(|node| is(*node, "p")) {
        let again = paragraph.ancestors().any(is_second_form);
        // The text of a box in it is a line of its own.
        let line = words_of(paragraph, |inner| inner.ancestors().find(|node| is(*node, "p")) == Some(paragraph));
        if !again && !line.is_empty() {
            lines.push(line);
        }
    }
    let pictures = parsed.descendants().filter(|node| ["blip", "imagedata"].contains(&node.tag_name().name()));
    asides.extend(pictures.map(|_| Aside::new(Kind::Object, "gambar di kepala atau kaki halaman")));
    Ok(())
}

/// A place in a paragraph, in each of its texts.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    text: usize,
    whole: usize,
    hidden: usize,
    struck: usize,
}

/// A paragraph while it is read.
#[derive(Default)]
struct Open {
    block: Block,
    style: Option<String>,
    /// Anchors with the place where they begin.
    anchors: Vec<(Mark, Anchor)>,
    /// What stands beside the words, with the place in the text.
    asides: Vec<(usize, Aside)>,
}

impl Open {
    fn mark(&self) -> Mark {
        let Block { text, whole, hidden, struck, .. } = &self.block;
        Mark { text: text.len(), whole: whole.len(), hidden: hidden.len(), struck: struck.len() }
    }
}

#[derive(Default)]
struct Reader {
    comments: HashMap<String, Aside>,
    notes: HashMap<(&'static str, String), String>,
    styles: Styles,
    blocks: Vec<Block>,
    tracked: BTreeMap<String, usize>,
    /// Paragraphs that are open: more than one only in a damaged document.
    open: Vec<Open>,
    /// A paragraph whose end was deleted by a tracked change: it goes on in the next one.
    joined: Option<Open>,
    /// Anchors and asides that stand between paragraphs: they belong to the next one.
    between: Vec<Anchor>,
    beside: Vec<Aside>,
    look: Look,
    tables: usize,
    depth: usize,
    too_deep: bool,
}

impl Reader {
    fn read(&mut self, root: Node<'_, '_>) -> Result<(), Error> {
        let body = child(root, "body").ok_or_else(|| Error::NotDocx("no text body".to_owned()))?;
        self.children(body);
        if self.too_deep {
            return Err(Error::NotDocx(format!("elements lie more than {DEEPEST} deep in each other")));
        }
        if let Some(rest) = self.joined.take() {
            self.close(rest);
        }
        if !self.beside.is_empty() {
            let asides = std::mem::take(&mut self.beside);
            self.blocks.push(Block { asides, ..Block::default() });
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
        if !is_word(node) {
            return self.foreign(node);
        }
        match node.tag_name().name() {
            "p" => self.paragraph(node),
            "r" => {
                let style = self.open.last().and_then(|open| open.style.as_deref());
                let outer = std::mem::replace(&mut self.look, self.styles.look(style, node));
                self.children(node);
                self.look = outer;
            }
            "tbl" => {
                self.tables += 1;
                self.children(node);
                self.tables -= 1;
            }
            "t" => self.push(&node.text().unwrap_or_default().replace('\u{ad}', "")),
            "tab" | "ptab" | "br" | "cr" => self.push(" "),
            "noBreakHyphen" => self.push("-"),
            "sym" => self.symbol(node),
            "ins" | "moveTo" => {
                self.count(node);
                self.children(node);
            }
            "del" | "moveFrom" => self.count(node),
            "sdt" => self.control(node),
            "ruby" => self.ruby(node),
            "bookmarkStart" => self.bookmark(node),
            "commentReference" => {
                let comment = attribute(node, "id").and_then(|id| self.comments.remove(id));
                self.aside(comment);
            }
            "footnoteReference" => self.note("footnote", node),
            "endnoteReference" => self.note("endnote", node),
            "drawing" | "pict" | "object" => self.object(node),
            "altChunk" | "subDoc" | "contentPart" => {
                self.aside(Some(Aside::new(Kind::Embedded, node.tag_name().name())));
            }
            "pPr" | "rPr" | "sdtPr" | "sdtEndPr" | "sectPr" | "tblPr" | "tblGrid" | "trPr" | "tcPr" | "instrText"
            | "delText" | "delInstrText" => {}
            _ => self.children(node),
        }
    }

    /// Elements of other vocabularies: formulas, drawings, and what stands there in several forms
    /// for programs of different age.
    fn foreign(&mut self, node: Node<'_, '_>) {
        match node.tag_name().name() {
            "AlternateContent" => {
                let mut forms = node.children().filter(Node::is_element);
                let first = forms.clone().find(|form| form.tag_name().name() == "Choice");
                if let Some(form) = first.or_else(|| forms.find(|form| form.tag_name().name() == "Fallback")) {
                    self.children(form);
                }
            }
            "oMath" | "oMathPara" => {
                let text = words_in(node);
                self.aside(Some(Aside::new(Kind::Object, format!("rumus “{text}”"))));
            }
            _ => self.children(node),
        }
    }

    /// A drawing: the text of its boxes, or that there is a picture or a shape.
    fn object(&mut self, node: Node<'_, '_>) {
        let boxes: Vec<Node<'_, '_>> = node
            .descendants()
            .filter(|inner| is(*inner, "txbxContent"))
            .filter(|inner| !inner.ancestors().any(is_second_form))
            .collect();
        for text in boxes.iter().map(|inner| words_in(*inner)).filter(|text| !text.is_empty()) {
            self.aside(Some(Aside::new(Kind::Box, text)));
        }
        // The text of artful letters is an attribute.
        let letters = node.descendants().filter(|inner| inner.tag_name().name() == "textpath");
        let letters: Vec<Aside> =
            letters.filter_map(|inner| attribute(inner, "string")).map(|text| Aside::new(Kind::Box, text)).collect();
        let (shown, lettered) = (!boxes.is_empty(), !letters.is_empty());
        for aside in letters {
            self.aside(Some(aside));
        }
        let has_picture =
            node.descendants().any(|inner| ["blip", "imagedata", "OLEObject"].contains(&inner.tag_name().name()));
        if has_picture || !(shown || lettered) {
            let named = node.descendants().find(|inner| inner.tag_name().name() == "docPr");
            let name = named.and_then(|named| attribute(named, "descr").or_else(|| attribute(named, "name")));
            let name = name.map(|name| format!(" “{name}”")).unwrap_or_default();
            let what = if has_picture { "gambar" } else { "bentuk" };
            self.aside(Some(Aside::new(Kind::Object, format!("{what}{name}"))));
        }
    }

    fn symbol(&mut self, node: Node<'_, '_>) {
        let (font, code) = (attribute(node, "font").unwrap_or_default(), attribute(node, "char").unwrap_or_default());
        match symbol::character(font, code) {
            Some(character) => self.push(&character.to_string()),
            None => self.aside(Some(Aside::new(Kind::Object, format!("simbol {code} ({font})")))),
        }
    }

    /// A content control; one that shows only what is to be typed there holds nothing.
    fn control(&mut self, node: Node<'_, '_>) {
        let waits = child(node, "sdtPr").and_then(|properties| child(properties, "showingPlcHdr"));
        if waits.is_none_or(|waits| matches!(attribute(waits, "val"), Some("0" | "false" | "off"))) {
            self.children(node);
        }
    }

    /// Words with small ones above them.
    fn ruby(&mut self, node: Node<'_, '_>) {
        if let Some(above) = child(node, "rt").map(words_in).filter(|text| !text.is_empty()) {
            self.aside(Some(Aside::new(Kind::Box, above)));
        }
        if let Some(base) = child(node, "rubyBase") {
            self.children(base);
        }
    }

    fn note(&mut self, kind: &'static str, node: Node<'_, '_>) {
        let text = attribute(node, "id").and_then(|id| self.notes.remove(&(kind, id.to_owned())));
        self.aside(text.map(|text| Aside::new(Kind::Footnote, text)));
    }

    fn bookmark(&mut self, node: Node<'_, '_>) {
        let Some(anchor) = attribute(node, "name").and_then(Anchor::parse) else { return };
        match self.open.last_mut() {
            Some(open) => {
                let mark = open.mark();
                open.anchors.push((mark, anchor));
            }
            None => self.between.push(anchor),
        }
    }

    fn aside(&mut self, aside: Option<Aside>) {
        match (self.open.last_mut(), aside) {
            (Some(open), Some(aside)) => open.asides.push((open.block.text.len(), aside)),
            (None, Some(aside)) => self.beside.push(aside),
            (_, None) => {}
        }
    }

    fn push(&mut self, text: &str) {
        let Some(Open { block, .. }) = self.open.last_mut() else { return };
        match self.look {
            Look { struck: true, .. } => block.struck.push_str(text),
            Look { hidden: true, .. } => {
                block.hidden.push_str(text);
                block.whole.push_str(text);
            }
            Look { .. } => {
                block.text.push_str(text);
                block.whole.push_str(text);
            }
        }
    }

    fn count(&mut self, node: Node<'_, '_>) {
        *self.tracked.entry(attribute(node, "author").unwrap_or_default().to_owned()).or_default() += 1;
    }

    fn paragraph(&mut self, node: Node<'_, '_>) {
        let joined = if self.open.is_empty() { self.joined.take() } else { None };
        let properties = child(node, "pPr");
        let style = properties.and_then(|node| child(node, "pStyle")).and_then(|node| attribute(node, "val"));
        let mut open = joined.unwrap_or_else(|| {
            let block = Block { table: self.tables > 0, ..Block::default() };
            Open { block, ..Open::default() }
        });
        open.style = style.map(str::to_owned);
        let mark = open.mark();
        open.anchors.extend(std::mem::take(&mut self.between).into_iter().map(|anchor| (mark, anchor)));
        open.asides.extend(std::mem::take(&mut self.beside).into_iter().map(|aside| (mark.text, aside)));
        self.open.push(open);
        self.children(node);
        let Some(open) = self.open.pop() else { return };
        let end = properties.and_then(|node| child(node, "rPr"));
        let deleted = end.and_then(|node| child(node, "del").or_else(|| child(node, "moveFrom")));
        if let (Some(deleted), true) = (deleted, self.open.is_empty()) {
            self.count(deleted);
            self.joined = Some(open);
        } else {
            self.close(open);
        }
    }

    /// Cuts a paragraph where its anchors begin.
    fn close(&mut self, open: Open) {
        let end = open.mark();
        let mut starts: Vec<(Mark, Anchor)> = Vec::new();
        for (place, anchor) in open.anchors {
            if !starts.iter().any(|(_, other)| *other == anchor) {
                starts.push((place, anchor));
            }
        }
        starts.sort_by_key(|(place, _)| (place.whole, place.struck));
        let mut ends: Vec<Mark> = starts.iter().skip(1).map(|(place, _)| *place).collect();
        ends.push(end);
        let mut begin = Mark::default();
        let anchors: Vec<Option<Anchor>> =
            if starts.is_empty() { vec![None] } else { starts.into_iter().map(|(_, anchor)| Some(anchor)).collect() };
        let mut asides = open.asides;
        for (anchor, end) in anchors.into_iter().zip(ends) {
            let (mine, rest): (Vec<_>, Vec<_>) = asides.into_iter().partition(|(place, _)| *place <= end.text);
            asides = rest;
            let part = |text: &str, from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
            let mut own: Vec<Aside> = mine.into_iter().map(|(_, aside)| aside).collect();
            if is_emblem(anchor.as_ref()) && own.first().is_some_and(|aside| aside.kind == Kind::Object) {
                own.remove(0);
            }
            self.blocks.push(Block {
                anchor,
                text: part(&open.block.text, begin.text, end.text),
                whole: part(&open.block.whole, begin.whole, end.whole),
                hidden: part(&open.block.hidden, begin.hidden, end.hidden),
                struck: part(&open.block.struck, begin.struck, end.struck),
                table: open.block.table,
                asides: own,
            });
            begin = end;
        }
    }
}

/// Whether this is the paragraph that holds the emblem: the first, without a word.
fn is_emblem(anchor: Option<&Anchor>) -> bool {
    anchor.is_some_and(|anchor| match &anchor.holds {
        Holds::Other { hash } => anchor.number == 0 && *hash == Anchor::hash_of(""),
        _ => false,
    })
}
