//! What may be typed. This is the one definition of commands and flags: help, manual page and completions come from it, its words
//! from the catalogue (`locales/help.yml`).

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use e_risalah::record::recorder::Client;
use e_risalah::recording::folder_of;

#[derive(Parser)]
#[command(name = "risalah", version, disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    #[command(visible_alias = "peraga")]
    Demo(Demo),
    #[command(visible_alias = "transkrip")]
    Transcribe(Transcribe),
    #[command(visible_alias = "rekam")]
    Record(Record),
    /// What `record` starts; not for people.
    #[command(hide = true)]
    Recorder(Recorder),
    /// What `export` starts for an office's templates; not for people.
    #[command(hide = true)]
    Typeset(Typeset),
    #[command(visible_alias = "baru")]
    New(New),
    #[command(visible_alias = "cek")]
    Check(Check),
    #[command(visible_alias = "ekspor")]
    Export(Export),
    #[command(visible_alias = "cetak")]
    Print(Print),
    #[command(visible_alias = "putar")]
    Play(Play),
    #[command(visible_alias = "giliran")]
    Floor(Floor),
    #[command(visible_alias = "impor-koreksi")]
    ImportEdits(ImportEdits),
    #[command(visible_alias = "riwayat")]
    History(History),
    #[command(visible_alias = "beda")]
    Diff(Diff),
    #[command(visible_alias = "batal")]
    Undo(Undo),
    #[command(visible_alias = "keadaan")]
    Status(Keeping),
    #[command(visible_alias = "lanjutkan")]
    Advance(Advance),
    #[command(visible_alias = "didengar")]
    Heard(Passage),
    #[command(visible_alias = "kecualikan")]
    Omit(Omit),
    #[command(visible_alias = "resmikan")]
    Finalize(Finalize),
    #[command(visible_alias = "diagnosa")]
    Doctor(Doctor),
    #[command(visible_alias = "pulihkan")]
    Recover(Keeping),
    #[command(visible_alias = "periksa")]
    Verify(Keeping),
    #[command(visible_alias = "arsipkan")]
    Archive(Keeping),
    #[command(visible_alias = "model", subcommand)]
    Models(Models),
    #[command(visible_alias = "perangkat")]
    Devices(Devices),
    Completions(Completions),
    Man(Man),
}

impl Command {
    /// The meeting's folder, of a command that needs one which is there.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Check(args) => Some(&args.meeting),
            Self::Export(args) => args.folder.as_deref(),
            Self::Print(args) => args.folder.as_deref(),
            Self::ImportEdits(args) => Some(&args.folder),
            Self::History(args) => Some(&args.folder),
            Self::Diff(args) => Some(&args.folder),
            Self::Undo(args) => Some(&args.folder),
            Self::Status(args) | Self::Recover(args) | Self::Verify(args) | Self::Archive(args) => Some(&args.folder),
            Self::Advance(args) => Some(&args.folder),
            Self::Heard(args) => Some(&args.folder),
            Self::Omit(args) => Some(&args.passage.folder),
            Self::Finalize(args) => Some(&args.folder),
            Self::Record(args) if args.status || args.stop || args.attach || args.event.is_some() => {
                // After a takeover the recorder answers for a folder that is gone.
                let is_answered = |folder: &&Path| Client::reach(&folder_of(folder)).is_ok();
                args.output.as_deref().filter(|folder| !is_answered(folder))
            }
            _ => None,
        }
    }
}

#[derive(clap::Args)]
pub struct Demo {
    #[arg(short, long, value_name = "DIR", default_value = "hasil", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Transcribe {
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub input: Vec<PathBuf>,
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "RAPAT.TOML", value_hint = ValueHint::FilePath)]
    pub meeting: Option<PathBuf>,
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<std::ffi::OsString>,
    #[arg(long, value_name = "ENGINE", default_value = "cpu", value_parser = ENGINES)]
    pub engine: String,
    #[arg(long, value_name = "CODES", default_value = "id")]
    pub language: String,
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub format: Vec<String>,
    #[arg(long)]
    pub copy_audio: bool,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub conference: Option<PathBuf>,
    #[arg(long, value_name = "FILE.RTTM", value_hint = ValueHint::FilePath)]
    pub turns: Option<PathBuf>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub workers: Option<u16>,
    /// In the background, behind a recording.
    #[arg(long, hide = true)]
    pub follow: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Record {
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
    #[arg(long, value_name = "PORT", conflicts_with = "control")]
    pub conference: Option<u16>,
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<std::ffi::OsString>,
    #[arg(long, value_name = "ENGINE", default_value = "cpu", value_parser = ENGINES)]
    pub engine: String,
    #[arg(long, group = "control")]
    pub attach: bool,
    #[arg(long, group = "control")]
    pub status: bool,
    #[arg(long, value_name = "EVENT", group = "control")]
    pub event: Option<String>,
    #[arg(long, group = "control")]
    pub stop: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Recorder {
    /// Starts the recorder again when it dies.
    #[arg(long, hide = true)]
    pub supervise: bool,
}

#[derive(clap::Args)]
pub struct Doctor {
    #[arg(long, value_name = "RAPAT.TOML", value_hint = ValueHint::FilePath)]
    pub meeting: Option<PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub hours: u64,
    #[arg(long)]
    pub sound_check: bool,
    #[arg(long, value_name = "FILE", requires = "sound_check", conflicts_with = "device", value_hint = ValueHint::AnyPath)]
    pub source: Option<PathBuf>,
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<std::ffi::OsString>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Keeping {
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct New {
    #[arg(value_name = "RAPAT.TOML|DIR", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub file: PathBuf,
    #[arg(long)]
    pub institution: bool,
    #[arg(long)]
    pub resume: bool,
}

#[derive(clap::Args)]
pub struct Check {
    #[arg(value_name = "RAPAT.TOML|DIR", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub meeting: PathBuf,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Export {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath, required_unless_present = "write_template")]
    pub folder: Option<PathBuf>,
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub format: Vec<String>,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub conference: Option<PathBuf>,
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    #[arg(long = "penuh", visible_alias = "full")]
    pub full: bool,
    #[arg(long, value_name = "TEMPLAT", value_hint = ValueHint::DirPath)]
    pub template: Option<PathBuf>,
    #[arg(long, value_name = "TEMPLAT", value_hint = ValueHint::DirPath, conflicts_with_all = ["folder", "template"])]
    pub write_template: Option<PathBuf>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Typeset {
    pub templates: PathBuf,
}

#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[cfg_attr(not(feature = "print"), allow(dead_code, reason = "nothing is sent"))]
pub struct Print {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath, required_unless_present = "printers")]
    pub folder: Option<PathBuf>,
    #[arg(long, value_name = "NAME|ipp://…")]
    pub printer: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999))]
    pub copies: u32,
    #[arg(long)]
    pub duplex: bool,
    #[arg(long, value_name = "PAPER", value_enum)]
    pub paper: Option<Sheet>,
    #[arg(long = "penuh", visible_alias = "full")]
    pub full: bool,
    #[arg(long = "dokumen", visible_alias = "document", value_name = "DOCUMENT", value_enum, default_value_t = Printed::Risalah)]
    pub document: Printed,
    #[arg(long, conflicts_with_all = ["printer", "copies", "duplex"])]
    pub preview: bool,
    #[arg(long, conflicts_with_all = ["folder", "printer", "copies", "duplex", "paper", "full", "document", "preview"])]
    pub printers: bool,
    #[arg(long, requires = "printer")]
    pub new_certificate: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Play {
    #[arg(value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub recording: PathBuf,
    #[arg(value_name = "HH:MM:SS", value_parser = offset)]
    pub from: u64,
    #[arg(long, value_name = "HH:MM:SS", value_parser = offset)]
    pub until: Option<u64>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channel: Option<u16>,
    #[arg(short, long, value_name = "OUT.WAV", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Floor {
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub input: Vec<PathBuf>,
    #[arg(long, value_name = "RAPAT.TOML", value_hint = ValueHint::FilePath)]
    pub meeting: Option<PathBuf>,
    #[arg(long, value_name = "OUT.PNG", value_hint = ValueHint::FilePath)]
    pub plot: Option<PathBuf>,
    #[arg(long, value_name = "H:MM:SS", requires = "plot", value_parser = offset)]
    pub from: Option<u64>,
    #[arg(long, value_name = "H:MM:SS", requires = "plot", value_parser = offset)]
    pub until: Option<u64>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Advance {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(long, value_name = "STATE")]
    pub to: String,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=365))]
    pub days: Option<u32>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Finalize {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub signed_by: String,
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
    #[arg(long, value_name = "REASON")]
    pub waive: Option<String>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

/// A passage of the recording, and who has a word on it.
#[derive(clap::Args)]
pub struct Passage {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "HH:MM:SS")]
    pub from: String,
    #[arg(long, value_name = "HH:MM:SS")]
    pub until: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Omit {
    #[command(flatten)]
    pub passage: Passage,
    #[arg(long, value_name = "TEXT")]
    pub decision: String,
}

/// Paper by the names that it is sold under.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Sheet {
    #[value(alias = "folio")]
    F4,
    A4,
}

/// A document that is printed.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Printed {
    Risalah,
    Lapsing,
    Hadir,
}

/// A time within a recording, in milliseconds.
fn offset(text: &str) -> Result<u64, String> {
    e_risalah::meeting::offset(text).ok_or_else(|| text.to_owned())
}

#[derive(clap::Args)]
pub struct ImportEdits {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "DOCX", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[arg(long, value_name = "REASON")]
    pub why: Option<String>,
    #[arg(long, value_name = "NAME", requires = "why")]
    pub member: Option<String>,
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct History {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "TURN")]
    pub turn: Option<String>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Diff {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(long, value_name = "STATE", default_value = "mentah", hide_default_value = true)]
    pub from: String,
    #[arg(long, value_name = "STATE", default_value = "kini", hide_default_value = true)]
    pub to: String,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(clap::Args)]
pub struct Undo {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "EDIT")]
    pub edit: u64,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[arg(long, value_name = "REASON")]
    pub why: Option<String>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

/// The names of [`e_risalah::recognise::speech::Engine`].
const ENGINES: [&str; 3] = ["cpu", "cpu-f32", "whisper-cpp"];

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
        name: Option<std::ffi::OsString>,
        #[command(flatten)]
        output_args: OutputArgs,
    },
    Rm {
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(clap::Args)]
pub struct Devices {
    #[arg(long)]
    pub probe: bool,
    #[arg(long, value_name = "NAME", requires = "probe")]
    pub device: Option<String>,
    #[arg(long, value_name = "N", requires = "probe", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channels: Option<u16>,
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Man {
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub command: Vec<String>,
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct Completions {
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

impl Command {
    /// How the command speaks.
    pub fn output_args(&self) -> OutputArgs {
        match self {
            Self::Demo(args) => args.output_args,
            Self::Transcribe(args) => args.output_args,
            Self::Record(args) => args.output_args,
            Self::Check(args) => args.output_args,
            Self::Export(args) => args.output_args,
            Self::Print(args) => args.output_args,
            Self::Play(args) => args.output_args,
            Self::Floor(args) => args.output_args,
            Self::ImportEdits(args) => args.output_args,
            Self::History(args) => args.output_args,
            Self::Diff(args) => args.output_args,
            Self::Undo(args) => args.output_args,
            Self::Status(args) | Self::Recover(args) | Self::Verify(args) | Self::Archive(args) => args.output_args,
            Self::Advance(args) => args.output_args,
            Self::Heard(args) => args.output_args,
            Self::Omit(args) => args.passage.output_args,
            Self::Finalize(args) => args.output_args,
            Self::Doctor(args) => args.output_args,
            Self::Models(
                Models::Pull { output_args, .. }
                | Models::Import { output_args, .. }
                | Models::Verify { output_args }
                | Models::Bench { output_args, .. },
            ) => *output_args,
            Self::Models(Models::List { json }) | Self::Devices(Devices { json, .. }) => {
                OutputArgs { json: *json, quiet: false }
            }
            Self::Models(Models::Rm { .. })
            | Self::New(_)
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Recorder(_)
            | Self::Typeset(_) => OutputArgs::default(),
        }
    }
}

/// How a command speaks while it works.
#[derive(clap::Args, Clone, Copy, Default)]
pub struct OutputArgs {
    #[arg(short, long)]
    pub quiet: bool,
    #[arg(long, conflicts_with = "quiet")]
    pub json: bool,
}
