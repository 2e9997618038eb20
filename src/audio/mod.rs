//! Sound comes in: recordings are opened, decoded and brought to the rate that speech is recognised
//! at.
//!
//! ```no_run
//! use e_risalah::audio::{Block, Input, Source, SpeechStream};
//!
//! # fn main() -> Result<(), e_risalah::audio::Error> {
//! let input = Input::from_paths(&["rapat.wav".into()])?;
//! let mut sound = SpeechStream::new(Source::open(&input)?)?;
//! let mut block = Block::default();
//! while sound.read(&mut block, 4_000)? > 0 {
//!     // block.channels(): a quarter of a second of every channel at 16 kHz
//! }
//! for warning in sound.warnings() {
//!     // what a person must know about the sound
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Input`] says what the user's paths mean (`docs/guide/microphones.md` has the rules for names),
//! [`Source`] delivers their samples on one timeline, [`SpeechStream`] resamples them. Everything
//! is streamed in constant memory. A header is believed only as far as the file's bytes bear it
//! out: what is there is delivered, and a [`Warning`] says what is amiss.

mod adapt;
mod arrange;
mod codec;
mod compressed;
mod container;
mod decode;
mod error;
mod growing;
mod input;
mod kind;
mod opus;
mod resample;
mod several;
mod source;
mod speech;
mod track;
mod warning;
pub mod wav;

pub use decode::Format;
pub use error::Error;
pub use input::{Input, Member, Part, Seat, Set};
pub use kind::ending;
pub use source::{FileInfo, Source};
pub use speech::{Block, Level, SPEECH_RATE, Selection, SpeechStream, samples_at_speech_rate};
pub use warning::{Double, Warning, Why};

/// The lowest and highest sample rate that is accepted, in samples a second.
pub const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;
