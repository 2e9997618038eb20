//! What the electronic signature of an institution's records needs, as `lembaga.toml` has it.

use std::path::PathBuf;

/// What electronic signatures are stamped by, and trusted for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signing {
    /// The address of a time-stamp authority (RFC 3161).
    pub stamps: Option<String>,
    /// Certificates that signatures and time stamps must come from, as PEM.
    pub roots: Option<PathBuf>,
}
