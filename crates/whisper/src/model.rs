//! A model that is ready to compute: every matrix packed for the processor.

use crate::alignment;
use crate::error::{Error, Result};
use crate::kernel::{Kernel, loops};
use crate::linear::{Builder, Linear, Panels, Precision};
use crate::mel::LogMel;
use crate::tokens::{self, SpecialTokens};
use crate::weights::{BINS, Dimensions, Tensor, Weights};

/// A model in memory. Threads share it; each decodes with a [`crate::Session`] of its own.
pub struct Model {
    pub(crate) dimensions: Dimensions,
    pub(crate) kernel: Kernel,
    pub(crate) precision: Precision,
    pub(crate) special: SpecialTokens,
    pub(crate) vocabulary: Vec<Vec<u8>>,
    pub(crate) mel: LogMel,
    pub(crate) encoder: Encoder,
    pub(crate) decoder: Decoder,
    /// For each layer of the decoder the heads that follow the words.
    pub(crate) alignment_heads: Vec<(usize, usize)>,
}

/// Two convolutions and layers of self-attention.
pub(crate) struct Encoder {
    /// `[3 · mels] → [width]`, a step of one row.
    pub(crate) convolution1: Linear,
    /// `[3 · width] → [width]`, a step of two rows.
    pub(crate) convolution2: Linear,
    /// `[audio_context][width]`.
    pub(crate) positions: Vec<f32>,
    pub(crate) layers: Vec<EncoderLayer>,
    pub(crate) norm: Norm,
}

pub(crate) struct EncoderLayer {
    pub(crate) attention: SelfAttention,
    pub(crate) mlp: Mlp,
}

/// Layers of self-attention and attention to the encoder, and the output layer, whose weights are
/// the tokens' embeddings.
pub(crate) struct Decoder {
    /// `[text_context][width]`.
    pub(crate) positions: Vec<f32>,
    pub(crate) layers: Vec<DecoderLayer>,
    pub(crate) norm: Norm,
    /// One output for each token that has weights of its own: tokens of equal weights have equal
    /// scores, and the first of them is as good as all.
    pub(crate) output: Linear,
    /// The token of each output, ascending.
    pub(crate) token_of: Vec<u32>,
    /// The output of each token.
    pub(crate) output_of: Vec<u32>,
}

pub(crate) struct DecoderLayer {
    pub(crate) attention: SelfAttention,
    pub(crate) cross: CrossAttention,
    pub(crate) mlp: Mlp,
}

pub(crate) struct SelfAttention {
    pub(crate) norm: Norm,
    /// `[width] → [3 · width]`: queries times `head^-½`, keys, values.
    pub(crate) qkv: Linear,
    pub(crate) out: Linear,
}

pub(crate) struct CrossAttention {
    pub(crate) norm: Norm,
    pub(crate) query: Linear,
    /// Of the encoder's output: `[width] → [2 · width]`.
    pub(crate) keys_values: Linear,
    pub(crate) out: Linear,
}

/// `[width] → [4 · width] → [width]` with a GELU between.
pub(crate) struct Mlp {
    pub(crate) norm: Norm,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
}

/// Layer normalisation with its gain and bias.
pub(crate) struct Norm {
    gain: Vec<f32>,
    bias: Vec<f32>,
}

impl Norm {
    pub(crate) fn run(&self, kernel: Kernel, x: &[f32], out: &mut [f32]) {
        loops::layer_norm(kernel, x, &self.gain, &self.bias, out);
    }
}

impl Model {
    /// Packs `weights` for the fastest kernel of this processor. Names, shapes and finiteness of
    /// all tensors are checked.
    pub fn new(weights: Weights, precision: Precision) -> Result<Self> {
        Self::with_kernel(weights, precision, Kernel::best())
    }

    /// The same for a kernel of the caller's choice.
    pub fn with_kernel(mut weights: Weights, precision: Precision, kernel: Kernel) -> Result<Self> {
        let dimensions = weights.dimensions;
        dimensions.check()?;
        if weights.filters.len() != dimensions.mels * BINS || !weights.filters.iter().all(|filter| filter.is_finite()) {
            return Err(Error::Dimensions { what: format!("{} mel filters", weights.filters.len()) });
        }
        let special = weights.special.clone();
        check_tokens(&special, &dimensions, weights.vocabulary.len())?;
        let alignment_heads = match weights.alignment_heads.take() {
            Some(heads) if !heads.is_empty() => heads,
            _ => alignment::heads_of(&dimensions),
        };
        let is_there = |&(layer, head): &(usize, usize)| layer < dimensions.text_layers && head < dimensions.text_heads;
        if let Some((layer, head)) = alignment_heads.iter().find(|head| !is_there(head)) {
            return Err(Error::Dimensions { what: format!("alignment head {head} of layer {layer}") });
        }
        let mel = LogMel::new(&weights.filters);
        let vocabulary = std::mem::take(&mut weights.vocabulary);
        let whole = weights.tensors.values().filter(|tensor| tensor.is_whole());
        let numbers = whole.map(|tensor| tensor.shape.iter().product::<usize>()).sum();
        let panels = Panels::with_room(if precision == Precision::Int8 { numbers } else { 0 });
        let mut load = Load { weights, kernel, precision, panels, width: dimensions.width };
        let encoder = load.encoder(&dimensions)?;
        let decoder = load.decoder(&dimensions, &special)?;
        if let Some(name) = load.weights.tensors.keys().min() {
            return Err(Error::Unexpected { tensor: name.clone() });
        }
        load.panels.close();
        Ok(Self { dimensions, kernel, precision, special, vocabulary, mel, encoder, decoder, alignment_heads })
    }

    /// Its sizes.
    #[must_use]
    pub fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }

    /// The kernel that it was packed for.
    #[must_use]
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// How its weights are kept.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Its control tokens.
    #[must_use]
    pub fn special_tokens(&self) -> &SpecialTokens {
        &self.special
    }

    /// The token of a language by its code (`id`); `None` for a model of English only.
    pub fn language(&self, code: &str) -> Result<Option<u32>> {
        match (self.special.languages, self.special.language(code)) {
            (0, _) if code == "en" => Ok(None),
            (_, Some(token)) => Ok(Some(token)),
            _ => Err(Error::Language { language: code.to_owned() }),
        }
    }

    /// The spelling of a token in bytes, which may be a part of a letter; none for control tokens.
    #[must_use]
    pub fn spelling(&self, token: u32) -> &[u8] {
        if token >= self.special.end {
            return &[];
        }
        self.vocabulary.get(token as usize).map_or(&[], Vec::as_slice)
    }

    /// Tokens that write signs which nobody speaks, for [`crate::Options::suppressed`].
    #[must_use]
    pub fn non_speech_tokens(&self) -> Vec<u32> {
        let text = self.vocabulary.len().min(self.special.end as usize);
        tokens::non_speech(&self.vocabulary[..text])
    }

    /// Tokens that spell `text`, the longest first from the left; bytes that no token spells are
    /// left out. For prompts: where a tokenizer would part a rare word otherwise, the model reads
    /// it all the same.
    #[must_use]
    pub fn tokens_of(&self, text: &str) -> Vec<u32> {
        let known: std::collections::HashMap<&[u8], u32> =
            self.vocabulary.iter().take(self.special.end as usize).map(Vec::as_slice).zip(0..).collect();
        let longest = self.vocabulary.iter().map(Vec::len).max().unwrap_or(0);
        let mut tokens = Vec::new();
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            // A token holds a space at its beginning only.
            let word = rest.iter().skip(1).position(|&byte| byte == b' ').map_or(rest.len(), |space| space + 1);
            let found = (1..=longest.min(word)).rev().find_map(|length| Some((length, *known.get(&rest[..length])?)));
            tokens.extend(found.map(|(_, token)| token));
            rest = &rest[found.map_or(1, |(length, _)| length)..];
        }
        tokens
    }

    /// Bytes of memory that its weights take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let attention = |one: &SelfAttention| one.qkv.bytes() + one.out.bytes();
        let mlp = |one: &Mlp| one.up.bytes() + one.down.bytes();
        let encoder: usize =
            self.encoder.layers.iter().map(|layer| attention(&layer.attention) + mlp(&layer.mlp)).sum();
        let decoder = self.decoder.layers.iter().map(|layer| {
            let cross = layer.cross.query.bytes() + layer.cross.keys_values.bytes() + layer.cross.out.bytes();
            attention(&layer.attention) + cross + mlp(&layer.mlp)
        });
        let convolutions = self.encoder.convolution1.bytes() + self.encoder.convolution2.bytes();
        let positions = 4 * (self.encoder.positions.len() + self.decoder.positions.len());
        convolutions + positions + encoder + decoder.sum::<usize>() + self.decoder.output.bytes()
    }
}

fn check_tokens(special: &SpecialTokens, dimensions: &Dimensions, spellings: usize) -> Result<()> {
    let last_language = special.first_language as usize + special.languages;
    let SpecialTokens { end, start, transcribe, previous, no_speech, no_timestamps, .. } = *special;
    let tokens = [end, start, transcribe, previous, no_speech, no_timestamps];
    let greatest = tokens.map(|token| token as usize).into_iter().max().unwrap_or(0).max(last_language);
    if greatest >= dimensions.vocabulary || spellings > dimensions.vocabulary || spellings < end as usize {
        let what = format!("{spellings} spellings and control tokens up to {greatest} of {}", dimensions.vocabulary);
        return Err(Error::Dimensions { what });
    }
    Ok(())
}

/// Takes the tensors of a model one after another and packs them; each is freed before the next.
struct Load {
    weights: Weights,
    kernel: Kernel,
    precision: Precision,
    panels: Panels,
    width: usize,
}

impl Load {
    fn plain(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        self.weights.take_plain(name, shape)
    }

    fn norm(&mut self, name: &str) -> Result<Norm> {
        let shape = [self.width];
        Ok(Norm {
            gain: self.plain(&format!("{name}.weight"), &shape)?,
            bias: self.plain(&format!("{name}.bias"), &shape)?,
        })
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize, factor: f32) -> Result<Linear> {
        let weight = format!("{name}.weight");
        let tensor = self.weights.take(&weight, &[outputs, inputs])?;
        let bias = self.plain(&format!("{name}.bias"), &[outputs])?;
        let mut builder = Builder::new(self.kernel, self.precision, &mut self.panels, inputs, outputs);
        builder.add(&weight, &tensor, Some(&bias), factor)?;
        Ok(builder.finish(&mut self.panels))
    }

    /// Several matrices of the same input as one. Keys have no bias: it would add the same to every
    /// score.
    fn stacked(&mut self, prefix: &str, names: &[&str], heads: usize) -> Result<Linear> {
        let width = self.width;
        let mut builder = Builder::new(self.kernel, self.precision, &mut self.panels, width, names.len() * width);
        for &name in names {
            let weight = format!("{prefix}.{name}.weight");
            let tensor = self.weights.take(&weight, &[width, width])?;
            let bias = if name == "key" { None } else { Some(self.plain(&format!("{prefix}.{name}.bias"), &[width])?) };
            let factor = if name == "query" { query_factor(width, heads) } else { 1.0 };
            builder.add(&weight, &tensor, bias.as_deref(), factor)?;
        }
        Ok(builder.finish(&mut self.panels))
    }

    fn convolution(&mut self, name: &str, channels: usize) -> Result<Linear> {
        let weight = format!("{name}.weight");
        let tensor = self.weights.take(&weight, &[self.width, channels, 3])?;
        let bias = self.plain(&format!("{name}.bias"), &[self.width])?;
        let mut builder = Builder::new(self.kernel, self.precision, &mut self.panels, 3 * channels, self.width);
        builder.add_convolution(&weight, &tensor, &bias)?;
        Ok(builder.finish(&mut self.panels))
    }

    fn self_attention(&mut self, prefix: &str, heads: usize) -> Result<SelfAttention> {
        let attention = format!("{prefix}.attn");
        Ok(SelfAttention {
            norm: self.norm(&format!("{prefix}.attn_ln"))?,
            qkv: self.stacked(&attention, &["query", "key", "value"], heads)?,
            out: self.linear(&format!("{attention}.out"), self.width, self.width, 1.0)?,
        })
    }

    fn mlp(&mut self, prefix: &str) -> Result<Mlp> {
        let width = self.width;
        Ok(Mlp {
            norm: self.norm(&format!("{prefix}.mlp_ln"))?,
            up: self.linear(&format!("{prefix}.mlp.0"), width, 4 * width, 1.0)?,
            down: self.linear(&format!("{prefix}.mlp.2"), 4 * width, width, 1.0)?,
        })
    }

    fn encoder(&mut self, dimensions: &Dimensions) -> Result<Encoder> {
        let convolution1 = self.convolution("encoder.conv1", dimensions.mels)?;
        let convolution2 = self.convolution("encoder.conv2", self.width)?;
        let positions = self.plain("encoder.positional_embedding", &[dimensions.audio_context, self.width])?;
        let layer = |number: usize| -> Result<EncoderLayer> {
            let prefix = format!("encoder.blocks.{number}");
            let attention = self.self_attention(&prefix, dimensions.audio_heads)?;
            Ok(EncoderLayer { attention, mlp: self.mlp(&prefix)? })
        };
        let layers = (0..dimensions.audio_layers).map(layer).collect::<Result<_>>()?;
        Ok(Encoder { convolution1, convolution2, positions, layers, norm: self.norm("encoder.ln_post")? })
    }

    fn decoder(&mut self, dimensions: &Dimensions, special: &SpecialTokens) -> Result<Decoder> {
        let width = self.width;
        let positions = self.plain("decoder.positional_embedding", &[dimensions.text_context, width])?;
        let layer = |number: usize| -> Result<DecoderLayer> {
            let prefix = format!("decoder.blocks.{number}");
            let cross = format!("{prefix}.cross_attn");
            let attention = self.self_attention(&prefix, dimensions.text_heads)?;
            let factor = query_factor(width, dimensions.text_heads);
            let cross = CrossAttention {
                norm: self.norm(&format!("{prefix}.cross_attn_ln"))?,
                query: self.linear(&format!("{cross}.query"), width, width, factor)?,
                keys_values: self.stacked(&cross, &["key", "value"], dimensions.text_heads)?,
                out: self.linear(&format!("{cross}.out"), width, width, 1.0)?,
            };
            Ok(DecoderLayer { attention, cross, mlp: self.mlp(&prefix)? })
        };
        let layers = (0..dimensions.text_layers).map(layer).collect::<Result<_>>()?;
        let norm = self.norm("decoder.ln")?;
        let name = "decoder.token_embedding.weight";
        let embedding = self.weights.take(name, &[dimensions.vocabulary, width])?;
        let (token_of, output_of) = distinct(&embedding, width, special.end);
        let mut builder = Builder::new(self.kernel, self.precision, &mut self.panels, width, token_of.len());
        builder.add_some(name, &embedding, &token_of)?;
        Ok(Decoder { positions, layers, norm, output: builder.finish(&mut self.panels), token_of, output_of })
    }
}

fn query_factor(width: usize, heads: usize) -> f32 {
    ((width / heads) as f32).powf(-0.5)
}

/// Tokens whose weights differ from those of every token before, and for each token the place of
/// its weights among them. A model that was trained for few tokens has the same weights for all
/// others. `end` stays by itself.
fn distinct(embedding: &Tensor, width: usize, end: u32) -> (Vec<u32>, Vec<u32>) {
    let (mut row, mut other) = (vec![0.0f32; width], vec![0.0f32; width]);
    // By their first weights, which tell nearly all of them apart.
    let mut places: std::collections::HashMap<[u32; 4], u32> = std::collections::HashMap::new();
    let (mut token_of, mut output_of) = (Vec::new(), Vec::new());
    for token in 0..embedding.shape[0] as u32 {
        embedding.row(token as usize, &mut row);
        let place = token_of.len() as u32;
        let first = *places.entry(std::array::from_fn(|weight| row[weight].to_bits())).or_insert(place);
        let is_new = first == place || token == end || {
            embedding.row(token_of[first as usize] as usize, &mut other);
            row != other
        };
        output_of.push(if is_new { place } else { first });
        if is_new {
            token_of.push(token);
        }
    }
    (token_of, output_of)
}
