//! Tensors where they lie in their files, read a piece at a time: a model need not fit into memory
//! to be checked.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::fault::{Fault, TensorFault};
use crate::recognise::models::Error;

/// Values that are read at a time, a multiple of every block of quantised weights.
const AT_ONCE: usize = 1 << 16;

/// How the numbers of a tensor are stored, all little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    F32,
    F16,
    BF16,
    /// To be divided by the scale of its row.
    I8,
}

impl Number {
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::I8 => 1,
        }
    }
}

/// One tensor, or some of its rows.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    /// Its name in the file.
    pub(super) name: String,
    /// The file that it lies in, by its place in the list.
    pub(super) file: usize,
    /// Its first byte there.
    pub(super) offset: u64,
    pub(super) number: Number,
    /// Its dimensions, the slowest first; a row is what the first of them counts.
    pub(super) shape: Vec<u64>,
    /// One for each row, where the numbers are integers.
    pub(super) scales: Option<Vec<f32>>,
}

impl Tensor {
    /// How many values it has; what does not fit into 64 bits has no tensor.
    pub(super) fn count(shape: &[u64]) -> Option<u64> {
        shape.iter().try_fold(1_u64, |count, extent| count.checked_mul(*extent))
    }

    fn row(&self) -> u64 {
        self.shape.get(1..).and_then(Self::count).unwrap_or(1)
    }

    /// These rows of it.
    pub(super) fn rows(&self, rows: Range<u64>) -> Self {
        let mut part = self.clone();
        part.offset += rows.start * self.row() * self.number.bytes();
        part.scales = self.scales.as_ref().map(|scales| scales[rows.start as usize..rows.end as usize].to_vec());
        if let Some(first) = part.shape.first_mut() {
            *first = rows.end - rows.start;
        }
        part
    }

    /// The same if it has this shape.
    pub(super) fn shaped(self, expected: &[u64]) -> Result<Self, Fault> {
        if self.shape == expected {
            return Ok(self);
        }
        let text = |shape: &[u64]| format!("{shape:?}");
        let fault = TensorFault::Shape { expected: text(expected), found: text(&self.shape) };
        Err(Fault::tensor(&self.name, fault))
    }
}

/// The files of a model's weights.
pub(super) struct Files(pub(super) Vec<(PathBuf, File)>);

impl Files {
    /// Goes through the values of a tensor in their order, some at a time.
    pub(super) fn values(
        &mut self,
        tensor: &Tensor,
        mut visit: impl FnMut(&[f32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (path, file) = &mut self.0[tensor.file];
        file.seek(SeekFrom::Start(tensor.offset)).map_err(Error::at(path))?;
        let mut left = Tensor::count(&tensor.shape).unwrap_or_default() as usize;
        let most = left.min(AT_ONCE);
        let (mut bytes, mut values) = (vec![0; most * tensor.number.bytes() as usize], vec![0.0; most]);
        let row = tensor.row().max(1) as usize;
        let mut first = 0;
        while left > 0 {
            let count = left.min(AT_ONCE);
            let (bytes, values) = (&mut bytes[..count * tensor.number.bytes() as usize], &mut values[..count]);
            file.read_exact(bytes).map_err(Error::at(path))?;
            decode(tensor.number, bytes, values);
            if let Some(scales) = &tensor.scales {
                for (place, value) in (first..).zip(values.iter_mut()) {
                    *value /= scales[place / row];
                }
            }
            if !values.iter().all(|value| value.is_finite()) {
                return Err(unusable(path, Fault::tensor(&tensor.name, TensorFault::NotFinite)));
            }
            visit(values)?;
            left -= count;
            first += count;
        }
        Ok(())
    }

    /// All values of a small tensor.
    pub(super) fn all(&mut self, tensor: &Tensor) -> Result<Vec<f32>, Error> {
        let mut all = Vec::new();
        self.values(tensor, |values| {
            all.extend_from_slice(values);
            Ok(())
        })?;
        Ok(all)
    }

    /// Whether two tensors of one shape hold the same numbers.
    pub(super) fn are_equal(&mut self, one: &Tensor, other: &Tensor) -> Result<bool, Error> {
        let rows = one.shape.first().copied().unwrap_or(0);
        let at_once = (AT_ONCE as u64 / one.row().max(1)).max(1);
        let mut start = 0;
        while start < rows {
            let end = rows.min(start + at_once);
            if self.all(&one.rows(start..end))? != self.all(&other.rows(start..end))? {
                return Ok(false);
            }
            start = end;
        }
        Ok(true)
    }
}

pub(super) fn unusable(path: &Path, fault: Fault) -> Error {
    Error::Unusable { path: path.to_owned(), fault }
}

fn decode(number: Number, bytes: &[u8], values: &mut [f32]) {
    match number {
        Number::F32 => {
            for (value, bytes) in values.iter_mut().zip(bytes.chunks_exact(4)) {
                *value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            }
        }
        Number::F16 => {
            let halves: Vec<f16> =
                bytes.chunks_exact(2).map(|bytes| f16::from_le_bytes([bytes[0], bytes[1]])).collect();
            halves.convert_to_f32_slice(values);
        }
        Number::BF16 => {
            for (value, bytes) in values.iter_mut().zip(bytes.chunks_exact(2)) {
                *value = bf16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
            }
        }
        Number::I8 => {
            for (value, byte) in values.iter_mut().zip(bytes) {
                *value = f32::from(*byte as i8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(bytes: &[u8]) -> Files {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        Files(vec![(PathBuf::from("a"), file)])
    }

    fn tensor(number: Number, shape: &[u64]) -> Tensor {
        Tensor { name: "a".to_owned(), file: 0, offset: 0, number, shape: shape.to_vec(), scales: None }
    }

    #[test]
    fn numbers_of_every_kind_are_read() {
        let of = |bytes: &[u8], number| file(bytes).all(&tensor(number, &[1])).expect("a value");
        assert_eq!(of(&(-1.5_f32).to_le_bytes(), Number::F32), [-1.5]);
        assert_eq!(of(&f16::from_f32(-1.5).to_le_bytes(), Number::F16), [-1.5]);
        assert_eq!(of(&bf16::from_f32(-1.5).to_le_bytes(), Number::BF16), [-1.5]);
        assert_eq!(of(&[0xfe], Number::I8), [-2.0]);
    }

    #[test]
    fn integers_have_a_scale_for_each_row_and_rows_can_be_taken() {
        let tensor = Tensor { scales: Some(vec![1.0, 2.0, 4.0]), ..tensor(Number::I8, &[3, 2]) };
        let mut files = file(&[4, 4, 4, 4, 4, 4]);
        assert_eq!(files.all(&tensor).expect("values"), [4.0, 4.0, 2.0, 2.0, 1.0, 1.0]);
        assert_eq!(files.all(&tensor.rows(1..3)).expect("values"), [2.0, 2.0, 1.0, 1.0]);
    }

    #[test]
    fn what_is_no_number_is_refused_by_name() {
        for wrong in [f32::NAN, f32::INFINITY] {
            let refused = file(&wrong.to_le_bytes()).all(&tensor(Number::F32, &[1]));
            let Err(Error::Unusable { fault: Fault::Tensor { name, fault }, .. }) = refused else { panic!("{wrong}") };
            assert_eq!((name.as_str(), fault), ("a", TensorFault::NotFinite));
        }
    }
}
