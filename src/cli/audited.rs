//! What commands enter in the audit trail, in one place. A meeting has a trail where the folder
//! that holds it is the folder of all meetings: it has a trail already, or accounts, or is the one
//! in the user's documents.
//!
//! An entry is made before the command is done; where it cannot be made, nothing is done. Only
//! recordings are never held up.

use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use e_risalah::audit::{Action, BEGUN_BY_PAGE, Error, Head, Trail, Who};
use e_risalah::common::message::{Explain, Message};
use e_risalah::meeting_folder::{is_meeting, usual_folder};

use super::args::Command;
use super::console::Console;
use super::outcome::{End, Failure};
use super::record::Control;
use super::retention::Retention;
use super::trail::{is_of_all, trail_of};
use super::{new, play, publish, record, search, transcribe};

/// What a command does that is entered.
struct AuditEvent {
    of: Of,
    action: Action,
    detail: String,
}

/// What a command works on.
enum Of {
    /// A meeting, by its folder or something in it.
    Meeting(PathBuf),
    /// All meetings of a folder.
    All(PathBuf),
}

/// What was entered for a command.
#[derive(Default)]
pub struct Entered {
    trail: Option<(Trail, Option<String>)>,
    head: Option<Head>,
    recording: Option<JoinHandle<Result<Head, Error>>>,
    ends: bool,
}

/// Enters what a command is about to do.
pub fn enter(command: &Command) -> Result<Entered, Failure> {
    let Some(event) = event(command) else { return Ok(Entered::default()) };
    let place = match &event.of {
        Of::Meeting(folder) => trail_of(folder).map(|(root, name)| (root, Some(name))),
        // Accounts make a folder one of all meetings.
        Of::All(root) => (event.action == Action::AccountChanged || is_of_all(root)).then(|| (root.clone(), None)),
    };
    let Some((root, meeting)) = place else { return Ok(Entered::default()) };
    let trail = Trail::of(&root);
    let (who, detail) = (Who::command_line(), Some(event.detail).filter(|detail| !detail.is_empty()));
    if !event.action.is_of_recording() {
        if event.action == Action::AccountChanged {
            // Where nothing was yet, the folder is made with the first account.
            std::fs::create_dir_all(&root).map_err(|source| Error::Write { path: trail.path().to_owned(), source })?;
        }
        let head = trail.enter(&who, event.action, meeting.as_deref(), detail.as_deref())?;
        return Ok(Entered { trail: Some((trail, meeting)), head: Some(head), ..Entered::default() });
    }
    if std::env::var_os(BEGUN_BY_PAGE).is_some() {
        return Ok(Entered::default());
    }
    // The disk of the trail may be slow or full: the recording does not wait for it.
    let (own, name) = (Trail::of(&root), meeting.clone());
    let recording = thread::spawn(move || own.enter(&who, event.action, name.as_deref(), detail.as_deref()));
    let ends = event.action == Action::RecordingBegun;
    Ok(Entered { trail: Some((trail, meeting)), head: None, recording: Some(recording), ends })
}

impl Entered {
    /// Where the trail stands with the entry.
    pub fn head(&self) -> Option<Head> {
        self.head.clone()
    }

    /// Enters how a command ended: that it was not done, or that its recording is over.
    pub fn end(self, end: Result<End, Failure>, console: Console) -> Result<End, Failure> {
        let Some((trail, meeting)) = self.trail else { return end };
        let (who, meeting) = (Who::command_line(), meeting.as_deref());
        let begun =
            self.recording.map(|entered| entered.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        let is_recording = begun.is_some();
        let entered = match (begun, &end) {
            (Some(Err(error)), _) => Err(error),
            (begun, Err(failure)) => {
                let head = begun.and_then(Result::ok).or(self.head);
                let key = failure.message().map_or("", |message| message.key.as_str());
                let detail = format!("{} {key}", head.map_or(0, |head| head.line));
                trail.enter(&who, Action::NotDone, meeting, Some(detail.trim())).map(drop)
            }
            (_, Ok(_)) if self.ends => trail.enter(&who, Action::RecordingEnded, meeting, None).map(drop),
            _ => Ok(()),
        };
        match entered {
            Err(error) if is_recording => {
                let detail = console.sentence(&error.message());
                console.warning(&Message::new("audit.not_entered").with("detail", detail));
                Ok(end.map(|_| End::Warned)?)
            }
            // It failed, and that is told.
            _ => end,
        }
    }
}

/// What a command does that is entered; `None` for what tells nothing of a meeting, or only how it
/// is kept.
fn event(command: &Command) -> Option<AuditEvent> {
    let of =
        |folder: &Path, action, detail: String| Some(AuditEvent { of: Of::Meeting(folder.to_owned()), action, detail });
    let by = |name: &str| format!("by {name}");
    match command {
        Command::Transcribe(args) => transcribed(args),
        Command::New(args) => made(args),
        Command::Record(args) => recorded(args),
        Command::Export(args) if args.write_template.is_none() => {
            let to = args.output.as_ref().map(|path| format!(" -> {}", path.display())).unwrap_or_default();
            let published = if args.published { "published " } else { "" };
            of(&args.folder_args.folder, Action::Exported, format!("{published}{}{to}", args.format.join(", ")))
        }
        Command::Print(args) if !args.printers => {
            let action = if args.preview { Action::Exported } else { Action::Printed };
            of(&args.folder_args.folder, action, args.printer.clone().unwrap_or_default())
        }
        Command::Play(args) => of(&args.recording, Action::Listened, heard(args)),
        Command::Floor(args) => of(args.input.first()?, Action::Opened, "floor".to_owned()),
        Command::Search(args) => {
            let root = args.folder.clone().unwrap_or_else(usual_folder);
            let is_asked = !(args.rebuild && args.words.is_empty());
            is_asked.then(|| AuditEvent { of: Of::All(root), action: Action::Searched, detail: searched(args) })
        }
        Command::ImportEdits(args) if !args.check => of(&args.folder, Action::Corrected, by(&args.by)),
        Command::History(args) => of(&args.folder, Action::Opened, "history".to_owned()),
        Command::Diff(args) => of(&args.folder_args.folder, Action::Opened, "diff".to_owned()),
        Command::Undo(args) => of(&args.folder, Action::Corrected, format!("undo {} {}", args.edit, by(&args.by))),
        Command::Advance(args) => {
            of(&args.folder_args.folder, Action::Advanced, format!("{} {}", args.to.key(), by(&args.by)))
        }
        Command::Heard(args) => of(&args.folder, Action::Corrected, format!("heard {} {}", args.from, by(&args.by))),
        Command::Omit(args) => {
            let passage = &args.passage;
            of(&passage.folder, Action::Corrected, format!("omit {} {}", passage.from, by(&passage.by)))
        }
        Command::Redact(args) => match args.change() {
            Some(change) => of(&args.folder, Action::Redacted, change),
            None => of(&args.folder, Action::Opened, "redact".to_owned()),
        },
        Command::Publish(args) => published(args),
        Command::Corpus(args) => {
            of(args.folders.first()?, Action::Exported, format!("corpus -> {}", args.output.display()))
        }
        Command::Report(args) => {
            let root = if is_meeting(&args.root()) { Of::Meeting(args.root()) } else { Of::All(args.root()) };
            Some(AuditEvent { of: root, action: Action::Exported, detail: "report".to_owned() })
        }
        Command::Finalize(args) => {
            of(&args.folder_args.folder, Action::Signed, by(&args.signed_by) + args.signing_args.told())
        }
        Command::Distribute(args) => {
            let (action, detail) = match args.change() {
                Some(event) => (Action::Distributed, event),
                None => (Action::Opened, "distribution".to_owned()),
            };
            of(&args.folder_args.folder, action, detail)
        }
        Command::Retention(args) => match &args.command {
            Some(Retention::Decide(args)) => {
                let detail = format!("{} {} {}", args.file.key(), args.decision(), by(&args.by));
                of(&args.folder, Action::RetentionDecided, detail)
            }
            None => None,
        },
        Command::Accession(args) => {
            of(&args.folder_args.folder, Action::Exported, format!("bagit -> {}", args.output.display()))
        }
        Command::Recover(args) => of(&args.folder, Action::RecordingKept, "recover".to_owned()),
        Command::Archive(args) => of(&args.folder, Action::RecordingKept, "flac".to_owned()),
        #[cfg(feature = "console")]
        Command::Accounts(args) => {
            let (root, detail) = args.change()?;
            Some(AuditEvent { of: Of::All(root), action: Action::AccountChanged, detail })
        }
        Command::Pokir(args) => {
            let places = args.places();
            let first = places.first()?.clone();
            let of = if is_meeting(&first) { Of::Meeting(first) } else { Of::All(first) };
            let others = places.iter().skip(1).map(|place| format!(" {}", place.display())).collect::<String>();
            Some(AuditEvent { of, action: Action::Exported, detail: format!("pokir{others}") })
        }
        Command::Audit(args) => {
            Some(AuditEvent { of: Of::All(args.root()), action: Action::TrailRead, detail: String::new() })
        }
        _ => None,
    }
}

/// A site is of all meetings; without a folder, nothing says of which.
fn published(args: &publish::Args) -> Option<AuditEvent> {
    let first = args.folders.first()?.clone();
    let of = if is_meeting(&first) { Of::Meeting(first) } else { Of::All(first) };
    let others = args.folders.iter().skip(1).map(|folder| format!(" {}", folder.display())).collect::<String>();
    let withdrawn = args.withdraw.as_ref().map(|name| format!(" withdraw {name}")).unwrap_or_default();
    let detail = format!("site{others} -> {}{withdrawn}", args.output.display());
    Some(AuditEvent { of, action: Action::Exported, detail })
}

fn transcribed(args: &transcribe::Args) -> Option<AuditEvent> {
    // Behind a recording, that was entered.
    if args.follow {
        return None;
    }
    let mut places = args.output.iter().chain(&args.input);
    let place = places.find(|place| trail_of(place).is_some())?;
    Some(AuditEvent { of: Of::Meeting(place.clone()), action: Action::Transcribed, detail: String::new() })
}

fn made(args: &new::Args) -> Option<AuditEvent> {
    let is_file =
        args.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) && !args.file.is_dir();
    let folder = if is_file { args.file.parent()?.to_owned() } else { args.file.clone() };
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    let of = if args.institution { Of::All(folder) } else { Of::Meeting(folder) };
    let action = if args.institution { Action::Described } else { Action::MeetingMade };
    Some(AuditEvent { of, action, detail: String::new() })
}

fn recorded(args: &record::Args) -> Option<AuditEvent> {
    let here = args.output.clone();
    let (folder, action, detail) = match &args.command {
        Some(Control::Event(args)) => (Some(args.folder.clone()), Action::RecordingEvent, String::new()),
        Some(Control::Stop(args)) => (Some(args.folder.clone()), Action::RecordingEnded, String::new()),
        Some(Control::Status(_)) => return None,
        Some(Control::Attach(args)) => {
            (Some(args.folder_args.folder.clone()), Action::RecordingEvent, "attach".to_owned())
        }
        None if args.status => return None,
        None if args.event.is_some() => (here, Action::RecordingEvent, String::new()),
        None if args.stop => (here, Action::RecordingEnded, String::new()),
        None if args.attach => (here, Action::RecordingEvent, "attach".to_owned()),
        None => (here, Action::RecordingBegun, String::new()),
    };
    // Without a name, it makes a folder in this one.
    let of = folder.map_or_else(|| Of::All(PathBuf::from(".")), Of::Meeting);
    Some(AuditEvent { of, action, detail })
}

fn heard(args: &play::Args) -> String {
    let time = |millis: u64| format!("{:02}:{:02}:{:02}", millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    let until = args.until.map(|until| format!("-{}", time(until))).unwrap_or_default();
    format!("{}{until}", time(args.from))
}

fn searched(args: &search::Args) -> String {
    let words = args.words.join(" ");
    let named = [("member", &args.member), ("fraksi", &args.fraksi), ("agenda", &args.agenda)];
    let named = named.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
    let flags =
        [("amounts", args.amounts), ("decisions", args.decisions), ("items", args.items), ("absent", args.absent)];
    let flags = flags.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name.to_owned());
    let parts: Vec<String> = [words].into_iter().filter(|words| !words.is_empty()).chain(flags).chain(named).collect();
    parts.join("; ")
}
