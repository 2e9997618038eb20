//! The recorder: a process of its own that brings sound from its source to the disk, and nothing else.
//!
//! One thread takes the sound from the ring and appends it; another brings it to the disk each second; a third answers requests
//! ([`Server`], [`Client`]); a fourth copies what is on the disk to a second folder; where one is asked for,
//! another hears the room's conference system. Only the first matters: none of the others can hold it
//! up. No recogniser runs here, and no screen: they follow the recording on the disk.

mod client;
mod error;
mod hearing;
mod keeper;
mod levels;
mod mirror;
mod server;
mod sound;
mod status;
mod steady;
mod syncer;

pub use client::Client;
pub use error::Error;
pub use keeper::{Outcome, Plan, run};
pub use sound::Sound;
pub use status::{Meter, Mirror, Reply, Request, State, Status};

/// The file in the recording's folder that says where its recorder answers.
const CONTROL: &str = "kendali.json";

/// How a recorder is reached: on this computer only, by who may read the file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Address {
    port: u16,
    /// Where the conference system is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conference: Option<u16>,
    token: String,
    pid: u32,
}

/// A request as it goes over the wire.
#[derive(serde::Serialize, serde::Deserialize)]
struct Call {
    token: String,
    #[serde(flatten)]
    request: Request,
}
