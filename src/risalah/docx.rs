//! The record for Word and `LibreOffice`: real styles, fields for the page numbers, the mark on every page.

use docx_rs::{
    AlignmentType, BorderType, BreakType, Docx, Footer, Header, LineSpacing, LineSpacingType, NumPages, PageMargin,
    PageNum, Paragraph, ParagraphBorder, ParagraphBorderPosition, ParagraphBorders, Pic, Run as DocxRun, RunFonts,
    SpecialIndentType, Style, StyleType, Table, TableCell, TableLayoutType, TableRow, WidthType,
};

use crate::meeting::Page;
use crate::transcript::Transcript;

use super::{Entry, Error, Field, Risalah, Run, RunKind, Signatories, Turn};

mod comments;
mod package;
mod working;

/// Twentieths of a point in a millimetre: the unit of the format.
const TWIPS_PER_MM: f64 = 1440.0 / 25.4;
/// English metric units in a millimetre.
const EMU_PER_MM: u32 = 36_000;
/// Height of the emblem in millimetres.
const EMBLEM: u32 = 22;

/// The record.
pub(super) fn write(risalah: &Risalah) -> Result<Vec<u8>, Error> {
    package::write(document(risalah).build(), risalah)
}

/// The record as a working copy, whose corrections can be read back.
pub(super) fn working_copy(risalah: &Risalah, transcript: &Transcript) -> Result<Vec<u8>, Error> {
    let mut xml = document(risalah).build();
    let (document, comments) = working::anchored(&xml.document, risalah, transcript)?;
    xml.document = document;
    package::write(package::with_comments(xml, comments)?, risalah)
}

fn document(risalah: &Risalah) -> Docx {
    let (width, height) = risalah.paper.millimetres();
    let page = risalah.page;
    let margin = PageMargin::new()
        .top(twips(page.top) as i32)
        .bottom(twips(page.bottom) as i32)
        .left(twips(page.left) as i32)
        .right(twips(page.right) as i32)
        .header(twips(10) as i32)
        .footer(twips(15) as i32);
    let mut docx = styled(Docx::new().page_size(twips(width), twips(height)).page_margin(margin), page)
        .header(header(risalah))
        .footer(footer());
    docx = emblem(docx, risalah);
    docx = letterhead(docx, &risalah.letterhead);
    docx = docx.add_paragraph(paragraph("Title", &risalah.title));
    docx = docx.add_table(fields(risalah, twips(width - page.left - page.right) as usize));
    docx = attendance(docx, risalah);
    docx = docx.add_paragraph(paragraph("Bagian", "KETERANGAN TANDA"));
    for entry in &risalah.legend {
        let sample = DocxRun::new().style(character_style(entry.kind).unwrap_or("TandaRisalah")).add_text(&entry.mark);
        let meaning = DocxRun::new().add_tab().add_text(format!(": {}", entry.meaning));
        docx = docx.add_paragraph(Paragraph::new().style("Tanda").add_run(sample).add_run(meaning));
    }
    docx = docx.add_paragraph(paragraph("Heading1", "JALANNYA RAPAT"));
    for entry in &risalah.body {
        docx = match entry {
            Entry::Turn(turn) => add_turn(docx, turn),
            Entry::Event { text } => docx.add_paragraph(paragraph("Peristiwa", text)),
            Entry::Item { text } => docx.add_paragraph(paragraph("Heading2", text).keep_next(true)),
        };
    }
    docx = docx.add_paragraph(paragraph("Heading1", "KEPUTUSAN"));
    docx = numbered(docx, &risalah.decisions);
    docx = closing(docx, risalah);
    for (index, line) in risalah.colophon.iter().enumerate() {
        let last = index + 1 == risalah.colophon.len();
        docx = docx.add_paragraph(paragraph("Kolofon", line).keep_lines(true).keep_next(!last));
    }
    docx
}

/// The emblem, above the letterhead.
fn emblem(docx: Docx, risalah: &Risalah) -> Docx {
    let Some(emblem) = &risalah.emblem else { return docx };
    let height = EMBLEM * EMU_PER_MM;
    let width = u64::from(height) * u64::from(emblem.width) / u64::from(emblem.height.max(1));
    let picture = Pic::new_with_dimensions(emblem.png.clone(), emblem.width, emblem.height)
        .size(u32::try_from(width).unwrap_or(height), height)
        // Its own number would grow with every document that this process writes.
        .id("rIdLambang");
    let centred = Paragraph::new().align(AlignmentType::Center).add_run(DocxRun::new().add_image(picture));
    docx.add_paragraph(centred)
}

/// The letterhead with a rule below it.
fn letterhead(docx: Docx, lines: &[String]) -> Docx {
    let rule = ParagraphBorder::new(ParagraphBorderPosition::Bottom).val(BorderType::Single).size(12).space(4);
    lines.iter().enumerate().fold(docx, |docx, (index, line)| {
        let mut paragraph = paragraph("Kop", line);
        if index + 1 == lines.len() {
            paragraph.property = paragraph.property.set_borders(ParagraphBorders::with_empty().set(rule.clone()));
        }
        docx.add_paragraph(paragraph)
    })
}

fn twips(millimetres: u32) -> u32 {
    (f64::from(millimetres) * TWIPS_PER_MM).round() as u32
}

fn paragraph(style: &str, text: &str) -> Paragraph {
    Paragraph::new().style(style).add_run(DocxRun::new().add_text(text))
}

fn styled(docx: Docx, page: Page) -> Docx {
    let arial = RunFonts::new().ascii("Arial").hi_ansi("Arial").cs("Arial").east_asia("Arial");
    let style = |id: &str, name: &str| Style::new(id, StyleType::Paragraph).name(name).based_on("Normal");
    let single = |before: u32, after: u32| spacing(240, before, after);
    docx.default_fonts(arial)
        .default_size(page.size as usize * 2)
        .add_style(style("Kop", "Kop Naskah").align(AlignmentType::Center).bold().size(28).line_spacing(single(0, 0)))
        .add_style(style("Title", "Title").align(AlignmentType::Center).bold().size(26).line_spacing(single(240, 240)))
        .add_style(
            style("Heading1", "heading 1")
                .align(AlignmentType::Center)
                .bold()
                .outline_lvl(0)
                .line_spacing(single(360, 120))
                .next("Ucapan"),
        )
        .add_style(
            style("Heading2", "heading 2")
                .align(AlignmentType::Center)
                .bold()
                .outline_lvl(1)
                .line_spacing(single(280, 120))
                .next("Ucapan"),
        )
        .add_style(style("Label", "Label Pembicara").bold().outline_lvl(2).line_spacing(single(240, 60)).next("Ucapan"))
        .add_style(
            style("Ucapan", "Ucapan")
                .align(AlignmentType::Both)
                .indent(None, Some(SpecialIndentType::FirstLine(twips(10) as i32)), None, None)
                .line_spacing(spacing(page.spacing as i32 * 12 / 5, 0, 60)),
        )
        .add_style(style("Peristiwa", "Peristiwa").align(AlignmentType::Center).line_spacing(single(160, 160)))
        .add_style(style("Bagian", "Bagian").bold().line_spacing(single(200, 60)))
        .add_style(style("Isian", "Isian").line_spacing(single(0, 20)))
        .add_style(hanging(style("Butir", "Butir"), 8).line_spacing(single(0, 20)))
        .add_style(hanging(style("Tanda", "Keterangan Tanda"), 52).line_spacing(single(0, 20)))
        .add_style(
            style("TandaTangan", "Tanda Tangan")
                .align(AlignmentType::Center)
                .indent(Some(twips(75) as i32), None, None, None)
                .line_spacing(single(0, 0)),
        )
        .add_style(style("Kolofon", "Kolofon").size(18).line_spacing(single(120, 0)))
        .add_style(style("Status", "Status").align(AlignmentType::Center).bold().size(20).line_spacing(single(0, 0)))
        .add_style(style("Kepala", "Kepala Halaman").align(AlignmentType::Right).size(18).line_spacing(single(0, 0)))
        .add_style(style("Kaki", "Kaki Halaman").align(AlignmentType::Center).size(18).line_spacing(single(0, 0)))
        .add_style(Style::new("TandaRisalah", StyleType::Character).name("Tanda Risalah").color("404040"))
        .add_style(Style::new("Ragu", StyleType::Character).name("Hasil Meragukan").underline("dotted"))
}

/// Lines after the first begin this far in; so does what stands after a tab in the first.
fn hanging(style: Style, millimetres: u32) -> Style {
    let width = twips(millimetres) as i32;
    style.indent(Some(width), Some(SpecialIndentType::Hanging(width)), None, None)
}

fn spacing(line: i32, before: u32, after: u32) -> LineSpacing {
    LineSpacing::new().line_rule(LineSpacingType::Auto).line(line).before(before).after(after)
}

fn header(risalah: &Risalah) -> Header {
    let marks = risalah.marks.iter().map(|mark| paragraph("Status", mark));
    let header = marks.fold(Header::new(), Header::add_paragraph);
    header.add_paragraph(paragraph("Kepala", &risalah.running))
}

fn footer() -> Footer {
    Footer::new().add_paragraph(
        Paragraph::new()
            .style("Kaki")
            .add_run(DocxRun::new().add_text("Halaman "))
            .add_page_num(PageNum::new())
            .add_run(DocxRun::new().add_text(" dari "))
            .add_num_pages(NumPages::new()),
    )
}

/// The fields in three columns without lines: name, colon, value.
fn fields(risalah: &Risalah, width: usize) -> Table {
    let columns = [twips(44) as usize, twips(5) as usize, width - twips(49) as usize];
    let row = |field: &Field| {
        let lines = field.lines.iter().enumerate();
        let lines =
            lines.map(|(index, line)| if field.numbered { item(index, line) } else { paragraph("Isian", line) });
        let cell = |width: usize| TableCell::new().width(width, WidthType::Dxa);
        TableRow::new(vec![
            cell(columns[0]).add_paragraph(paragraph("Isian", &field.name)),
            cell(columns[1]).add_paragraph(paragraph("Isian", ":")),
            lines.fold(cell(columns[2]), TableCell::add_paragraph),
        ])
    };
    Table::without_borders(risalah.fields.iter().map(row).collect())
        .set_grid(columns.to_vec())
        .layout(TableLayoutType::Fixed)
        .width(width, WidthType::Dxa)
}

fn attendance(mut docx: Docx, risalah: &Risalah) -> Docx {
    for Signatories { title, count, names } in &risalah.groups {
        docx = docx.add_paragraph(paragraph("Bagian", &format!("{title}: {count}")).keep_next(!names.is_empty()));
        docx = numbered(docx, names);
    }
    docx = docx.add_paragraph(paragraph("Bagian", "UNDANGAN").keep_next(true));
    docx = numbered(docx, &risalah.invitees);
    docx.add_paragraph(paragraph("Bagian", &format!("PENINJAU: {}", risalah.observers)))
}

fn numbered(docx: Docx, lines: &[String]) -> Docx {
    lines.iter().enumerate().map(|(index, line)| item(index, line)).fold(docx, Docx::add_paragraph)
}

fn item(index: usize, line: &str) -> Paragraph {
    let run = DocxRun::new().add_text(format!("{}.", index + 1)).add_tab().add_text(line);
    Paragraph::new().style("Butir").add_run(run)
}

fn add_turn(mut docx: Docx, turn: &Turn) -> Docx {
    if !turn.continued {
        let mut label = paragraph("Label", &format!("{}:", turn.label)).keep_next(true);
        if let Some(microphone) = &turn.microphone {
            let run = DocxRun::new().style("TandaRisalah").disable_bold().add_text(format!(" [{microphone}]"));
            label = label.add_run(run);
        }
        docx = docx.add_paragraph(label);
    }
    for runs in &turn.paragraphs {
        let runs = runs.iter().enumerate().map(|(index, run)| spoken(run, index > 0));
        docx = docx.add_paragraph(runs.fold(Paragraph::new().style("Ucapan"), Paragraph::add_run));
    }
    docx
}

fn spoken(run: &Run, after_another: bool) -> DocxRun {
    let space = if after_another { " " } else { "" };
    let docx_run = DocxRun::new().add_text(format!("{space}{}", run.text));
    match character_style(run.kind) {
        Some(style) => docx_run.style(style),
        None => docx_run,
    }
}

fn character_style(kind: RunKind) -> Option<&'static str> {
    match kind {
        RunKind::Spoken => None,
        RunKind::Doubtful => Some("Ragu"),
        RunKind::Mark => Some("TandaRisalah"),
    }
}

/// The signature block stays on one page, with room for an electronic signature.
fn closing(docx: Docx, risalah: &Risalah) -> Docx {
    let closing = &risalah.closing;
    let line = |text: &str| paragraph("TandaTangan", text).keep_next(true);
    let room = (0..4).fold(DocxRun::new(), |run, _| run.add_break(BreakType::TextWrapping));
    let docx = docx.add_paragraph(line("")).add_paragraph(line(&closing.place_and_date));
    let docx = closing.office.iter().fold(docx, |docx, office| docx.add_paragraph(line(office)));
    docx.add_paragraph(Paragraph::new().style("TandaTangan").keep_next(true).add_run(room))
        .add_paragraph(Paragraph::new().style("TandaTangan").add_run(DocxRun::new().bold().add_text(&closing.name)))
}
