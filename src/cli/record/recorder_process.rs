//! Starts the recorder as a process of its own.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder;
use e_risalah::record::recorder::Client;

use crate::cli::console::relay;
use crate::cli::outcome::Failure;
use crate::cli::own_process::own_process;
use crate::cli::recorder_order::RecorderOrder;

/// The file beside the recording that holds what the recorder said.
const LOG: &str = "perekam.log";

/// A recorder is there within this time, or says why not; and has closed its recording within it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Starts the recorder and waits until it answers, or says what it could not do.
pub fn start(order: &RecorderOrder, folder: &Path) -> Result<(Child, Client), Failure> {
    let log = folder.join(LOG);
    let failed = |source| folder::Error::Write { path: log.clone(), source };
    let written = OpenOptions::new().create(true).append(true).open(&log).map_err(failed)?;
    let before = written.metadata().map_or(0, |log| log.len());
    let mut child = own_process("recorder")?
        .arg("--supervise")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(written)
        .spawn()
        .map_err(failed)?;
    let order_text = serde_json::to_vec(order).map_err(|error| failed(error.into()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&order_text).map_err(failed)?;
    }
    let begun = Instant::now();
    loop {
        if let Ok(client) = Client::reach(&order.folder) {
            return Ok((child, client));
        }
        if let Ok(Some(status)) = child.try_wait() {
            relay(&said_since(&log, before));
            return Err(Failure::told(status.code() == Some(2)));
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failure::failed(Message::new("record.no_answer").with("path", log.display())));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// What the recorder wrote into its log behind so many bytes.
fn said_since(log: &Path, before: u64) -> String {
    let said = fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(said.get(before as usize..).unwrap_or_default()).into_owned()
}
