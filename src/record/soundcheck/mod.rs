//! A sound check: each seat in turn says a sentence, and what is wrong with its microphone is said
//! by seat.
//!
//! [`SoundCheck`] takes the sound as it comes and tells whose turn it is ([`Step`]). Beside its
//! [`Verdict`]s it gives what the detector has learned of the room ([`crate::floor::Profile`]), so
//! that a meeting can begin where the check ended; [`room`] keeps that.

mod listen;
pub mod room;
mod verdict;

pub use listen::{SoundCheck, Step};
pub use verdict::{Trouble, Verdict};
