//! The files of a corpus.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::line::Line;
use super::{Corpus, LONGEST};
use crate::audio::SPEECH_RATE;
use crate::common::atomic_file;
use crate::common::clock::Channel;
use crate::publication::Error;

/// Its list, by which a folder is known as one of this program.
const LIST: &str = "ujaran.jsonl";
const SOUND: &str = "suara";
const README: &str = "README.md";
const LICENCE: &str = "LICENSE.txt";

pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Takes a folder that is empty, is not there yet, or holds a corpus.
    pub(super) fn begin(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(failed)?;
        let ours = [LIST, SOUND, README, LICENCE];
        for entry in fs::read_dir(path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if !ours.iter().any(|ours| name == *ours) {
                return Err(Error::NotEmpty { path: path.to_owned() });
            }
        }
        // While it is made it is none: the list is written last.
        match fs::remove_file(path.join(LIST)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(Self { path: path.to_owned() }),
        }
    }

    /// Adds the sound of an utterance; gives its path within the corpus.
    pub(super) fn add(&self, session: &str, channel: Channel, start: u64, flac: &[u8]) -> Result<String, Error> {
        let name = format!("{SOUND}/{session}/m{:02}-{start}.flac", channel.number());
        let path = self.path.join(&name);
        let failed = |source| Error::Write { path: path.clone(), source };
        fs::create_dir_all(self.path.join(SOUND).join(session)).map_err(failed)?;
        atomic_file::write(&path, flac).map_err(failed)?;
        Ok(name)
    }

    /// Removes what is of an earlier corpus, and writes what tells of this one.
    pub(super) fn finish(
        &self,
        lines: &[Line],
        corpus: &Corpus,
        houses: &BTreeSet<String>,
        licences: &BTreeSet<&str>,
    ) -> Result<(), Error> {
        self.clear(lines)?;
        let list = lines.iter().map(|line| serde_json::to_string(line).map(|line| line + "\n"));
        let list = list.collect::<Result<String, _>>().map_err(io::Error::other);
        let list = list.map_err(|source| Error::Write { path: self.path.join(LIST), source })?;
        let houses = houses.iter().map(String::as_str).filter(|house| !house.is_empty()).collect::<Vec<_>>().join("; ");
        let named = licences.iter().copied().collect::<Vec<_>>().join(", ");
        self.write(LICENCE, &licence(&houses, licences))?;
        self.write(README, &readme(corpus, &houses, &named))?;
        self.write(LIST, &list)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        atomic_file::write(&path, text.as_bytes()).map_err(|source| Error::Write { path, source })
    }

    fn clear(&self, lines: &[Line]) -> Result<(), Error> {
        let kept: HashSet<PathBuf> = lines.iter().map(|line| self.path.join(line.audio())).collect();
        let sound = self.path.join(SOUND);
        let failed = |source| Error::Write { path: sound.clone(), source };
        if !sound.is_dir() {
            return Ok(());
        }
        for meeting in fs::read_dir(&sound).map_err(failed)? {
            let meeting = meeting.map_err(failed)?.path();
            for file in fs::read_dir(&meeting).map_err(failed)? {
                let file = file.map_err(failed)?.path();
                if !kept.contains(&file) {
                    fs::remove_file(&file).map_err(failed)?;
                }
            }
            // One that still holds sound stays.
            let _ = fs::remove_dir(&meeting);
        }
        Ok(())
    }
}

fn licence(houses: &str, licences: &BTreeSet<&str>) -> String {
    let mut text = format!("{houses}\n\n");
    for licence in licences {
        let is_spdx = licence.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-+".contains(letter));
        let link = if is_spdx { format!(" (https://spdx.org/licenses/{licence}.html)") } else { String::new() };
        text.push_str(&format!("{licence}{link}\n"));
    }
    text
}

fn readme(corpus: &Corpus, houses: &str, licences: &str) -> String {
    let hours = corpus.samples as f64 / f64::from(SPEECH_RATE) / 3600.0;
    let hours = format!("{hours:.2}").replace('.', ",");
    let (meetings, utterances) = (corpus.meetings, corpus.utterances);
    format!(
        "# Korpus ujaran rapat\n\n{houses}\n\nRapat: {meetings}. Ujaran: {utterances}. Lama: {hours} jam. Lisensi: {licences}.\n\n\
         Setiap baris `{LIST}` adalah satu ujaran, paling lama {LONGEST} detik: `audio` (FLAC, 16 kHz, satu mikrofon),\n\
         `duration` (detik), `text` (kata demi kata), `written` (bila risalah menulisnya lain), `speaker`, `fraksi`,\n\
         `role` (`ketua_rapat`, `anggota`, `undangan`), `session`, `date`, `channel`, `start` (sampel pertama pada 16 kHz),\n\
         `flags` (yang perlu didengarkan), `licence`.\n\n\
         Isinya risalah resmi rapat terbuka. Yang dihapus dari salinan untuk publik dan yang tidak dimuat dalam risalah\n\
         tidak ada di sini. Kata-katanya dikenali oleh program dan dikoreksi oleh sekretariat; yang ditandai di `flags`\n\
         belum tentu benar.\n"
    )
}
