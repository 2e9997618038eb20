//! Arguments that many commands take.

use std::path::PathBuf;

use clap::ValueHint;

/// How a command speaks while it works.
#[derive(clap::Args, Clone, Copy, Default)]
pub struct OutputArgs {
    #[arg(short, long)]
    pub quiet: bool,
    #[arg(long, conflicts_with = "quiet")]
    pub json: bool,
}

impl OutputArgs {
    /// Whether no progress is shown: nobody reads it.
    pub fn hides_progress(self) -> bool {
        self.quiet || self.json
    }
}

/// A command that works on a meeting's folder, and how it speaks.
#[derive(clap::Args)]
pub struct FolderArgs {
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[command(flatten)]
    pub output_args: OutputArgs,
}
