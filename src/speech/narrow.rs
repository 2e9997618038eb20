//! A model whose decoder scores no token that it can never say.
//!
//! Whisper has 51,865 tokens, and a small model spends most of its decoder on their scores. The shipped one can say 2,619 of them: every other
//! row of its table is one constant, very low score (`models/train/export.py`). Without those rows it says the same words in less time.
//! whisper.cpp's own decoding knows control tokens by their place in the whole table, so such a model is for [`super::greedy`] alone.

/// Bytes of every number in the file's headers; the format is told in `crate::models::header`.
const INT: usize = 4;
const TABLE: &[u8] = b"decoder.token_embedding.weight";
const F32: usize = 0;
const F16: usize = 1;
const Q8_0: usize = 8;
/// Values in a block of `Q8_0`, and the bytes it takes: a scale of two bytes, then the values.
const BLOCK: (usize, usize) = (32, 34);

/// A model file with fewer tokens.
#[derive(Debug)]
pub(super) struct Narrowed {
    /// The ggml file.
    pub(super) bytes: Vec<u8>,
    /// The number that each of its tokens has in the whole vocabulary, ascending.
    pub(super) tokens: Vec<i32>,
}

/// The model in `file` without the tokens that it can never say; those of `needed` stay. `None` where it can say all, or where its
/// weights are not stored as the shipped model's are.
pub(super) fn narrowed(file: &[u8], needed: &[i32]) -> Option<Narrowed> {
    let mut input = Input { file, at: INT };
    let vocabulary = input.int()?;
    input.take(9 * INT)?;
    input.take(INT)?;
    let filters = input.int()?.checked_mul(input.int()?)?;
    input.take(filters.checked_mul(INT)?)?;
    let dimensions_and_filters = 2 * INT..input.at;
    let spelled = input.int()?;
    let mut spellings = Vec::new();
    for _ in 0..spelled {
        let start = input.at;
        let length = input.int()?;
        input.take(length)?;
        spellings.push(start..input.at);
    }
    let tensors = input.at;
    let table = loop {
        let start = input.at;
        let [dimensions, length, stored] = [input.int()?, input.int()?, input.int()?];
        let extents = (0..dimensions).map(|_| input.int()).collect::<Option<Vec<_>>>()?;
        let name = input.take(length)?;
        let values = extents.iter().try_fold(1usize, |all, &extent| all.checked_mul(extent))?;
        if name == TABLE && stored == Q8_0 && extents.get(1) == Some(&vocabulary) {
            break start;
        }
        input.take(match stored {
            F32 => values.checked_mul(4)?,
            F16 => values.checked_mul(2)?,
            Q8_0 => (values / BLOCK.0).checked_mul(BLOCK.1)?,
            _ => return None,
        })?;
    };
    let rows_begin = input.at;
    let width = Input { file, at: table + 3 * INT }.int()? / BLOCK.0 * BLOCK.1;
    let rows: Vec<&[u8]> = (0..vocabulary).map(|_| input.take(width)).collect::<Option<_>>()?;
    let tokens: Vec<i32> =
        (0..vocabulary as i32).filter(|id| needed.contains(id) || !is_silent(rows[*id as usize])).collect();
    if tokens.len() == rows.len() {
        return None;
    }

    let mut bytes = Vec::with_capacity(file.len());
    let int = |bytes: &mut Vec<u8>, value: usize| bytes.extend_from_slice(&(value as u32).to_le_bytes());
    bytes.extend_from_slice(&file[..INT]);
    int(&mut bytes, tokens.len());
    bytes.extend_from_slice(&file[dimensions_and_filters]);
    let kept: Vec<_> = tokens.iter().filter_map(|&id| spellings.get(id as usize)).collect();
    int(&mut bytes, kept.len());
    for spelling in kept {
        bytes.extend_from_slice(&file[spelling.clone()]);
    }
    bytes.extend_from_slice(&file[tensors..table + 4 * INT]);
    int(&mut bytes, tokens.len());
    bytes.extend_from_slice(&file[table + 5 * INT..rows_begin]);
    for &id in &tokens {
        bytes.extend_from_slice(rows[id as usize]);
    }
    bytes.extend_from_slice(&file[input.at..]);
    Some(Narrowed { bytes, tokens })
}

/// Whether the score of a row is the same low one whatever is heard: nothing but its first value, which meets the channel that is always 1.
fn is_silent(row: &[u8]) -> bool {
    row[2].cast_signed() < 0 && row[3..].iter().all(|&byte| byte == 0)
}

/// A file that is read from the front.
struct Input<'f> {
    file: &'f [u8],
    at: usize,
}

impl<'f> Input<'f> {
    fn take(&mut self, bytes: usize) -> Option<&'f [u8]> {
        let taken = self.file.get(self.at..self.at.checked_add(bytes)?)?;
        self.at += bytes;
        Some(taken)
    }

    fn int(&mut self) -> Option<usize> {
        let bytes = self.take(INT)?;
        usize::try_from(i32::from_le_bytes(bytes.try_into().ok()?)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn int(file: &mut Vec<u8>, values: &[u32]) {
        file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    /// A file of two tensors; each row of its table is one block, `sayable` or silent.
    fn file(sayable: &[bool]) -> Vec<u8> {
        let mut file = Vec::new();
        int(&mut file, &[0x6767_6d6c, sayable.len() as u32, 1500, 32, 1, 1, 448, 32, 1, 1, 80, 2007, 1, 1, 7, 2]);
        for spelling in ["ab", "c"] {
            int(&mut file, &[spelling.len() as u32]);
            file.extend(spelling.as_bytes());
        }
        int(&mut file, &[1, 1, 0, 2]);
        file.extend(b"x01234567");
        int(&mut file, &[2, 30, 8, 32, sayable.len() as u32]);
        file.extend(TABLE);
        for (place, &sayable) in sayable.iter().enumerate() {
            let mut row = [0u8; 34];
            row[2] = (-100i8).cast_unsigned();
            row[33] = if sayable { place as u8 + 1 } else { 0 };
            file.extend(row);
        }
        file.extend(b"the rest");
        file
    }

    #[test]
    fn what_cannot_be_said_is_left_out() {
        let narrow = narrowed(&file(&[false, true, false, true]), &[2]).expect("narrowed");
        assert_eq!(narrow.tokens, [1, 2, 3]);
        let mut expected = file(&[true, false, true]);
        // The first spelling is gone, and two rows keep the marks of their old places.
        let spelled = expected.windows(2).position(|pair| pair == b"ab").expect("spelled");
        expected.drain(spelled - 4..spelled + 2);
        expected[15 * INT] = 1;
        let rows = expected.len() - 8 - 3 * 34;
        (expected[rows + 33], expected[rows + 2 * 34 + 33]) = (2, 4);
        assert_eq!(narrow.bytes, expected);
    }

    #[test]
    fn a_model_that_can_say_everything_stays_as_it_is() {
        assert!(narrowed(&file(&[true, true]), &[]).is_none());
    }

    proptest! {
        #[test]
        fn a_damaged_file_is_left_alone(cut in 0usize..400, place in 0usize..200, value: u8) {
            let whole = file(&[false, true, true]);
            let _ = narrowed(&whole[..cut.min(whole.len())], &[2]);
            let mut wrong = whole.clone();
            let place = place % whole.len();
            wrong[place] = value;
            let _ = narrowed(&wrong, &[2]);
        }
    }
}
