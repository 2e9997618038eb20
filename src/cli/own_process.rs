//! This program once more, as another process.

use std::path::PathBuf;
use std::process::Command;

use e_risalah::lifecycle::folder;

use super::outcome::Failure;

/// A command of this program in a process of its own.
pub fn own_process(command: &str) -> Result<Command, Failure> {
    let program =
        std::env::current_exe().map_err(|source| folder::Error::Folder { path: PathBuf::from("risalah"), source })?;
    let mut process = Command::new(program);
    process.arg(command);
    // Ctrl-C in this terminal is meant for the screen.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut process, 0);
    Ok(process)
}
