//! Sound from a pipe (`-`): it is kept in a file before it is read, since recognition looks at it
//! more than once.

use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::Ordering;

use e_risalah::audio;
use e_risalah::common::atomic_file;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder;
use e_risalah::recording::folder_of;

use super::interrupt::STOP;
use super::outcome::Failure;

/// The name, without its ending, under which a meeting folder keeps what came through a pipe.
const NAME: &str = "masukan";

/// Bytes that are taken from the pipe at a time.
const PIECE: usize = 1 << 16;

/// The paths of a command, with a file in place of `-`.
pub struct Paths {
    /// What is to be read.
    pub input: Vec<PathBuf>,
    /// A file that goes when it was read.
    passing: Option<PathBuf>,
}

impl Drop for Paths {
    fn drop(&mut self) {
        if let Some(path) = &self.passing {
            let _ = fs::remove_file(path);
        }
    }
}

/// Keeps what comes through the pipe in the `rekaman` of a meeting folder, or, without one, for as
/// long as the command runs.
pub fn paths(input: &[PathBuf], folder: Option<&Path>) -> Result<Paths, Failure> {
    if !input.iter().any(|path| path.as_os_str() == "-") {
        return Ok(Paths { input: input.to_vec(), passing: None });
    }
    if input.len() > 1 {
        return Err(Failure::usage(Message::new("cli.pipe.among")));
    }
    if io::stdin().is_terminal() {
        return Err(Failure::usage(Message::new("cli.pipe.terminal")));
    }
    if let Some(folder) = folder {
        return Ok(Paths { input: vec![keep(&folder_of(folder))?], passing: None });
    }
    let path = std::env::temp_dir().join(format!("risalah-{NAME}-{}", process::id()));
    let paths = Paths { input: vec![path.clone()], passing: Some(path.clone()) };
    take(&path)?;
    Ok(paths)
}

/// Takes the sound into a recording's folder. The same sound once more is the same file; another is
/// refused.
fn keep(recording: &Path) -> Result<PathBuf, Failure> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| folder::Error::Write { path, source }
    };
    fs::create_dir_all(recording).map_err(failed(recording))?;
    let present = fs::read_dir(recording).map_err(failed(recording))?.flatten().map(|entry| entry.path());
    let partial = recording.join(format!("{NAME}.sebagian"));
    let present: Vec<PathBuf> = present.filter(|path| *path != partial).collect();
    let kept = present.iter().find(|path| path.file_stem().is_some_and(|stem| stem == NAME));
    if kept.is_none() && !present.is_empty() {
        return Err(Failure::usage(Message::new("cli.pipe.taken").with("path", recording.display())));
    }
    let outcome = take(&partial).and_then(|()| {
        if let Some(kept) = kept {
            if !same(kept, &partial).map_err(failed(&partial))? {
                return Err(Failure::usage(Message::new("cli.pipe.taken").with("path", kept.display())));
            }
            fs::remove_file(&partial).map_err(failed(&partial))?;
            return Ok(kept.clone());
        }
        let path = recording.join(format!("{NAME}.{}", audio::ending(&partial)?));
        atomic_file::rename(&partial, &path).map_err(failed(&path))?;
        Ok(path)
    });
    if outcome.is_err() {
        let _ = fs::remove_file(&partial);
    }
    outcome
}

/// Writes all that comes to a file, down to the disk.
fn take(path: &Path) -> Result<(), Failure> {
    let failed = |source| folder::Error::Write { path: path.to_owned(), source };
    let mut file = File::create(path).map_err(failed)?;
    let mut pipe = io::stdin().lock();
    let mut piece = vec![0; PIECE];
    let mut taken = 0_u64;
    loop {
        let bytes = match pipe.read(&mut piece) {
            Ok(0) => break,
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => return Err(Failure::failed(Message::new("cli.pipe.failed").with("reason", error))),
        };
        if STOP.load(Ordering::Relaxed) {
            return Err(Failure::failed(Message::new("cli.pipe.stopped")));
        }
        file.write_all(&piece[..bytes]).map_err(failed)?;
        taken += bytes as u64;
    }
    if taken == 0 {
        return Err(Failure::failed(Message::new("cli.pipe.empty")));
    }
    // A program that writes to a pipe cannot go back to complete the header.
    audio::wav::complete(path).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(())
}

/// Whether two files hold the same bytes.
fn same(a: &Path, b: &Path) -> io::Result<bool> {
    if fs::metadata(a)?.len() != fs::metadata(b)?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::new(File::open(a)?), BufReader::new(File::open(b)?));
    let (mut left, mut right) = (vec![0; PIECE], vec![0; PIECE]);
    loop {
        let bytes = a.read(&mut left)?;
        b.read_exact(&mut right[..bytes])?;
        if left[..bytes] != right[..bytes] {
            return Ok(false);
        }
        if bytes == 0 {
            return Ok(true);
        }
    }
}
