//! Any bytes as a WAV file: refused, or read to the end without a panic and without more frames
//! than the bytes hold.

#![no_main]

use std::io::Cursor;
use std::path::Path;

use e_risalah::audio::wav::WavReader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut reader) = WavReader::new(Cursor::new(bytes), Path::new("fuzz.wav")) else { return };
    let channels = usize::from(reader.format().channels);
    assert!(reader.frames() * channels as u64 <= bytes.len() as u64);
    let skipped = reader.skip(reader.frames() / 2).expect("memory can be read");
    let mut block = vec![0.0; 100 * channels];
    let mut frames = skipped;
    loop {
        match reader.read(&mut block).expect("memory can be read") {
            0 => break,
            count => frames += count as u64,
        }
    }
    assert_eq!(frames, reader.frames());
});
