//! Nothing is invented: sound that holds no speech gives no words.

use std::f64::consts::TAU;
use std::path::Path;
use std::process::Command;

const RATE: u32 = 16_000;

/// Ten minutes: digital silence, mains hum, coloured noise, notes of many partials like music, knocks.
fn write_noises(path: &Path) {
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

#[test]
fn ten_minutes_without_speech_give_no_words() {
    let place = tempfile::tempdir().expect("a folder");
    let (input, folder) = (place.path().join("sunyi.wav"), place.path().join("hasil"));
    write_noises(&input);
    let output = Command::new(env!("CARGO_BIN_EXE_risalah"))
        .arg("transcribe")
        .arg(&input)
        .env("RISALAH_LANG", "en")
        .args(["--model", "risalah-demo", "--quiet", "-o"])
        .arg(&folder)
        .output()
        .expect("the program runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    // The noise in it is loud enough to hide a voice, which is told.
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("Microphone ch01 carries so much noise"), "{stderr}");
    let json = std::fs::read_to_string(folder.join("transkrip.json")).expect("written");
    let transcript: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let words: Vec<&str> = transcript["utterances"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|utterance| utterance["text"].as_str())
        .filter(|text| !text.is_empty())
        .collect();
    assert_eq!(words, Vec::<&str>::new());
}
