//! Any bytes as a ggml model file: refused, or a model whose dimensions the recogniser can bear.

#![no_main]

use e_risalah::recognise::models::header::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for file in [bytes.to_vec(), [b"lmgg", bytes].concat()] {
        let Ok(header) = parse(&file) else { continue };
        assert!(header.state % header.audio_heads == 0 && header.state % header.text_heads == 0);
        assert!(header.audio_layers > 0 && header.text_layers > 0);
    }
});
