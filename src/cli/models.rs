//! `risalah models`: which models are here, and how others come.

mod bench;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Subcommand, ValueHint};
use e_risalah::common::message::{Explain, Message};
use e_risalah::recognise::models::{Hub, Installed, State, Store, Verified};

use super::console::{Console, megabytes, print};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::progress::watched;

#[derive(Subcommand)]
pub enum Models {
    List {
        #[arg(long)]
        json: bool,
    },
    Pull {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
        mirror: Option<String>,
        #[command(flatten)]
        output_args: OutputArgs,
    },
    Import {
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        path: PathBuf,
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        output_args: OutputArgs,
    },
    Verify {
        #[command(flatten)]
        output_args: OutputArgs,
    },
    Bench {
        #[arg(value_name = "NAME|FILE")]
        name: Option<OsString>,
        #[command(flatten)]
        output_args: OutputArgs,
    },
    Rm {
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl Models {
    /// How the command speaks.
    pub fn output_args(&self) -> OutputArgs {
        match self {
            Self::Pull { output_args, .. }
            | Self::Import { output_args, .. }
            | Self::Verify { output_args }
            | Self::Bench { output_args, .. } => *output_args,
            Self::List { json } => OutputArgs { json: *json, quiet: false },
            Self::Rm { .. } => OutputArgs::default(),
        }
    }
}

pub fn run(command: &Models, console: Console) -> Result<End, Failure> {
    let store = Store::from_env()?;
    match command {
        Models::List { json } => list(&store, *json, console),
        Models::Pull { name, mirror, output_args } => {
            let hub = mirror.as_deref().map_or_else(Hub::from_env, Hub::mirror);
            let installed = watched(console, output_args.hides_progress(), |watch| store.pull(name, &hub, watch))?;
            tell(&installed, console);
            Ok(End::Done)
        }
        Models::Import { path, name, output_args } => {
            let hidden = output_args.hides_progress();
            let installed = watched(console, hidden, |watch| store.import(path, name.as_deref(), watch))?;
            tell(&installed, console);
            Ok(End::Done)
        }
        Models::Bench { name, output_args } => bench::run(&store, name.as_deref(), *output_args, console),
        Models::Verify { output_args } => {
            let results = watched(console, output_args.hides_progress(), |watch| store.verify(watch))?;
            let mut end = End::Done;
            for Verified { name, found } in results {
                if output_args.json {
                    let error = found.as_ref().err().map(|error| error.message().key);
                    print(&serde_json::json!({ "name": name, "sound": found.is_ok(), "error": error }).to_string());
                }
                match found {
                    Ok(()) if output_args.json => {}
                    Ok(()) => print(&format!("{name}  {}", console.text("cli.models.sound"))),
                    Err(error) => {
                        if !output_args.json {
                            print(&format!("{name}  {}", console.text("cli.models.unsound")));
                        }
                        console.warning(&error.message());
                        end = End::Warned;
                    }
                }
            }
            Ok(end)
        }
        Models::Rm { name } => {
            let bytes = store.remove(name)?;
            console.note(&Message::new("cli.models.removed").with("name", name).with("size", megabytes(bytes)));
            Ok(End::Done)
        }
    }
}

fn list(store: &Store, json: bool, console: Console) -> Result<End, Failure> {
    let entries = store.list()?;
    if json {
        let text = serde_json::to_string(&entries).map_err(|_| Failure::failed(Message::new("cli.stdout")))?;
        print(&text);
        return Ok(End::Done);
    }
    for entry in entries {
        let state = match entry.state {
            State::Installed => console.text("cli.models.installed"),
            State::Partial(bytes) => format!("{} {}", console.text("cli.models.partial"), megabytes(bytes)),
            State::WrongLength(_) => console.text("cli.models.unsound"),
            State::Absent => console.text("cli.models.absent"),
        };
        let mark = if entry.is_default { "*" } else { " " };
        let about = if entry.is_measured { "" } else { "~" };
        let memory = format!("{} {about}{}", console.text("cli.models.memory"), megabytes(entry.memory));
        let languages = entry.language.unwrap_or_else(|| console.text("cli.models.languages"));
        let speed = match entry.real_time_factor {
            Some(factor) => format!("{about}{} {}", console.decimal(factor, 2), console.text("cli.models.measured")),
            None => console.text("cli.models.unmeasured"),
        };
        let advised =
            if entry.is_advised { format!(", {}", console.text("cli.models.advised")) } else { String::new() };
        let (name, size) = (entry.name, megabytes(entry.bytes));
        print(&format!("{mark} {name:<24} {size:>10}  {memory:<17}  {languages:<14}  {speed:<20}  {state}{advised}"));
    }
    Ok(End::Done)
}

fn tell(installed: &Installed, console: Console) {
    if console.is_json() {
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
    console.note(&Message::new(key).with("name", &installed.name).with("path", installed.path.display()));
    if installed.added_tokens > 0 {
        console.note(&Message::new("cli.models.added_tokens").with("count", installed.added_tokens));
    }
}
