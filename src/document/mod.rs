//! From a transcript and a meeting to documents, to paper, and from corrected documents back.

pub mod correction;
pub mod orthography;
#[cfg(feature = "print")]
pub mod printing;
pub mod risalah;
