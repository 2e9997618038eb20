//! Waits until a recorder has closed its recording, and says what was recorded.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::common::message::{Explain, Message};
use e_risalah::meeting::Finding;
use e_risalah::recording::{End as Ending, Fact, Growth};

use super::recorder_process::PATIENCE;
use crate::cli::console::Console;
use crate::cli::outcome::{End, Failure};

/// A recorder that died is started again within this time.
pub const RESTARTED: Duration = Duration::from_secs(10);

/// How often it is looked whether the recording is closed.
const POLL: Duration = Duration::from_millis(50);

/// What became of a recording.
pub struct Closed {
    /// `None` where nothing was recorded.
    growth: Option<Growth>,
    /// What a person must look at.
    warnings: Vec<Message>,
}

/// Waits until the recorder has let go. `moved_to` is the folder that the recording went on to; it
/// may be the only one that is left.
pub fn wait(recording: &Path, moved_to: &Path) -> Result<Closed, Failure> {
    let begun = Instant::now();
    let mut growth = Growth::open(moved_to)?;
    if growth.is_none() {
        growth = Growth::open(recording)?;
    }
    if growth.is_none() && !recording.exists() {
        let gone = Message::new("record.gone").with("path", recording.display());
        return Ok(Closed { growth: None, warnings: vec![gone] });
    }
    while let Some(open) = growth.as_mut().filter(|growth| !growth.is_closed()) {
        // Nobody will close it any more, unless a recorder is started again at this moment.
        let died = begun.elapsed() > RESTARTED && !open.is_live();
        if died || begun.elapsed() > PATIENCE {
            let key = if died { "record.died" } else { "record.not_closed" };
            let folder = recording.parent().unwrap_or(recording).display();
            return Err(Failure::failed(Message::new(key).with("path", recording.display()).with("folder", folder)));
        }
        thread::sleep(POLL);
        open.refresh()?;
    }
    let warnings = match &growth {
        Some(growth) => warnings(growth),
        None => vec![Message::new("record.nothing").with("path", recording.display())],
    };
    Ok(Closed { growth, warnings })
}

fn warnings(growth: &Growth) -> Vec<Message> {
    let ledger = growth.ledger();
    let mut warnings: Vec<Message> = ledger.alarms().map(|alarm| alarm.message()).collect();
    let set = ledger.clock_set(growth.clock());
    if let Some((at, _)) = set.first() {
        let by = set.iter().map(|(_, by)| by).sum();
        warnings.push(Finding::ClockSet { at: *at, by }.message());
    }
    for (key, happened) in [
        ("record.disk_full", ledger.end() == Some(Ending::Disk)),
        ("record.moved", ledger.facts.iter().any(|fact| matches!(fact, Fact::Moved { .. }))),
        ("record.mirror_failed", ledger.facts.iter().any(|fact| matches!(fact, Fact::MirrorFailed { .. }))),
    ] {
        if happened {
            warnings.push(Message::new(key).with("path", growth.folder().display()));
        }
    }
    warnings
}

impl Closed {
    /// Says what was recorded, and whether a person must look.
    pub fn tell(&self, console: Console) -> End {
        console.warnings(&self.warnings);
        let Some(growth) = &self.growth else { return End::Warned };
        let lost = lost(growth);
        let message = Message::new("record.closed")
            .with("path", growth.folder().display())
            .with("length", growth.clock().hms(growth.length().unwrap_or_default()))
            .with("lost", growth.clock().decimal_seconds(lost));
        let warned = lost > 0 || !self.warnings.is_empty();
        if warned {
            console.warning(&message);
        } else {
            console.note(&message);
        }
        End::warned_if(warned)
    }

    /// The same for another program; lengths in samples.
    pub fn as_json(&self, console: Console) -> serde_json::Value {
        let growth = self.growth.as_ref();
        serde_json::json!({
            "folder": growth.map(Growth::folder),
            "frames": growth.and_then(Growth::length),
            "rate": growth.map(|growth| growth.clock().rate()),
            "lost": growth.map(lost),
            "end": growth.and_then(|growth| growth.ledger().end()),
            "warnings": self.warnings.iter().map(|warning| console.as_json(warning)).collect::<Vec<_>>(),
        })
    }
}

/// Samples of each channel that were lost.
fn lost(growth: &Growth) -> u64 {
    growth.gaps().iter().map(|gap| gap.len()).sum()
}
