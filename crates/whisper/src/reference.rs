//! The model once more, as plainly as it can be written: what the fast one is compared with.

use crate::tokens::SpecialTokens;
use crate::weights::{BINS, Data, Dimensions, Tensor, Weights};

/// Pseudo-random numbers from −1 to 1.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / 8_388_608.0 - 1.0
    }

    pub(crate) fn many(&mut self, count: usize, spread: f32) -> Vec<f32> {
        (0..count).map(|_| self.next() * spread).collect()
    }
}

pub(crate) fn small() -> Dimensions {
    Dimensions {
        mels: 8,
        audio_context: 60,
        width: 64,
        audio_heads: 2,
        audio_layers: 2,
        text_context: 40,
        text_heads: 1,
        text_layers: 3,
        vocabulary: 77,
    }
}

/// A model of any size with pseudo-random weights. Its vocabulary has 60 text tokens, each a
/// letter, every third with a space before it.
pub(crate) fn random(dimensions: Dimensions, seed: u64) -> Weights {
    let mut random = Random(seed);
    let mut tensors = std::collections::HashMap::new();
    let width = dimensions.width;
    let spread = 1.7 / (width as f32).sqrt();
    let mut put = |name: String, shape: &[usize], spread: f32, mean: f32| {
        let mut values = random.many(shape.iter().product(), spread);
        for value in &mut values {
            *value += mean;
        }
        tensors.insert(name, Tensor { shape: shape.to_vec(), data: Data::F32(values) });
    };
    for (side, layers) in [("encoder", dimensions.audio_layers), ("decoder", dimensions.text_layers)] {
        for layer in 0..layers {
            let prefix = format!("{side}.blocks.{layer}");
            for attention in ["attn", "cross_attn"] {
                if side == "encoder" && attention == "cross_attn" {
                    continue;
                }
                put(format!("{prefix}.{attention}_ln.weight"), &[width], 0.2, 1.0);
                put(format!("{prefix}.{attention}_ln.bias"), &[width], 0.1, 0.0);
                for part in ["query", "key", "value", "out"] {
                    let spread = if part == "out" || part == "value" { spread } else { 2.0 * spread };
                    put(format!("{prefix}.{attention}.{part}.weight"), &[width, width], spread, 0.0);
                    if part != "key" {
                        put(format!("{prefix}.{attention}.{part}.bias"), &[width], 0.1, 0.0);
                    }
                }
            }
            put(format!("{prefix}.mlp_ln.weight"), &[width], 0.2, 1.0);
            put(format!("{prefix}.mlp_ln.bias"), &[width], 0.1, 0.0);
            put(format!("{prefix}.mlp.0.weight"), &[4 * width, width], spread, 0.0);
            put(format!("{prefix}.mlp.0.bias"), &[4 * width], 0.1, 0.0);
            put(format!("{prefix}.mlp.2.weight"), &[width, 4 * width], 0.5 * spread, 0.0);
            put(format!("{prefix}.mlp.2.bias"), &[width], 0.1, 0.0);
        }
    }
    for name in ["encoder.ln_post", "decoder.ln"] {
        put(format!("{name}.weight"), &[width], 0.2, 1.0);
        put(format!("{name}.bias"), &[width], 0.1, 0.0);
    }
    put("encoder.conv1.weight".into(), &[width, dimensions.mels, 3], 0.3, 0.0);
    put("encoder.conv1.bias".into(), &[width, 1], 0.1, 0.0);
    put("encoder.conv2.weight".into(), &[width, width, 3], spread, 0.0);
    put("encoder.conv2.bias".into(), &[width, 1], 0.1, 0.0);
    put("encoder.positional_embedding".into(), &[dimensions.audio_context, width], 0.5, 0.0);
    put("decoder.positional_embedding".into(), &[dimensions.text_context, width], 0.5, 0.0);
    put("decoder.token_embedding.weight".into(), &[dimensions.vocabulary, width], 0.6, 0.0);
    let filters =
        (0..dimensions.mels * BINS).map(|place| if place % BINS / 20 == place / BINS { 0.01 } else { 0.0 }).collect();
    let letter = |token: u8| {
        let letter = b'A' + token % 58;
        if token.is_multiple_of(3) { vec![b' ', letter] } else { vec![letter] }
    };
    Weights {
        dimensions,
        filters,
        vocabulary: (0..60).map(letter).collect(),
        special: SpecialTokens {
            end: 60,
            start: 61,
            first_language: 62,
            languages: 2,
            transcribe: 65,
            previous: 67,
            no_speech: 68,
            no_timestamps: 69,
        },
        alignment_heads: None,
        tensors,
    }
}

/// The model in double precision. Every step is a loop over its definition.
pub(crate) struct Reference<'w>(pub(crate) &'w Weights);

type Rows = Vec<Vec<f64>>;

impl Reference<'_> {
    fn values(&self, name: &str) -> Vec<f64> {
        match &self.0.tensors[name].data {
            Data::F32(values) => values.iter().copied().map(f64::from).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn linear(&self, name: &str, x: &Rows) -> Rows {
        let weights = self.values(&format!("{name}.weight"));
        let bias = self.0.tensors.contains_key(&format!("{name}.bias")).then(|| self.values(&format!("{name}.bias")));
        let inputs = x[0].len();
        let row = |x: &Vec<f64>| {
            let outputs = weights.chunks(inputs).enumerate();
            outputs
                .map(|(output, weights)| {
                    let sum: f64 = weights.iter().zip(x).map(|(weight, x)| weight * x).sum();
                    sum + bias.as_ref().map_or(0.0, |bias| bias[output])
                })
                .collect()
        };
        x.iter().map(row).collect()
    }

    fn norm(&self, name: &str, x: &Rows) -> Rows {
        let (gain, bias) = (self.values(&format!("{name}.weight")), self.values(&format!("{name}.bias")));
        let row = |x: &Vec<f64>| {
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
            let each = x.iter().zip(gain.iter().zip(&bias));
            each.map(|(x, (gain, bias))| (x - mean) / (variance + 1e-5).sqrt() * gain + bias).collect()
        };
        x.iter().map(row).collect()
    }

    /// `causal`: a row sees those up to itself only.
    fn attention(&self, name: &str, x: &Rows, over: &Rows, heads: usize, causal: bool) -> Rows {
        let queries = self.linear(&format!("{name}.query"), x);
        let keys = self.linear(&format!("{name}.key"), over);
        let values = self.linear(&format!("{name}.value"), over);
        let head = x[0].len() / heads;
        let mut out = vec![vec![0.0; x[0].len()]; x.len()];
        for number in 0..heads {
            let part = number * head..(number + 1) * head;
            for (place, query) in queries.iter().enumerate() {
                let seen = if causal { place + 1 } else { keys.len() };
                let score = |key: &Vec<f64>| -> f64 {
                    let both = query[part.clone()].iter().zip(&key[part.clone()]);
                    both.map(|(query, key)| query * key).sum::<f64>() / (head as f64).sqrt()
                };
                let scores: Vec<f64> = keys[..seen].iter().map(score).map(f64::exp).collect();
                let all: f64 = scores.iter().sum();
                for (weight, value) in scores.iter().zip(&values) {
                    for at in part.clone() {
                        out[place][at] += weight / all * value[at];
                    }
                }
            }
        }
        self.linear(&format!("{name}.out"), &out)
    }

    fn mlp(&self, prefix: &str, x: &Rows) -> Rows {
        let mut wide = self.linear(&format!("{prefix}.mlp.0"), &self.norm(&format!("{prefix}.mlp_ln"), x));
        wide.iter_mut().flatten().for_each(|x| *x = gelu(*x));
        self.linear(&format!("{prefix}.mlp.2"), &wide)
    }

    fn convolution(&self, name: &str, x: &Rows, step: usize) -> Rows {
        let (weights, bias) = (self.values(&format!("{name}.weight")), self.values(&format!("{name}.bias")));
        let channels = x[0].len();
        let row = |place: usize| {
            let output = |output: usize| {
                let mut sum = bias[output];
                for tap in 0..3 {
                    let Some(x) = (place * step + tap).checked_sub(1).and_then(|at| x.get(at)) else { continue };
                    for channel in 0..channels {
                        sum += weights[(output * channels + channel) * 3 + tap] * x[channel];
                    }
                }
                gelu(sum)
            };
            (0..bias.len()).map(output).collect()
        };
        (0..x.len() / step).map(row).collect()
    }

    /// `mel` has a row for every 10 ms.
    pub(crate) fn encode(&self, mel: &[f32]) -> Rows {
        let dimensions = &self.0.dimensions;
        let mel: Rows = mel.chunks(dimensions.mels).map(|row| row.iter().copied().map(f64::from).collect()).collect();
        let mut x = self.convolution("encoder.conv2", &self.convolution("encoder.conv1", &mel, 1), 2);
        let positions = self.values("encoder.positional_embedding");
        x.iter_mut().flatten().zip(positions).for_each(|(x, position)| *x += position);
        for layer in 0..dimensions.audio_layers {
            let prefix = format!("encoder.blocks.{layer}");
            let normed = self.norm(&format!("{prefix}.attn_ln"), &x);
            add(&mut x, self.attention(&format!("{prefix}.attn"), &normed, &normed, dimensions.audio_heads, false));
            let more = self.mlp(&prefix, &x);
            add(&mut x, more);
        }
        self.norm("encoder.ln_post", &x)
    }

    /// The scores of every token after each of `tokens`.
    pub(crate) fn decode(&self, encoded: &Rows, tokens: &[u32]) -> Rows {
        let dimensions = &self.0.dimensions;
        let width = dimensions.width;
        let embedding = self.values("decoder.token_embedding.weight");
        let positions = self.values("decoder.positional_embedding");
        let row = |(place, &token): (usize, &u32)| {
            let from = token as usize * width;
            let both = embedding[from..from + width].iter().zip(&positions[place * width..]);
            both.map(|(x, position)| x + position).collect()
        };
        let mut x: Rows = tokens.iter().enumerate().map(row).collect();
        for layer in 0..dimensions.text_layers {
            let prefix = format!("decoder.blocks.{layer}");
            let normed = self.norm(&format!("{prefix}.attn_ln"), &x);
            add(&mut x, self.attention(&format!("{prefix}.attn"), &normed, &normed, dimensions.text_heads, true));
            let normed = self.norm(&format!("{prefix}.cross_attn_ln"), &x);
            add(
                &mut x,
                self.attention(&format!("{prefix}.cross_attn"), &normed, encoded, dimensions.text_heads, false),
            );
            let more = self.mlp(&prefix, &x);
            add(&mut x, more);
        }
        let x = self.norm("decoder.ln", &x);
        let score = |x: &Vec<f64>| {
            let rows = embedding.chunks(width);
            rows.map(|weights| weights.iter().zip(x).map(|(weight, x)| weight * x).sum()).collect()
        };
        x.iter().map(score).collect()
    }
}

fn add(x: &mut Rows, more: Rows) {
    x.iter_mut().flatten().zip(more.into_iter().flatten()).for_each(|(x, more)| *x += more);
}

/// With the integral of the normal distribution by Simpson's rule.
pub(crate) fn gelu(x: f64) -> f64 {
    let steps = 400;
    let h = x / f64::from(steps);
    let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let inner: f64 = (1..steps).map(|n| density(f64::from(n) * h) * if n % 2 == 1 { 4.0 } else { 2.0 }).sum();
    x * (0.5 + (density(0.0) + inner + density(x)) * h / 3.0)
}
