//! `risalah demo`: the meeting that comes with the program, from its sound to the printed record.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::common::atomic_file;
#[cfg(shipped)]
use e_risalah::lifecycle::folder::MEETING;
use e_risalah::lifecycle::folder::{self, Folder};
use e_risalah::recognise::models;

use super::console::Console;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::recogniser_args::RecogniserArgs;
use super::seal_args::SealArgs;
use super::transcribe;

/// The shipped meeting: one file per channel under the names by which a folder is read, and its
/// description.
#[cfg(shipped)]
const MEETING_FILES: [(&str, &[u8]); 10] = [
    ("kanal-01.ogg", include_bytes!("../../fixtures/paripurna/01.ogg")),
    ("kanal-02.ogg", include_bytes!("../../fixtures/paripurna/02.ogg")),
    ("kanal-03.ogg", include_bytes!("../../fixtures/paripurna/03.ogg")),
    ("kanal-04.ogg", include_bytes!("../../fixtures/paripurna/04.ogg")),
    ("kanal-05.ogg", include_bytes!("../../fixtures/paripurna/05.ogg")),
    ("kanal-06.ogg", include_bytes!("../../fixtures/paripurna/06.ogg")),
    ("kanal-07.ogg", include_bytes!("../../fixtures/paripurna/07.ogg")),
    ("kanal-08.ogg", include_bytes!("../../fixtures/paripurna/08.ogg")),
    ("kanal-09.ogg", include_bytes!("../../fixtures/paripurna/09.ogg")),
    (MEETING, include_bytes!("../../fixtures/paripurna/rapat.toml")),
];
/// Crates of the registry come without it; see `build.rs`.
#[cfg(not(shipped))]
const MEETING_FILES: [(&str, &[u8]); 0] = [];

#[derive(clap::Args)]
pub struct Args {
    #[arg(short, long, value_name = "DIR", default_value = "hasil", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    if !cfg!(shipped) {
        return Err(models::Error::ShippedLeftOut.into());
    }
    let folder = Folder::create(&args.output)?;
    for (name, content) in MEETING_FILES {
        place(&folder.path().join(name), content)?;
    }
    let transcribe = transcribe::Args {
        input: vec![args.output.clone()],
        output: Some(args.output.clone()),
        meeting: None,
        conference: None,
        turns: None,
        // The best model that is installed would do better, but this is to show the same on every
        // machine.
        recogniser_args: RecogniserArgs { model: Some("risalah-demo".into()), engine: "cpu".to_owned() },
        language: "id".to_owned(),
        format: Vec::new(),
        copy_audio: false,
        workers: None,
        follow: false,
        output_args: args.output_args,
        key_stdin: false,
        seal_args: SealArgs::default(),
    };
    transcribe::run(&transcribe, console)
}

/// Writes a file where there is none: somebody may have tried out a change in the description.
fn place(path: &Path, content: &[u8]) -> Result<(), folder::Error> {
    if path.exists() {
        return Ok(());
    }
    let failed = |source| folder::Error::Write { path: path.to_owned(), source };
    atomic_file::write(path, content).map_err(failed)
}
