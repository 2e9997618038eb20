//! `risalah verify`: whether a recording and its official editions are as they were made.

use std::path::Path;

use e_risalah::common::message::{Explain, Message};
use e_risalah::lifecycle;
use e_risalah::recording::{self, folder_of};
use e_risalah::transcript::store::{self, Store};

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::progress::ShareProgress;

pub fn run(args: &FolderArgs, console: Console) -> Result<End, Failure> {
    let official = official(&args.folder)?;
    let mut progress = ShareProgress::new(console, "cli.progress.checking", args.output_args.hides_progress());
    let verdict = recording::verify(&folder_of(&args.folder), &mut |done, whole| {
        progress.report((done * 1000 / whole.max(1)) as u64);
    });
    progress.end();
    let recording = match verdict {
        // The sound of an imported recording may lie elsewhere.
        Err(recording::Error::Absent { .. }) if official.editions > 0 => None,
        verdict => Some(verdict?),
    };
    let mut findings: Vec<Message> = official.findings.iter().map(Explain::message).collect();
    findings.extend(recording.iter().flat_map(|verdict| &verdict.findings).map(Explain::message));
    console.warnings(&findings);
    if args.output_args.json {
        let keys: Vec<&str> = findings.iter().map(|finding| finding.key.as_str()).collect();
        let line = serde_json::json!({
            "sound": keys.is_empty(),
            "findings": keys,
            "editions": official.editions,
            "compared": recording.as_ref().map(|verdict| verdict.compared),
            "frames": recording.as_ref().map(|verdict| verdict.frames),
            "rate": recording.as_ref().map(|verdict| verdict.format.clock().rate()),
            "seal": recording.as_ref().map(|verdict| &verdict.seal),
        });
        print(&line.to_string());
    } else if findings.is_empty() {
        if let Some(verdict) = &recording {
            let message = Message::new("keeping.sound")
                .with("files", verdict.compared)
                .with("length", verdict.format.clock().hms(verdict.frames))
                .with("seal", &verdict.seal);
            print(&console.sentence(&message));
        }
        if official.editions > 0 {
            print(&console.sentence(&Message::new("status.editions").with("editions", official.editions)));
        }
    }
    if findings.is_empty() { Ok(End::Done) } else { Err(Failure::told(false)) }
}

/// What became of the official editions; none where nothing was recognised.
fn official(folder: &Path) -> Result<lifecycle::Verdict, Failure> {
    match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) => Ok(lifecycle::Verdict::default()),
        store => Ok(lifecycle::verify(folder, &store?)?),
    }
}
