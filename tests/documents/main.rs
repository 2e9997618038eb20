//! The record in every format, read back by the programs that secretariats and archives use.
//!
//! Needs poppler (Debian: poppler-utils), `LibreOffice` Writer (libreoffice-writer-nogui) and
//! unzip.

#[path = "../outside/mod.rs"]
mod outside;
#[path = "../sample/mod.rs"]
mod sample;

mod body;
mod drawn;
mod files;
mod schema;

use std::fs;
use std::path::Path;

use e_risalah::common::clock::Span;
use e_risalah::common::flag::Flag;
use e_risalah::common::message::Message;
use e_risalah::document::orthography::{Lexicon, Writer, layers};
use e_risalah::document::risalah::{Entry, Format, RunKind, Turn, compose, write};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::Transcript;
use e_risalah::transcript::edit::{Change, Edit, Layer, Mark, Place, Source, Speaker, apply};
use proptest::prelude::*;

use outside::run;

fn turns(body: &[Entry]) -> Vec<&Turn> {
    body.iter().filter_map(|entry| if let Entry::Turn(turn) = entry { Some(turn) } else { None }).collect()
}

fn spoken(body: &[Entry]) -> Vec<String> {
    let runs = turns(body).into_iter().flat_map(|turn| turn.paragraphs.iter().flatten());
    runs.filter(|run| run.kind != RunKind::Mark).map(|run| run.text.clone()).collect()
}

fn text_of(turn: &Turn) -> String {
    let runs: Vec<&str> = turn.paragraphs.iter().flatten().map(|run| run.text.as_str()).collect();
    runs.join(" ")
}

fn written(format: Format, meeting: &Meeting, transcript: &Transcript, folder: &Path) {
    let bytes = write(format, meeting, transcript).expect("a document");
    fs::write(folder.join(format.file_name()), bytes).expect("written");
}

fn text(format: Format, meeting: &Meeting, transcript: &Transcript) -> String {
    String::from_utf8(write(format, meeting, transcript).expect("a document")).expect("UTF-8")
}

/// Text without the line breaks of a layout.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
