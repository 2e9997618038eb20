//! What there is to remark on the words of a working copy, as comments at its side.

use std::fmt::Write;

use crate::common::xml::escaped;
use crate::document::risalah::Run;
use crate::document::risalah::remark::{AUTHOR, initials};

/// The most comments of one paragraph: beyond some thousands in a document, office programs are
/// hard to work with. What is more stands in the last one, each with the words that it speaks of.
const MOST: usize = 3;
/// The longest quotation of the words that a remark speaks of.
const QUOTED: usize = 60;

pub(super) struct Comments {
    date: String,
    count: usize,
    xml: String,
}

impl Comments {
    pub(super) fn new(date: jiff::Timestamp) -> Self {
        Self { date: date.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), count: 0, xml: String::new() }
    }

    /// The elements of a paragraph's runs, with comments around those on which there is something
    /// to remark.
    pub(super) fn around(&mut self, runs: &[Run], elements: &[String]) -> String {
        let remarked: Vec<usize> = (0..runs.len()).filter(|place| runs[*place].remark.is_some()).collect();
        let mut out = String::new();
        for (place, element) in elements.iter().enumerate() {
            let Some(order) = remarked.iter().position(|remarked| *remarked == place).filter(|order| *order < MOST)
            else {
                out.push_str(element);
                continue;
            };
            let more = if order + 1 == MOST { &remarked[MOST..] } else { &[] };
            let id = self.add(&runs[place], more.iter().map(|place| &runs[*place]));
            // Writing to a string cannot fail.
            let _ = write!(
                out,
                r#"<w:commentRangeStart w:id="{id}"/>{element}<w:commentRangeEnd w:id="{id}"/><w:r><w:commentReference w:id="{id}"/></w:r>"#
            );
        }
        out
    }

    /// Adds the comment on a run, and says its number.
    fn add<'a>(&mut self, run: &Run, more: impl Iterator<Item = &'a Run>) -> usize {
        let mut lines = vec![run.remark.clone().unwrap_or_default()];
        let also = |run: &Run| format!("“{}”: {}", quoted(&run.text), run.remark.as_deref().unwrap_or_default());
        lines.extend(more.map(also));
        if lines.len() > 1 {
            lines.insert(1, "Juga dalam paragraf ini:".to_owned());
        }
        let (id, date, initials) = (self.count, &self.date, initials(&lines.join(" ")));
        let _ =
            write!(self.xml, r#"<w:comment w:id="{id}" w:author="{AUTHOR}" w:date="{date}" w:initials="{initials}">"#);
        for line in lines {
            let _ = write!(
                self.xml,
                r#"<w:p><w:r><w:rPr><w:sz w:val="20"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#,
                escaped(&line)
            );
        }
        self.xml.push_str("</w:comment>");
        self.count += 1;
        id
    }

    /// What is in the part of the package that holds them.
    pub(super) fn xml(self) -> String {
        self.xml
    }
}

/// The beginning of a text.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
