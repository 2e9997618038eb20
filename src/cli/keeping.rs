//! `risalah recover`, `verify` and `archive`: what is done with a recording that is made.

use std::path::{Path, PathBuf};

use e_risalah::common::message::{Explain, Message};
use e_risalah::lifecycle;
use e_risalah::record::archive;
use e_risalah::recording::{self, folder_of};
use e_risalah::transcript::store::{self, Store};

use super::args::Keeping;
use super::show::{Console, Share, print};
use super::{End, Failure, STOP, export};

pub fn recover(args: &Keeping, console: Console) -> Result<End, Failure> {
    let recovered = recording::recover(&folder_of(&args.folder))?;
    let clock = recovered.format.clock();
    let key = if recovered.was_whole { "keeping.was_whole" } else { "keeping.recovered" };
    let message = Message::new(key)
        .with("length", clock.hms(recovered.frames))
        .with("segments", recovered.closed.len())
        .with("folder", args.folder.display());
    if let Some(torn) = &recovered.torn {
        console.note(&Message::new("keeping.torn").with("path", torn.display()));
    }
    if !recovered.found.is_empty() {
        console.note(&Message::new("keeping.found").with("segments", recovered.found.len()));
    }
    if args.output_args.json {
        let line = serde_json::json!({
            "frames": recovered.frames,
            "rate": clock.rate(),
            "closed": recovered.closed,
            "found": recovered.found,
            "was_whole": recovered.was_whole,
        });
        print(&line.to_string());
    } else {
        print(&console.sentence(&message));
    }
    Ok(End::Done)
}

pub fn verify(args: &Keeping, console: Console) -> Result<End, Failure> {
    let official = official(&args.folder)?;
    let mut share = Share::new(console, "cli.progress.checking", args.output_args.quiet || args.output_args.json);
    let verdict = recording::verify(&folder_of(&args.folder), &mut |done, whole| {
        share.report((done * 1000 / whole.max(1)) as u64);
    });
    share.end();
    let recording = match verdict {
        // The sound of an imported recording may lie elsewhere.
        Err(recording::Error::Absent { .. }) if official.editions > 0 => None,
        verdict => Some(verdict?),
    };
    let mut findings: Vec<Message> = official.findings.iter().map(Explain::message).collect();
    findings.extend(recording.iter().flat_map(|verdict| &verdict.findings).map(Explain::message));
    for finding in &findings {
        console.warning(finding);
    }
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

pub fn archive(args: &Keeping, console: Console) -> Result<End, Failure> {
    let meeting = export::description(&args.folder)?;
    let mut share = Share::new(console, "cli.progress.archiving", args.output_args.quiet || args.output_args.json);
    let archived = archive::archive(&folder_of(&args.folder), &meeting, &STOP, &mut |done| share.report(done));
    share.end();
    let archived = archived?;
    if args.output_args.json {
        let line = serde_json::json!({ "files": archived.files, "before": archived.before, "after": archived.after });
        print(&line.to_string());
        return Ok(End::Done);
    }
    let key = if archived.was_archived { "keeping.was_archived" } else { "keeping.archived" };
    let folder: PathBuf = folder_of(&args.folder);
    let message = Message::new(key)
        .with("files", archived.files.len())
        .with("folder", folder.display())
        .with("before", megabytes(archived.before))
        .with("after", megabytes(archived.after));
    print(&console.sentence(&message));
    Ok(End::Done)
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
