//! Any bytes as a model of CTranslate2: refused, or weights whose every tensor was found.
//!
//! The bytes up to the first newline are the configuration and the vocabulary, the rest
//! `model.bin`: as it is, and behind the beginning that such a file has.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use e_risalah::recognise::models::import::probe;
use libfuzzer_sys::fuzz_target;

const BEGINNING: &[u8] = b"\x06\0\0\0\x0c\0WhisperSpec\0\x03\0\0\0";

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("e-risalah-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
});

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let (texts, model) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let write = |name: &str, bytes: &[u8]| fs::write(FOLDER.join(name), bytes).expect("written");
    write("config.json", texts);
    write("vocabulary.json", texts);
    write("vocabulary.txt", texts);
    for model in [model.to_vec(), [BEGINNING, model].concat()] {
        write("model.bin", &model);
        // Nothing so small can hold Whisper's vocabulary.
        assert!(!probe(&FOLDER));
    }
});
