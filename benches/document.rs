//! Time to make the record, by length of the meeting: 3,000 turns of 27 words are eight hours of
//! debate. And time to read its corrections back.

use std::hint::black_box;
use std::io::{Cursor, Read, Write};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use e_risalah::document::correction::{self, Corrector, Document};
use e_risalah::document::risalah::{Format, compose, write};

#[path = "../tests/sample/mod.rs"]
mod sample;

const WORDS_PER_TURN: usize = 27;

fn document(criterion: &mut Criterion) {
    let meeting = sample::meeting();
    let mut group = criterion.benchmark_group("document");
    group.sample_size(10);
    for turns in [30, 300, 3_000] {
        let transcript = sample::generated(turns, WORDS_PER_TURN);
        group.throughput(Throughput::Elements((turns * WORDS_PER_TURN) as u64));
        group.bench_with_input(BenchmarkId::new("compose", turns), &transcript, |bencher, transcript| {
            bencher.iter(|| compose(black_box(&meeting), black_box(transcript)));
        });
        for format in [Format::Docx, Format::Working, Format::Pdf] {
            group.bench_with_input(BenchmarkId::new(format.name(), turns), &transcript, |bencher, transcript| {
                bencher.iter(|| write(format, black_box(&meeting), black_box(transcript)).expect("a document"));
            });
        }
    }
    group.finish();
}

/// Five hundred corrections in eight hours, read back and laid.
fn corrections(criterion: &mut Criterion) {
    let (meeting, raw) = (sample::meeting(), sample::generated(3_000, WORDS_PER_TURN));
    let copy = write(Format::Working, &meeting, &raw).expect("a working copy");
    let corrected = corrected(&copy, 500);
    let corrector = Corrector {
        by: "Sekretariat".to_owned(),
        why: None,
        when: jiff::Timestamp::UNIX_EPOCH.in_tz("UTC").expect("a zone"),
        member: None,
    };
    let mut group = criterion.benchmark_group("correction");
    group.sample_size(10);
    group.bench_function("500 of 80,000 words", |bencher| {
        bencher.iter(|| {
            let document = Document::parse(black_box(&corrected)).expect("a document");
            let found = correction::read(&document, &meeting, &raw, &[], &corrector).expect("a working copy");
            assert_eq!((found.layers.len(), found.leftovers.len()), (500, 0));
        });
    });
    group.finish();
}

/// The working copy with a word put before the last one of this many paragraphs of speech.
fn corrected(copy: &[u8], count: usize) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(copy)).expect("a package");
    let mut xml = String::new();
    archive.by_name("word/document.xml").expect("a text").read_to_string(&mut xml).expect("a text");
    let mut pieces: Vec<String> = xml.split_inclusive("</w:p>").map(str::to_owned).collect();
    let speech = pieces.iter_mut().filter(|piece| piece.contains(r#""Ucapan""#)).step_by(6);
    for piece in speech.take(count) {
        let end = piece.rfind("</w:t>").expect("a text");
        let last = piece[..end].rfind(' ').expect("words");
        piece.insert_str(last, " koreksi");
    }
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    out.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    out.write_all(pieces.concat().as_bytes()).expect("written");
    out.finish().expect("a package").into_inner()
}

criterion_group!(benches, document, corrections);
criterion_main!(benches);
