//! The recorder: a process of its own that brings sound from its source to the disk, and nothing
//! else.
//!
//! One thread, the `capture_loop`, takes the sound from the device, keeps the timeline true and
//! answers requests; it waits for nothing. A second, the disk writer, brings what the
//! `capture_loop` hands over to the disk and may wait for it as long as memory holds the sound.
//! Others copy what is on the disk to a second folder, look at folder and disk, open a device that
//! was lost, and talk to callers ([`Server`], [`Client`]); where one is asked for, another hears
//! the room's conference system. No recogniser runs here, and no screen: they follow the recording
//! on the disk.

mod capture_loop;
mod client;
mod disk_watch;
mod disk_writer;
mod error;
pub mod event_words;
mod hearing;
mod levels;
mod line;
mod log;
mod mirror;
mod monotonic;
mod server;
mod sound;
mod status;

pub use capture_loop::{Outcome, Plan, run};
pub use client::Client;
pub use error::Error;
pub use sound::Sound;
pub use status::{LOW_MINUTES, Meter, Mirror, Refusal, Reply, Request, State, Status};

/// The file in the recording's folder that says where its recorder answers.
const CONTROL: &str = "kendali.json";
/// The ending of its socket's name.
const SOCKET: &str = "sock";

/// How a recorder is reached, on this computer only.
#[derive(serde::Serialize, serde::Deserialize)]
struct Address {
    /// Its socket; only the user who records may connect.
    socket: std::path::PathBuf,
    /// The port on which the conference system is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conference: Option<u16>,
    pid: u32,
}

/// A request as it goes over the wire.
#[derive(serde::Serialize, serde::Deserialize)]
struct Call {
    /// Its number, which its answer repeats: an answer that comes late is not taken for that of the
    /// next request.
    #[serde(default)]
    id: u64,
    #[serde(flatten)]
    request: Request,
}

/// An answer as it goes over the wire.
#[derive(serde::Serialize, serde::Deserialize)]
struct Answer {
    id: u64,
    #[serde(flatten)]
    reply: Reply,
}
