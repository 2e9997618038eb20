//! `risalah export`: the documents of what is stored, without recognising anything again.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::common::message::Message;
use e_risalah::document::risalah::{self, Format, Templates};
use e_risalah::lifecycle::folder::{Folder, MEETING};
use e_risalah::meeting_folder::shows_closed;
use e_risalah::meeting_folder::{self, Documents, Evidence};
use e_risalah::recording::folder_of;
use e_risalah::transcript::Level;
use e_risalah::transcript::store::{self, Store};

use super::console::Console;
use super::export_published;
use super::layout::lay_out;
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub format: Vec<String>,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub conference: Option<PathBuf>,
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    #[arg(long = "penuh", visible_alias = "full")]
    pub full: bool,
    #[arg(long, visible_alias = "publik", conflicts_with_all = ["full", "conference", "identity"])]
    pub published: bool,
    #[arg(long, requires = "published")]
    pub no_sound: bool,
    #[arg(long, value_name = "TEMPLAT", value_hint = ValueHint::DirPath)]
    pub template: Option<PathBuf>,
    #[arg(long, value_name = "TEMPLAT", value_hint = ValueHint::DirPath, conflicts_with_all = ["folder", "template"])]
    pub write_template: Option<PathBuf>,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    if let Some(folder) = &args.write_template {
        for path in Templates::write(folder)? {
            console.file(&path);
        }
        return Ok(End::Done);
    }
    if args.published {
        let copy = export_published::Copy {
            source: &args.folder_args.folder,
            out: args.output.as_deref(),
            formats: &args.format,
            template: args.template.as_deref(),
            no_sound: args.no_sound,
            output_args: args.folder_args.output_args,
        };
        return export_published::run(&copy, console);
    }
    let source = &args.folder_args.folder;
    let formats = meeting_folder::formats(&args.format)?;
    if args.output.is_none() && shows_closed(source)? {
        return Err(Failure::usage(Message::new("seal.no_output").with("path", source.display())));
    }
    let mut store = match Store::open_to_read(source) {
        Err(store::Error::Missing { .. }) if only_register(&args.format, source)? => {
            return register_before(args, console);
        }
        store => store?,
    };
    let mut meeting = meeting_folder::describe(source)?;
    let mut transcript = meeting_folder::current_words(&mut store, &meeting, meeting_folder::lexicon(&[source])?)?;
    let evidence = Evidence::find(args.conference.as_deref(), source, &folder_of(source))?;
    let folder = Folder::create(args.output.as_ref().unwrap_or(source))?;
    if let Some(path) = &args.conference {
        console.warnings(&meeting_folder::keep_events(path, &Folder::create(source)?, &store)?);
    }
    let mut warned = evidence.is_some_and(|found| console.notices(&found.consult(&mut meeting, &mut transcript)));
    warned |= console.warnings(&meeting_folder::outside_recording(&meeting, &transcript));
    let (formats, withheld) = meeting_folder::publishable(&formats, &meeting);
    warned |= console.warnings(&withheld);
    let templates = args.template.clone().or_else(|| meeting_folder::templates(&meeting, source));
    let documents = Documents {
        folder: &folder,
        store: &store,
        meeting: &meeting,
        transcript: &transcript,
        level: if args.full { Level::Full } else { Level::Clean },
        templates: templates.as_deref(),
        lay_out: &lay_out,
    };
    for format in formats {
        let frozen = match format {
            Format::Brief | Format::BriefWord => meeting_folder::official_brief(source, &store, &transcript, format)?,
            _ => None,
        };
        let (written, warnings) = if let Some(brief) = frozen {
            (folder.write(&store, format.file_name(), &brief.content)?, brief.warnings)
        } else {
            let output = documents.write(format)?;
            (output.written, output.warnings)
        };
        warned |= console.warnings(&warnings);
        console.written(&written);
    }
    let open = store.open_corrections(&transcript)?;
    if !open.is_empty() {
        console.warning(&Message::new("history.open").with("count", open.len()).with("path", source.display()));
        warned = true;
    }
    if !transcript.version.complete {
        console.warning(&Message::new("cli.incomplete").with("path", source.display()));
        warned = true;
    }
    Ok(End::warned_if(warned))
}

/// Whether nothing is asked for but the attendance list of a meeting that is described.
fn only_register(wanted: &[String], folder: &Path) -> Result<bool, risalah::Error> {
    Ok(Format::list(&wanted.join(","))? == [Format::Register] && folder.join(MEETING).is_file())
}

/// The attendance list before the meeting, when it is signed.
fn register_before(args: &Args, console: Console) -> Result<End, Failure> {
    let source = &args.folder_args.folder;
    let meeting = meeting_folder::describe(source)?;
    let templates = args.template.clone().or_else(|| meeting_folder::templates(&meeting, source));
    let sheet = risalah::register_before(&meeting, jiff::Timestamp::now());
    let laid_out = lay_out(&sheet, Format::Register, templates.as_deref())?;
    let warned = console.warnings(&laid_out.warnings);
    let folder = Folder::create(args.output.as_ref().unwrap_or(source))?;
    console.written(&folder.write_before(Format::Register.file_name(), &laid_out.content)?);
    Ok(End::warned_if(warned))
}
