//! Which model recognises speech, where its file lies, and whether it may be trusted.
//!
//! Weights of other programs are turned into a ggml file when they are imported. A model is
//! *shipped* (inside the program, for demonstration), *official* (published by the whisper.cpp
//! project, known by size and SHA-256 from a manifest in the program) or *unofficial* (any other
//! Whisper model in ggml format, known by the SHA-256 noted when it was imported).
//! [`Store::resolve`] is the one way to the recogniser: it has read the whole file, compared its
//! SHA-256 and checked every number of its [`header`] before whisper.cpp sees it. Only
//! [`Store::pull`] opens a connection.

pub mod header;
pub mod import;

mod card;
mod error;
mod file;
mod machine;
mod manifest;
mod measure;
mod pull;
mod shipped;
mod store;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::common::message::Message;

pub use error::Error;
pub use manifest::{Official, Size, officials, revision};
pub use measure::{Effort, Measurement};
pub use pull::Hub;
pub use store::{Entry, Installed, State, Store, Verified};

/// A model that may be opened.
#[derive(Clone, Debug)]
pub struct Model {
    /// What people call it: `small-q8_0`, `risalah-demo`, or the file's own name.
    pub name: String,
    /// Who vouches for it.
    pub origin: Origin,
    /// SHA-256 of its ggml file, 64 lower-case hexadecimal digits: what a transcript notes as its
    /// model.
    pub sha256: String,
    /// SHA-256 of the weights that it was made from, where they had another form.
    pub origin_sha256: Option<String>,
    /// The file itself.
    pub source: Source,
    /// What the recogniser must know of it.
    pub properties: Properties,
}

impl Model {
    /// What its file says of itself.
    pub fn header(&self) -> Result<header::Header, Error> {
        match &self.source {
            Source::Path(path) => file::check_header(path),
            Source::Bytes(bytes) => header::parse(bytes).map_err(|error| Error::ShippedDamaged(error.to_string())),
        }
    }
}

/// Who vouches for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Part of this program.
    Shipped,
    /// Published by the whisper.cpp project.
    Official,
    /// Whoever installed it.
    Unofficial,
}

/// Where the bytes of a model are.
#[derive(Clone)]
pub enum Source {
    /// A file, which the recogniser opens itself.
    Path(PathBuf),
    /// The whole ggml file in memory.
    Bytes(Vec<u8>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "Path({})", path.display()),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

/// What a model allows and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Properties {
    /// Whether the encoder may look at less than 30 s. Weights that were not trained for it loop
    /// and invent words: word error 4.7 % becomes 226 % with tiny.en (FUTO, "ACFT").
    pub cut_audio_ctx: bool,
    /// Trained on synthesised speech only: for demonstration, never for a real meeting.
    pub synthetic: bool,
    /// Which decoder heads follow the sound, for word times.
    pub alignment: Alignment,
}

/// The decoder heads that follow the sound.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    /// Those that are known for this official size.
    Official(Size),
    /// These, each as layer and head, from 0.
    Heads(Vec<(u8, u8)>),
    /// All heads of so many last decoder layers.
    LastLayers(u8),
    /// None: words get their share of the time by their letters. For a small model warping costs
    /// more than recognition, as whisper.cpp computes it with four threads that wait for each
    /// other.
    Letters,
}

/// How the caller follows and stops a long work on a model file.
pub struct Monitor<'a> {
    /// Called every few hundred kilobytes and before each new attempt.
    pub report: &'a mut dyn FnMut(Progress),
    /// Once true, the work ends with [`Error::Cancelled`]; what was downloaded so far is kept for
    /// the next time.
    pub cancel: &'a AtomicBool,
}

impl Monitor<'_> {
    fn bytes(&mut self, stage: Stage, done: u64, total: u64) -> Result<(), Error> {
        (self.report)(Progress::Bytes { stage, done, total });
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

/// Where a long work stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// That many bytes are through.
    Bytes {
        /// What is done with them.
        stage: Stage,
        /// Bytes so far.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The connection failed; it is tried again.
    Retry {
        /// Why.
        cause: Message,
        /// Seconds until then, rounded up.
        seconds: u64,
    },
}

/// What a long work on a model file is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Bytes come from the hub.
    Downloading,
    /// Bytes come from a file.
    Copying,
    /// Weights of another form are written as ggml has them.
    Converting,
    /// The SHA-256 of a file is taken.
    Checking,
}
