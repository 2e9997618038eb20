//! The record as plain text, one line a paragraph.

use super::{Entry, Field, Risalah, Turn};

/// Columns over which titles and events are centred.
const WIDTH: usize = 80;
/// Width of a field's name.
const NAME: usize = 17;

pub(super) fn write(risalah: &Risalah) -> Vec<u8> {
    let mut out = Text::default();
    for line in risalah.letterhead.iter().chain(&risalah.marks) {
        out.centred(line);
    }
    out.centred(&risalah.title);
    out.blank();
    for field in &risalah.fields {
        out.field(field);
    }
    attendance(&mut out, risalah);
    out.heading("KETERANGAN TANDA");
    for entry in risalah.legend.iter().filter(|entry| entry.kind == super::RunKind::Mark) {
        out.line(&format!("{} : {}", entry.mark, entry.meaning));
    }
    out.heading("JALANNYA RAPAT");
    for entry in &risalah.body {
        match entry {
            Entry::Turn(turn) => out.turn(turn),
            Entry::Event { text } => out.centred(text),
            Entry::Item { text } => out.heading(text),
        }
    }
    out.heading("KEPUTUSAN");
    out.numbered(&risalah.decisions);
    out.blank();
    out.line(&risalah.closing.place_and_date);
    for line in &risalah.closing.office {
        out.line(line);
    }
    out.blank();
    out.line(&risalah.closing.name);
    for line in &risalah.closing.below {
        out.line(line);
    }
    out.blank();
    for line in &risalah.colophon {
        out.line(line);
    }
    out.0.into_bytes()
}

fn attendance(out: &mut Text, risalah: &Risalah) {
    out.blank();
    if !risalah.groups.is_empty() {
        out.line("ANGGOTA YANG HADIR");
    }
    for group in &risalah.groups {
        out.line(&format!("{} : {}", group.title, group.count));
        out.numbered(&group.names);
    }
    out.heading("UNDANGAN");
    out.numbered(&risalah.invitees);
    out.blank();
    out.line(&format!("PENINJAU: {}", risalah.observers));
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }

    fn blank(&mut self) {
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.blank();
        self.line(text);
    }

    fn centred(&mut self, text: &str) {
        let indent = WIDTH.saturating_sub(text.chars().count()) / 2;
        self.line(&format!("{}{text}", " ".repeat(indent)));
    }

    fn numbered(&mut self, lines: &[String]) {
        for (index, line) in lines.iter().enumerate() {
            self.line(&format!("  {}. {line}", index + 1));
        }
    }

    fn field(&mut self, field: &Field) {
        for (index, line) in field.lines.iter().enumerate() {
            let (name, colon) = if index == 0 { (field.name.as_str(), ':') } else { ("", ' ') };
            let number = if field.numbered { format!("{}. ", index + 1) } else { String::new() };
            self.line(&format!("{name:<NAME$}{colon} {number}{line}"));
        }
    }

    fn turn(&mut self, turn: &Turn) {
        if !turn.continued {
            let microphone = turn.microphone.as_ref().map(|microphone| format!(" [{microphone}]")).unwrap_or_default();
            self.blank();
            self.line(&format!("{}:{microphone}", turn.label));
        }
        for paragraph in &turn.paragraphs {
            let runs: Vec<&str> = paragraph.iter().map(|run| run.text.as_str()).collect();
            self.line(&format!("  {}", runs.join(" ")));
        }
    }
}
