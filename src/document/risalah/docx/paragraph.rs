//! Paragraphs of `WordprocessingML`. The order of the elements is that of the transitional schema
//! (ECMA-376 part 4): Word offers to repair a document that has another.

use crate::common::xml::escaped;
use std::fmt::Write;

/// Some text of one look. A tab is written as `\t`, a line break as `\n`.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The character style.
    pub(super) style: Option<&'static str>,
    /// Bold, or not bold within a bold paragraph.
    pub(super) bold: Option<bool>,
    pub(super) underlined: bool,
}

impl Piece {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// As `w:r`.
    pub(super) fn xml(&self) -> String {
        let mut out = String::from("<w:r>");
        let style = self.style.map(|style| format!(r#"<w:rStyle w:val="{style}"/>"#)).unwrap_or_default();
        let bold = match self.bold {
            Some(true) => "<w:b/>",
            Some(false) => r#"<w:b w:val="0"/>"#,
            None => "",
        };
        let line = if self.underlined { r#"<w:u w:val="single"/>"# } else { "" };
        if !(style.is_empty() && bold.is_empty() && line.is_empty()) {
            // Writing to a string cannot fail, here and below.
            let _ = write!(out, "<w:rPr>{style}{bold}{line}</w:rPr>");
        }
        for part in self.text.split_inclusive(['\t', '\n']) {
            let text = part.trim_end_matches(['\t', '\n']);
            if !text.is_empty() {
                let _ = write!(out, r#"<w:t xml:space="preserve">{}</w:t>"#, escaped(text));
            }
            match part.chars().last() {
                Some('\t') => out.push_str("<w:tab/>"),
                Some('\n') => out.push_str("<w:br/>"),
                _ => {}
            }
        }
        out.push_str("</w:r>");
        out
    }
}

/// A paragraph before it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Paragraph {
    pub(super) style: &'static str,
    /// On one page with the next.
    pub(super) keep_next: bool,
    /// Not broken between pages.
    pub(super) keep_lines: bool,
    /// With a rule below.
    pub(super) ruled: bool,
    pub(super) pieces: Vec<Piece>,
}

impl Paragraph {
    pub(super) fn new(style: &'static str, text: impl Into<String>) -> Self {
        Self { style, pieces: vec![Piece::plain(text)], ..Self::default() }
    }

    pub(super) fn keep_next(self, keep_next: bool) -> Self {
        Self { keep_next, ..self }
    }

    pub(super) fn with(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }

    /// What somebody reads in it.
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.replace(['\t', '\n'], " ")).collect()
    }

    /// `w:pPr`.
    pub(super) fn properties(&self) -> String {
        let mut out = format!(r#"<w:pPr><w:pStyle w:val="{}"/>"#, self.style);
        if self.keep_next {
            out.push_str("<w:keepNext/>");
        }
        if self.keep_lines {
            out.push_str("<w:keepLines/>");
        }
        if self.ruled {
            out.push_str(r#"<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="auto"/></w:pBdr>"#);
        }
        out.push_str("</w:pPr>");
        out
    }

    /// As `w:p`, with this in place of its pieces.
    pub(super) fn around(&self, content: &str) -> String {
        format!("<w:p>{}{content}</w:p>", self.properties())
    }

    /// As `w:p`.
    pub(super) fn xml(&self) -> String {
        self.around(&self.pieces.iter().map(Piece::xml).collect::<String>())
    }
}
