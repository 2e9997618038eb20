//! What the recorder tells the log: what became of the recording, never what was entered, a name or
//! a path. The thread that writes to the disk tells it; the way of the sound before it does not.

use crate::recording::Fact;

/// Logs a line of the ledger, as far as it tells of the recording itself. Times are samples.
pub(super) fn fact(fact: &Fact) {
    match fact {
        Fact::Gap { at, frames, cause } => tracing::warn!(at, frames, ?cause, "samples lost"),
        Fact::Lost { at, why, .. } => tracing::warn!(at, ?why, "device lost"),
        Fact::Returned { at } => tracing::info!(at, "device back"),
        Fact::Low { at, minutes } => tracing::warn!(at, minutes, "disk nearly full"),
        Fact::Moved { at, .. } => tracing::warn!(at, "recording goes on in the second folder"),
        Fact::MirrorFailed { at, .. } => tracing::warn!(at, "copy in the second folder failed"),
        Fact::Event { at, .. } => tracing::debug!(at, "entry written"),
        Fact::Clock { at, .. } => tracing::debug!(at, "clock compared"),
        _ => {}
    }
}
