//! Sound that holds no speech.

use std::f64::consts::TAU;
use std::path::Path;

const RATE: u32 = 16_000;

/// Ten minutes: digital silence, mains hum, coloured noise, notes of many partials like music,
/// knocks.
pub fn write(path: &Path) {
    let mut state = 7u32;
    let mut white = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / 8_388_608.0 - 1.0
    };
    let mut brown = 0.0;
    let spec =
        hound::WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("created");
    for n in 0..600 * RATE {
        let (minute, t) = (n / (60 * RATE), f64::from(n) / f64::from(RATE));
        brown = 0.98 * brown + 0.02 * white();
        let tone = |frequency: f64| (TAU * frequency * t).sin();
        let sample = match minute {
            0 => 0.0,
            1 | 2 => 0.1 * tone(50.0) + 0.05 * tone(150.0) + 0.02 * tone(350.0) + 0.001 * white(),
            3 | 4 => 0.05 * white(),
            5 => brown,
            6 | 7 => {
                let note = 220.0 * 2f64.powf((t * 2.0).floor() % 12.0 / 12.0);
                let partials: f64 = (1..=5).map(|k| tone(note * f64::from(k)) / f64::from(k)).sum();
                0.1 * (partials + 0.5 * tone(1.5 * note)) * (1.0 - (t * 2.0).fract()) + 0.001 * white()
            }
            8 => 0.2 * white() * (-((t % 3.0) * 40.0)).exp() + 0.001 * white(),
            _ => 0.002 * white(),
        };
        writer.write_sample((sample.clamp(-1.0, 1.0) * 32_767.0) as i16).expect("written");
    }
    writer.finalize().expect("finished");
}
