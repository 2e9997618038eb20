//! A package of an official record for an archival institution: a BagIt 1.0 bag (RFC 8493) with the
//! record as PDF/A and DOCX, the recording as FLAC, the transcript, the proof, and metadata.
//!
//! ```text
//! OUT/
//!   bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt
//!   data/risalah/      every official edition: PDF/A, DOCX, short report, manifest
//!   data/rekaman/      kanal-NN.flac, ledger.jsonl
//!   data/transkrip/    transkrip.json, transkrip.db
//!   data/keterangan/   rapat.toml and what it names, decisions of retention
//!   metadata/          dublin-core.xml, preservation.json, daftar-arsip.csv
//! ```
//!
//! It is written under another name and gets its own when it is whole. Files are read and written
//! in pieces, and each is compared with the hash that the manifest or the ledger has of it.

mod bag;
mod contents;
mod error;
mod metadata;
mod package;

pub use error::Error;
pub use package::{Package, Request, package};
