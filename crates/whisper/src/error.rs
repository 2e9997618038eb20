//! Why a model cannot be used.

/// What is wrong with a model or with what was asked of it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The file cannot be read.
    #[error("the model cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file does not begin as a ggml file of a Whisper model does.
    #[error("not a ggml file of a Whisper model")]
    Magic,
    /// The file ends before what it announces.
    #[error("the model ends early, in {place}")]
    Truncated {
        /// The part or the tensor that is cut.
        place: String,
    },
    /// Dimensions that no model has or that contradict each other.
    #[error("impossible dimensions: {what}")]
    Dimensions {
        /// Which, with their values.
        what: String,
    },
    /// A tensor is stored in a format that is not known here.
    #[error("{tensor} is stored in the unknown format {format}")]
    Format {
        tensor: String,
        /// ggml's number of the format.
        format: u32,
    },
    /// A tensor that the architecture needs is missing.
    #[error("{tensor} is missing")]
    Missing { tensor: String },
    /// A tensor is there twice.
    #[error("{tensor} is there twice")]
    Twice { tensor: String },
    /// A tensor that the architecture does not know.
    #[error("{tensor} does not belong to a model of these dimensions")]
    Unexpected { tensor: String },
    /// A tensor has another shape than the dimensions ask for.
    #[error("{tensor} has the shape {found:?}, not {expected:?}")]
    Shape {
        tensor: String,
        /// The shape in the model.
        found: Vec<usize>,
        /// The shape that the dimensions ask for.
        expected: Vec<usize>,
    },
    /// A tensor holds numbers that are not finite.
    #[error("{tensor} holds values that are not finite")]
    NotFinite { tensor: String },
    /// The language is not one of the model's.
    #[error("the model does not know the language {language}")]
    Language {
        /// As it was asked for.
        language: String,
    },
    /// A window, a token or a prompt that the model cannot take.
    #[error("{0}")]
    Input(String),
}

/// A result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;
