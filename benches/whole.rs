//! What the record of a whole day costs: time and memory of DOCX and PDF by length of the meeting,
//! each in a process of its own.
//!
//! `cargo bench --bench whole` prints a Markdown table (benches/README.md). Memory is what Linux
//! tells of the process (`VmHWM`).

use std::process::Command;
use std::time::Instant;

use e_risalah::document::risalah::{Format, write};

#[path = "../tests/sample/mod.rs"]
mod sample;

/// 3,000 turns of 27 words are 81,000 words: eight hours of debate.
const WORDS_PER_TURN: usize = 27;
const TURNS: [usize; 4] = [375, 750, 1_500, 3_000];

fn main() {
    let turns = std::env::args().find_map(|argument| argument.strip_prefix("turns=")?.parse().ok());
    if let Some(turns) = turns {
        measure(turns);
        return;
    }
    println!("| turns | words | DOCX | PDF | both | peak memory |\n|--:|--:|--:|--:|--:|--:|");
    let itself = std::env::current_exe().expect("the path of this program");
    for turns in TURNS {
        let status = Command::new(&itself).arg(format!("turns={turns}")).status().expect("started");
        assert!(status.success(), "{turns} turns");
    }
}

fn measure(turns: usize) {
    let (meeting, transcript) = (sample::meeting(), sample::generated(turns, WORDS_PER_TURN));
    let begun = Instant::now();
    let docx = write(Format::Docx, &meeting, &transcript).expect("a document");
    let after_docx = begun.elapsed().as_secs_f64();
    let pdf = write(Format::Pdf, &meeting, &transcript).expect("a document");
    let both = begun.elapsed().as_secs_f64();
    println!(
        "| {turns} | {} | {after_docx:.2} s, {:.1} MB | {:.2} s, {:.1} MB | {both:.2} s | {} |",
        turns * WORDS_PER_TURN,
        docx.len() as f64 / 1e6,
        both - after_docx,
        pdf.len() as f64 / 1e6,
        peak().map_or_else(|| "–".to_owned(), |megabytes| format!("{megabytes} MB")),
    );
}

/// The most memory that this process has had, in megabytes; only Linux tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024 / 1_000_000)
}
