//! Reads the model files of whisper.cpp: a header, the mel filters, the vocabulary, then tensors
//! until the end.
//!
//! The format is that of `convert-pt-to-ggml.py` and `whisper_model_load` in whisper.cpp 1.8. A
//! tensor is kept as it is stored, so that the memory of a reading is that of the file.

use std::collections::HashMap;
use std::io::Read;

use crate::error::{Error, Result};
use crate::tokens::SpecialTokens;
use crate::weights::{BINS, Block, Data, Dimensions, Tensor, Weights};

const MAGIC: u32 = 0x6767_6d6c;
/// The longest spelling of a token and the longest name of a tensor, in bytes: far more than any
/// has.
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
            values.extend(piece.as_chunks().0.iter().map(|&pair| u16::from_le_bytes(pair)));
        }
        Ok(values)
    }
}

fn singles(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, clippy::type_complexity)]

    use super::*;
    use crate::weights::half_to_single;
    use proptest::prelude::*;

    /// A file of a tiny model with these tensors: (name, shape, format, bytes).
    fn file(tensors: &[(&str, &[u32], u32, Vec<u8>)]) -> Vec<u8> {
        let header = [MAGIC, 51_865, 60, 64, 2, 2, 40, 64, 1, 3, 8, 1, 8, BINS as u32];
        let mut bytes: Vec<u8> = header.iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes.extend((0..8 * BINS).flat_map(|n| (n as f32).to_le_bytes()));
        bytes.extend(2u32.to_le_bytes());
        for word in ["a", " kata"] {
            bytes.extend((word.len() as u32).to_le_bytes());
            bytes.extend(word.as_bytes());
        }
        for (name, shape, format, data) in tensors {
            for number in [shape.len() as u32, name.len() as u32, *format].iter().chain(shape.iter().rev()) {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(name.as_bytes());
            bytes.extend(data);
        }
        bytes
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let weights = Weights::read_ggml(
            &file(&[
                ("one", &[2, 3], 0, (0..6).flat_map(|n| (n as f32).to_le_bytes()).collect()),
                ("two", &[4], 1, [0x3c00u16, 0xc000, 0x0001, 0x7bff].iter().flat_map(|n| n.to_le_bytes()).collect()),
            ])[..],
        )
        .expect("read");
        assert_eq!((weights.dimensions.width, weights.dimensions.text_layers, weights.dimensions.mels), (64, 3, 8));
        assert_eq!(weights.vocabulary, [b"a".to_vec(), b" kata".to_vec()]);
        assert_eq!((weights.filters.len(), weights.filters[5]), (8 * BINS, 5.0));
        assert_eq!(weights.tensors["one"].shape, [2, 3]);
        let mut row = [0.0; 3];
        weights.tensors["one"].row(1, &mut row);
        assert_eq!(row, [3.0, 4.0, 5.0]);
        let mut row = [0.0; 4];
        weights.tensors["two"].row(0, &mut row);
        assert_eq!(row, [1.0, -2.0, 2f32.powi(-24), 65_504.0]);
        assert!(half_to_single(0x7c00).is_infinite() && half_to_single(0x7e00).is_nan());
        assert_eq!(half_to_single(0x8000).to_bits(), 0x8000_0000);
    }

    #[test]
    fn blocks_are_unpacked_as_ggml_packs_them() {
        // Scale 0.5, least value -1; the nibbles are 0 1 … 15 below and 15 14 … 0 above, every
        // third fifth bit is set.
        let fifth: u32 = (0..32).step_by(3).map(|n| 1 << n).sum();
        let nibbles: Vec<u8> = (0..16u8).map(|n| n | (15 - n) << 4).collect();
        let (half, minus_one) = (0x3800u16.to_le_bytes(), 0xbc00u16.to_le_bytes());
        let nibble = |n: usize| if n < 16 { n as f32 } else { (31 - n) as f32 };
        let with_fifth = move |n: usize| nibble(n) + if n.is_multiple_of(3) { 16.0 } else { 0.0 };
        let cases: [(u32, Vec<u8>, Box<dyn Fn(usize) -> f32>); 5] = [
            (2, [&half[..], &nibbles].concat(), Box::new(move |n| (nibble(n) - 8.0) * 0.5)),
            (3, [&half[..], &minus_one, &nibbles].concat(), Box::new(move |n| nibble(n) * 0.5 - 1.0)),
            (6, [&half[..], &fifth.to_le_bytes(), &nibbles].concat(), Box::new(move |n| (with_fifth(n) - 16.0) * 0.5)),
            (
                7,
                [&half[..], &minus_one, &fifth.to_le_bytes(), &nibbles].concat(),
                Box::new(move |n| with_fifth(n) * 0.5 - 1.0),
            ),
            (
                8,
                half.iter().copied().chain((0..32u8).map(|n| n.wrapping_mul(37))).collect(),
                Box::new(|n| f32::from((n as u8).wrapping_mul(37).cast_signed()) * 0.5),
            ),
        ];
        for (format, block, value) in cases {
            // The second of two rows of one block each.
            let data = [vec![0; block.len()], block].concat();
            let weights = Weights::read_ggml(&file(&[("w", &[2, 32], format, data)])[..]).expect("read");
            let mut row = [0.0; 32];
            weights.tensors["w"].row(1, &mut row);
            for (n, found) in row.into_iter().enumerate() {
                assert_eq!(found, value(n), "format {format}, number {n}");
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let read = |bytes: &[u8]| Weights::read_ggml(bytes).map(|_| ()).expect_err("refused");
        let one: (&str, &[u32], u32, Vec<u8>) = ("one", &[2], 0, vec![0; 8]);
        let good = file(std::slice::from_ref(&one));
        assert!(Weights::read_ggml(&good[..]).is_ok());
        assert!(matches!(read(b"RIFF"), Error::Magic));
        assert!(matches!(read(b""), Error::Truncated { .. }));
        assert!(matches!(read(&good[..good.len() - 1]), Error::Truncated { place } if place == "one"));
        assert!(matches!(read(&file(&[one.clone(), one])), Error::Twice { tensor } if tensor == "one"));
        assert!(matches!(read(&file(&[("w", &[2], 12, vec![])])), Error::Format { format: 12, .. }));
        // Larger than the file, and larger than any memory.
        assert!(matches!(read(&file(&[("w", &[1 << 30, 60], 1, vec![0; 100])])), Error::Truncated { .. }));
        assert!(matches!(read(&file(&[("w", &[1 << 30, 1 << 30, 1 << 30], 0, vec![])])), Error::Dimensions { .. }));
        assert!(matches!(read(&file(&[("w", &[4, 33], 8, vec![0; 136])])), Error::Truncated { .. }));
        for (place, value) in
            [(4, 0u32), (4, 51_867), (12, 65), (12, 1 << 31), (16, 0), (20, 1_000_000), (40, 9999), (48, 9)]
        {
            let mut bytes = good.clone();
            bytes[place..place + 4].copy_from_slice(&value.to_le_bytes());
            assert!(matches!(read(&bytes), Error::Dimensions { .. }), "{value} at {place}");
        }
    }

    proptest! {
        #[test]
        fn a_damaged_file_is_refused_or_read(place in 0usize..7000, byte in any::<u8>(), cut in 0usize..7000) {
            let mut bytes = file(&[("one", &[2, 32], 8, vec![1; 68]), ("two", &[3], 0, vec![0; 12])]);
            let length = bytes.len();
            bytes[place % length] = byte;
            let _ = Weights::read_ggml(&bytes[..]);
            let _ = Weights::read_ggml(&bytes[..cut % length]);
        }
    }
}
