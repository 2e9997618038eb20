//! The ggml file of a Whisper model, read from end to end before the recogniser opens it.
//!
//! whisper.cpp trusts what it loads: a malformed file makes it abort the process or worse. So every
//! number that it would act on is checked here first, and the weights must be exactly those that a
//! model of these dimensions has. The format is the one that `whisper_model_load` of whisper.cpp
//! 1.8.3 reads: magic, eleven dimensions, mel filters, vocabulary, then tensors up to the end of
//! the file, all little-endian.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::ops::Range;

use crate::common::message::{Explain, Message};

const MAGIC: u32 = 0x6767_6d6c;
/// Frequency bins of the spectrum that the mel filters read: 400 samples of 16 kHz.
const SPECTRUM: i64 = 201;
/// `GGML_QNT_VERSION`: the layout of quantised blocks, kept in the file type as thousands.
const BLOCK_LAYOUT: i64 = 2;
/// No token of Whisper's vocabularies is longer than 128 bytes, no tensor's name than 40.
const LONGEST_TOKEN: i64 = 1024;
const LONGEST_NAME: i64 = 128;
/// The table of what the decoder reads and writes, a row for each token.
pub(super) const TOKEN_TABLE: &str = "decoder.token_embedding.weight";

/// What a model file says of itself, once the whole of it was found sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Tokens that the decoder knows: 51864 in English-only models, 51865 or 51866 in multilingual
    /// ones.
    pub vocabulary: u32,
    /// Width of encoder and decoder.
    pub state: u32,
    /// Attention heads of the encoder.
    pub audio_heads: u32,
    /// Layers of the encoder.
    pub audio_layers: u32,
    /// Attention heads of the decoder.
    pub text_heads: u32,
    /// Layers of the decoder.
    pub text_layers: u32,
    /// Mel bands, 80 or 128.
    pub mels: u32,
    /// How the large matrices are stored.
    pub weights: Weights,
}

impl Header {
    /// Whether the model knows other languages than English.
    #[must_use]
    pub fn is_multilingual(&self) -> bool {
        self.vocabulary >= 51_865
    }
}

/// How numbers are stored; the discriminant is ggml's own `ggml_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are ggml's own")]
pub enum Weights {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q2K = 10,
    Q3K = 11,
    Q4K = 12,
    Q5K = 13,
    Q6K = 14,
}

impl Weights {
    /// By ggml's `ggml_ftype`.
    fn from_file_type(file_type: i64) -> Option<Self> {
        Some(match file_type {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            7 => Self::Q8_0,
            8 => Self::Q5_0,
            9 => Self::Q5_1,
            10 => Self::Q2K,
            11 => Self::Q3K,
            12 => Self::Q4K,
            13 => Self::Q5K,
            14 => Self::Q6K,
            _ => return None,
        })
    }

    /// ggml's `ggml_ftype` of a file with such matrices.
    fn file_type(self) -> u32 {
        (0..=14).find(|file_type| Self::from_file_type(*file_type) == Some(self)).unwrap_or_default() as u32
    }

    /// Where in a block the scales of its values lie, each an `F16`.
    pub(super) fn scales(self) -> Range<usize> {
        match self {
            Self::F32 | Self::F16 => 0..0,
            Self::Q4_0 | Self::Q5_0 | Self::Q8_0 => 0..2,
            Self::Q4_1 | Self::Q5_1 | Self::Q4K | Self::Q5K => 0..4,
            Self::Q2K => 80..84,
            Self::Q3K => 108..110,
            Self::Q6K => 208..210,
        }
    }

    /// Values in one block, and the bytes that it takes.
    pub(super) fn block(self) -> (u64, u64) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 => (1, 2),
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q5_0 => (32, 22),
            Self::Q5_1 => (32, 24),
            Self::Q8_0 => (32, 34),
            Self::Q2K => (256, 84),
            Self::Q3K => (256, 110),
            Self::Q4K => (256, 144),
            Self::Q5K => (256, 176),
            Self::Q6K => (256, 210),
        }
    }

    fn is_quantised(self) -> bool {
        self.block().0 > 1
    }
}

/// What is wrong with a model file.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum HeaderError {
    /// No byte in it.
    #[error("the file is empty")]
    Empty,
    /// A page of HTML, as a portal or proxy serves it in place of a download.
    #[error("the file is a web page")]
    WebPage,
    /// The pointer that stands for a large file in a git repository.
    #[error("the file is a Git LFS pointer")]
    LfsPointer,
    /// A known format that the recogniser does not read.
    #[error("the file is {0}")]
    OtherFormat(&'static str),
    /// Nothing known.
    #[error("the file does not begin as a ggml file")]
    NotGgml,
    /// Stored in a way that this program does not know yet.
    #[error("file type {0} is newer than this program")]
    Newer(i64),
    /// Quantised in a layout that was given up.
    #[error("file type {0} has an outdated quantisation layout")]
    Outdated(i64),
    /// A number outside what Whisper models have.
    #[error("{field} is {value}, allowed: {allowed}")]
    Field {
        /// Its name in whisper.cpp.
        field: &'static str,
        value: i64,
        allowed: &'static str,
    },
    /// It ends before all its parts are there.
    #[error("the file ends after {0} bytes, before its end")]
    Truncated(u64),
    /// Bytes after the last weight.
    #[error("{0} bytes follow the end of the model")]
    Trailing(u64),
    /// Weights that a Whisper model of these dimensions does not have, or not so.
    #[error("tensor {name}: {fault}")]
    Tensor {
        /// Its name, made printable.
        name: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// It could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Explain for HeaderError {
    fn message(&self) -> Message {
        match self {
            Self::Empty => Message::new("models.header.empty"),
            Self::WebPage => Message::new("models.header.web_page"),
            Self::LfsPointer => Message::new("models.header.lfs_pointer"),
            Self::OtherFormat(format) => Message::new("models.header.other_format").with("format", format),
            Self::NotGgml => Message::new("models.header.not_ggml"),
            Self::Newer(value) => Message::new("models.header.newer").with("value", value),
            Self::Outdated(value) => Message::new("models.header.outdated").with("value", value),
            Self::Field { field, value, allowed } => {
                Message::new("models.header.field").with("field", field).with("value", value).with("allowed", allowed)
            }
            Self::Truncated(bytes) => Message::new("models.header.truncated").with("bytes", bytes),
            Self::Trailing(bytes) => Message::new("models.header.trailing").with("bytes", bytes),
            Self::Tensor { name, fault } => {
                Message::new("models.header.tensor").with("name", name).with("fault", fault)
            }
            Self::Io(source) => Message::new("models.header.io").with("reason", source),
        }
    }
}

/// Checks a whole model file in memory.
pub fn parse(bytes: &[u8]) -> Result<Header, HeaderError> {
    read(Cursor::new(bytes), bytes.len() as u64)
}

/// Checks a whole model file of `length` bytes; the weights are skipped, so it takes milliseconds
/// whatever their size.
pub fn read<R: Read + Seek>(source: R, length: u64) -> Result<Header, HeaderError> {
    Ok(walk(source, length)?.0)
}

/// The same, and where each tensor's numbers lie, in the order of the file.
pub(super) fn read_with_places<R: Read + Seek>(source: R, length: u64) -> Result<(Header, Vec<Place>), HeaderError> {
    walk(source, length)
}

/// Where a tensor's numbers lie.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) weights: Weights,
    /// In bytes from the beginning of the file.
    pub(super) bytes: Range<u64>,
}

fn walk<R: Read + Seek>(source: R, length: u64) -> Result<(Header, Vec<Place>), HeaderError> {
    let mut input = Input { source: BufReader::new(source), length, left: length };
    refuse_other_formats(&mut input)?;
    let header = read_dimensions(&mut input)?;
    skip_mel_filters(&mut input, header.mels)?;
    skip_vocabulary(&mut input, header.vocabulary)?;
    let tensors = check_tensors(&mut input, &header)?;
    Ok((header, tensors))
}

/// The file as whisper.cpp walks through it, with the bytes that are left.
struct Input<R> {
    source: BufReader<R>,
    length: u64,
    left: u64,
}

impl<R: Read + Seek> Input<R> {
    fn position(&self) -> u64 {
        self.length - self.left
    }

    fn claim(&mut self, bytes: u64) -> Result<(), HeaderError> {
        self.left = self.left.checked_sub(bytes).ok_or(HeaderError::Truncated(self.length))?;
        Ok(())
    }

    fn skip(&mut self, bytes: u64) -> Result<(), HeaderError> {
        self.claim(bytes)?;
        Ok(self.source.seek_relative(bytes as i64)?)
    }

    fn int(&mut self) -> Result<i64, HeaderError> {
        self.claim(4)?;
        let mut bytes = [0; 4];
        self.source.read_exact(&mut bytes)?;
        Ok(i64::from(i32::from_le_bytes(bytes)))
    }

    fn bytes(&mut self, count: u64) -> Result<Vec<u8>, HeaderError> {
        self.claim(count)?;
        let mut bytes = vec![0; count as usize];
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// Leaves the input after the magic.
fn refuse_other_formats<R: Read + Seek>(input: &mut Input<R>) -> Result<(), HeaderError> {
    if input.length == 0 {
        return Err(HeaderError::Empty);
    }
    let mut start = [0; 64];
    let known = start.len().min(usize::try_from(input.length).unwrap_or(usize::MAX));
    input.source.read_exact(&mut start[..known])?;
    input.source.seek_relative(-(known as i64))?;
    let start = &start[..known];
    if let Some(magic) = start.first_chunk::<4>() {
        if u32::from_le_bytes(*magic) == MAGIC {
            return input.skip(4);
        }
        if u32::from_be_bytes(*magic) == MAGIC {
            return Err(HeaderError::OtherFormat("big-endian ggml"));
        }
    }
    let text = start.trim_ascii_start().to_ascii_lowercase();
    Err(match start {
        _ if text.starts_with(b"<!doctype") || text.starts_with(b"<html") => HeaderError::WebPage,
        [b'G', b'G', b'U', b'F', ..] => HeaderError::OtherFormat("GGUF"),
        [b'P', b'K', 3, 4, ..] => HeaderError::OtherFormat("PyTorch / ZIP"),
        [0x80, 2..=5, ..] => HeaderError::OtherFormat("PyTorch (pickle)"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => HeaderError::OtherFormat("Zstandard"),
        [0x1f, 0x8b, ..] => HeaderError::OtherFormat("gzip"),
        [b't' | b'f' | b'a', b'j' | b'm' | b'l', b'g', b'g', ..] => HeaderError::OtherFormat("ggml of llama.cpp"),
        [_, _, _, _, _, _, 0, 0, b'{', b'"', ..] => HeaderError::OtherFormat("safetensors"),
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => HeaderError::OtherFormat("TensorFlow Lite"),
        _ if start.starts_with(b"version https://git-lfs") => HeaderError::LfsPointer,
        _ => HeaderError::NotGgml,
    })
}

fn read_dimensions<R: Read + Seek>(input: &mut Input<R>) -> Result<Header, HeaderError> {
    let field = |value: i64, is_allowed: bool, field: &'static str, allowed: &'static str| {
        if is_allowed { Ok(value as u32) } else { Err(HeaderError::Field { field, value, allowed }) }
    };
    let mut dimensions = [0; 11];
    for value in &mut dimensions {
        *value = input.int()?;
    }
    let [
        vocabulary,
        audio_ctx,
        state,
        audio_heads,
        audio_layers,
        text_ctx,
        text_state,
        text_heads,
        text_layers,
        mels,
        stored,
    ] = dimensions;
    let divides = |heads: i64| (1..=64).contains(&heads) && state % heads == 0;
    let header = Header {
        vocabulary: field(vocabulary, (51_864..=51_866).contains(&vocabulary), "n_vocab", "51864-51866")?,
        state: field(state, (32..=2048).contains(&state), "n_audio_state", "32-2048")?,
        audio_heads: field(audio_heads, divides(audio_heads), "n_audio_head", "1-64, a divisor of n_audio_state")?,
        audio_layers: field(audio_layers, (1..=64).contains(&audio_layers), "n_audio_layer", "1-64")?,
        text_heads: field(text_heads, divides(text_heads), "n_text_head", "1-64, a divisor of n_text_state")?,
        text_layers: field(text_layers, (1..=64).contains(&text_layers), "n_text_layer", "1-64")?,
        mels: field(mels, mels == 80 || mels == 128, "n_mels", "80, 128")?,
        weights: read_file_type(stored)?,
    };
    field(audio_ctx, audio_ctx == 1500, "n_audio_ctx", "1500")?;
    field(text_ctx, text_ctx == 448, "n_text_ctx", "448")?;
    field(text_state, text_state == state, "n_text_state", "n_audio_state")?;
    // ggml aborts the process when a row does not divide into whole blocks.
    let (block, _) = header.weights.block();
    field(state, (state as u64).is_multiple_of(block), "n_audio_state", "a multiple of the quantisation block")?;
    Ok(header)
}

fn read_file_type(stored: i64) -> Result<Weights, HeaderError> {
    if stored < 0 {
        return Err(HeaderError::Field { field: "ftype", value: stored, allowed: "0-2014" });
    }
    let (layout, file_type) = (stored / 1000, stored % 1000);
    let weights =
        Weights::from_file_type(file_type).filter(|_| layout <= BLOCK_LAYOUT).ok_or(HeaderError::Newer(stored))?;
    if weights.is_quantised() && layout < BLOCK_LAYOUT { Err(HeaderError::Outdated(stored)) } else { Ok(weights) }
}

fn skip_mel_filters<R: Read + Seek>(input: &mut Input<R>, mels: u32) -> Result<(), HeaderError> {
    let (bands, bins) = (input.int()?, input.int()?);
    if bands != i64::from(mels) {
        return Err(HeaderError::Field { field: "filters.n_mel", value: bands, allowed: "n_mels" });
    }
    if bins != SPECTRUM {
        return Err(HeaderError::Field { field: "filters.n_fft", value: bins, allowed: "201" });
    }
    input.skip((bands * bins * 4) as u64)
}

/// Where the spellings lie.
fn skip_vocabulary<R: Read + Seek>(input: &mut Input<R>, vocabulary: u32) -> Result<(), HeaderError> {
    let count = input.int()?;
    // The text tokens of the English vocabulary are the fewest; the special ones need no spelling.
    if !(50_256..=i64::from(vocabulary)).contains(&count) {
        return Err(HeaderError::Field { field: "vocab", value: count, allowed: "50256 - n_vocab" });
    }
    for _ in 0..count {
        let length = input.int()?;
        if !(0..=LONGEST_TOKEN).contains(&length) {
            return Err(HeaderError::Field { field: "vocab token length", value: length, allowed: "0-1024" });
        }
        input.skip(length as u64)?;
    }
    Ok(())
}

/// How one tensor must be stored: its dimensions, fastest first, padded with ones.
pub(super) struct Layout {
    pub(super) shape: [i64; 4],
    pub(super) weights: Weights,
}

impl Layout {
    fn bytes(&self) -> u64 {
        let (values, bytes) = self.weights.block();
        self.shape.iter().product::<i64>() as u64 / values * bytes
    }
}

/// Where the number of the token table's rows lies, and where every tensor.
fn check_tensors<R: Read + Seek>(input: &mut Input<R>, header: &Header) -> Result<Vec<Place>, HeaderError> {
    let mut missing = layouts(header);
    let mut places = Vec::with_capacity(missing.len());
    while !missing.is_empty() {
        let (dimensions, length, stored) = (input.int()?, input.int()?, input.int()?);
        if !(1..=4).contains(&dimensions) {
            return Err(HeaderError::Field { field: "tensor n_dims", value: dimensions, allowed: "1-4" });
        }
        if !(1..=LONGEST_NAME).contains(&length) {
            return Err(HeaderError::Field { field: "tensor name length", value: length, allowed: "1-128" });
        }
        let mut shape = [1; 4];
        for extent in &mut shape[..dimensions as usize] {
            *extent = input.int()?;
        }
        let name = String::from_utf8_lossy(&input.bytes(length as u64)?).into_owned();
        let fault = |fault| HeaderError::Tensor { name: name.escape_debug().to_string(), fault };
        // A name is taken out when it was read, so a second one of the same name counts as unknown too.
        let layout = missing.remove(&name).ok_or_else(|| fault("unknown or twice"))?;
        if shape != layout.shape {
            return Err(fault("wrong shape"));
        }
        if stored != layout.weights as i64 {
            return Err(fault("wrong type"));
        }
        let begin = input.position();
        input.skip(layout.bytes())?;
        places.push(Place { name, weights: layout.weights, bytes: begin..input.position() });
    }
    if input.left > 0 { Err(HeaderError::Trailing(input.left)) } else { Ok(places) }
}

/// Magic, dimensions, and the size of the mel filters, as a file begins.
pub(super) fn beginning(header: &Header) -> Vec<u8> {
    let stored =
        if header.weights.is_quantised() { BLOCK_LAYOUT as u32 * 1000 } else { 0 } + header.weights.file_type();
    let Header { vocabulary, state, audio_heads, audio_layers, text_heads, text_layers, mels, .. } = *header;
    [MAGIC, vocabulary, 1500, state, audio_heads, audio_layers, 448, state, text_heads, text_layers, mels, stored]
        .into_iter()
        .chain([mels, SPECTRUM as u32])
        .flat_map(u32::to_le_bytes)
        .collect()
}

/// What stands before a tensor's numbers.
pub(super) fn tensor_entry(name: &str, layout: &Layout) -> Vec<u8> {
    let used = 4 - layout.shape.iter().rev().take_while(|extent| **extent == 1).count();
    let used = used.max(1);
    let mut bytes: Vec<u8> =
        [used as u32, name.len() as u32, layout.weights as u32].into_iter().flat_map(u32::to_le_bytes).collect();
    layout.shape[..used].iter().for_each(|extent| bytes.extend((*extent as u32).to_le_bytes()));
    bytes.extend(name.as_bytes());
    bytes
}

/// Length of a file whose vocabulary takes so many bytes.
pub(super) fn length(header: &Header, spelled: u64) -> u64 {
    let filters = 4 * u64::from(header.mels) * SPECTRUM as u64;
    let tensors = layouts(header);
    let tensors = tensors.iter().map(|(name, layout)| tensor_entry(name, layout).len() as u64 + layout.bytes());
    beginning(header).len() as u64 + filters + 4 + spelled + tensors.sum::<u64>()
}

/// The tensors of a Whisper model by name.
pub(super) fn layouts(header: &Header) -> BTreeMap<String, Layout> {
    let state = i64::from(header.state);
    let matrix = header.weights;
    let convolution = if matrix == Weights::F32 { Weights::F32 } else { Weights::F16 };
    let mut layouts = BTreeMap::new();
    let mut add = |name: String, weights: Weights, shape: &[i64]| {
        let mut padded = [1; 4];
        padded[..shape.len()].copy_from_slice(shape);
        layouts.insert(name, Layout { shape: padded, weights });
    };

    add("encoder.positional_embedding".to_owned(), Weights::F32, &[state, 1500]);
    add("encoder.conv1.weight".to_owned(), convolution, &[3, i64::from(header.mels), state]);
    add("encoder.conv1.bias".to_owned(), Weights::F32, &[1, state]);
    add("encoder.conv2.weight".to_owned(), convolution, &[3, state, state]);
    add("encoder.conv2.bias".to_owned(), Weights::F32, &[1, state]);
    add("decoder.positional_embedding".to_owned(), Weights::F32, &[state, 448]);
    add(TOKEN_TABLE.to_owned(), matrix, &[state, i64::from(header.vocabulary)]);
    for norm in ["encoder.ln_post", "decoder.ln"] {
        add(format!("{norm}.weight"), Weights::F32, &[state]);
        add(format!("{norm}.bias"), Weights::F32, &[state]);
    }
    for (side, layers) in [("encoder", header.audio_layers), ("decoder", header.text_layers)] {
        let attentions: &[&str] = if side == "decoder" { &["attn", "cross_attn"] } else { &["attn"] };
        for layer in 0..layers {
            let block = format!("{side}.blocks.{layer}");
            for attention in attentions {
                for part in ["query", "key", "value", "out"] {
                    add(format!("{block}.{attention}.{part}.weight"), matrix, &[state, state]);
                    if part != "key" {
                        add(format!("{block}.{attention}.{part}.bias"), Weights::F32, &[state]);
                    }
                }
                add(format!("{block}.{attention}_ln.weight"), Weights::F32, &[state]);
                add(format!("{block}.{attention}_ln.bias"), Weights::F32, &[state]);
            }
            add(format!("{block}.mlp.0.weight"), matrix, &[state, 4 * state]);
            add(format!("{block}.mlp.0.bias"), Weights::F32, &[4 * state]);
            add(format!("{block}.mlp.2.weight"), matrix, &[4 * state, state]);
            add(format!("{block}.mlp.2.bias"), Weights::F32, &[state]);
            add(format!("{block}.mlp_ln.weight"), Weights::F32, &[state]);
            add(format!("{block}.mlp_ln.bias"), Weights::F32, &[state]);
        }
    }
    layouts
}
