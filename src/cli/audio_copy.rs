//! A copy of the sound in the meeting's folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use e_risalah::audio::{Input, Set};
use e_risalah::common::atomic_file;
use e_risalah::lifecycle::folder;

/// Copies the sound to where [`Input::from_paths`] finds it again: parts of one timeline into
/// `rekaman`, a set of channels beside the other files, under names that keep their channels.
pub fn copy_audio(input: &Input, folder: &Path) -> Result<(), folder::Error> {
    let recording = folder.join("rekaman");
    let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
    let copies: Vec<(PathBuf, PathBuf)> = match input {
        Input::File(path) => vec![(path.clone(), recording.join(name(path)))],
        Input::Parts(paths) => paths.iter().map(|path| (path.clone(), recording.join(name(path)))).collect(),
        Input::Recording(source) => fs::read_dir(source)
            .map_err(|error| folder::Error::Folder { path: source.clone(), source: error })?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), recording.join(name(&path))))
            .collect(),
        Input::Set(set) => copies_of(set, folder),
    };
    for (source, target) in copies {
        let failed = |source| folder::Error::Write { path: target.clone(), source };
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let bytes = fs::metadata(&source).map_err(failed)?.len();
        match fs::metadata(&target) {
            Ok(present) if present.len() == bytes => continue,
            Ok(_) => return Err(failed(io::ErrorKind::AlreadyExists.into())),
            Err(_) => {}
        }
        let partial = atomic_file::part(&target);
        fs::copy(&source, &partial).and_then(|_| atomic_file::rename(&partial, &target)).map_err(failed)?;
    }
    Ok(())
}

/// Where the files of a set go. Files alone are named by their channel; of parts, the names and the
/// times in them say where each stands.
fn copies_of(set: &Set, folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    let files = || set.members.iter().flat_map(|member| member.parts.iter().map(move |part| (member, part)));
    let mut names: Vec<_> = files().map(|(_, part)| part.path.file_name()).collect();
    names.sort();
    names.dedup();
    let placed = files().any(|(member, part)| member.parts.len() > 1 || part.start.is_some_and(|start| start > 0));
    let keep_names = placed && names.len() == files().count();
    files()
        .map(|(member, part)| {
            let ending = part.path.extension().unwrap_or_default().to_string_lossy();
            let channel = member.first.number();
            let name = match member.parts.iter().position(|other| other == part) {
                _ if keep_names => part.path.file_name().unwrap_or_default().to_owned(),
                Some(place) if member.parts.len() > 1 => {
                    format!("kanal-{channel:02}_part{:03}.{ending}", place + 1).into()
                }
                _ => format!("kanal-{channel:02}.{ending}").into(),
            };
            (part.path.clone(), folder.join(name))
        })
        .collect()
}
