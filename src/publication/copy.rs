//! The published copy as files in a folder of its own.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::sound::{Codec, Sound};
use super::{Error, Published};
use crate::common::atomic_file;
use crate::common::clock::Channel;
use crate::common::message::Message;
use crate::document::risalah::{self, Format};
use crate::meeting_folder::{LaidOut, LayOut};

/// The formats of a published copy: all but what the office works with.
pub const FORMATS: &[Format] = &[
    Format::Json,
    Format::Docx,
    #[cfg(feature = "pdf")]
    Format::Pdf,
    #[cfg(feature = "pdf")]
    Format::Brief,
    Format::BriefWord,
    Format::Txt,
    Format::Srt,
    Format::Vtt,
    Format::Csv,
    Format::Akn,
    Format::Tei,
    Format::Popolo,
    Format::Seglst,
    Format::Rttm,
];

/// The folder of the sound in that of a copy.
const SOUND: &str = "suara";
/// What is still being written.
const PARTIAL: &str = ".sebagian";

/// The name of a format's file.
#[must_use]
pub fn file_name(format: Format) -> &'static str {
    match format {
        Format::Docx => "risalah-publik.docx",
        Format::Pdf => "risalah-publik.pdf",
        other => other.file_name(),
    }
}

/// The name of a microphone's file, or of the mix of all.
#[must_use]
pub fn sound_name(channel: Option<Channel>, codec: Codec) -> String {
    match channel {
        Some(channel) => format!("kanal-{:02}.{}", channel.number(), codec.ending()),
        None => format!("campuran.{}", codec.ending()),
    }
}

/// The published copy in one format.
///
/// # Errors
/// When it cannot be composed or laid out.
pub fn document(
    published: &Published,
    format: Format,
    templates: Option<&Path>,
    lay_out: &LayOut<'_>,
) -> Result<LaidOut, Error> {
    let (meeting, transcript, public) = (&published.meeting, &published.transcript, published.public());
    if let Some(sheet) = risalah::sheet_public(format, meeting, transcript, &public) {
        return Ok(lay_out(&sheet, format, templates)?);
    }
    let content = risalah::write_public(format, meeting, transcript, &public)?;
    Ok(LaidOut { content, warnings: Vec::new() })
}

/// Makes the folder of a copy ready: nothing lies in it that is not of the copy. What an earlier
/// copy left is removed.
///
/// # Errors
/// [`Error::NotEmpty`] where it holds other files; or when it cannot be made or cleared.
pub fn prepare(out: &Path) -> Result<(), Error> {
    let failed = |source| Error::Write { path: out.to_owned(), source };
    fs::create_dir_all(out).map_err(failed)?;
    let mut ours = Vec::new();
    for entry in fs::read_dir(out).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == SOUND && path.is_dir() {
            for entry in fs::read_dir(&path).map_err(failed)? {
                ours.push(entry.map_err(failed)?.path());
            }
        } else {
            ours.push(path);
        }
    }
    if !ours.iter().all(|path| is_of_copy(path)) {
        return Err(Error::NotEmpty { path: out.to_owned() });
    }
    for path in ours {
        fs::remove_file(&path).map_err(|source| Error::Write { path, source })?;
    }
    Ok(())
}

fn is_of_copy(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(PARTIAL).map_or(&*name, |name| name.trim_start_matches('.'));
    let sound = ["kanal-", "campuran."].iter().any(|begins| name.starts_with(begins))
        && ["opus", "flac"].iter().any(|ending| name.ends_with(ending));
    path.is_file() && (sound || FORMATS.iter().any(|format| file_name(*format) == name))
}

/// Writes documents of a copy into its folder. Says where they are, and what a person must look at.
///
/// # Errors
/// When one cannot be made or written.
pub fn write_documents(
    published: &Published,
    out: &Path,
    formats: &[Format],
    templates: Option<&Path>,
    lay_out: &LayOut<'_>,
) -> Result<(Vec<PathBuf>, Vec<Message>), Error> {
    let (mut files, mut warnings) = (Vec::new(), Vec::new());
    for format in formats {
        let laid_out = document(published, *format, templates, lay_out)?;
        let path = out.join(file_name(*format));
        atomic_file::write(&path, &laid_out.content).map_err(|source| Error::Write { path: path.clone(), source })?;
        files.push(path);
        warnings.extend(laid_out.warnings);
    }
    Ok((files, warnings))
}

/// Writes the sound of a copy into its folder: each microphone and the mix. `progress` hears the
/// share done in thousandths.
///
/// # Errors
/// When the sound cannot be read, encoded or written; [`Error::Interrupted`]. Then no file is left.
pub fn write_sound(
    published: &Published,
    out: &Path,
    codec: Codec,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<PathBuf>, Error> {
    let sound = Sound::open(published)?;
    let folder = out.join(SOUND);
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    let partial = |channel| folder.join(format!(".{}{PARTIAL}", sound_name(channel, codec)));
    let channels: Vec<Option<Channel>> =
        (0..usize::from(sound.channels())).map(|at| Some(Channel::from_index(at))).collect();
    let channels = [channels, vec![None]].concat();
    let whole = sound.length().max(1);
    let mut create = |channel| -> io::Result<_> { Ok(BufWriter::new(File::create(partial(channel))?)) };
    let encoded = sound.encode_all(codec, &mut create, stop, &mut |done| progress(done * 1000 / whole));
    let written = encoded.and_then(|files| {
        let mut paths = Vec::new();
        for (file, channel) in files.into_iter().zip(&channels) {
            let path = folder.join(sound_name(*channel, codec));
            let failed = |source| Error::Write { path: path.clone(), source };
            let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
            file.sync_all().and_then(|()| atomic_file::rename(&partial(*channel), &path)).map_err(failed)?;
            paths.push(path);
        }
        Ok(paths)
    });
    if written.is_err() {
        for channel in &channels {
            let _ = fs::remove_file(partial(*channel));
        }
    }
    written
}
