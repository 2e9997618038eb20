//! `risalah corpus`: utterances with their sound, for research on speech.

use std::path::PathBuf;

use clap::ValueHint;
use e_risalah::common::message::Message;
use e_risalah::publication::Error;
use e_risalah::publication::corpus::{self, Corpus};

use super::console::{Console, print};
use super::interrupt::STOP;
use super::left_out::left_out;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::progress::ShareProgress;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", required = true, value_hint = ValueHint::DirPath)]
    pub folders: Vec<PathBuf>,
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    if let Some(folder) = args.folders.iter().find(|folder| !folder.is_dir()) {
        return Err(Failure::usage(Message::new("general.no_folder").with("path", folder.display())));
    }
    let mut progress = ShareProgress::new(console, "cli.progress.publishing", args.output_args.hides_progress());
    let made = corpus::make(&args.folders, &args.output, &STOP, &mut |done| progress.report(done));
    progress.end();
    let corpus = made.inspect_err(|error| {
        if let Error::NoCorpus { refused } = error {
            tell_refused(refused, console);
        }
    })?;
    tell(&corpus, args, console);
    Ok(End::warned_if(!corpus.refused.is_empty() || corpus.uncut > 0))
}

fn tell(corpus: &Corpus, args: &Args, console: Console) {
    tell_refused(&corpus.refused, console);
    if corpus.uncut > 0 {
        console.warning(&Message::new("publication.uncut").with("count", corpus.uncut));
    }
    let seconds = corpus.samples / 16_000;
    if args.output_args.json {
        let refused = corpus
            .refused
            .iter()
            .map(|(path, message)| serde_json::json!({ "path": path, "why": console.as_json(message) }));
        let told = serde_json::json!({
            "path": args.output,
            "meetings": corpus.meetings,
            "utterances": corpus.utterances,
            "seconds": seconds,
            "redacted": corpus.redacted,
            "uncut": corpus.uncut,
            "refused": refused.collect::<Vec<_>>(),
        });
        print(&told.to_string());
    } else {
        let message = Message::new("publication.corpus")
            .with("path", args.output.display())
            .with("meetings", corpus.meetings)
            .with("utterances", corpus.utterances)
            .with("minutes", seconds.div_ceil(60));
        print(&console.sentence(&message));
    }
}

fn tell_refused(refused: &[(PathBuf, Message)], console: Console) {
    for (path, message) in refused {
        console.warning(&left_out("publication.left_out", path, message, console));
    }
}
