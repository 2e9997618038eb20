//! Sound on its way in: seconds of sound decoded and resampled per second, for the whole recording
//! and per channel.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use e_risalah::audio::{Block, Input, Source, SpeechStream};
use hound::{SampleFormat, WavSpec, WavWriter};

const RATE: u32 = 48_000;
const SECONDS: u32 = 4;
const CHANNELS: [u16; 3] = [1, 8, 64];

/// A recording of noise; noise costs as much as speech.
fn recording(folder: &Path, channels: u16, bits: u16) -> PathBuf {
    let path = folder.join(format!("{channels}x{bits}.wav"));
    let spec = WavSpec { channels, sample_rate: RATE, bits_per_sample: bits, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(&path, spec).expect("a file");
    let mut noise = 1_u32;
    for _ in 0..RATE * SECONDS * u32::from(channels) {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writer.write_sample(noise as i32 >> (34 - bits)).expect("a sample");
    }
    writer.finalize().expect("a whole file");
    path
}

fn decode(path: &Path) -> u64 {
    let mut source = Source::open(&Input::File(path.to_owned())).expect("a recording");
    let mut block = vec![0.0; RATE as usize / 4 * usize::from(source.channels())];
    while source.read(&mut block).expect("sound") > 0 {
        black_box(&block);
    }
    source.position()
}

fn resample(path: &Path) -> u64 {
    let source = Source::open(&Input::File(path.to_owned())).expect("a recording");
    let mut sound = SpeechStream::new(source).expect("a stream");
    let mut block = Block::default();
    while sound.read(&mut block, 4_000).expect("sound") > 0 {
        black_box(&block);
    }
    sound.source().position()
}

fn sound(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut group = criterion.benchmark_group("sound");
    group.sample_size(10);
    for channels in CHANNELS {
        // A second of this group is a second of one channel.
        group.throughput(Throughput::Elements(u64::from(SECONDS) * u64::from(channels)));
        for bits in [16, 24] {
            let path = recording(folder.path(), channels, bits);
            let id = BenchmarkId::new(format!("decode {bits} bit"), channels);
            group.bench_with_input(id, &path, |bencher, path| bencher.iter(|| decode(path)));
        }
        let path = recording(folder.path(), channels, 16);
        let id = BenchmarkId::new("resample 48 to 16 kHz", channels);
        group.bench_with_input(id, &path, |bencher, path| bencher.iter(|| resample(path)));
    }
    group.finish();
}

criterion_group!(benches, sound);
criterion_main!(benches);
