//! The body of a document, paragraph by paragraph; in a working copy each with its anchor.

use std::fmt::Write;

use super::paragraph::Paragraph;
use super::working::Working;
use super::{EMU_PER_MM, NAMESPACE, RELATIONSHIPS, twips};
use crate::document::risalah::{Error, Risalah};
use crate::meeting::Emblem;

/// Height of the emblem in millimetres.
const EMBLEM_HEIGHT: u32 = 22;
/// From the edge of the paper to the head and the foot of a page, in millimetres.
const HEAD: u32 = 10;
const FOOT: u32 = 15;

/// A row of a table: its cells, each with its paragraphs.
pub(super) type Row = Vec<Vec<Paragraph>>;

#[derive(Default)]
pub(super) struct Body<'a> {
    xml: String,
    pub(super) working: Option<Working<'a>>,
}

impl<'a> Body<'a> {
    pub(super) fn new(working: Option<Working<'a>>) -> Self {
        Self { xml: String::new(), working }
    }

    pub(super) fn add(&mut self, paragraph: &Paragraph) {
        let xml = match &mut self.working {
            Some(working) => working.other(paragraph),
            None => paragraph.xml(),
        };
        self.xml.push_str(&xml);
    }

    /// A paragraph that is written already.
    pub(super) fn put(&mut self, xml: &str) {
        self.xml.push_str(xml);
    }

    /// A table without lines; widths in twentieths of a point. A row stays on one page.
    pub(super) fn table(&mut self, widths: &[u32], rows: &[Row]) {
        let whole: u32 = widths.iter().sum();
        let columns: String = widths.iter().map(|width| format!(r#"<w:gridCol w:w="{width}"/>"#)).collect();
        // Writing to a string cannot fail, here and below.
        let _ = write!(
            self.xml,
            r#"<w:tbl><w:tblPr><w:tblW w:w="{whole}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"#
        );
        for row in rows {
            self.xml.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for (width, cell) in widths.iter().zip(row) {
                let _ = write!(self.xml, r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>"#);
                for paragraph in cell {
                    self.add(paragraph);
                }
                if cell.is_empty() {
                    // A cell must end with a paragraph.
                    self.add(&Paragraph::new("Butir", ""));
                }
                self.xml.push_str("</w:tc>");
            }
            self.xml.push_str("</w:tr>");
        }
        self.xml.push_str("</w:tbl>");
    }

    /// The emblem, centred.
    pub(super) fn emblem(&mut self, emblem: &Emblem, of: &str) {
        let height = EMBLEM_HEIGHT * EMU_PER_MM;
        let width = u64::from(height) * u64::from(emblem.width) / u64::from(emblem.height.max(1));
        let size = format!(r#"cx="{width}" cy="{height}""#);
        let picture = format!(
            r#"<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr id="1" name="Lambang" descr="Lambang {}"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="Lambang"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="lambang"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"#,
            crate::common::xml::escaped(of)
        );
        let paragraph = Paragraph { style: "Lambang", ..Paragraph::default() };
        let xml = match &mut self.working {
            Some(working) => working.picture(&paragraph, &picture),
            None => paragraph.around(&picture),
        };
        self.xml.push_str(&xml);
    }

    /// The document, and the comments at its side.
    pub(super) fn finish(self, risalah: &Risalah) -> Result<Vec<u8>, Error> {
        let (width, height) = risalah.paper.millimetres();
        let page = risalah.page;
        let [width, height, top, right, bottom, left, head, foot] =
            [width, height, page.top, page.right, page.bottom, page.left, HEAD, FOOT].map(twips);
        let body = format!(
            r#"<w:document xmlns:w="{NAMESPACE}" xmlns:r="{RELATIONSHIPS}" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>{}<w:sectPr><w:headerReference w:type="default" r:id="header1"/><w:footerReference w:type="default" r:id="footer1"/><w:pgSz w:w="{width}" w:h="{height}"/><w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" w:header="{head}" w:footer="{foot}" w:gutter="0"/><w:cols w:space="720"/></w:sectPr></w:body></w:document>"#,
            self.xml
        );
        super::package::write(&body, self.working.map(Working::comments), risalah)
    }
}
