//! Writes the smallest Whisper checkpoints there can be, as other programs write them, right or
//! wrong as a test wants.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use half::{bf16, f16};
use serde_json::{Map, Value, json};

pub const WIDTH: u64 = 64;
pub const ROWS: u64 = 51_865;

/// How a tensor's numbers are written.
#[derive(Clone, Copy, PartialEq)]
pub enum Number {
    F32,
    F16,
    BF16,
    I8,
}

/// A tensor by its shape, the slowest dimension first, and its values.
#[derive(Clone)]
pub struct Tensor {
    pub shape: Vec<u64>,
    pub values: Vec<f32>,
    pub number: Number,
}

impl Tensor {
    /// Values between -1 and 1 that depend on the seed only, and that 16 bits of either kind hold
    /// exactly.
    pub fn new(shape: &[u64], seed: u64) -> Self {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 40) as i64 % 64) as f32 / 64.0 - 0.5
        };
        let count = shape.iter().product::<u64>();
        Self { shape: shape.to_vec(), values: (0..count).map(|_| next()).collect(), number: Number::F32 }
    }

    fn bytes(&self) -> Vec<u8> {
        let row = self.shape[1..].iter().product::<u64>().max(1) as usize;
        match self.number {
            Number::F32 => self.values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Number::F16 => self.values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
            Number::BF16 => self.values.iter().flat_map(|value| bf16::from_f32(*value).to_le_bytes()).collect(),
            Number::I8 => {
                let scaled = |row: &[f32]| {
                    let scale = scale(row);
                    row.iter().map(move |value| (value * scale).round() as i8 as u8).collect::<Vec<_>>()
                };
                self.values.chunks(row).flat_map(scaled).collect()
            }
        }
    }
}

fn scale(row: &[f32]) -> f32 {
    let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    if largest == 0.0 { 1.0 } else { 127.0 / largest }
}

/// Text tokens, end and start, then the other controls up to `count`.
pub fn tokens(count: u64) -> Vec<String> {
    let text = (0..50_257).map(|id| if id == 50_256 { String::new() } else { format!("Ġ{id}") });
    let controls = ["<|endoftext|>", "<|startoftranscript|>"].map(str::to_owned);
    let mut tokens: Vec<String> = text.chain(controls).collect();
    let no_times = if count == 51_866 { 50_364 } else { 50_363 };
    for id in tokens.len() as u64..count {
        tokens.push(if id == no_times { "<|notimestamps|>".to_owned() } else { format!("<|{id}|>") });
    }
    tokens
}

/// A folder of Hugging Face's transformers.
pub struct HuggingFace {
    pub config: Value,
    pub generation: Value,
    pub tokens: Vec<String>,
    pub tensors: BTreeMap<String, Tensor>,
    pub prefix: &'static str,
}

impl HuggingFace {
    pub fn new(seed: u64) -> Self {
        Self::with_rows(ROWS, seed)
    }

    pub fn with_rows(rows: u64, seed: u64) -> Self {
        let mut tensors = BTreeMap::new();
        let mut add = |name: String, shape: &[u64]| {
            let own = tensors.len() as u64;
            tensors.insert(name, Tensor::new(shape, 1000 * seed + own));
        };
        add("encoder.embed_positions.weight".into(), &[1500, WIDTH]);
        add("decoder.embed_positions.weight".into(), &[448, WIDTH]);
        add("decoder.embed_tokens.weight".into(), &[rows, WIDTH]);
        add("encoder.conv1.weight".into(), &[WIDTH, 80, 3]);
        add("encoder.conv2.weight".into(), &[WIDTH, WIDTH, 3]);
        for name in ["encoder.conv1.bias", "encoder.conv2.bias"] {
            add(name.into(), &[WIDTH]);
        }
        for norm in ["encoder.layer_norm", "decoder.layer_norm"] {
            add(format!("{norm}.weight"), &[WIDTH]);
            add(format!("{norm}.bias"), &[WIDTH]);
        }
        for side in ["encoder", "decoder"] {
            let layer = format!("{side}.layers.0");
            let attentions: &[&str] = if side == "encoder" { &["self_attn"] } else { &["self_attn", "encoder_attn"] };
            for attention in attentions {
                for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
                    add(format!("{layer}.{attention}.{part}.weight"), &[WIDTH, WIDTH]);
                    if part != "k_proj" {
                        add(format!("{layer}.{attention}.{part}.bias"), &[WIDTH]);
                    }
                }
                add(format!("{layer}.{attention}_layer_norm.weight"), &[WIDTH]);
                add(format!("{layer}.{attention}_layer_norm.bias"), &[WIDTH]);
            }
            for (part, from, to) in [("fc1", WIDTH, 4 * WIDTH), ("fc2", 4 * WIDTH, WIDTH)] {
                add(format!("{layer}.{part}.weight"), &[to, from]);
                add(format!("{layer}.{part}.bias"), &[to]);
            }
            add(format!("{layer}.final_layer_norm.weight"), &[WIDTH]);
            add(format!("{layer}.final_layer_norm.bias"), &[WIDTH]);
        }
        let config = json!({
            "model_type": "whisper", "d_model": WIDTH, "encoder_layers": 1, "decoder_layers": 1,
            "encoder_attention_heads": 1, "decoder_attention_heads": 1, "encoder_ffn_dim": 4 * WIDTH,
            "decoder_ffn_dim": 4 * WIDTH, "num_mel_bins": 80, "max_source_positions": 1500,
            "max_target_positions": 448, "vocab_size": rows, "activation_function": "gelu",
        });
        let generation = json!({ "alignment_heads": [[0, 0]], "language": "<|id|>" });
        Self { config, generation, tokens: tokens(rows), tensors, prefix: "model." }
    }

    pub fn tensor(&mut self, name: &str) -> &mut Tensor {
        self.tensors.get_mut(name).expect(name)
    }

    pub fn all(&mut self, number: Number) {
        self.tensors.values_mut().for_each(|tensor| tensor.number = number);
    }

    /// Name and tensor as they stand in the file.
    fn named(&self) -> Vec<(String, &Tensor)> {
        let name =
            |name: &String| if name == "proj_out.weight" { name.clone() } else { format!("{}{name}", self.prefix) };
        self.tensors.iter().map(|(own, tensor)| (name(own), tensor)).collect()
    }

    pub fn texts(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join("config.json"), self.config.to_string()).expect("written");
        fs::write(folder.join("generation_config.json"), self.generation.to_string()).expect("written");
        let vocab: Map<String, Value> =
            self.tokens.iter().take(50_257).cloned().zip((0..).map(|id: u64| json!(id))).collect();
        let added: Vec<Value> = self
            .tokens
            .iter()
            .enumerate()
            .skip(50_257)
            .map(|(id, content)| json!({ "id": id, "content": content }))
            .collect();
        let tokenizer = json!({ "model": { "type": "BPE", "vocab": vocab }, "added_tokens": added });
        fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).expect("written");
    }

    pub fn write(&self, folder: &Path) {
        self.texts(folder);
        fs::write(folder.join("model.safetensors"), safetensors(&self.named())).expect("written");
    }

    /// The same in two shards with their index.
    pub fn write_shards(&self, folder: &Path) {
        self.texts(folder);
        let named = self.named();
        let (first, second) = named.split_at(named.len() / 2);
        let mut map = Map::new();
        for (place, shard) in [first, second].into_iter().enumerate() {
            let file = format!("model-0000{}-of-00002.safetensors", place + 1);
            fs::write(folder.join(&file), safetensors(shard)).expect("written");
            map.extend(shard.iter().map(|(name, _)| (name.clone(), json!(file))));
        }
        let index = json!({ "metadata": { "total_size": 1 }, "weight_map": map });
        fs::write(folder.join("model.safetensors.index.json"), index.to_string()).expect("written");
    }
}

pub fn safetensors(tensors: &[(String, &Tensor)]) -> Vec<u8> {
    let (mut header, mut data) = (Map::new(), Vec::new());
    header.insert("__metadata__".into(), json!({ "format": "pt" }));
    for (name, tensor) in tensors {
        let begin = data.len();
        data.extend(tensor.bytes());
        let kind = match tensor.number {
            Number::F32 => "F32",
            Number::F16 => "F16",
            Number::BF16 => "BF16",
            Number::I8 => "I8",
        };
        let entry = json!({ "dtype": kind, "shape": tensor.shape, "data_offsets": [begin, data.len()] });
        header.insert(name.clone(), entry);
    }
    let header = Value::Object(header).to_string();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

/// A folder of `CTranslate2` with the same weights.
pub struct CTranslate2 {
    pub tensors: BTreeMap<String, Tensor>,
    pub settings: Vec<(&'static str, i8)>,
    pub aliases: Vec<(String, String)>,
    pub tokens: Vec<String>,
}

impl CTranslate2 {
    pub fn of(model: &HuggingFace) -> Self {
        let of = |name: &str| model.tensors[name].clone();
        let mut tensors = BTreeMap::new();
        let mut add = |name: &str, tensor: Tensor| drop(tensors.insert(name.to_owned(), tensor));
        for side in ["encoder", "decoder"] {
            add(&format!("{side}/position_encodings/encodings"), of(&format!("{side}.embed_positions.weight")));
            add(&format!("{side}/layer_norm/gamma"), of(&format!("{side}.layer_norm.weight")));
            add(&format!("{side}/layer_norm/beta"), of(&format!("{side}.layer_norm.bias")));
            let (ours, theirs) = (format!("{side}/layer_0"), format!("{side}.layers.0"));
            let linear = |name: &str, kind: &str| of(&format!("{theirs}.{name}.{kind}"));
            let norm = |name: &str| (of(&format!("{theirs}.{name}.weight")), of(&format!("{theirs}.{name}.bias")));
            for (name, source) in
                [("ffn/linear_0", "fc1"), ("ffn/linear_1", "fc2"), ("self_attention/linear_1", "self_attn.out_proj")]
            {
                add(&format!("{ours}/{name}/weight"), linear(source, "weight"));
                add(&format!("{ours}/{name}/bias"), linear(source, "bias"));
            }
            // Keys have no bias of their own.
            let bias = |attention: &str, part: &str| match part {
                "k_proj" => Tensor { shape: vec![WIDTH], values: vec![0.0; WIDTH as usize], number: Number::F32 },
                part => linear(&format!("{attention}.{part}"), "bias"),
            };
            let mut fused = |name: &str, attention: &str, parts: &[&str]| {
                let weights = parts.iter().map(|part| linear(&format!("{attention}.{part}"), "weight")).collect();
                add(&format!("{ours}/{name}/weight"), joined(weights));
                add(&format!("{ours}/{name}/bias"), joined(parts.iter().map(|part| bias(attention, part)).collect()));
            };
            fused("self_attention/linear_0", "self_attn", &["q_proj", "k_proj", "v_proj"]);
            let mut norms = vec![("ffn/layer_norm", norm("final_layer_norm"))];
            norms.push(("self_attention/layer_norm", norm("self_attn_layer_norm")));
            if side == "decoder" {
                fused("attention/linear_0", "encoder_attn", &["q_proj"]);
                fused("attention/linear_1", "encoder_attn", &["k_proj", "v_proj"]);
                fused("attention/linear_2", "encoder_attn", &["out_proj"]);
                norms.push(("attention/layer_norm", norm("encoder_attn_layer_norm")));
            }
            for (name, (gamma, beta)) in norms {
                add(&format!("{ours}/{name}/gamma"), gamma);
                add(&format!("{ours}/{name}/beta"), beta);
            }
        }
        for conv in ["conv1", "conv2"] {
            add(&format!("encoder/{conv}/weight"), of(&format!("encoder.{conv}.weight")));
            add(&format!("encoder/{conv}/bias"), of(&format!("encoder.{conv}.bias")));
        }
        add("decoder/embeddings/weight", of("decoder.embed_tokens.weight"));
        let settings = vec![
            ("decoder/activation", 3),
            ("decoder/pre_norm", 1),
            ("decoder/num_heads", 1),
            ("encoder/num_heads", 1),
        ];
        let aliases = vec![("decoder/projection/weight".to_owned(), "decoder/embeddings/weight".to_owned())];
        Self { tensors, settings, aliases, tokens: model.tokens.clone() }
    }

    /// Every matrix in this kind of number; vectors as `CTranslate2` keeps them beside it.
    pub fn all(&mut self, number: Number) {
        for (name, tensor) in &mut self.tensors {
            let is_matrix = tensor.shape.len() > 1 && !name.contains("position_encodings");
            tensor.number = if number == Number::I8 && !is_matrix { Number::F32 } else { number };
        }
    }

    pub fn model(&self) -> Vec<u8> {
        let mut file = 6_u32.to_le_bytes().to_vec();
        string(&mut file, "WhisperSpec");
        file.extend(3_u32.to_le_bytes());
        let scales: Vec<(String, Tensor)> = self
            .tensors
            .iter()
            .filter(|(_, tensor)| tensor.number == Number::I8)
            .map(|(name, tensor)| {
                let row = tensor.shape[1..].iter().product::<u64>() as usize;
                let values: Vec<f32> = tensor.values.chunks(row).map(scale).collect();
                (format!("{name}_scale"), Tensor { shape: vec![tensor.shape[0]], values, number: Number::F32 })
            })
            .collect();
        let scales = scales.iter().map(|(name, tensor)| (name, tensor));
        let all: Vec<(&String, &Tensor)> = self.tensors.iter().chain(scales).collect();
        file.extend(((all.len() + self.settings.len()) as u32).to_le_bytes());
        for (name, value) in &self.settings {
            string(&mut file, name);
            file.extend([0, 1, 1, 0, 0, 0, *value as u8]);
        }
        for (name, tensor) in all {
            string(&mut file, name);
            file.push(tensor.shape.len() as u8);
            tensor.shape.iter().for_each(|extent| file.extend((*extent as u32).to_le_bytes()));
            let bytes = tensor.bytes();
            file.push(match tensor.number {
                Number::F32 => 0,
                Number::I8 => 1,
                Number::F16 => 4,
                Number::BF16 => 5,
            });
            file.extend((bytes.len() as u32).to_le_bytes());
            file.extend(bytes);
        }
        file.extend((self.aliases.len() as u32).to_le_bytes());
        for (alias, meant) in &self.aliases {
            string(&mut file, alias);
            string(&mut file, meant);
        }
        file
    }

    pub fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join("config.json"), json!({ "alignment_heads": [[0, 0]] }).to_string()).expect("written");
        fs::write(folder.join("vocabulary.txt"), self.tokens.join("\n") + "\n").expect("written");
        fs::write(folder.join("model.bin"), self.model()).expect("written");
    }
}

fn joined(parts: Vec<Tensor>) -> Tensor {
    let mut parts = parts.into_iter();
    let mut all = parts.next().expect("one");
    for part in parts {
        all.shape[0] += part.shape[0];
        all.values.extend(part.values);
    }
    all
}

fn string(file: &mut Vec<u8>, text: &str) {
    file.extend((text.len() as u16 + 1).to_le_bytes());
    file.extend(text.as_bytes());
    file.push(0);
}
