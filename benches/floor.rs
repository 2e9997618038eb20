//! What the floor costs: ten seconds of every channel, in which one at a time speaks and all others
//! hear it.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use e_risalah::floor::Floor;

const SECONDS: usize = 10;
const BLOCK: usize = 4000;

/// Noise with the rhythm of syllables on the channel whose turn it is, 20 dB lower on the others.
fn room(channels: usize) -> Vec<Vec<f32>> {
    let mut state = 1u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let sound: Vec<f32> = (0..SECONDS * 16_000)
        .map(|n| noise() * 0.2 * (n as f32 * std::f32::consts::TAU * 4.0 / 16_000.0).sin().max(0.0))
        .collect();
    (0..channels)
        .map(|channel| {
            let level = |n: usize| if n / 32_000 % channels == channel { 1.0 } else { 0.1 };
            sound.iter().enumerate().map(|(n, x)| x * level(n) + noise() * 1e-4).collect()
        })
        .collect()
}

fn floor(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("floor");
    group.sample_size(10);
    for channels in [2, 8, 64] {
        let sound = room(channels);
        group.throughput(Throughput::Elements((SECONDS * channels) as u64));
        group.bench_with_input(BenchmarkId::from_parameter(channels), &sound, |bencher, sound| {
            bencher.iter(|| {
                let (mut floor, mut turns) = (Floor::new(channels), Vec::new());
                for start in (0..SECONDS * 16_000).step_by(BLOCK) {
                    let block: Vec<&[f32]> = sound.iter().map(|samples| &samples[start..start + BLOCK]).collect();
                    floor.push(&block, &mut turns);
                }
                floor.finish(&mut turns);
                black_box(turns)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, floor);
criterion_main!(benches);
