//! E-Risalah: the record of a parliament's meeting from the microphones of its room, on one machine, offline.
//!
//! Sound flows one way: [`audio`] reads a recording, [`floor`] decides which channel speaks, [`speech`] recognises a turn,
//! [`transcript`] keeps what was recognised, [`writing`] writes it as print does, [`meeting`] knows who sits where, and
//! [`risalah`] makes the document of both. What was corrected in the document comes back through [`correction`], as layers of the
//! transcript. [`pipeline`] joins them. The library never prints; the program's `cli` turns its errors into sentences.

rust_i18n::i18n!("locales", fallback = "en");

pub mod archive;
pub mod atomic_file;
pub mod audio;
pub mod capture;
pub mod clock;
pub mod conference;
pub mod correction;
pub mod digest;
pub mod floor;
pub mod folder;
pub mod lock;
pub mod meeting;
pub mod message;
pub mod models;
pub mod pipeline;
pub mod playback;
pub mod plot;
pub mod printing;
pub mod recorder;
pub mod recording;
pub mod risalah;
pub mod soundcheck;
pub mod speech;
pub mod status;
pub mod system;
pub mod toml_text;
pub mod transcript;
pub mod writing;
