//! Whisper's forward pass on a CPU, one thread a sound.
//!
//! The architecture is that of Radford et al., *Robust Speech Recognition via Large-Scale Weak
//! Supervision* (2022, arXiv:2212.04356); the reference is OpenAI's implementation
//! (`whisper/model.py`, `audio.py`, `decoding.py`, `timing.py`). Weights are signed bytes with a
//! scale for each output, what they multiply is made bytes row by row (Dettmers et al., "LLM.int8",
//! 2022: row-wise quantisation), and so are the parts of the encoder's attention where the
//! processor has a dot product of bytes; normalisation, the decoder's attention and everything
//! between stay in single precision.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use risalah_whisper::{Model, Options, Precision, Session, Weights};
//!
//! let file = std::io::BufReader::new(std::fs::File::open("ggml-base.bin")?);
//! let model = Arc::new(Model::new(Weights::read_ggml(file)?, Precision::Int8)?);
//! let suppressed = model.non_speech_tokens();
//! let options = Options {
//!     language: model.language("id")?,
//!     suppressed: &suppressed,
//!     word_times: true,
//!     ..Options::default()
//! };
//! let mut session = Session::new(model); // one for each thread
//! let sound = vec![0.0; 48_000];
//! let heard = session.transcribe(&sound, &options)?;
//! # Ok(())
//! # }
//! ```
//!
//! * [`Weights`] is a model as it is stored, [`Weights::read_ggml`] reads one from a file of
//!   whisper.cpp.
//! * [`Model`] is one that is ready to compute, for one of this processor's [`Kernel`]s and a
//!   [`Precision`]. Threads share it.
//! * [`Session`] is one thread's use of it: [`Session::transcribe`] does all, [`Session::encode`],
//!   [`Session::detect`], [`Session::decode`] and [`Session::align`] a part each.
//!
//! The same sound gives the same words on the same kernel, whatever was heard before.

mod alignment;
mod attention;
#[cfg(test)]
mod checks;
mod decoder;
mod encoder;
mod error;
mod ggml;
mod guard;
mod kernel;
mod linear;
mod measure;
mod mel;
mod model;
#[cfg(test)]
mod reference;
mod session;
mod timing;
mod tokens;
mod weights;

pub use error::{Error, Result};
pub use guard::Ending;
pub use kernel::Kernel;
pub use linear::Precision;
pub use measure::Product;
pub use model::Model;
pub use session::{Bias, Decoded, Detection, FRAME, Options, Scores, Session, Token, Transcription, Word};
pub use tokens::{LANGUAGES, SpecialTokens};
pub use weights::{BINS, Block, Data, Dimensions, Tensor, Weights, half_to_single};
