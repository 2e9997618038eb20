//! Weights of other programs, taken over: a folder in the form of Hugging Face's transformers, or
//! of `CTranslate2`.
//!
//! Every number of the configuration, every tensor's name, place, shape and kind is checked before
//! the first weight is read, and every weight is checked as it is read; what does not fit is
//! refused with its name. The result is one form, whatever it came from: a ggml file with `Q8_0`
//! matrices, which whisper.cpp and the engine of this program read alike.

mod convert;
mod ctranslate2;
mod fault;
mod hugging_face;
mod mel;
mod safetensors;
mod vocabulary;
mod weights;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::header::{self, Header, Weights};
use super::{Error, Monitor};
use crate::common::digest::sha256;
pub use fault::{Fault, TensorFault, VocabularyFault};
use weights::{Files, Tensor, unusable};

/// The longest configuration or vocabulary that is read: that of large-v3 has 2.7 MB.
const LONGEST_TEXT: u64 = 64 << 20;

/// The form that weights came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// safetensors, as Hugging Face's transformers writes them.
    HuggingFace,
    /// `model.bin` of `CTranslate2`.
    #[serde(rename = "ctranslate2")]
    CTranslate2,
}

/// The dimensions of a Whisper model, as far as they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    state: u64,
    audio_layers: u64,
    text_layers: u64,
    audio_heads: u64,
    text_heads: u64,
    mels: u64,
}

impl Shape {
    /// Refuses what no Whisper model has. `names` are those of the file for the fields in their
    /// order.
    fn check(&self, names: &[&str; 6]) -> Result<(), Fault> {
        let Self { state, audio_layers, text_layers, audio_heads, text_heads, mels } = *self;
        let is_width = (64..=2048).contains(&state) && state.is_multiple_of(32);
        let is_head = |heads: u64| (1..=64).contains(&heads) && state.is_multiple_of(heads);
        let heads = format!("1-64, a divisor of {state}");
        for (name, value, is_allowed, allowed) in [
            (names[0], state, is_width, "64-2048, a multiple of 32"),
            (names[1], audio_layers, (1..=64).contains(&audio_layers), "1-64"),
            (names[2], text_layers, (1..=64).contains(&text_layers), "1-64"),
            (names[3], audio_heads, is_head(audio_heads), heads.as_str()),
            (names[4], text_heads, is_head(text_heads), heads.as_str()),
            (names[5], mels, mels == 80 || mels == 128, "80, 128"),
        ] {
            if !is_allowed {
                return Err(Fault::field(name, value, allowed));
            }
        }
        Ok(())
    }

    fn header(&self, vocabulary: u32) -> Header {
        Header {
            vocabulary,
            state: self.state as u32,
            audio_heads: self.audio_heads as u32,
            audio_layers: self.audio_layers as u32,
            text_heads: self.text_heads as u32,
            text_layers: self.text_layers as u32,
            mels: self.mels as u32,
            weights: Weights::Q8_0,
        }
    }
}

/// Weights that were found to be those of a Whisper model; their numbers are still where they lie.
pub(super) struct Checkpoint {
    /// The form that they have.
    pub(super) kind: Kind,
    /// Rows of the decoder's table that a fine-tune has put behind Whisper's own; they are left
    /// out.
    pub(super) added: u64,
    /// Layer and head of the decoder's heads that follow the sound, where the files name them.
    pub(super) heads: Vec<(u8, u8)>,
    /// The language that it is meant for, where the files name one.
    pub(super) language: Option<String>,
    shape: Shape,
    rows: u64,
    vocabulary: u32,
    spellings: Vec<Vec<u8>>,
    files: Files,
    /// By ggml's names.
    tensors: BTreeMap<String, Tensor>,
}

impl Checkpoint {
    fn new(kind: Kind, shape: Shape, rows: u64, files: Files, tensors: BTreeMap<String, Tensor>) -> Self {
        let (added, vocabulary) = (0, 0);
        let (heads, language, spellings) = (Vec::new(), None, Vec::new());
        Self { kind, added, heads, language, shape, rows, vocabulary, spellings, files, tensors }
    }

    /// Says which of the decoder's rows are Whisper's own.
    fn tell_vocabulary(&mut self, spellings: Vec<Vec<u8>>, size: u32) {
        (self.spellings, self.vocabulary) = (spellings, size);
        self.added = self.rows - u64::from(size);
        if let Some(table) = self.tensors.get_mut(header::TOKEN_TABLE) {
            *table = table.rows(0..u64::from(size));
        }
    }

    /// What the ggml file will say of itself.
    pub(super) fn header(&self) -> Header {
        self.shape.header(self.vocabulary)
    }

    /// Length of the ggml file.
    pub(super) fn bytes(&self) -> u64 {
        let spelled: u64 = self.spellings.iter().map(|bytes| 4 + bytes.len() as u64).sum();
        header::length(&self.header(), spelled)
    }

    /// SHA-256 of the files that hold the weights. Of several it is that of the list that
    /// `sha256sum` prints of them.
    pub(super) fn origin(&self, watch: &mut Monitor) -> Result<String, Error> {
        let mut lines = String::new();
        let mut hash = String::new();
        for (path, _) in &self.files.0 {
            hash = super::file::hash_path(path, watch)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            lines += &format!("{hash}  {name}\n");
        }
        Ok(if self.files.0.len() == 1 { hash } else { sha256(lines.as_bytes()) })
    }

    /// Writes the ggml file; returns its SHA-256.
    pub(super) fn write(&mut self, target: &Path, watch: &mut Monitor) -> Result<String, Error> {
        convert::write(self, target, watch)
    }
}

/// Opens the weights in a folder, whatever their form, and checks all that can be known without
/// reading them.
pub(super) fn open(folder: &Path) -> Result<Checkpoint, Error> {
    let has = |name: &str| folder.join(name).is_file();
    if has(hugging_face::WEIGHTS) || has(hugging_face::INDEX) {
        return hugging_face::open(folder);
    }
    if has(ctranslate2::WEIGHTS) {
        return ctranslate2::open(folder);
    }
    let other = |name: &&str| has(name);
    let adapter = ["adapter_model.safetensors", "adapter_model.bin"].iter().find(|name| other(name));
    let pickle = ["pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt"].iter().find(|name| other(name));
    let fault = match (adapter, pickle) {
        (Some(name), _) => Fault::Adapter((*name).to_owned()),
        (_, Some(name)) => Fault::Pickle((*name).to_owned()),
        _ => Fault::NoWeights,
    };
    fs::read_dir(folder).map_err(Error::at(folder))?;
    Err(unusable(folder, fault))
}

/// The folder whose weights a file holds, when it is one that is read with its folder.
pub(super) fn folder_of(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let is_shard = name.starts_with("model-") && name.ends_with(".safetensors");
    let is_whole = name == hugging_face::WEIGHTS || name == hugging_face::INDEX;
    let mut start = [0; 16];
    let is_model = is_shard || is_whole || {
        let read = File::open(file).ok()?.read(&mut start).ok()?;
        name == ctranslate2::WEIGHTS && ctranslate2::is_one(&start[..read])
    };
    is_model.then(|| file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned())
}

/// What a folder's weights are called: its own name, or in the cache of Hugging Face's hub that of
/// the repository.
pub(super) fn name_of(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let name = |folder: &Path| folder.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let parent = folder.parent()?;
    if name(parent).as_deref() == Some("snapshots") {
        let repository = name(parent.parent()?)?;
        return repository.rsplit("--").next().map(str::to_owned);
    }
    name(&folder)
}

/// The text of a file in a folder; `None` where there is none.
fn text(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let path = folder.join(name);
    let file = match File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(Error::at(&path))?,
    };
    let bytes = file.metadata().map_err(Error::at(&path))?.len();
    if bytes > LONGEST_TEXT {
        return Err(unusable(folder, Fault::TooLong { file: name.to_owned(), bytes, limit: LONGEST_TEXT }));
    }
    let mut text = Vec::new();
    file.take(LONGEST_TEXT).read_to_end(&mut text).map_err(Error::at(&path))?;
    Ok(Some(text))
}

fn json<T: for<'de> Deserialize<'de>>(folder: &Path, name: &str) -> Result<Option<T>, Error> {
    let Some(text) = text(folder, name)? else { return Ok(None) };
    let wrong = |error: serde_json::Error| Fault::Json { file: name.to_owned(), reason: error.to_string() };
    serde_json::from_slice(&text).map(Some).map_err(|error| unusable(folder, wrong(error)))
}

/// The tensors of such a model by ggml's names, with their shapes, the slowest dimension first. The
/// decoder's table has as many rows as its file says.
fn expected(shape: &Shape, rows: u64) -> Vec<(String, Vec<u64>)> {
    let layouts = header::layouts(&shape.header(0));
    let expected = |(name, layout): (String, header::Layout)| {
        let mut extents: Vec<u64> = layout.shape.iter().map(|extent| *extent as u64).rev().collect();
        let ones = extents.iter().take_while(|extent| **extent == 1).count();
        extents.drain(..ones.min(extents.len() - 1));
        if name == header::TOKEN_TABLE {
            extents = vec![rows, shape.state];
        } else if name.starts_with("encoder.conv") && name.ends_with(".bias") {
            // ggml alone gives it a second dimension.
            extents = vec![shape.state];
        }
        (name, extents)
    };
    layouts.into_iter().map(expected).collect()
}

/// The heads that follow the sound, each as layer and head.
fn heads(found: Option<Vec<(u64, u64)>>, shape: &Shape) -> Result<Vec<(u8, u8)>, Fault> {
    let found = found.unwrap_or_default();
    if let Some(wrong) = found.iter().find(|(layer, head)| *layer >= shape.text_layers || *head >= shape.text_heads) {
        let allowed = format!("[0-{}, 0-{}]", shape.text_layers - 1, shape.text_heads - 1);
        return Err(Fault::field("alignment_heads", format!("{wrong:?}"), allowed));
    }
    if found.len() as u64 > shape.text_layers * shape.text_heads {
        return Err(Fault::field("alignment_heads", found.len(), shape.text_layers * shape.text_heads));
    }
    Ok(found.into_iter().map(|(layer, head)| (layer as u8, head as u8)).collect())
}

/// Whisper's English-only vocabularies are one token shorter.
fn refuse_english(folder: &Path, rows: u64) -> Result<(), Error> {
    if rows == 51_864 { Err(Error::EnglishOnly(folder.to_owned())) } else { Ok(()) }
}

/// Tries every reader on the files of a folder, for fuzzing: whether its weights could be opened.
#[doc(hidden)]
#[must_use]
pub fn probe(folder: &Path) -> bool {
    let read = |name: &str| text(folder, name).ok().flatten().unwrap_or_default();
    let _ = vocabulary::Vocabulary::tokenizer("tokenizer.json", &read("tokenizer.json"));
    let _ = vocabulary::Vocabulary::list("vocabulary.json", &read("vocabulary.json"));
    let _ = vocabulary::Vocabulary::lines("vocabulary.txt", &read("vocabulary.txt"));
    open(folder).is_ok()
}
