//! A model whose decoder scores no token that it can never say.
//!
//! Whisper has 51,865 tokens, and a small model spends most of its decoder on their scores. The shipped one can say 2,619 of them: every other
//! row of its table is one constant, very low score (`models/train/export.py`). Without those rows it says the same words in less time.
//! whisper.cpp's own decoding knows control tokens by their place in the whole table, so such a model is for [`super::greedy`] alone.

use crate::models::header::{Weights, locate};

/// A model file with fewer tokens.
pub(super) struct Narrowed {
    /// The ggml file.
    pub(super) bytes: Vec<u8>,
    /// The number that each of its tokens has in the whole vocabulary, ascending.
    pub(super) tokens: Vec<i32>,
}

/// The model in `file` without the tokens that it can never say; those of `needed` stay. `None` where it can say all, or where its
/// weights are not stored as the shipped model's are.
pub(super) fn narrowed(file: &[u8], needed: &[i32]) -> Option<Narrowed> {
    let (header, parts) = locate(file).ok()?;
    if header.weights != Weights::Q8_0 {
        return None;
    }
    let rows: Vec<&[u8]> =
        file[parts.table.clone()].chunks_exact(parts.table.len() / header.vocabulary as usize).collect();
    let tokens: Vec<i32> =
        (0..).zip(&rows).filter(|(id, row)| needed.contains(id) || !is_silent(row)).map(|(id, _)| id).collect();
    if tokens.len() == rows.len() {
        return None;
    }
    let (first, last) = (parts.spellings.first()?.start, parts.spellings.last()?.end);
    let spellings: Vec<_> = tokens.iter().filter_map(|&id| parts.spellings.get(id as usize)).collect();

    let mut bytes = Vec::with_capacity(file.len());
    let int = |bytes: &mut Vec<u8>, value: usize| bytes.extend_from_slice(&(value as u32).to_le_bytes());
    bytes.extend_from_slice(&file[..4]);
    int(&mut bytes, tokens.len());
    bytes.extend_from_slice(&file[8..first - 4]);
    int(&mut bytes, spellings.len());
    for spelling in spellings {
        bytes.extend_from_slice(&file[spelling.clone()]);
    }
    bytes.extend_from_slice(&file[last..parts.table_rows.start]);
    int(&mut bytes, tokens.len());
    bytes.extend_from_slice(&file[parts.table_rows.end..parts.table.start]);
    for &id in &tokens {
        bytes.extend_from_slice(rows[id as usize]);
    }
    bytes.extend_from_slice(&file[parts.table.end..]);
    Some(Narrowed { bytes, tokens })
}

/// Whether the score of a row is the same low one whatever is heard: nothing but its first value (after the scale of its block), which
/// meets the channel that is always 1.
fn is_silent(row: &[u8]) -> bool {
    row[2].cast_signed() < 0 && row[3..].iter().all(|&byte| byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::tests::shipped;

    #[test]
    fn what_cannot_be_said_is_left_out() {
        let file = shipped();
        let (_, parts) = locate(&file).expect("a model");
        let row = |id: usize| &file[parts.table.clone()][id * 272..][..272];
        let never = (0..50_000).find(|&id| is_silent(row(id as usize))).expect("a token that is not in use");
        let narrow = narrowed(&file, &[never]).expect("narrowed");
        assert_eq!(narrow.tokens.len(), 2_619 + 1, "those in use, and the one that is needed");
        assert!(narrow.tokens.contains(&never) && narrow.tokens.is_sorted());
        assert_eq!(narrow.bytes[4..8], 2_620u32.to_le_bytes());

        let after = file.len() - parts.table.end;
        let rows = narrow.bytes[..narrow.bytes.len() - after].rchunks_exact(272);
        for (kept, &id) in rows.zip(narrow.tokens.iter().rev()) {
            assert_eq!(kept, row(id as usize), "token {id}");
        }
        assert_eq!(narrow.bytes[narrow.bytes.len() - after..], file[parts.table.end..]);

        let begin = parts.spellings[0].start;
        let mut spelled = &narrow.bytes[begin..];
        for &id in narrow.tokens.iter().take_while(|&&id| (id as usize) < parts.spellings.len()) {
            let spelling = &file[parts.spellings[id as usize].clone()];
            assert_eq!(&spelled[..spelling.len()], spelling, "token {id}");
            spelled = &spelled[spelling.len()..];
        }
    }

    #[test]
    fn a_model_that_can_say_everything_stays_as_it_is() {
        let mut file = shipped();
        let (_, parts) = locate(&file).expect("a model");
        file[parts.table].chunks_exact_mut(272).for_each(|row| row[200] = 1);
        assert!(narrowed(&file, &[]).is_none());
    }

    #[test]
    fn a_damaged_file_is_left_alone() {
        let file = shipped();
        assert!(narrowed(&file[..file.len() - 1], &[]).is_none());
        assert!(narrowed(&[], &[]).is_none());
    }
}
