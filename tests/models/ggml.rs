//! Writes ggml files of the smallest Whisper there can be, right or wrong as a test wants.

use std::sync::LazyLock;

pub const F32: i32 = 0;
pub const F16: i32 = 1;
pub const Q8_0: i32 = 8;

pub struct Tensor {
    pub name: String,
    pub stored: i32,
    pub shape: Vec<i32>,
    pub data: Vec<u8>,
}

/// A model file in parts.
pub struct Ggml {
    pub magic: [u8; 4],
    /// In the order of the file: `n_vocab` … `ftype`.
    pub dimensions: [i32; 11],
    /// Bands, bins.
    pub filters: [i32; 2],
    pub tokens: Vec<Vec<u8>>,
    pub tensors: Vec<Tensor>,
}

pub const VOCABULARY: usize = 0;
pub const STATE: usize = 2;
pub const FILE_TYPE: usize = 10;

const WIDTH: i32 = 32;
const MELS: i32 = 80;

impl Ggml {
    /// One layer on each side, `Q8_0`, with weights that depend on `seed`.
    pub fn new(seed: u8) -> Self {
        Self::with_vocabulary(51_865, seed)
    }

    pub fn with_vocabulary(vocabulary: i32, seed: u8) -> Self {
        let mut tensors = Vec::new();
        let mut add = |name: &str, stored: i32, shape: &[i32]| {
            let values = shape.iter().product::<i32>() as usize;
            let bytes = match stored {
                F32 => values * 4,
                F16 => values * 2,
                _ => values / 32 * 34,
            };
            tensors.push(Tensor { name: name.to_owned(), stored, shape: shape.to_vec(), data: vec![seed; bytes] });
        };
        add("encoder.positional_embedding", F32, &[WIDTH, 1500]);
        add("encoder.conv1.weight", F16, &[3, MELS, WIDTH]);
        add("encoder.conv1.bias", F32, &[1, WIDTH]);
        add("encoder.conv2.weight", F16, &[3, WIDTH, WIDTH]);
        add("encoder.conv2.bias", F32, &[1, WIDTH]);
        add("decoder.positional_embedding", F32, &[WIDTH, 448]);
        add("decoder.token_embedding.weight", Q8_0, &[WIDTH, vocabulary]);
        for norm in ["encoder.ln_post", "decoder.ln", "encoder.blocks.0.attn_ln", "encoder.blocks.0.mlp_ln"]
            .into_iter()
            .chain(["decoder.blocks.0.attn_ln", "decoder.blocks.0.cross_attn_ln", "decoder.blocks.0.mlp_ln"])
        {
            add(&format!("{norm}.weight"), F32, &[WIDTH]);
            add(&format!("{norm}.bias"), F32, &[WIDTH]);
        }
        for attention in ["encoder.blocks.0.attn", "decoder.blocks.0.attn", "decoder.blocks.0.cross_attn"] {
            for part in ["query", "key", "value", "out"] {
                add(&format!("{attention}.{part}.weight"), Q8_0, &[WIDTH, WIDTH]);
            }
            for part in ["query", "value", "out"] {
                add(&format!("{attention}.{part}.bias"), F32, &[WIDTH]);
            }
        }
        for block in ["encoder.blocks.0", "decoder.blocks.0"] {
            add(&format!("{block}.mlp.0.weight"), Q8_0, &[WIDTH, 4 * WIDTH]);
            add(&format!("{block}.mlp.0.bias"), F32, &[4 * WIDTH]);
            add(&format!("{block}.mlp.2.weight"), Q8_0, &[4 * WIDTH, WIDTH]);
            add(&format!("{block}.mlp.2.bias"), F32, &[WIDTH]);
        }
        Self {
            magic: *b"lmgg",
            dimensions: [vocabulary, 1500, WIDTH, 1, 1, 448, WIDTH, 1, 1, MELS, 2007],
            filters: [MELS, 201],
            tokens: (0..50_257).map(|token| format!(" {token}").into_bytes()).collect(),
            tensors,
        }
    }

    pub fn tensor(&mut self, name: &str) -> &mut Tensor {
        self.tensors.iter_mut().find(|tensor| tensor.name == name).expect(name)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut file = self.magic.to_vec();
        let int = |file: &mut Vec<u8>, value: i32| file.extend(value.to_le_bytes());
        for value in self.dimensions.into_iter().chain(self.filters) {
            int(&mut file, value);
        }
        file.extend(vec![0; (MELS * 201 * 4) as usize]);
        int(&mut file, self.tokens.len() as i32);
        for token in &self.tokens {
            int(&mut file, token.len() as i32);
            file.extend(token);
        }
        for tensor in &self.tensors {
            for value in [tensor.shape.len() as i32, tensor.name.len() as i32, tensor.stored] {
                int(&mut file, value);
            }
            for &extent in &tensor.shape {
                int(&mut file, extent);
            }
            file.extend(tensor.name.as_bytes());
            file.extend(&tensor.data);
        }
        file
    }
}

/// A sound file, about 2.6 MB.
pub static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| Ggml::new(0).bytes());
/// Another of the same length.
pub static OTHER: LazyLock<Vec<u8>> = LazyLock::new(|| Ggml::new(1).bytes());
