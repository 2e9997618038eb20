//! E-Risalah: the record of a parliament's meeting from the microphones of its room, on one
//! machine, offline.
//!
//! Sound flows one way. [`record`] writes what the microphones give to a [`recording`] on disk,
//! [`audio`] reads it, [`floor`] decides which channel speaks, [`recognise`] recognises a turn,
//! [`transcript`] keeps what was recognised and corrected, [`meeting`] knows who sits where, and
//! [`document`] makes the record of both. [`lifecycle`] has the steps by which it becomes official,
//! [`meeting_folder`] joins them for whoever shows a meeting, [`archive`] finds what was said in
//! all
//! of them, [`workload`] adds up the work on them, [`retention`] says how long their files are
//! kept, and [`accession`] makes packages of them for an archival institution. [`signature`] signs a
//! record electronically, [`distribution`] sends it to others, and [`publication`] says what of it
//! may go out and makes the site for the public. Each module uses only those that stand before it in the way of
//! the data; `tests/library/architecture.rs` holds them to it.
//!
//! The library never prints; the program's `cli` turns its errors into sentences.

rust_i18n::i18n!("locales", fallback = "en");

pub mod accession;
#[cfg(feature = "console")]
pub mod accounts;
pub mod archive;
pub mod audio;
pub mod audit;
pub mod common;
pub mod conference;
#[cfg(feature = "console")]
pub mod console;
pub mod distribution;
pub mod doctor;
pub mod document;
pub mod floor;
pub mod lifecycle;
pub mod meeting;
pub mod meeting_folder;
pub mod publication;
pub mod recognise;
pub mod record;
pub mod recording;
pub mod retention;
pub mod seal;
pub mod signature;
pub mod transcript;
pub mod workload;
