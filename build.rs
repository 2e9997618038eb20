//! The catalogue of sentences is read by a macro, which cargo does not see: a changed sentence must rebuild the library.

fn main() {
    println!("cargo::rerun-if-changed=locales");
}
