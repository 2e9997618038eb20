//! `risalah models`: which models are here, and how others come.

mod bench;

use e_risalah::message::{Explain, Message};
use e_risalah::models::{self, Hub, Installed, State, Store, Verified, Watch};

use super::args::Models;
use super::show::{Bytes, Speaker, print};
use super::{End, Failure, STOP};

pub fn run(command: &Models, speaker: Speaker) -> Result<End, Failure> {
    let store = Store::from_env()?;
    match command {
        Models::List { json } => list(&store, *json, speaker),
        Models::Pull { name, mirror, voice } => {
            let hub = mirror.as_deref().map_or_else(Hub::from_env, Hub::mirror);
            let installed = watched(speaker, voice.quiet || voice.json, |watch| store.pull(name, &hub, watch))?;
            tell(&installed, speaker);
            Ok(End::Done)
        }
        Models::Import { path, name, voice } => {
            let hidden = voice.quiet || voice.json;
            let installed = watched(speaker, hidden, |watch| store.import(path, name.as_deref(), watch))?;
            tell(&installed, speaker);
            Ok(End::Done)
        }
        Models::Bench { name, voice } => bench::run(&store, name.as_deref(), *voice, speaker),
        Models::Verify { voice } => {
            let results = watched(speaker, voice.quiet || voice.json, |watch| store.verify(watch))?;
            let mut end = End::Done;
            for Verified { name, found } in results {
                if voice.json {
                    let error = found.as_ref().err().map(|error| error.message().key);
                    print(&serde_json::json!({ "name": name, "sound": found.is_ok(), "error": error }).to_string());
                }
                match found {
                    Ok(()) if voice.json => {}
                    Ok(()) => print(&format!("{name}  {}", speaker.text("cli.models.sound"))),
                    Err(error) => {
                        if !voice.json {
                            print(&format!("{name}  {}", speaker.text("cli.models.unsound")));
                        }
                        speaker.warning(&error.message());
                        end = End::Warned;
                    }
                }
            }
            Ok(end)
        }
        Models::Rm { name } => {
            let bytes = store.remove(name)?;
            speaker.note(&Message::new("cli.models.removed").with("name", name).with("size", megabytes(bytes)));
            Ok(End::Done)
        }
    }
}

/// Does a long work on a model file under a progress bar.
pub fn watched<T>(
    speaker: Speaker,
    hidden: bool,
    work: impl FnOnce(&mut Watch<'_>) -> Result<T, models::Error>,
) -> Result<T, models::Error> {
    let mut bytes = Bytes::new(speaker, hidden);
    let result = work(&mut Watch { report: &mut |progress| bytes.report(progress), cancel: &STOP });
    bytes.end();
    result
}

fn list(store: &Store, json: bool, speaker: Speaker) -> Result<End, Failure> {
    let entries = store.list()?;
    if json {
        let text = serde_json::to_string(&entries).map_err(|_| Failure::failed(Message::new("cli.stdout")))?;
        print(&text);
        return Ok(End::Done);
    }
    for entry in entries {
        let state = match entry.state {
            State::Installed => speaker.text("cli.models.installed"),
            State::Partial(bytes) => format!("{} {}", speaker.text("cli.models.partial"), megabytes(bytes)),
            State::WrongLength(_) => speaker.text("cli.models.unsound"),
            State::Absent => speaker.text("cli.models.absent"),
        };
        let mark = if entry.is_default { "*" } else { " " };
        let about = if entry.is_measured { "" } else { "~" };
        let memory = format!("{} {about}{}", speaker.text("cli.models.memory"), megabytes(entry.memory));
        let languages = entry.language.unwrap_or_else(|| speaker.text("cli.models.languages"));
        let speed = match entry.real_time_factor {
            Some(factor) => format!("{about}{} {}", speaker.decimal(factor, 2), speaker.text("cli.models.measured")),
            None => speaker.text("cli.models.unmeasured"),
        };
        let advised =
            if entry.is_advised { format!(", {}", speaker.text("cli.models.advised")) } else { String::new() };
        let (name, size) = (entry.name, megabytes(entry.bytes));
        print(&format!("{mark} {name:<24} {size:>10}  {memory:<17}  {languages:<14}  {speed:<20}  {state}{advised}"));
    }
    Ok(End::Done)
}

fn tell(installed: &Installed, speaker: Speaker) {
    if speaker.is_json() {
        print(
            &serde_json::json!({
                "name": installed.name,
                "file": installed.path.display().to_string(),
                "was_there": installed.was_there,
            })
            .to_string(),
        );
    }
    let key = if installed.was_there { "cli.models.was_there" } else { "cli.models.ready" };
    speaker.note(&Message::new(key).with("name", &installed.name).with("path", installed.path.display()));
    if installed.added_tokens > 0 {
        speaker.note(&Message::new("cli.models.added_tokens").with("count", installed.added_tokens));
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
