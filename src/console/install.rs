//! The entry in the start menu, and the unit with which the system starts the page by itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::common::atomic_file;
use crate::common::message::{Explain, Message};

/// What marks a file as written here.
const MARK: &str = "# risalah serve --install\n";

/// Why the entry or the unit cannot be written or taken away.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum InstallError {
    /// The user has no home folder.
    #[error("no home folder")]
    NoHome,
    /// Somebody else has written the file.
    #[error("{} was not written by --install", path.display())]
    Foreign { path: PathBuf },
    /// The path of the program or of the folder has a character that neither file can hold.
    #[error("{} has a control character", path.display())]
    Unwritable { path: PathBuf },
    /// The system does not let it be written.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl Explain for InstallError {
    fn message(&self) -> Message {
        match self {
            Self::NoHome => Message::new("serve.no_home"),
            Self::Foreign { path } => Message::new("serve.foreign").with("path", path.display()),
            Self::Unwritable { path } => Message::new("serve.unwritable").with("path", path.display()),
            Self::Io { path, source } => {
                Message::new("serve.install_io").with("path", path.display()).with("detail", source)
            }
        }
    }
}

/// The two files: the entry of the start menu, and the unit.
fn files() -> Result<[PathBuf; 2], InstallError> {
    let folders = etcetera::choose_base_strategy().map_err(|_| InstallError::NoHome)?;
    Ok([
        folders.data_dir().join("applications").join("risalah.desktop"),
        folders.config_dir().join("systemd").join("user").join("risalah.service"),
    ])
}

/// Writes both for this program and this folder of meetings; gives where.
///
/// # Errors
/// Any [`InstallError`]; a file that somebody else has written stays as it is.
pub fn install(program: &Path, folder: Option<&Path>) -> Result<[PathBuf; 2], InstallError> {
    let files = files()?;
    for path in &files {
        is_own(path)?;
    }
    let folder = folder.map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()));
    let texts = [entry(program, folder.as_deref())?, unit(program, folder.as_deref())?];
    for (path, text) in files.iter().zip(&texts) {
        let failed = |source| InstallError::Io { path: path.clone(), source };
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        atomic_file::write(path, text.as_bytes()).map_err(failed)?;
    }
    Ok(files)
}

/// Takes both away; gives those that were there.
///
/// # Errors
/// Any [`InstallError`]; a file that somebody else has written stays.
pub fn uninstall() -> Result<Vec<PathBuf>, InstallError> {
    let mut gone = Vec::new();
    for path in files()? {
        if is_own(&path)? {
            fs::remove_file(&path).map_err(|source| InstallError::Io { path: path.clone(), source })?;
            gone.push(path);
        }
    }
    Ok(gone)
}

/// Whether the file is there and was written here.
fn is_own(path: &Path) -> Result<bool, InstallError> {
    match fs::read(path) {
        Ok(text) if text.starts_with(MARK.as_bytes()) => Ok(true),
        Ok(_) => Err(InstallError::Foreign { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(InstallError::Io { path: path.to_owned(), source }),
    }
}

fn entry(program: &Path, folder: Option<&Path>) -> Result<String, InstallError> {
    // Quoted for the command line first, then for the value of a key (Desktop Entry Specification).
    let quoted = |path: &Path| -> Result<String, InstallError> {
        let mut text = String::from("\"");
        for letter in written(path)?.chars() {
            match letter {
                '\\' => text.push_str(r"\\\\"),
                '"' | '`' | '$' => text.extend([r"\\", letter.encode_utf8(&mut [0; 4])]),
                '%' => text.push_str("%%"),
                letter => text.push(letter),
            }
        }
        Ok(text + "\"")
    };
    let folder = folder.map(|folder| Ok(format!(" {}", quoted(folder)?))).transpose()?.unwrap_or_default();
    Ok(format!(
        "{MARK}[Desktop Entry]\nType=Application\nName=E-Risalah\nComment=Record, correct, sign and print meetings\n\
         Comment[id]=Rekam, koreksi, sahkan, dan cetak risalah rapat\nExec={} serve{folder}\n\
         Icon=audio-input-microphone\nTerminal=false\nCategories=Office;AudioVideo;\n\
         Keywords=risalah;rapat;DPRD;minutes;transcription;\n",
        quoted(program)?
    ))
}

fn unit(program: &Path, folder: Option<&Path>) -> Result<String, InstallError> {
    let quoted = |path: &Path| -> Result<String, InstallError> {
        let mut text = String::from("\"");
        for letter in written(path)?.chars() {
            match letter {
                '\\' | '"' => text.extend(['\\', letter]),
                '$' | '%' => text.extend([letter, letter]),
                letter => text.push(letter),
            }
        }
        Ok(text + "\"")
    };
    let folder = folder.map(|folder| Ok(format!(" {}", quoted(folder)?))).transpose()?.unwrap_or_default();
    // It opens nothing at login: the start menu finds it and opens its page. What it prints is the
    // address, which holds a secret and belongs into no journal. Only the page ends with the unit;
    // recordings that it began go on, also when memory runs out.
    Ok(format!(
        "{MARK}[Unit]\nDescription=E-Risalah\n\n[Service]\nExecStart={} serve --no-open{folder}\nStandardOutput=null\n\
         KillMode=process\nOOMPolicy=continue\nRestart=on-failure\nRestartSec=5\n\n[Install]\nWantedBy=default.target\n",
        quoted(program)?
    ))
}

/// A path as text that a line can hold.
fn written(path: &Path) -> Result<&str, InstallError> {
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control));
    text.ok_or_else(|| InstallError::Unwritable { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_are_quoted_for_both() {
        let odd = Path::new("/home/a b/50% \"x\" $y\\z");
        let entry = entry(odd, None).expect("an entry");
        assert!(entry.contains("Exec=\"/home/a b/50%% \\\\\"x\\\\\" \\\\$y\\\\\\\\z\" serve\n"), "{entry}");
        let unit = unit(Path::new("/usr/bin/risalah"), Some(odd)).expect("a unit");
        assert!(unit.contains("serve --no-open \"/home/a b/50%% \\\"x\\\" $$y\\\\z\"\n"), "{unit}");
        assert!(super::entry(Path::new("/a\nExec=b"), None).is_err());
    }
}
