//! Any bytes as a sound file: refused, or read without a panic, and to an end. `tests/data` has a
//! seed for each container.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use e_risalah::audio::{Input, Source};
use libfuzzer_sys::fuzz_target;

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("e-risalah-fuzz-container-{}", std::process::id())));

/// Holes and repeated headers may make much sound of few bytes; more than this is not waited for.
const ENOUGH: u64 = 1 << 24;

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&*FILE, bytes).expect("the temporary folder can be written");
    let Ok(mut source) = Source::open(&Input::File(FILE.clone())) else { return };
    let mut block = vec![0.0; 4_096 * usize::from(source.channels())];
    while source.position() < ENOUGH && source.read(&mut block).is_ok_and(|frames| frames > 0) {}
    let _ = source.warnings();
});
