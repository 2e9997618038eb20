//! A folder as `save_pretrained` of Hugging Face's transformers writes it, or as its hub holds it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::fault::{Fault, TensorFault};
use super::vocabulary::Vocabulary;
use super::weights::{Files, Tensor, unusable};
use super::{Checkpoint, Kind, Shape, json, safetensors, text};
use crate::recognise::models::Error;

pub(super) const WEIGHTS: &str = "model.safetensors";
pub(super) const INDEX: &str = "model.safetensors.index.json";
const OUTPUT: &str = "proj_out.weight";
const INPUT: &str = "decoder.embed_tokens.weight";

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    model_type: String,
    d_model: Option<u64>,
    encoder_layers: Option<u64>,
    decoder_layers: Option<u64>,
    encoder_attention_heads: Option<u64>,
    decoder_attention_heads: Option<u64>,
    encoder_ffn_dim: Option<u64>,
    decoder_ffn_dim: Option<u64>,
    num_mel_bins: Option<u64>,
    max_source_positions: Option<u64>,
    max_target_positions: Option<u64>,
    vocab_size: Option<u64>,
    activation_function: Option<String>,
    tie_word_embeddings: Option<bool>,
}

#[derive(Default, Deserialize)]
struct Generation {
    alignment_heads: Option<Vec<(u64, u64)>>,
    no_timestamps_token_id: Option<u64>,
    language: Option<String>,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// Reads everything but the numbers.
pub(super) fn open(folder: &Path) -> Result<Checkpoint, Error> {
    let fault = |fault| unusable(folder, fault);
    let config: Config = json(folder, "config.json")?.ok_or_else(|| fault(Fault::MissingFile("config.json".into())))?;
    let generation: Generation = json(folder, "generation_config.json")?.unwrap_or_default();
    let (files, tensors) = tensors(folder)?;
    let mut checkpoint = Reader { tensors, files, folder }.checkpoint(&config)?;
    let rows = checkpoint.rows;
    super::refuse_english(folder, rows)?;
    let vocabulary = vocabulary(folder)?;
    let size = vocabulary.size(rows, generation.no_timestamps_token_id).map_err(fault)?;
    checkpoint.tell_vocabulary(vocabulary.spellings, size);
    checkpoint.heads = super::heads(generation.alignment_heads, &checkpoint.shape).map_err(fault)?;
    checkpoint.language = generation.language.map(|language| language.trim_matches(['<', '|', '>']).to_lowercase());
    Ok(checkpoint)
}

/// The weights in one file, or in shards.
fn tensors(folder: &Path) -> Result<(Files, BTreeMap<String, Tensor>), Error> {
    let single = folder.join(WEIGHTS);
    if single.is_file() {
        let mut files = Vec::new();
        let tensors = read_file(&single, &mut files)?;
        return Ok((Files(files), tensors));
    }
    let missing = || unusable(folder, Fault::MissingFile(WEIGHTS.into()));
    let index: Index = json(folder, INDEX)?.ok_or_else(missing)?;
    let mut shards: Vec<&String> = index.weight_map.values().collect();
    shards.sort_unstable();
    shards.dedup();
    let (mut files, mut tensors) = (Vec::new(), BTreeMap::new());
    for shard in shards {
        let is_name = Path::new(shard).file_name().is_some_and(|name| name == shard.as_str());
        let path = folder.join(shard);
        if !is_name || !path.is_file() {
            return Err(unusable(folder, Fault::MissingFile(shard.escape_debug().take(200).collect())));
        }
        let of_shard = read_file(&path, &mut files)?;
        let stray = of_shard.keys().find(|name| index.weight_map.get(*name) != Some(shard));
        let expected = index.weight_map.iter().filter(|(_, file)| *file == shard).map(|(name, _)| name);
        let absent = expected.into_iter().find(|name| !of_shard.contains_key(*name));
        if let Some(tensor) = stray.or(absent) {
            let tensor = tensor.escape_debug().take(200).collect();
            return Err(unusable(folder, Fault::Shard { file: shard.clone(), tensor }));
        }
        tensors.extend(of_shard);
    }
    Ok((Files(files), tensors))
}

fn read_file(path: &Path, files: &mut Vec<(PathBuf, File)>) -> Result<BTreeMap<String, Tensor>, Error> {
    let mut file = File::open(path).map_err(Error::at(path))?;
    let length = file.metadata().map_err(Error::at(path))?.len();
    let tensors = safetensors::read(&mut file, path, files.len(), length).map_err(|fault| unusable(path, fault))?;
    files.push((path.to_owned(), file));
    Ok(tensors)
}

fn vocabulary(folder: &Path) -> Result<Vocabulary, Error> {
    let fault = |fault| unusable(folder, fault);
    if let Some(tokenizer) = text(folder, "tokenizer.json")? {
        return Vocabulary::tokenizer("tokenizer.json", &tokenizer).map_err(fault);
    }
    let vocab = text(folder, "vocab.json")?.ok_or_else(|| fault(Fault::MissingFile("tokenizer.json".into())))?;
    let added = text(folder, "added_tokens.json")?;
    let added = added.as_deref().map(|text| ("added_tokens.json", text));
    Vocabulary::vocab("vocab.json", &vocab, added).map_err(fault)
}

struct Reader<'a> {
    tensors: BTreeMap<String, Tensor>,
    files: Files,
    folder: &'a Path,
}

impl Reader<'_> {
    fn checkpoint(mut self, config: &Config) -> Result<Checkpoint, Error> {
        let folder = self.folder;
        let fault = |fault| unusable(folder, fault);
        // With or without the name of the whole model before theirs.
        self.tensors = std::mem::take(&mut self.tensors)
            .into_iter()
            .map(|(name, tensor)| (name.strip_prefix("model.").map_or(name.clone(), str::to_owned), tensor))
            .collect();
        let shape = shape(config).map_err(fault)?;
        let rows = self.tensors.get(INPUT).and_then(|table| table.shape.first().copied());
        let rows = rows.ok_or_else(|| fault(Fault::tensor(INPUT, TensorFault::Missing)))?;
        if let Some(size) = config.vocab_size.filter(|size| *size != rows) {
            return Err(fault(Fault::field("vocab_size", size, rows)));
        }
        self.refuse_untied(config, rows, &shape)?;
        let mut found = BTreeMap::new();
        for (ggml, expected) in super::expected(&shape, rows) {
            let theirs = name(&ggml);
            let tensor = self.tensors.remove(&theirs).ok_or_else(|| Fault::tensor(&theirs, TensorFault::Missing));
            let tensor = tensor.and_then(|tensor| tensor.shaped(&expected)).map_err(fault)?;
            found.insert(ggml, tensor);
        }
        if let Some((name, _)) = self.tensors.first_key_value() {
            return Err(fault(Fault::tensor(name, TensorFault::Unknown)));
        }
        Ok(Checkpoint::new(Kind::HuggingFace, shape, rows, self.files, found))
    }

    /// Whisper's output has the weights of its input. Some trainers write them twice; where they
    /// differ, transformers takes those of the input unless it was told that both are weights
    /// of their own.
    fn refuse_untied(&mut self, config: &Config, rows: u64, shape: &Shape) -> Result<(), Error> {
        let Some(output) = self.tensors.remove(OUTPUT) else { return Ok(()) };
        let folder = self.folder;
        let output = output.shaped(&[rows, shape.state]).map_err(|fault| unusable(folder, fault))?;
        if config.tie_word_embeddings != Some(false) {
            return Ok(());
        }
        let input = self.tensors.get(INPUT).cloned().filter(|input| input.shape == output.shape);
        match input {
            Some(input) if !self.files.are_equal(&input, &output)? => {
                Err(unusable(folder, Fault::tensor(OUTPUT, TensorFault::Untied)))
            }
            _ => Ok(()),
        }
    }
}

/// The dimensions as the configuration has them.
fn shape(config: &Config) -> Result<Shape, Fault> {
    if config.model_type != "whisper" {
        return Err(Fault::OtherModel(config.model_type.escape_debug().take(60).collect()));
    }
    let needed = |field: &str, value: Option<u64>| value.ok_or_else(|| Fault::field(field, "", "1 …"));
    let state = needed("d_model", config.d_model)?;
    let shape = Shape {
        state,
        audio_layers: needed("encoder_layers", config.encoder_layers)?,
        text_layers: needed("decoder_layers", config.decoder_layers)?,
        audio_heads: needed("encoder_attention_heads", config.encoder_attention_heads)?,
        text_heads: needed("decoder_attention_heads", config.decoder_attention_heads)?,
        mels: config.num_mel_bins.unwrap_or(80),
    };
    shape.check(&[
        "d_model",
        "encoder_layers",
        "decoder_layers",
        "encoder_attention_heads",
        "decoder_attention_heads",
        "num_mel_bins",
    ])?;
    for (field, value, only) in [
        ("encoder_ffn_dim", config.encoder_ffn_dim, 4 * state),
        ("decoder_ffn_dim", config.decoder_ffn_dim, 4 * state),
        ("max_source_positions", config.max_source_positions, 1500),
        ("max_target_positions", config.max_target_positions, 448),
    ] {
        if let Some(value) = value.filter(|value| *value != only) {
            return Err(Fault::field(field, value, only));
        }
    }
    if let Some(other) = config.activation_function.as_ref().filter(|function| *function != "gelu") {
        return Err(Fault::field("activation_function", other.escape_debug(), "gelu"));
    }
    Ok(shape)
}

/// What transformers calls a tensor of ggml.
fn name(ggml: &str) -> String {
    let mut name = match ggml {
        "encoder.positional_embedding" | "decoder.positional_embedding" => {
            return ggml.replace("positional_embedding", "embed_positions.weight");
        }
        "decoder.token_embedding.weight" => return INPUT.to_owned(),
        _ => ggml.to_owned(),
    };
    for (ours, theirs) in [
        (".ln_post.", ".layer_norm."),
        ("decoder.ln.", "decoder.layer_norm."),
        (".blocks.", ".layers."),
        (".cross_attn_ln.", ".encoder_attn_layer_norm."),
        (".attn_ln.", ".self_attn_layer_norm."),
        (".mlp_ln.", ".final_layer_norm."),
        (".mlp.0.", ".fc1."),
        (".mlp.2.", ".fc2."),
        (".cross_attn.", ".encoder_attn."),
        (".attn.", ".self_attn."),
        (".query.", ".q_proj."),
        (".key.", ".k_proj."),
        (".value.", ".v_proj."),
        (".out.", ".out_proj."),
    ] {
        name = name.replace(ours, theirs);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_have_the_names_of_transformers() {
        for (ours, theirs) in [
            ("encoder.conv1.bias", "encoder.conv1.bias"),
            ("encoder.ln_post.weight", "encoder.layer_norm.weight"),
            ("decoder.ln.bias", "decoder.layer_norm.bias"),
            ("decoder.positional_embedding", "decoder.embed_positions.weight"),
            ("decoder.token_embedding.weight", "decoder.embed_tokens.weight"),
            ("encoder.blocks.3.attn.key.weight", "encoder.layers.3.self_attn.k_proj.weight"),
            ("decoder.blocks.10.cross_attn.out.bias", "decoder.layers.10.encoder_attn.out_proj.bias"),
            ("decoder.blocks.1.cross_attn_ln.weight", "decoder.layers.1.encoder_attn_layer_norm.weight"),
            ("decoder.blocks.1.attn_ln.weight", "decoder.layers.1.self_attn_layer_norm.weight"),
            ("encoder.blocks.0.mlp.0.weight", "encoder.layers.0.fc1.weight"),
            ("encoder.blocks.0.mlp_ln.bias", "encoder.layers.0.final_layer_norm.bias"),
        ] {
            assert_eq!(name(ours), theirs);
        }
    }
}
