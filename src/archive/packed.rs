//! The turns of a meeting in a few bytes each.

use super::contents::Turn;

/// A turn as the index keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    /// Its number in the meeting's store.
    pub(super) id: i64,
    /// Its place among the speakers.
    pub(super) speaker: usize,
    /// The item of the agenda, from 1; 0 where it is not known.
    pub(super) item: usize,
}

pub(super) fn pack(turns: &[Turn]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(turns.len() * 4);
    let mut last = 0_i64;
    for turn in turns {
        let step = turn.id.wrapping_sub(last);
        last = turn.id;
        // Small numbers in either direction become small numbers.
        put(&mut bytes, ((step << 1) ^ (step >> 63)) as u64);
        put(&mut bytes, turn.speaker as u64);
        put(&mut bytes, turn.item as u64);
    }
    bytes
}

/// The turns again, as far as the bytes make sense.
pub(super) fn unpack(mut bytes: &[u8]) -> Vec<Packed> {
    let mut turns = Vec::new();
    let mut last = 0_i64;
    while let (Some(step), Some(speaker), Some(item)) = (take(&mut bytes), take(&mut bytes), take(&mut bytes)) {
        last = last.wrapping_add((step >> 1) as i64 ^ -((step & 1) as i64));
        turns.push(Packed { id: last, speaker: speaker as usize, item: item as usize });
    }
    turns
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn turns_come_back_as_they_were(
            turns in prop::collection::vec((any::<i64>(), 0usize..1 << 20, 0usize..200), 0..50),
            junk in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let given: Vec<Turn> = turns
                .iter()
                .map(|&(id, speaker, item)| Turn { id, speaker, item, same: String::new(), differing: None })
                .collect();
            let back: Vec<_> = unpack(&pack(&given)).iter().map(|turn| (turn.id, turn.speaker, turn.item)).collect();
            prop_assert_eq!(back, turns);
            // A damaged index costs no more than its own words.
            unpack(&junk);
        }
    }
}
