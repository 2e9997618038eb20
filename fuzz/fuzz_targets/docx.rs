//! Any bytes as a corrected document, and as the text of one: refused, or read without a panic.

#![no_main]

use std::io::{Cursor, Write};

use e_risalah::document::correction::Document;
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A package whose document part these bytes are.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", options).expect("memory can be written");
    zip.write_all(bytes).expect("memory can be written");
    zip.finish().expect("memory can be written").into_inner()
}

fuzz_target!(|bytes: &[u8]| {
    let _ = Document::parse(bytes);
    let _ = Document::parse(&packed(bytes));
});
