//! The form in which age writes a secret key (Bech32, BIP 173), for the words of a recovery sheet:
//! age itself gives and takes the text only.

const PREFIX: &str = "age-secret-key-";
const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn checksum(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let sum = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(sum, |sum, bit| sum ^ GENERATOR[bit])
    })
}

fn prefix() -> impl Iterator<Item = u8> {
    PREFIX.bytes().map(|byte| byte >> 5).chain([0]).chain(PREFIX.bytes().map(|byte| byte & 31))
}

/// Groups of `from` bits as groups of `to`; the last is filled with zeros.
fn regroup(values: &[u8], from: u32, to: u32) -> Vec<u8> {
    let (mut held, mut bits, mut out) = (0_u32, 0, Vec::new());
    for value in values {
        held = (held << from | u32::from(*value)) & 0xffff;
        bits += from;
        while bits >= to {
            bits -= to;
            out.push((held >> bits) as u8 & ((1_u32 << to) - 1) as u8);
        }
    }
    if to == 5 && bits > 0 {
        out.push((held << (5 - bits)) as u8 & 31);
    }
    out
}

/// The text of a secret key.
pub(super) fn encode(key: &[u8; 32]) -> String {
    let values = regroup(key, 8, 5);
    let sum = checksum(prefix().chain(values.iter().copied()).chain([0; 6])) ^ 1;
    let sum = (0..6).map(|place| (sum >> (5 * (5 - place)) & 31) as u8);
    let text: String = values.iter().copied().chain(sum).map(|value| char::from(LETTERS[usize::from(value)])).collect();
    format!("{PREFIX}1{text}").to_uppercase()
}

/// The bytes of a secret key.
pub(super) fn decode(text: &str) -> Option<[u8; 32]> {
    let text = text.to_lowercase();
    let letters = text.strip_prefix(PREFIX)?.strip_prefix('1')?;
    let value = |letter: u8| LETTERS.iter().position(|known| *known == letter).map(|place| place as u8);
    let values = letters.bytes().map(value).collect::<Option<Vec<u8>>>()?;
    if checksum(prefix().chain(values.iter().copied())) != 1 {
        return None;
    }
    regroup(values.get(..values.len().checked_sub(6)?)?, 5, 8).try_into().ok()
}
