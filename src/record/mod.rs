//! From the microphones to a recording on disk, and what is done with a recording alone.

pub mod archive;
pub mod capture;
pub mod playback;
pub mod recorder;
pub mod soundcheck;
