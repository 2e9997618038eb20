//! What may be typed behind `risalah doctor`.

use std::path::PathBuf;

use clap::ValueHint;

use crate::cli::output_args::OutputArgs;

#[derive(clap::Args)]
pub struct Args {
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
