//! Files for the tests, written byte by byte: a wrong one must be wrong in exactly the way that is
//! meant.

use std::fs;
use std::path::{Path, PathBuf};

use e_risalah::audio::{Error, Input, Source, Warning};
use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use tempfile::TempDir;

/// A WAV file to be.
#[derive(Clone)]
pub struct Wav {
    pub id: &'static [u8; 4],
    pub tag: u16,
    pub channels: u16,
    pub rate: u32,
    pub bits: u16,
    /// What the header of the data chunk claims; the truth when `None`.
    pub claim: Option<u32>,
    /// Chunks before the format.
    pub before: Vec<u8>,
    pub data: Vec<u8>,
    /// What follows the data.
    pub after: Vec<u8>,
}

impl Wav {
    pub fn pcm16(channels: u16, rate: u32, samples: &[i16]) -> Self {
        let data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        Self { id: b"RIFF", tag: 1, channels, rate, bits: 16, claim: None, before: Vec::new(), data, after: Vec::new() }
    }

    pub fn float(channels: u16, rate: u32, samples: &[f32]) -> Self {
        let data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        Self { tag: 3, bits: 32, data, ..Self::pcm16(channels, rate, &[]) }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let block = self.channels.wrapping_mul(self.bits.div_ceil(8));
        let mut out = [&self.id[..], &u32::MAX.to_le_bytes(), b"WAVE", &self.before].concat();
        let mut format = Vec::new();
        format.extend(self.tag.to_le_bytes());
        format.extend(self.channels.to_le_bytes());
        format.extend(self.rate.to_le_bytes());
        format.extend(self.rate.wrapping_mul(block.into()).to_le_bytes());
        format.extend(block.to_le_bytes());
        format.extend(self.bits.to_le_bytes());
        out.extend(chunk(*b"fmt ", &format));
        out.extend(b"data");
        out.extend(self.claim.unwrap_or(self.data.len() as u32).to_le_bytes());
        out.extend(&self.data);
        out.extend(&self.after);
        out
    }

    /// The header alone.
    pub fn header(&self) -> Vec<u8> {
        Self { data: Vec::new(), after: Vec::new(), claim: Some(self.data.len() as u32), ..self.clone() }.bytes()
    }

    pub fn write(&self, folder: &TempDir, name: &str) -> PathBuf {
        write(folder, name, &self.bytes())
    }
}

pub fn chunk(id: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = [&id[..], &(content.len() as u32).to_le_bytes(), content].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, bytes).expect("a file");
    path
}

/// A file among the committed ones.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub fn open(path: &Path) -> Result<Source, Error> {
    Source::open(&Input::File(path.to_owned()))
}

/// Every sample of a source, interleaved, read in blocks of an odd size.
pub fn drain(source: &mut Source) -> Vec<f32> {
    let channels = usize::from(source.channels());
    let mut block = vec![0.0; 777 * channels];
    let mut samples = Vec::new();
    loop {
        let frames = source.read(&mut block).expect("readable");
        samples.extend_from_slice(&block[..frames * channels]);
        if frames == 0 {
            return samples;
        }
    }
}

/// Samples and warnings of a file that must open.
pub fn read(path: &Path) -> (Vec<f32>, Vec<Warning>) {
    let mut source = open(path).expect("a recording");
    let samples = drain(&mut source);
    (samples, source.warnings())
}

/// The error of what must not open, whose sentence is checked to be whole in both languages.
pub fn refusal(outcome: Result<Source, Error>) -> Error {
    let error = outcome.err().expect("a refusal");
    assert_sentence(&error);
    error
}

pub fn assert_sentence(explained: &impl Explain) {
    let message = explained.message();
    for language in [Language::Indonesian, Language::English] {
        let what = message.what(language);
        assert_ne!(what, message.key, "{} has no sentence", message.key);
        for text in std::iter::once(what).chain(message.hint(language)) {
            assert!(!text.contains("%{"), "a value is missing: {text}");
        }
    }
}

pub fn i16s(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|sample| (sample * 32_768.0) as i16).collect()
}
