//! The record for Word and `LibreOffice`: real styles, fields for the page numbers, the mark on
//! every page.

use crate::transcript::Transcript;

use super::{Entry, Error, Field, Risalah, Run, RunKind, Signatories, Turn};

mod body;
mod comments;
mod package;
mod paragraph;
mod styles;
mod working;

use body::Body;
use paragraph::{Paragraph, Piece};
use working::Working;

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// Where the emblem lies in the package, below `word/`.
const EMBLEM: &str = "media/lambang.png";
/// Twentieths of a point in a millimetre: the unit of the format.
const TWIPS_PER_MM: f64 = 1440.0 / 25.4;
/// English metric units in a millimetre.
const EMU_PER_MM: u32 = 36_000;

/// The record.
pub(super) fn write(risalah: &Risalah) -> Result<Vec<u8>, Error> {
    record(risalah, Body::new(None)).finish(risalah)
}

/// The record as a working copy, whose corrections can be read back.
pub(super) fn working_copy(risalah: &Risalah, transcript: &Transcript) -> Result<Vec<u8>, Error> {
    record(risalah, Body::new(Some(Working::new(risalah, transcript)))).finish(risalah)
}

/// The short report.
pub(super) fn brief(risalah: &Risalah) -> Result<Vec<u8>, Error> {
    let mut body = Body::new(None);
    head(&mut body, risalah, &risalah.brief.title);
    body.add(&Paragraph::new("Bagian", "POKOK PEMBICARAAN").keep_next(true));
    numbered(&mut body, &risalah.brief.points);
    body.add(&Paragraph::new("Bagian", "KEPUTUSAN / KESIMPULAN").keep_next(true));
    decisions(&mut body, risalah);
    closing(&mut body, risalah);
    body.finish(risalah)
}

fn record<'a>(risalah: &Risalah, mut body: Body<'a>) -> Body<'a> {
    head(&mut body, risalah, &risalah.title);
    attendance(&mut body, risalah);
    body.add(&Paragraph::new("Bagian", "KETERANGAN TANDA").keep_next(true));
    for entry in &risalah.legend {
        let style = Some(character_style(entry.kind).unwrap_or("TandaRisalah"));
        let sample = Piece { text: entry.mark.clone(), style, ..Piece::default() };
        let meaning = Piece::plain(format!("\t:\t{}", entry.meaning));
        body.add(&Paragraph {
            style: "Tanda",
            pieces: vec![sample, meaning],
            keep_lines: true,
            ..Paragraph::default()
        });
    }
    body.add(&Paragraph::new("Heading1", "JALANNYA RAPAT").keep_next(true));
    for entry in &risalah.body {
        match entry {
            Entry::Turn(turn) => add_turn(&mut body, turn),
            Entry::Event { text } => body.add(&Paragraph::new("Peristiwa", text)),
            Entry::Item { text } => body.add(&Paragraph::new("Heading2", text).keep_next(true)),
        }
    }
    body.add(&Paragraph::new("Heading1", "KEPUTUSAN").keep_next(true));
    decisions(&mut body, risalah);
    closing(&mut body, risalah);
    for (index, line) in risalah.colophon.iter().enumerate() {
        let keep_next = index + 1 < risalah.colophon.len();
        body.add(&Paragraph { keep_lines: true, keep_next, ..Paragraph::new("Kolofon", line) });
    }
    body
}

/// Emblem, letterhead with a rule below it, title, fields.
fn head(body: &mut Body, risalah: &Risalah, title: &str) {
    if let Some(emblem) = &risalah.emblem {
        body.emblem(emblem, risalah.letterhead.last().map_or("", String::as_str));
    }
    for (index, line) in risalah.letterhead.iter().enumerate() {
        let ruled = index + 1 == risalah.letterhead.len();
        body.add(&Paragraph { ruled, ..Paragraph::new("Kop", line) });
    }
    body.add(&Paragraph::new("Title", title));
    fields(body, risalah);
}

fn twips(millimetres: u32) -> u32 {
    (f64::from(millimetres) * TWIPS_PER_MM).round() as u32
}

/// Width of the text.
fn width(risalah: &Risalah) -> u32 {
    twips(risalah.paper.millimetres().0 - risalah.page.left - risalah.page.right)
}

/// The fields in three columns without lines: name, colon, value.
fn fields(body: &mut Body, risalah: &Risalah) {
    let row = |field: &Field| {
        let line = |(index, line): (usize, &String)| {
            if field.numbered { item(index, line) } else { Paragraph::new("Isian", line) }
        };
        vec![
            vec![Paragraph::new("Isian", &field.name)],
            vec![Paragraph::new("Isian", ":")],
            field.lines.iter().enumerate().map(line).collect(),
        ]
    };
    let rows: Vec<body::Row> = risalah.fields.iter().map(row).collect();
    body.table(&[twips(44), twips(5), width(risalah) - twips(49)], &rows);
}

fn attendance(body: &mut Body, risalah: &Risalah) {
    if !risalah.groups.is_empty() {
        body.add(&Paragraph::new("Bagian", "ANGGOTA YANG HADIR").keep_next(true));
    }
    for Signatories { title, count, names } in &risalah.groups {
        body.add(&Paragraph::new("Bagian", format!("{title}: {count}")).keep_next(!names.is_empty()));
        if !names.is_empty() {
            let items: Vec<Paragraph> = names.iter().enumerate().map(|(index, name)| item(index, name)).collect();
            let (left, right) = items.split_at(items.len().div_ceil(2));
            let half = width(risalah) / 2;
            body.table(&[half, half], &[vec![left.to_vec(), right.to_vec()]]);
        }
    }
    body.add(&Paragraph::new("Bagian", "UNDANGAN").keep_next(true));
    numbered(body, &risalah.invitees);
    body.add(&Paragraph::new("Bagian", format!("PENINJAU: {}", risalah.observers)));
}

fn numbered(body: &mut Body, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        body.add(&item(index, line));
    }
}

/// What was decided; the last of it on the page of the signature, so that nothing but names stands
/// there alone.
fn decisions(body: &mut Body, risalah: &Risalah) {
    for (index, line) in risalah.decisions.iter().enumerate() {
        body.add(&item(index, line).keep_next(index + 1 == risalah.decisions.len()));
    }
}

fn item(index: usize, line: &str) -> Paragraph {
    Paragraph { keep_lines: true, ..Paragraph::new("Butir", format!("{}.\t{line}", index + 1)) }
}

fn add_turn(body: &mut Body, turn: &Turn) {
    if !turn.continued {
        let mut label = Paragraph::new("Label", format!("{}:", turn.label)).keep_next(true);
        if let Some(microphone) = &turn.microphone {
            let text = format!(" [{microphone}]");
            label = label.with(Piece { text, style: Some("TandaRisalah"), bold: Some(false), underlined: false });
        }
        let xml = match &mut body.working {
            Some(working) => working.label(label),
            None => label.xml(),
        };
        body.put(&xml);
    }
    for runs in &turn.paragraphs {
        let pieces = runs.iter().enumerate().map(|(index, run)| spoken(run, index > 0)).collect();
        let paragraph = Paragraph { style: "Ucapan", pieces, ..Paragraph::default() };
        let xml = match &mut body.working {
            Some(working) => working.speech(&paragraph, runs),
            None => paragraph.xml(),
        };
        body.put(&xml);
    }
}

fn spoken(run: &Run, after_another: bool) -> Piece {
    let space = if after_another { " " } else { "" };
    Piece { text: format!("{space}{}", run.text), style: character_style(run.kind), ..Piece::default() }
}

fn character_style(kind: RunKind) -> Option<&'static str> {
    match kind {
        RunKind::Spoken => None,
        RunKind::Doubtful => Some("Ragu"),
        RunKind::Mark => Some("TandaRisalah"),
    }
}

/// The signature block stays on one page, with room for an electronic signature.
fn closing(body: &mut Body, risalah: &Risalah) {
    let closing = &risalah.closing;
    let line = |text: &str| Paragraph::new("TandaTangan", text).keep_next(true);
    body.add(&line(""));
    body.add(&line(&closing.place_and_date));
    for office in &closing.office {
        body.add(&line(office));
    }
    body.add(&line("\n\n\n\n"));
    let name = Piece { text: closing.name.clone(), style: None, bold: Some(true), underlined: true };
    let below = closing.below.len();
    body.add(&Paragraph { style: "TandaTangan", pieces: vec![name], keep_next: below > 0, ..Paragraph::default() });
    for (index, text) in closing.below.iter().enumerate() {
        body.add(&line(text).keep_next(index + 1 < below));
    }
}
