//! What is wrong with the files of a model that is to be imported.

use crate::common::message::Message;

/// Why the weights of another program cannot be taken over. Nothing of them was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Fault {
    /// The folder holds no weights in a form that is read.
    #[error("no weights that can be read")]
    NoWeights,
    /// Weights in Python's own format, which can run code.
    #[error("{0} is a pickle")]
    Pickle(String),
    /// What a fine-tune changes, without the model that it changes.
    #[error("{0} is an adapter without its model")]
    Adapter(String),
    /// A file that belongs to the model is not there.
    #[error("{0} is missing")]
    MissingFile(String),
    /// A file of text is longer than any that a Whisper model has.
    #[error("{file} has {bytes} bytes, at most {limit} are read")]
    TooLong {
        file: String,
        /// Bytes that it has, or says it has.
        bytes: u64,
        /// Bytes that are read.
        limit: u64,
    },
    /// A file is not the JSON that it should be.
    #[error("{file}: {reason}")]
    Json { file: String, reason: String },
    /// A file ends before all its parts are there.
    #[error("{file} ends after {bytes} bytes")]
    Truncated { file: String, bytes: u64 },
    /// Bytes follow the last part of a file.
    #[error("{bytes} bytes follow the end of {file}")]
    Trailing { file: String, bytes: u64 },
    /// A model of another kind.
    #[error("{0} is not a Whisper model")]
    OtherModel(String),
    /// A `CTranslate2` file of another version.
    #[error("version {0} of model.bin")]
    OtherVersion(u32),
    /// A number of the configuration that no Whisper model has, or that another contradicts.
    #[error("{field} is {value}, allowed: {allowed}")]
    Field {
        /// Its name in the file.
        field: String,
        value: String,
        allowed: String,
    },
    /// The list of shards and the shards do not agree.
    #[error("{file} is not the shard that the index means: {tensor}")]
    Shard {
        file: String,
        /// The tensor that is there and should not be, or the other way round.
        tensor: String,
    },
    /// One tensor is wrong.
    #[error("tensor {name}: {fault:?}")]
    Tensor {
        /// Its name in the file, made printable.
        name: String,
        /// What is wrong with it.
        fault: TensorFault,
    },
    /// The vocabulary is not one of Whisper's.
    #[error("{file}: {fault:?}")]
    Vocabulary {
        file: String,
        /// What is wrong with it.
        fault: VocabularyFault,
    },
}

/// What is wrong with a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TensorFault {
    /// It is not there.
    Missing,
    /// A Whisper model of these dimensions has none of this name.
    Unknown,
    /// There are two of this name.
    Twice,
    /// Another shape.
    Shape {
        /// As the other dimensions have it.
        expected: String,
        /// As the file has it.
        found: String,
    },
    /// Numbers of a kind that is not read.
    Type(String),
    /// It does not lie where the file says: outside the file, over another tensor, or in another
    /// length than its shape needs.
    Place,
    /// An alias that leads to no tensor.
    Alias,
    /// A number that is none, or infinite.
    NotFinite,
    /// A number beyond what 16 bits hold.
    TooLarge,
    /// The output has weights of its own, where Whisper uses those of its input.
    Untied,
}

/// What is wrong with a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VocabularyFault {
    /// Not text in UTF-8.
    NotUtf8,
    /// Another number of tokens than the decoder has rows.
    Count {
        /// Rows of the decoder's table.
        expected: u64,
        /// Tokens.
        found: u64,
    },
    /// No token has this number.
    Hole(u64),
    /// Two tokens have this number.
    Twice(u64),
    /// A token that is not written in the alphabet of bytes.
    NotBytes(String),
    /// A control token has another number than in Whisper.
    Moved(String),
}

impl Fault {
    pub(super) fn tensor(name: &str, fault: TensorFault) -> Self {
        Self::Tensor { name: name.escape_debug().take(200).collect(), fault }
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers give what they have at hand")]
    pub(super) fn field(field: &str, value: impl ToString, allowed: impl ToString) -> Self {
        Self::Field { field: field.to_owned(), value: value.to_string(), allowed: allowed.to_string() }
    }

    pub(in crate::recognise::models) fn message(&self) -> Message {
        let key = |name: &str| Message::new(&format!("models.import.{name}"));
        match self {
            Self::NoWeights => key("no_weights"),
            Self::Pickle(file) => key("pickle").with("file", file),
            Self::Adapter(file) => key("adapter").with("file", file),
            Self::MissingFile(file) => key("missing_file").with("file", file),
            Self::TooLong { file, bytes, limit } => {
                key("too_long").with("file", file).with("bytes", bytes).with("limit", limit)
            }
            Self::Json { file, reason } => key("json").with("file", file).with("reason", reason),
            Self::Truncated { file, bytes } => key("truncated").with("file", file).with("bytes", bytes),
            Self::Trailing { file, bytes } => key("trailing").with("file", file).with("bytes", bytes),
            Self::OtherModel(found) => key("other_model").with("found", found),
            Self::OtherVersion(version) => key("other_version").with("version", version),
            Self::Field { field, value, allowed } => {
                key("field").with("field", field).with("value", value).with("allowed", allowed)
            }
            Self::Shard { file, tensor } => key("shard").with("file", file).with("tensor", tensor),
            Self::Tensor { name, fault } => fault.message().with("name", name),
            Self::Vocabulary { file, fault } => fault.message().with("file", file),
        }
    }
}

impl TensorFault {
    fn message(&self) -> Message {
        let key = |name: &str| Message::new(&format!("models.import.tensor.{name}"));
        match self {
            Self::Missing => key("missing"),
            Self::Unknown => key("unknown"),
            Self::Twice => key("twice"),
            Self::Shape { expected, found } => key("shape").with("expected", expected).with("found", found),
            Self::Type(found) => key("type").with("found", found),
            Self::Place => key("place"),
            Self::Alias => key("alias"),
            Self::NotFinite => key("not_finite"),
            Self::TooLarge => key("too_large"),
            Self::Untied => key("untied"),
        }
    }
}

impl VocabularyFault {
    fn message(&self) -> Message {
        let key = |name: &str| Message::new(&format!("models.import.vocabulary.{name}"));
        match self {
            Self::NotUtf8 => key("not_utf8"),
            Self::Count { expected, found } => key("count").with("expected", expected).with("found", found),
            Self::Hole(id) => key("hole").with("id", id),
            Self::Twice(id) => key("twice").with("id", id),
            Self::NotBytes(token) => key("not_bytes").with("token", token),
            Self::Moved(token) => key("moved").with("token", token),
        }
    }
}
