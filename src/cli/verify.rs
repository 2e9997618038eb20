//! `risalah verify`: whether a recording and its official editions are as they were made.

use std::path::Path;

use e_risalah::audit::{self, Kept};
use e_risalah::common::message::{Explain, Message};
use e_risalah::lifecycle::{self, kept_heads};
use e_risalah::meeting_folder::{folders, is_meeting};
use e_risalah::recording::{self, FOLDER, folder_of};
use e_risalah::retention::{Decision, Log};
use e_risalah::seal;
use e_risalah::transcript::store::{self, Store};

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::progress::ShareProgress;
use super::signatures;
use super::trail::{is_of_all, trail_of};

pub fn run(args: &FolderArgs, console: Console) -> Result<End, Failure> {
    if !is_meeting(&args.folder) && is_of_all(&args.folder) {
        return all(args, console);
    }
    let trail = trail(&args.folder)?;
    let official = official(&args.folder)?;
    let signed = signatures::examine(&args.folder)?;
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
    // The recording may have been named itself.
    let whole = args.folder.canonicalize().unwrap_or_else(|_| args.folder.clone());
    let meeting = if whole.ends_with(FOLDER) { whole.parent().unwrap_or(&whole) } else { &whole };
    let log = Log::read(meeting)?;
    let mut destroyed: Vec<&Decision> = Vec::new();
    // What is missing because somebody decided so is no finding.
    let mut is_destroyed = |path: &Path| match log.destroyed(meeting, path) {
        Some(decision) => {
            if !destroyed.contains(&decision) {
                destroyed.push(decision);
            }
            true
        }
        None => false,
    };
    let mut findings: Vec<Message> = log.finding().map(Explain::message).into_iter().collect();
    if let (_, Some(line)) = seal::openings(&args.folder)? {
        findings.push(Message::new("seal.openings_broken").with("line", line));
    }
    for finding in &official.findings {
        if !matches!(finding, lifecycle::Finding::Missing(path) if is_destroyed(path)) {
            findings.push(finding.message());
        }
    }
    for finding in recording.iter().flat_map(|verdict| &verdict.findings) {
        if !matches!(finding, recording::Finding::Missing(path) if is_destroyed(path)) {
            findings.push(finding.message());
        }
    }
    findings.extend(signed.iter().flat_map(|signed| signed.findings.clone()));
    findings.extend(trail.iter().flat_map(|verdict| &verdict.findings).map(Explain::message));
    console.warnings(&findings);
    let warned = trail.as_ref().is_some_and(|verdict| console.warnings(&strangers(verdict)));
    if args.output_args.json {
        let keys: Vec<&str> = findings.iter().map(|finding| finding.key.as_str()).collect();
        let line = serde_json::json!({
            "sound": keys.is_empty(),
            "findings": keys,
            "editions": official.editions,
            "signatures": signatures::as_json(&signed),
            "destroyed": destroyed,
            "compared": recording.as_ref().map(|verdict| verdict.compared),
            "frames": recording.as_ref().map(|verdict| verdict.frames),
            "rate": recording.as_ref().map(|verdict| verdict.format.clock().rate()),
            "seal": recording.as_ref().map(|verdict| &verdict.seal),
            "audit": trail.as_ref().map(|verdict| &verdict.head),
        });
        print(&line.to_string());
    } else {
        for decision in &destroyed {
            print(&console.sentence(&decision.message()));
        }
    }
    if findings.is_empty() && !args.output_args.json {
        // A recording of which nothing is left has nothing to say.
        if let Some(verdict) = recording.as_ref().filter(|verdict| destroyed.is_empty() || verdict.compared > 0) {
            let message = Message::new("keeping.sound")
                .with("files", verdict.compared)
                .with("length", verdict.format.clock().hms(verdict.frames))
                .with("seal", &verdict.seal);
            print(&console.sentence(&message));
        }
        if official.editions > 0 {
            print(&console.sentence(&Message::new("status.editions").with("editions", official.editions)));
        }
        signatures::tell(&signed, console);
        tell_trail(trail.as_ref(), console);
    }
    if findings.is_empty() { Ok(End::warned_if(warned)) } else { Err(Failure::told(false)) }
}

/// The audit trail of a folder of all meetings, against the official records of each.
fn all(args: &FolderArgs, console: Console) -> Result<End, Failure> {
    let kept: Vec<Kept> = folders(&args.folder).iter().flat_map(|(_, folder)| kept_heads(folder)).collect();
    let verdict = audit::verify(&args.folder, &kept)?;
    let findings: Vec<Message> = verdict.findings.iter().map(Explain::message).collect();
    console.warnings(&findings);
    let warned = console.warnings(&strangers(&verdict));
    if args.output_args.json {
        let keys: Vec<&str> = findings.iter().map(|finding| finding.key.as_str()).collect();
        let line = serde_json::json!({ "sound": keys.is_empty(), "findings": keys, "audit": verdict.head });
        print(&line.to_string());
    } else if findings.is_empty() {
        tell_trail(Some(&verdict), console);
    }
    if findings.is_empty() { Ok(End::warned_if(warned)) } else { Err(Failure::told(false)) }
}

/// The audit trail of the folder that holds a meeting, where it has one.
fn trail(folder: &Path) -> Result<Option<audit::Verdict>, Failure> {
    let Some((root, name)) = trail_of(folder) else { return Ok(None) };
    Ok(Some(audit::verify(&root, &kept_heads(&root.join(name)))?))
}

fn strangers(verdict: &audit::Verdict) -> Vec<Message> {
    verdict.strangers.iter().map(|document| Message::new("audit.stranger").with("document", document)).collect()
}

fn tell_trail(verdict: Option<&audit::Verdict>, console: Console) {
    let Some((verdict, head)) = verdict.and_then(|verdict| Some((verdict, verdict.head.as_ref()?))) else { return };
    let message = Message::new("audit.whole").with("lines", verdict.lines).with("line", head.line);
    print(&console.sentence(&message.with("sha256", &head.sha256)));
}

/// What became of the official editions; none where nothing was recognised.
fn official(folder: &Path) -> Result<lifecycle::Verdict, Failure> {
    match Store::open_to_read(folder) {
        // Of a sealed meeting the recording is verified without a key, and its editions with one.
        Err(store::Error::Missing { .. } | store::Error::Seal(seal::Error::Sealed { .. })) => {
            Ok(lifecycle::Verdict::default())
        }
        store => Ok(lifecycle::verify(folder, &store?)?),
    }
}
