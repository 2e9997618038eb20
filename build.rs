//! What cargo does not see by itself: the catalogue of sentences, which a macro reads, and whether
//! the demonstration model and its meeting are here.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=locales");
    // A crate of the registry has neither: it takes 10 MB.
    println!("cargo::rustc-check-cfg=cfg(shipped)");
    let model = Path::new("models/risalah-demo.bin.zst");
    if model.exists() {
        println!("cargo::rerun-if-changed={}", model.display());
        println!("cargo::rustc-cfg=shipped");
    }
}
