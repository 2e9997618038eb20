//! `word/styles.xml`: the look of a record, as real styles that an office may change.

use std::fmt::Write;

use super::{DECLARATION, NAMESPACE, twips};
use crate::meeting::Page;

/// How a paragraph of a style looks.
#[derive(Clone, Copy, Default)]
struct Look {
    /// `center`, `right`, `both`; nothing is left.
    align: &'static str,
    bold: bool,
    /// Size in half points, where it is not that of the text.
    size: Option<u32>,
    /// Twentieths of a point before and after.
    around: (u32, u32),
    /// Distance of lines in 240ths of a line.
    line: Option<u32>,
    /// Left edge in millimetres.
    left: u32,
    /// The first line begins this far left (below zero) or right of it, in millimetres.
    first: i32,
    /// Tab stops in millimetres.
    tabs: &'static [u32],
    /// Place in the outline, from 0.
    outline: Option<u8>,
    /// The style of the paragraph that is typed after one of this.
    next: Option<&'static str>,
}

/// The styles of paragraphs: their id, their name for people, their look.
fn looks(page: Page) -> Vec<(&'static str, &'static str, Look)> {
    let plain = Look::default();
    let centred = Look { align: "center", ..plain };
    let heading = Look { bold: true, next: Some("Ucapan"), ..centred };
    vec![
        ("Kop", "Kop Naskah", Look { bold: true, size: Some(28), ..centred }),
        ("Lambang", "Lambang", centred),
        ("Title", "Title", Look { bold: true, size: Some(26), around: (240, 240), ..centred }),
        ("Heading1", "heading 1", Look { around: (360, 120), outline: Some(0), ..heading }),
        ("Heading2", "heading 2", Look { around: (280, 120), outline: Some(1), ..heading }),
        ("Label", "Label Pembicara", Look { align: "", around: (240, 60), outline: Some(2), ..heading }),
        (
            "Ucapan",
            "Ucapan",
            Look { align: "both", first: 10, around: (0, 60), line: Some(page.spacing * 12 / 5), ..plain },
        ),
        ("Peristiwa", "Peristiwa", Look { around: (160, 160), ..centred }),
        ("Bagian", "Bagian", Look { bold: true, around: (200, 60), ..plain }),
        ("Isian", "Isian", Look { around: (0, 20), ..plain }),
        ("Butir", "Butir", Look { left: 8, first: -8, around: (0, 20), ..plain }),
        // Mark, colon, meaning: what is too long for a line goes on below the meaning.
        ("Tanda", "Keterangan Tanda", Look { left: 56, first: -56, tabs: &[52, 56], around: (0, 20), ..plain }),
        ("TandaTangan", "Tanda Tangan", Look { left: 75, ..centred }),
        ("Kolofon", "Kolofon", Look { size: Some(18), around: (120, 0), ..plain }),
        ("Status", "Status", Look { bold: true, size: Some(20), ..centred }),
        ("Kepala", "Kepala Halaman", Look { align: "right", size: Some(18), ..plain }),
        ("Kaki", "Kaki Halaman", Look { size: Some(18), ..centred }),
    ]
}

pub(super) fn part(page: Page) -> String {
    let size = page.size * 2;
    let mut out = format!(
        r#"{DECLARATION}<w:styles xmlns:w="{NAMESPACE}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/><w:lang w:val="id-ID" w:eastAsia="id-ID" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style><w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style><w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>"#
    );
    for (id, name, look) in looks(page) {
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            r#"<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>"#
        );
        if let Some(next) = look.next {
            let _ = write!(out, r#"<w:next w:val="{next}"/>"#);
        }
        let _ = write!(out, "<w:qFormat/><w:pPr>{}</w:pPr>", paragraph(&look));
        let run = run(&look);
        if !run.is_empty() {
            let _ = write!(out, "<w:rPr>{run}</w:rPr>");
        }
        out.push_str("</w:style>");
    }
    out.push_str(
        r#"<w:style w:type="character" w:styleId="TandaRisalah"><w:name w:val="Tanda Risalah"/><w:qFormat/><w:rPr><w:color w:val="404040"/></w:rPr></w:style><w:style w:type="character" w:styleId="Ragu"><w:name w:val="Hasil Meragukan"/><w:qFormat/><w:rPr><w:u w:val="dotted"/></w:rPr></w:style></w:styles>"#,
    );
    out
}

/// What is in `w:pPr`.
fn paragraph(look: &Look) -> String {
    let mut out = String::new();
    if !look.tabs.is_empty() {
        let tabs: String =
            look.tabs.iter().map(|tab| format!(r#"<w:tab w:val="left" w:pos="{}"/>"#, twips(*tab))).collect();
        let _ = write!(out, "<w:tabs>{tabs}</w:tabs>");
    }
    let (before, after) = look.around;
    let line = look.line.unwrap_or(240);
    let _ = write!(out, r#"<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>"#);
    if look.left > 0 || look.first != 0 {
        let first = twips(look.first.unsigned_abs());
        let side = if look.first < 0 { "hanging" } else { "firstLine" };
        let _ = write!(out, r#"<w:ind w:left="{}" w:{side}="{first}"/>"#, twips(look.left));
    }
    if !look.align.is_empty() {
        let _ = write!(out, r#"<w:jc w:val="{}"/>"#, look.align);
    }
    if let Some(outline) = look.outline {
        let _ = write!(out, r#"<w:outlineLvl w:val="{outline}"/>"#);
    }
    out
}

/// What is in `w:rPr`.
fn run(look: &Look) -> String {
    let mut out = String::new();
    if look.bold {
        out.push_str("<w:b/><w:bCs/>");
    }
    if let Some(size) = look.size {
        let _ = write!(out, r#"<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>"#);
    }
    out
}
