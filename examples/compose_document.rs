//! Composes the record of a meeting that was transcribed, and writes it in any format.
//!
//! ```sh
//! cargo run --release --example compose_document -- FOLDER FILE.pdf
//! ```
//! FOLDER holds `transkrip.db` and, if there is one, `rapat.toml`. The name's ending says the
//! format.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use e_risalah::document::risalah::{Format, write};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::store::Store;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder, file] = arguments.as_slice() else { return Err("usage: compose_document FOLDER FILE".into()) };
    run(folder, file)
}

/// What the program does, with its arguments.
pub fn run(folder: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    // Who sits at which microphone. Without a description, speakers are called by their microphone.
    let description = folder.join("rapat.toml");
    let meeting = if description.exists() { Meeting::read(&description)? } else { Meeting::bare() };

    // The words as they stand now: what was recognised, under the corrections.
    let transcript = Store::open_to_read(folder)?.load()?;

    let format = match file.extension().and_then(OsStr::to_str) {
        Some("pdf") => Format::Pdf,
        Some("docx") => Format::Docx,
        Some("txt") => Format::Txt,
        Some("json") => Format::Json,
        Some("srt") => Format::Srt,
        _ => return Err("FILE ends in .pdf, .docx, .txt, .json or .srt".into()),
    };
    // The document is a pure function of both: the same bytes for the same meeting.
    fs::write(file, write(format, &meeting, &transcript)?)?;
    Ok(())
}
