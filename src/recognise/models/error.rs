//! What can go wrong between the wish for a model and its bytes.

use std::io;
use std::path::{Path, PathBuf};

use crate::common::message::{Explain, Message};

use super::header::HeaderError;
use super::import::Fault;

/// A model could not be had, kept or trusted.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// Neither `RISALAH_MODELS` nor a home folder says where models lie.
    #[error("no home folder")]
    NoHome,
    /// The models folder cannot be held.
    #[error(transparent)]
    Lock(#[from] crate::common::lock::Error),
    /// No model has this name and no file lies there.
    #[error("no model {name}; there are {known}")]
    Unknown { name: String, known: String },
    /// An official model that must be pulled or imported first.
    #[error("{0} is not installed")]
    NotInstalled(String),
    /// The model inside the program cannot be pulled, replaced or removed.
    #[error("{0} is part of the program")]
    PartOfProgram(String),
    /// The model inside the program is not what was built in.
    #[error("the shipped model is damaged: {0}")]
    ShippedDamaged(String),
    /// The program was built without the model that it usually contains.
    #[error("built without the demonstration model")]
    ShippedLeftOut,
    /// Not a model that the recogniser may open.
    #[error("{path}: {source}")]
    Invalid {
        path: PathBuf,
        /// What is wrong with it.
        source: HeaderError,
    },
    /// Weights of another program that cannot be taken over.
    #[error("{path}: {fault}")]
    Unusable {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A folder where the file of a model is wanted.
    #[error("{0} is a folder")]
    Folder(PathBuf),
    /// More than this machine can hold.
    #[error("{name} needs {needed} bytes of memory, there are {memory}")]
    TooLarge {
        name: String,
        /// Bytes of its weights and of what recognition needs beside them.
        needed: u64,
        /// Bytes of memory that this machine has.
        memory: u64,
    },
    /// A model that knows English only.
    #[error("{0} knows English only")]
    EnglishOnly(PathBuf),
    /// The file has not the length that its name promises.
    #[error("{path} has {found} bytes, not {expected}")]
    Length {
        path: PathBuf,
        /// Length of the official file.
        expected: u64,
        found: u64,
    },
    /// The content is not the one that was published or noted.
    #[error("{path} has SHA-256 {found}, not {expected}")]
    Hash {
        path: PathBuf,
        /// SHA-256 as published, or as noted at import.
        expected: String,
        /// SHA-256 of the content.
        found: String,
    },
    /// An unofficial model without a readable note of its SHA-256.
    #[error("{0} has no note of its SHA-256")]
    NotNoted(PathBuf),
    /// A file name that cannot become a model's name.
    #[error("{0} cannot be the name of a model")]
    BadName(PathBuf),
    /// Another model of that name is installed.
    #[error("another model is installed as {0}")]
    NameTaken(String),
    /// Another process works on the models folder.
    #[error("{0} is in use by another process")]
    Busy(PathBuf),
    /// The file system is too full.
    #[error("{folder} has {available} bytes left, {needed} are needed")]
    NoSpace {
        folder: PathBuf,
        /// Bytes still to be written, with some to spare.
        needed: u64,
        /// Bytes that may be written.
        available: u64,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The address of the hub is none.
    #[error("{0} is not an address")]
    BadHub(String),
    /// No connection could be made.
    #[error("{url}: {reason}")]
    Unreachable {
        url: String,
        /// Why.
        reason: String,
    },
    /// The connection broke off.
    #[error("{url} broke off: {reason}")]
    Broken {
        url: String,
        /// Why.
        reason: String,
    },
    /// Nothing came for too long.
    #[error("{url}: nothing came for {seconds} s")]
    Stalled { url: String, seconds: u64 },
    /// The hub refused.
    #[error("{url}: HTTP status {status}")]
    Refused {
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The hub answers with another part of the file than was asked for.
    #[error("{url}: asked for bytes from {asked}, got {got}")]
    WrongRange {
        url: String,
        asked: u64,
        /// The answer's `Content-Range`.
        got: String,
    },
    /// The hub has a file of another length.
    #[error("{url}: {found} bytes, not {expected}")]
    WrongLength {
        url: String,
        /// Length of the official file.
        expected: u64,
        /// Length of the hub's file, as far as it is known.
        found: u64,
    },
    /// All bytes came, but they are not the official file. They were thrown away.
    #[error("{url}: SHA-256 {found}, not {expected}")]
    WrongContent {
        url: String,
        /// SHA-256 as published.
        expected: String,
        /// SHA-256 of what came.
        found: String,
    },
    /// The user stopped it.
    #[error("stopped as asked")]
    Cancelled,
}

impl Error {
    /// For `map_err`: the error of reading or writing `path`.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::NoHome => Message::new("models.no_home"),
            Self::Unknown { name, known } => Message::new("models.unknown").with("name", name).with("known", known),
            Self::NotInstalled(name) => Message::new("models.not_installed").with("name", name),
            Self::PartOfProgram(name) => Message::new("models.part_of_program").with("name", name),
            Self::ShippedLeftOut => Message::new("models.shipped_left_out"),
            Self::ShippedDamaged(reason) => Message::new("models.shipped_damaged").with("reason", reason),
            Self::Invalid { path, source } => source.message().with("path", path.display()),
            Self::Unusable { path, fault } => fault.message().with("path", path.display()),
            Self::Folder(path) => Message::new("models.folder").with("path", path.display()),
            Self::TooLarge { name, needed, memory } => Message::new("models.too_large")
                .with("name", name)
                .with("needed", megabytes(*needed))
                .with("memory", megabytes(*memory)),
            Self::EnglishOnly(path) => Message::new("models.english_only").with("path", path.display()),
            Self::Length { path, expected, found } => Message::new("models.length")
                .with("path", path.display())
                .with("expected", expected)
                .with("found", found),
            Self::Hash { path, expected, found } => {
                Message::new("models.hash").with("path", path.display()).with("expected", expected).with("found", found)
            }
            Self::NotNoted(path) => Message::new("models.not_noted").with("path", path.display()),
            Self::BadName(path) => Message::new("models.bad_name").with("path", path.display()),
            Self::NameTaken(name) => Message::new("models.name_taken").with("name", name),
            Self::Lock(error) => error.message(),
            Self::Busy(folder) => Message::new("models.busy").with("folder", folder.display()),
            Self::NoSpace { folder, needed, available } => Message::new("models.no_space")
                .with("folder", folder.display())
                .with("needed", megabytes(*needed))
                .with("available", megabytes(*available)),
            Self::Io { path, source } => Message::new("models.io").with("path", path.display()).with("reason", source),
            Self::BadHub(base) => Message::new("models.bad_hub").with("base", base),
            Self::Unreachable { url, reason } => {
                Message::new("models.unreachable").with("url", url).with("reason", reason)
            }
            Self::Broken { url, reason } => Message::new("models.broken").with("url", url).with("reason", reason),
            Self::Stalled { url, seconds } => Message::new("models.stalled").with("url", url).with("seconds", seconds),
            Self::Refused { url, status } => Message::new("models.refused").with("url", url).with("status", status),
            Self::WrongRange { url, asked, got } => {
                Message::new("models.wrong_range").with("url", url).with("asked", asked).with("got", got)
            }
            Self::WrongLength { url, expected, found } => {
                Message::new("models.wrong_length").with("url", url).with("expected", expected).with("found", found)
            }
            Self::WrongContent { url, expected, found } => {
                Message::new("models.wrong_content").with("url", url).with("expected", expected).with("found", found)
            }
            Self::Cancelled => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Unknown { .. }
                | Self::Folder(_)
                | Self::NotInstalled(_)
                | Self::PartOfProgram(_)
                | Self::BadName(_)
                | Self::BadHub(_)
        )
    }
}

/// Whole megabytes, rounded up.
fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::language::Language;
    use crate::recognise::models::import::{TensorFault, VocabularyFault};

    fn every_error() -> Vec<Error> {
        let (path, url) = (PathBuf::from("berkas.bin"), "https://hub.example/berkas.bin".to_owned());
        let io = || io::Error::other("alasan");
        let (expected, found) = ("aa".to_owned(), "bb".to_owned());
        let headers = vec![
            HeaderError::Empty,
            HeaderError::WebPage,
            HeaderError::LfsPointer,
            HeaderError::OtherFormat("GGUF"),
            HeaderError::NotGgml,
            HeaderError::Newer(3007),
            HeaderError::Outdated(7),
            HeaderError::Field { field: "n_mels", value: 81, allowed: "80, 128" },
            HeaderError::Truncated(12),
            HeaderError::Trailing(3),
            HeaderError::Tensor { name: "encoder.x".to_owned(), fault: "wrong shape" },
            HeaderError::Io(io()),
        ];
        let mut errors = vec![
            Error::NoHome,
            Error::Unknown { name: "besar".to_owned(), known: "small".to_owned() },
            Error::NotInstalled("small".to_owned()),
            Error::PartOfProgram("risalah-demo".to_owned()),
            Error::ShippedDamaged("alasan".to_owned()),
            Error::ShippedLeftOut,
            Error::EnglishOnly(path.clone()),
            Error::Length { path: path.clone(), expected: 2, found: 1 },
            Error::Hash { path: path.clone(), expected: expected.clone(), found: found.clone() },
            Error::NotNoted(path.clone()),
            Error::BadName(path.clone()),
            Error::NameTaken("small".to_owned()),
            Error::Busy(path.clone()),
            Error::NoSpace { folder: path.clone(), needed: 1_000_001, available: 1 },
            Error::Io { path: path.clone(), source: io() },
            Error::BadHub("mirror".to_owned()),
            Error::Unreachable { url: url.clone(), reason: "alasan".to_owned() },
            Error::Broken { url: url.clone(), reason: "alasan".to_owned() },
            Error::Stalled { url: url.clone(), seconds: 30 },
            Error::Refused { url: url.clone(), status: 404 },
            Error::WrongRange { url: url.clone(), asked: 5, got: String::new() },
            Error::WrongLength { url: url.clone(), expected: 2, found: 1 },
            Error::WrongContent { url, expected, found },
            Error::Cancelled,
        ];
        let name = || "encoder.conv1.weight".to_owned();
        let shape = TensorFault::Shape { expected: "[1]".to_owned(), found: "[2]".to_owned() };
        let tensors = [
            TensorFault::Missing,
            TensorFault::Unknown,
            TensorFault::Twice,
            shape,
            TensorFault::Type("I64".to_owned()),
            TensorFault::Place,
            TensorFault::Alias,
            TensorFault::NotFinite,
            TensorFault::TooLarge,
            TensorFault::Untied,
        ];
        let vocabularies = [
            VocabularyFault::NotUtf8,
            VocabularyFault::Count { expected: 2, found: 1 },
            VocabularyFault::Hole(7),
            VocabularyFault::Twice(7),
            VocabularyFault::NotBytes("a b".to_owned()),
            VocabularyFault::Moved("<|endoftext|>".to_owned()),
        ];
        let file = || "model.bin".to_owned();
        let mut faults = vec![
            Fault::NoWeights,
            Fault::Pickle(file()),
            Fault::Adapter(file()),
            Fault::MissingFile(file()),
            Fault::TooLong { file: file(), bytes: 2, limit: 1 },
            Fault::Json { file: file(), reason: "alasan".to_owned() },
            Fault::Truncated { file: file(), bytes: 1 },
            Fault::Trailing { file: file(), bytes: 1 },
            Fault::OtherModel("bert".to_owned()),
            Fault::OtherVersion(5),
            Fault::Field { field: "d_model".to_owned(), value: "7".to_owned(), allowed: "64-2048".to_owned() },
            Fault::Shard { file: file(), tensor: name() },
        ];
        faults.extend(tensors.map(|fault| Fault::Tensor { name: name(), fault }));
        faults.extend(vocabularies.map(|fault| Fault::Vocabulary { file: file(), fault }));
        errors.extend(faults.into_iter().map(|fault| Error::Unusable { path: path.clone(), fault }));
        errors.push(Error::Folder(path.clone()));
        errors.push(Error::TooLarge { name: "besar".to_owned(), needed: 2, memory: 1 });
        errors.extend(headers.into_iter().map(|source| Error::Invalid { path: path.clone(), source }));
        errors
    }

    #[test]
    fn every_error_is_a_sentence_with_a_hint_in_both_languages() {
        for error in every_error() {
            let message = error.message();
            for language in [Language::Indonesian, Language::English] {
                let what = message.what(language);
                let hint = message.hint(language).unwrap_or_else(|| panic!("{} has no hint", message.key));
                assert!(what != message.key && !what.contains("%{") && !hint.contains("%{"), "{what} {hint}");
            }
        }
    }

    #[test]
    fn megabytes_are_rounded_up() {
        let sentence = Error::NoSpace { folder: PathBuf::new(), needed: 1_000_001, available: 0 }.message();
        assert!(sentence.what(Language::English).contains("0 MB left; 2 MB are needed"));
    }
}
