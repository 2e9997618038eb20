//! Any bytes as a model of Hugging Face's transformers: refused, or weights whose every tensor was
//! found.
//!
//! The bytes up to the first zero are the configuration, those up to the next the tokenizer, the
//! rest the weights: as they are, and with the right length before their header.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use e_risalah::recognise::models::import::probe;
use libfuzzer_sys::fuzz_target;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("e-risalah-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
});

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default();
    let (config, tokenizer, weights) = (part(), part(), part());
    let write = |name: &str, bytes: &[u8]| fs::write(FOLDER.join(name), bytes).expect("written");
    write("config.json", config);
    write("generation_config.json", config);
    write("tokenizer.json", tokenizer);
    let header = weights.iter().position(|byte| *byte == 0).unwrap_or(weights.len());
    for weights in [weights.to_vec(), [&(header as u64).to_le_bytes(), weights].concat()] {
        write("model.safetensors", &weights);
        // Nothing so small can hold Whisper's vocabulary.
        assert!(!probe(&FOLDER));
    }
});
