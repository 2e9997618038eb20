//! Any bytes as events of a conference system, as a table and as lines: refused with a line that
//! exists, or read to the end.

#![no_main]

use e_risalah::conference::{Error, Lines, Source, Table};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Every call takes at least one line; the last may lack its break, and one call finds the end.
    let most = bytes.iter().filter(|byte| **byte == b'\n').count() + 3;
    drain(Lines::new("fuzz.jsonl", bytes), most);
    drain(Table::new("fuzz.csv", bytes), most);
});

fn drain(mut source: impl Source, most: usize) {
    for _ in 0..most {
        match source.next() {
            Ok(None) => return,
            Ok(Some(_)) => {}
            Err(Error::Line { line, .. }) => assert!(line >= 1 && line as usize <= most),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("no end");
}
