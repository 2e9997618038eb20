//! The life of a record, from the notice of the meeting to the archive, and the gate before it
//! becomes official.
//!
//! States are kept in the store as steps that are only ever added: who, when, why. A record becomes
//! official by [`finalize`], when every check of [`hindrances`] is met: then its documents are
//! frozen and a [`Manifest`] holds the hash of all that they were made of. What changes later makes
//! a new edition beside the old one. [`verify`] shows that all is as it was.

mod error;
mod finalize;
pub mod folder;
mod gate;
mod life;
mod manifest;
mod passage;
mod signed;
mod stage;
mod state;

pub use error::Error;
pub use finalize::{Finalized, Request, Sign, Typeset, finalize, finalize_signed, official};
pub use gate::{Hindrance, hindrances, recorded, uncarried};
pub use life::{Life, Transition};
pub use manifest::{
    Audio, Document, Finding, Layers, Manifest, Verdict, Words, content, kept_heads, sound_files, verify,
    verify_without_sound,
};
pub use passage::{Passage, hear, omit, seconds};
pub use signed::{Signature, Verified, signatures};
pub use stage::Stage;
pub use state::State;
