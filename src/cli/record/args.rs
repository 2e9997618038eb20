//! What may be typed behind `risalah record`.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueHint};
use e_risalah::record::recorder::Client;
use e_risalah::recording::folder_of;

use crate::cli::output_args::{FolderArgs, OutputArgs};
use crate::cli::recogniser_args::RecogniserArgs;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Control>,
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "RAPAT.TOML", value_hint = ValueHint::FilePath)]
    pub meeting: Option<PathBuf>,
    #[arg(long, value_name = "NAME", conflicts_with = "source")]
    pub device: Option<String>,
    #[arg(long, value_name = "DIR2", value_hint = ValueHint::DirPath)]
    pub mirror: Option<PathBuf>,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub source: Option<PathBuf>,
    #[arg(long, value_name = "X", default_value_t = 1.0, requires = "source")]
    pub speed: f64,
    #[arg(long, value_name = "PORT")]
    pub conference: Option<u16>,
    #[command(flatten)]
    pub recogniser_args: RecogniserArgs,
    // The four below are what the subcommands were before.
    #[arg(long, group = "control", hide = true, conflicts_with = "conference")]
    pub attach: bool,
    #[arg(long, group = "control", hide = true, conflicts_with = "conference")]
    pub status: bool,
    #[arg(long, value_name = "EVENT", group = "control", hide = true, conflicts_with = "conference")]
    pub event: Option<String>,
    #[arg(long, group = "control", hide = true, conflicts_with = "conference")]
    pub stop: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

/// What is done with a recording that runs.
#[derive(Subcommand)]
pub enum Control {
    #[command(visible_alias = "keadaan")]
    Status(FolderArgs),
    #[command(visible_alias = "peristiwa")]
    Event(EventArgs),
    #[command(visible_alias = "tampilkan")]
    Attach(AttachArgs),
    #[command(visible_alias = "hentikan")]
    Stop(FolderArgs),
}

#[derive(clap::Args)]
pub struct EventArgs {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "EVENT")]
    pub event: String,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct AttachArgs {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[arg(long, value_name = "RAPAT.TOML", value_hint = ValueHint::FilePath)]
    pub meeting: Option<PathBuf>,
    #[command(flatten)]
    pub recogniser_args: RecogniserArgs,
}

impl Args {
    /// The meeting's folder, where the command needs one that is there.
    pub fn existing_folder(&self) -> Option<&Path> {
        let folder = match &self.command {
            Some(Control::Status(args) | Control::Stop(args)) => Some(args.folder.as_path()),
            Some(Control::Event(args)) => Some(args.folder.as_path()),
            Some(Control::Attach(args)) => Some(args.folder_args.folder.as_path()),
            None if self.status || self.stop || self.attach || self.event.is_some() => self.output.as_deref(),
            None => None,
        };
        // After a takeover the recorder answers for a folder that is gone.
        folder.filter(|folder| Client::reach(&folder_of(folder)).is_err())
    }

    /// How the command speaks.
    pub fn output_args(&self) -> OutputArgs {
        match &self.command {
            Some(Control::Status(args) | Control::Stop(args)) => args.output_args,
            Some(Control::Event(args)) => args.output_args,
            Some(Control::Attach(args)) => args.folder_args.output_args,
            None => self.output_args,
        }
    }
}
