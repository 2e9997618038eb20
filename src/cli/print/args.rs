//! What may be typed behind `risalah print`.

use clap::ValueEnum;

use crate::cli::output_args::FolderArgs;
use crate::cli::seal_args::SealArgs;

#[derive(clap::Args)]
#[cfg_attr(not(feature = "print"), allow(dead_code, reason = "nothing is sent"))]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Args {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
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
}

/// Paper by the names that it is sold under.
#[derive(Clone, Copy, ValueEnum)]
pub enum Sheet {
    #[value(alias = "folio")]
    F4,
    A4,
}

/// A document that is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Printed {
    Risalah,
    Lapsing,
    Hadir,
}
