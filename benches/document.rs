//! Time to make the record, by length of the meeting: 3,000 turns of 27 words are eight hours of debate.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use e_risalah::risalah::{Format, compose, write};

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
        for format in [Format::Docx, Format::Pdf] {
            group.bench_with_input(BenchmarkId::new(format.name(), turns), &transcript, |bencher, transcript| {
                bencher.iter(|| write(format, black_box(&meeting), black_box(transcript)).expect("a document"));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, document);
criterion_main!(benches);
