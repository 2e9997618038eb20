//! The ggml file of weights that came in another form: `Q8_0` matrices, `F16` convolutions, all
//! else `F32`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use half::f16;
use sha2::{Digest, Sha256};

use super::fault::{Fault, TensorFault};
use super::weights::unusable;
use super::{Checkpoint, mel};
use crate::common::digest::hex;
use crate::recognise::models::header::{self, Weights};
use crate::recognise::models::{Error, Monitor, Stage};

/// Values of a block of `Q8_0`.
const BLOCK: usize = 32;

/// Writes and takes the SHA-256 of what is written.
struct Hashed {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

pub(super) fn write(checkpoint: &mut Checkpoint, target: &Path, watch: &mut Monitor) -> Result<String, Error> {
    let failed = || Error::at(target);
    let file = File::create(target).map_err(failed())?;
    let mut out = Hashed { file: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new() };
    let header = checkpoint.header();
    let total = checkpoint.bytes();
    head(&mut out, checkpoint).map_err(failed())?;
    let mut done = 0;
    for (name, layout) in header::layouts(&header) {
        let entry = header::tensor_entry(&name, &layout);
        out.write_all(&entry).map_err(failed())?;
        let Some(tensor) = checkpoint.tensors.get(&name) else { continue };
        let path = checkpoint.files.0[tensor.file].0.clone();
        let mut bytes = Vec::new();
        checkpoint.files.values(tensor, |values| {
            bytes.clear();
            if !encode(layout.weights, values, &mut bytes) {
                return Err(unusable(&path, Fault::tensor(&tensor.name, TensorFault::TooLarge)));
            }
            out.write_all(&bytes).map_err(failed())?;
            done += bytes.len() as u64;
            watch.bytes(Stage::Converting, done, total)
        })?;
    }
    out.flush().map_err(failed())?;
    out.file.get_ref().sync_all().map_err(failed())?;
    Ok(hex(out.hash))
}

/// All that stands before the weights.
fn head(out: &mut impl Write, checkpoint: &Checkpoint) -> io::Result<()> {
    let mut bytes = header::beginning(&checkpoint.header());
    let filters = mel::filters(checkpoint.shape.mels as usize);
    for weight in &filters {
        bytes.extend(weight.to_le_bytes());
    }
    bytes.extend((checkpoint.spellings.len() as u32).to_le_bytes());
    for spelling in &checkpoint.spellings {
        bytes.extend((spelling.len() as u32).to_le_bytes());
        bytes.extend(spelling);
    }
    out.write_all(&bytes)
}

/// Appends values as they are stored; false when one is larger than can be.
fn encode(stored: Weights, values: &[f32], bytes: &mut Vec<u8>) -> bool {
    match stored {
        Weights::F32 => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Weights::F16 => {
            for value in values {
                let half = f16::from_f32(*value);
                if half.is_infinite() {
                    return false;
                }
                bytes.extend(half.to_le_bytes());
            }
        }
        _ => {
            for block in values.chunks(BLOCK) {
                let largest = block.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
                let step = largest / 127.0;
                let half = f16::from_f32(step);
                if half.is_infinite() {
                    return false;
                }
                bytes.extend(half.to_le_bytes());
                let scale = if step == 0.0 { 0.0 } else { 1.0 / step };
                bytes.extend(block.iter().map(|value| (value * scale).round() as i8 as u8));
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_a_step_and_whole_numbers() {
        let mut values = [0.0_f32; 32];
        (values[0], values[1], values[2]) = (127.0, -63.4, 0.6);
        let mut bytes = Vec::new();
        assert!(encode(Weights::Q8_0, &values, &mut bytes));
        assert_eq!(bytes.len(), 34);
        assert_eq!(f16::from_le_bytes([bytes[0], bytes[1]]), f16::ONE);
        assert_eq!((bytes[2] as i8, bytes[3] as i8, bytes[4] as i8), (127, -63, 1));
        bytes.clear();
        assert!(encode(Weights::Q8_0, &[0.0; 32], &mut bytes) && bytes == [0; 34]);
    }

    #[test]
    fn what_16_bits_do_not_hold_is_told() {
        let mut bytes = Vec::new();
        assert!(!encode(Weights::F16, &[70_000.0], &mut bytes));
        assert!(!encode(Weights::Q8_0, &[1e7; 32], &mut bytes));
        assert!(encode(Weights::F32, &[1e30], &mut bytes));
    }
}
