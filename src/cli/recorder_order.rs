//! What the recorder is told to do.

use std::path::PathBuf;

use e_risalah::seal::Seal;
use serde::{Deserialize, Serialize};

/// What the recorder reads on stdin, as JSON.
#[derive(Serialize, Deserialize)]
pub struct RecorderOrder {
    pub folder: PathBuf,
    pub mirror: Option<PathBuf>,
    pub device: Option<String>,
    /// The highest channel that has a seat.
    pub channels: Option<u16>,
    pub source: Option<PathBuf>,
    pub speed: f64,
    pub names: Vec<String>,
    /// The port on which the conference system is heard.
    pub conference: Option<u16>,
    /// Whether a recording that nobody closed is gone on with.
    #[serde(default)]
    pub resume: bool,
    /// The key of a closed meeting: its public half, and its secret one wrapped.
    #[serde(default)]
    pub seal: Option<Seal>,
    /// The public half of the key that the recogniser of an open meeting has.
    #[serde(default)]
    pub listener: Option<String>,
}
