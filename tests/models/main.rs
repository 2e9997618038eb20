//! The model registry: what a model file must be, what the folder keeps, and how a download goes
//! wrong.

mod checkpoint;
mod ggml;
mod header;
mod import;
mod pull;
mod server;
mod store;

use std::sync::atomic::AtomicBool;

use e_risalah::recognise::models::{Monitor, Official, Progress, Size};
use sha2::{Digest, Sha256};

/// Runs `work` with a watch that nobody looks at.
fn unwatched<T>(work: impl FnOnce(&mut Monitor) -> T) -> T {
    work(&mut Monitor { report: &mut |_: Progress| (), cancel: &AtomicBool::new(false) })
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The manifest's entry for these bytes.
fn official(name: &str, bytes: &[u8]) -> Official {
    Official { name: name.to_owned(), size: Size::Small, bytes: bytes.len() as u64, sha256: sha256(bytes) }
}
