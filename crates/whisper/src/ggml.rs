//! Reads the model files of whisper.cpp: a header, the mel filters, the vocabulary, then tensors until the end.
//!
//! The format is that of `convert-pt-to-ggml.py` and `whisper_model_load` in whisper.cpp 1.8. A tensor is kept as it is stored,
//! so that the memory of a reading is that of the file.

use std::collections::HashMap;
use std::io::Read;

use crate::error::{Error, Result};
use crate::tokens::SpecialTokens;
use crate::weights::{BINS, Block, Data, Dimensions, Tensor, Weights};

const MAGIC: u32 = 0x6767_6d6c;
/// The longest spelling of a token and the longest name of a tensor, in bytes: far more than any has.
const LONGEST_NAME: usize = 1024;
/// Bytes that are reserved before they have been read: what a file announces may be a lie.
const TRUST: usize = 1 << 20;

impl Weights {
    /// Reads a ggml file (f32, f16, `q8_0`, `q5_0`, `q5_1`, `q4_0`, `q4_1`).
    pub fn read_ggml(reader: impl Read) -> Result<Self> {
        let mut file = File(reader);
        if file.number("the header")? != MAGIC {
            return Err(Error::Magic);
        }
        let mut header = [0; 11];
        for value in &mut header {
            *value = file.length("the header")?;
        }
        let [vocabulary, audio_context, width, audio_heads, audio_layers, text_context, text_width, ..] = header;
        let [.., text_heads, text_layers, mels, _format] = header;
        if text_width != width {
            return Err(Error::Dimensions { what: format!("width {width} and {text_width}") });
        }
        let dimensions = Dimensions {
            mels,
            audio_context,
            width,
            audio_heads,
            audio_layers,
            text_context,
            text_heads,
            text_layers,
            vocabulary,
        };
        dimensions.check()?;
        let special = SpecialTokens::of_vocabulary(vocabulary)
            .ok_or_else(|| Error::Dimensions { what: format!("{vocabulary} tokens") })?;

        let (rows, bins) = (file.length("the mel filters")?, file.length("the mel filters")?);
        if (rows, bins) != (mels, BINS) {
            return Err(Error::Dimensions { what: format!("mel filters {rows} × {bins}, not {mels} × {BINS}") });
        }
        let filters = singles(&file.bytes(4 * rows * bins, "the mel filters")?);

        let spellings = file.length("the vocabulary")?;
        if spellings > vocabulary {
            return Err(Error::Dimensions { what: format!("{spellings} spellings of {vocabulary} tokens") });
        }
        let mut words = Vec::with_capacity(spellings);
        for _ in 0..spellings {
            let length = file.name_length("the vocabulary")?;
            words.push(file.bytes(length, "the vocabulary")?);
        }

        let mut tensors = HashMap::new();
        while let Some((name, tensor)) = file.tensor()? {
            if tensors.contains_key(&name) {
                return Err(Error::Twice { tensor: name });
            }
            tensors.insert(name, tensor);
        }
        Ok(Self { dimensions, filters, vocabulary: words, special, alignment_heads: None, tensors })
    }
}

/// A file from here to its end; every error names the place.
struct File<R>(R);

impl<R: Read> File<R> {
    fn bytes(&mut self, length: usize, place: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length.min(TRUST));
        self.0.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() == length { Ok(bytes) } else { Err(Error::Truncated { place: place.to_owned() }) }
    }

    fn number(&mut self, place: &str) -> Result<u32> {
        let bytes = self.bytes(4, place)?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    /// A number that counts something.
    fn length(&mut self, place: &str) -> Result<usize> {
        let number = self.number(place)?;
        match i32::try_from(number) {
            Ok(_) => Ok(number as usize),
            Err(_) => Err(Error::Dimensions { what: format!("{number} in {place}") }),
        }
    }

    fn name_length(&mut self, place: &str) -> Result<usize> {
        let length = self.length(place)?;
        if length > LONGEST_NAME {
            return Err(Error::Dimensions { what: format!("a name of {length} bytes in {place}") });
        }
        Ok(length)
    }

    /// The next tensor; `None` at the end of the file.
    fn tensor(&mut self) -> Result<Option<(String, Tensor)>> {
        let mut first = Vec::with_capacity(4);
        self.0.by_ref().take(4).read_to_end(&mut first)?;
        let place = "the header of a tensor";
        let rank = match *first {
            [] => return Ok(None),
            [rank, 0, 0, 0] if (1..=4).contains(&rank) => rank,
            [_, _, _, _] => return Err(Error::Dimensions { what: "the rank of a tensor".to_owned() }),
            _ => return Err(Error::Truncated { place: place.to_owned() }),
        };
        let length = self.name_length(place)?;
        let format = self.number(place)?;
        let mut shape = Vec::new();
        for _ in 0..rank {
            shape.push(self.length(place)?);
        }
        // ggml names the innermost dimension first.
        shape.reverse();
        let name = String::from_utf8_lossy(&self.bytes(length, place)?).into_owned();
        let count = shape.iter().try_fold(1usize, |all, &one| all.checked_mul(one)).filter(|&count| count < 1 << 40);
        let Some(count) = count else { return Err(Error::Dimensions { what: format!("{shape:?} of {name}") }) };
        let data = match format {
            0 => Data::F32(singles(&self.bytes(4 * count, &name)?)),
            1 => Data::F16(self.halves(count, &name)?),
            _ => {
                let block = match format {
                    2 => Block::Q4_0,
                    3 => Block::Q4_1,
                    6 => Block::Q5_0,
                    7 => Block::Q5_1,
                    8 => Block::Q8_0,
                    _ => return Err(Error::Format { tensor: name, format }),
                };
                Data::Blocks(block, self.bytes(count / Block::LENGTH * block.bytes(), &name)?)
            }
        };
        let tensor = Tensor { shape, data };
        if tensor.is_whole() { Ok(Some((name, tensor))) } else { Err(Error::Truncated { place: name }) }
    }

    fn halves(&mut self, count: usize, name: &str) -> Result<Vec<u16>> {
        // In pieces: the largest tensor of a large model is an eighth of it.
        let mut values = Vec::new();
        while values.len() < count {
            let piece = self.bytes(2 * (count - values.len()).min(TRUST), name)?;
            values.extend(piece.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
        }
        Ok(values)
    }
}

fn singles(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}
