//! Any text as the description of a meeting or of an institution: refused, or read without a panic.

#![no_main]

use e_risalah::meeting::Meeting;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(meeting) = Meeting::parse(text, "rapat.toml") {
        let _ = (meeting.session(), meeting.check_channels(8));
    }
    let _ = Meeting::parse_institution(text, "lembaga.toml");
});
