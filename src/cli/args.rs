//! What may be typed. This is the one definition of commands and flags: help, manual page and completions come from it, its words
//! from the catalogue (`locales/help.yml`).

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueHint};
use clap_complete::Shell;

#[derive(Parser)]
#[command(name = "risalah", version, disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    #[command(visible_alias = "transkrip")]
    Transcribe(Transcribe),
    #[command(visible_alias = "ekspor")]
    Export(Export),
    #[command(visible_alias = "model", subcommand)]
    Models(Models),
    Completions(Completions),
    Man,
}

#[derive(clap::Args)]
pub struct Transcribe {
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub input: Vec<PathBuf>,
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
    #[arg(long, value_name = "RAPAT.TOML", value_hint = ValueHint::FilePath)]
    pub meeting: Option<PathBuf>,
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<std::ffi::OsString>,
    #[arg(long, value_name = "CODE", default_value = "id")]
    pub language: String,
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub format: Vec<String>,
    #[arg(long)]
    pub copy_audio: bool,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub workers: Option<u16>,
    #[command(flatten)]
    pub voice: Voice,
}

#[derive(clap::Args)]
pub struct Export {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub format: Vec<String>,
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub voice: Voice,
}

#[derive(Subcommand)]
pub enum Models {
    List {
        #[arg(long)]
        json: bool,
    },
    Pull {
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        voice: Voice,
    },
    Import {
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        #[command(flatten)]
        voice: Voice,
    },
    Verify {
        #[command(flatten)]
        voice: Voice,
    },
    Rm {
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(clap::Args)]
pub struct Completions {
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// How a command speaks while it works.
#[derive(clap::Args, Clone, Copy)]
pub struct Voice {
    #[arg(short, long)]
    pub quiet: bool,
    #[arg(long, conflicts_with = "quiet")]
    pub json: bool,
}
