//! `risalah recover`, `verify` and `archive`: what is done with a recording that is made.

use std::path::PathBuf;

use e_risalah::archive;
use e_risalah::message::{Explain, Message};
use e_risalah::recording::{self, folder_of};

use super::args::Keeping;
use super::show::{Share, Speaker, print};
use super::{End, Failure, STOP, export};

pub fn recover(args: &Keeping, speaker: Speaker) -> Result<End, Failure> {
    let recovered = recording::recover(&folder_of(&args.folder))?;
    let clock = recovered.format.clock();
    let key = if recovered.was_whole { "keeping.was_whole" } else { "keeping.recovered" };
    let message = Message::new(key)
        .with("length", clock.hms(recovered.frames))
        .with("segments", recovered.closed.len())
        .with("folder", args.folder.display());
    if let Some(torn) = &recovered.torn {
        speaker.note(&Message::new("keeping.torn").with("path", torn.display()));
    }
    if !recovered.found.is_empty() {
        speaker.note(&Message::new("keeping.found").with("segments", recovered.found.len()));
    }
    if args.voice.json {
        let line = serde_json::json!({
            "frames": recovered.frames,
            "rate": clock.rate(),
            "closed": recovered.closed,
            "found": recovered.found,
            "was_whole": recovered.was_whole,
        });
        print(&line.to_string());
    } else {
        print(&speaker.sentence(&message));
    }
    Ok(End::Done)
}

pub fn verify(args: &Keeping, speaker: Speaker) -> Result<End, Failure> {
    let mut share = Share::new(speaker, "cli.progress.checking", args.voice.quiet || args.voice.json);
    let verdict = recording::verify(&folder_of(&args.folder), &mut |done, whole| {
        share.report((done * 1000 / whole.max(1)) as u64);
    });
    share.end();
    let verdict = verdict?;
    let clock = verdict.format.clock();
    for finding in &verdict.findings {
        speaker.warning(&finding.message());
    }
    if args.voice.json {
        let findings: Vec<String> = verdict.findings.iter().map(|finding| finding.message().key).collect();
        let line = serde_json::json!({
            "sound": findings.is_empty(),
            "findings": findings,
            "compared": verdict.compared,
            "frames": verdict.frames,
            "rate": clock.rate(),
            "seal": verdict.seal,
        });
        print(&line.to_string());
    } else if verdict.findings.is_empty() {
        let message = Message::new("keeping.sound")
            .with("files", verdict.compared)
            .with("length", clock.hms(verdict.frames))
            .with("seal", &verdict.seal);
        print(&speaker.sentence(&message));
    }
    if verdict.findings.is_empty() { Ok(End::Done) } else { Err(Failure::told(false)) }
}

pub fn archive(args: &Keeping, speaker: Speaker) -> Result<End, Failure> {
    let meeting = export::description(&args.folder)?;
    let mut share = Share::new(speaker, "cli.progress.archiving", args.voice.quiet || args.voice.json);
    let archived = archive::archive(&folder_of(&args.folder), &meeting, &STOP, &mut |done| share.report(done));
    share.end();
    let archived = archived?;
    if args.voice.json {
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
    print(&speaker.sentence(&message));
    Ok(End::Done)
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
