//! From the microphones to a recording on disk, and what is done with a recording alone.

pub mod capture;
pub mod flac;
pub mod playback;
pub mod recorder;
pub mod soundcheck;
