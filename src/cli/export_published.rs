//! `risalah export --published`: the copy of an official record that may go out.

use std::path::Path;

use e_risalah::common::message::{Explain, Message};
use e_risalah::document::risalah::Format;
use e_risalah::meeting_folder;
use e_risalah::publication::sound::Codec;
use e_risalah::publication::{self, FORMATS};

use super::console::{Console, print};
use super::interrupt::STOP;
use super::layout::lay_out;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::progress::ShareProgress;

/// What is asked for.
pub struct Copy<'a> {
    pub source: &'a Path,
    pub out: Option<&'a Path>,
    pub formats: &'a [String],
    pub template: Option<&'a Path>,
    pub no_sound: bool,
    pub output_args: OutputArgs,
}

pub fn run(args: &Copy<'_>, console: Console) -> Result<End, Failure> {
    let source = args.source;
    let Some(out) = args.out else { return Err(Failure::usage(Message::new("publication.no_output"))) };
    let formats = formats(args.formats)?;
    let published = publication::published(source)?;
    refuse_inside(source, out)?;
    publication::prepare(out)?;
    let templates = args.template.map(Path::to_owned).or_else(|| meeting_folder::templates(&published.meeting, source));
    let (mut files, told) = publication::write_documents(&published, out, &formats, templates.as_deref(), &lay_out)?;
    let mut warned = console.warnings(&published.warnings) | console.warnings(&told);
    if args.no_sound {
        console.note(&Message::new("publication.sound_left"));
    } else {
        let mut progress = ShareProgress::new(console, "cli.progress.encoding", args.output_args.hides_progress());
        let written = publication::write_sound(&published, out, Codec::USUAL, &STOP, &mut |done| progress.report(done));
        progress.end();
        match written {
            Ok(sound) => files.extend(sound),
            Err(publication::Error::Folder(error @ meeting_folder::Error::SoundGone(_))) => {
                let message = Message::new("publication.sound_gone");
                console.warning(&message.with("detail", console.sentence(&error.message())));
                warned = true;
            }
            Err(error) => return Err(error.into()),
        }
    }
    for file in &files {
        console.file(file);
    }
    let count: usize = published.counts().values().sum();
    if args.output_args.json {
        print(&serde_json::json!({ "redacted": published.counts() }).to_string());
    }
    console.note(&Message::new("publication.done").with("count", count));
    Ok(End::warned_if(warned))
}

/// The formats that are asked for, else all of a published copy.
fn formats(wanted: &[String]) -> Result<Vec<Format>, Failure> {
    let wanted = Format::list(&wanted.join(",")).map_err(Failure::from)?;
    if let Some(format) = wanted.iter().find(|format| !FORMATS.contains(format)) {
        return Err(Failure::usage(Message::new("publication.format").with("format", format)));
    }
    Ok(if wanted.is_empty() { FORMATS.to_vec() } else { wanted })
}

/// The copy goes out as a folder: it lies in none that holds the record.
fn refuse_inside(source: &Path, out: &Path) -> Result<(), Failure> {
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
    match (whole(source), whole(out)) {
        (Some(source), Some(out)) if source.starts_with(&out) => Err(publication::Error::NotEmpty { path: out }.into()),
        _ => Ok(()),
    }
}
