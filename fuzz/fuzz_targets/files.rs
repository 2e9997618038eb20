//! Any bytes as a ledger and as turns in RTTM, which are read from files: refused, or read without
//! a panic.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use e_risalah::floor::external_turns::Given;
use e_risalah::recording::Ledger;
use libfuzzer_sys::fuzz_target;

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("e-risalah-fuzz-{}", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&*FILE, bytes).expect("the temporary folder can be written");
    if let Ok(given) = Given::read(&FILE, 4) {
        let mut turns = Vec::new();
        let beyond = given.finish(16_000 * 60, |_, span| vec![0.0; span.len() as usize], &mut turns);
        assert!(turns.len() + beyond > 0);
        assert!(turns.iter().all(|turn| turn.channel.number() <= 4 && !turn.span.is_empty()));
    }
    if let Ok(ledger) = Ledger::read(&FILE) {
        let _ = (ledger.start(), ledger.began(), ledger.segments(), ledger.end(), ledger.alarms().count());
    }
});
