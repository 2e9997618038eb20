//! How an Indonesian word sounds, as a key: words that are heard alike have keys that are near each
//! other.
//!
//! After the official spellings (1901 *oe*, *dj*, *tj*; 1947; 1972) and what recognisers mix up: f,
//! v and p; z and s; a final d and t; an h that is hardly heard; Arabic names in several spellings.

/// In this order.
const ALIKE: [(&str, &str); 26] = [
    ("oe", "u"),
    ("dj", "j"),
    ("tj", "c"),
    ("sj", "s"),
    ("nj", "ny"),
    ("sy", "s"),
    ("sh", "s"),
    ("kh", "k"),
    ("ch", "k"),
    ("ck", "k"),
    ("q", "k"),
    ("ph", "p"),
    ("f", "p"),
    ("v", "p"),
    ("th", "t"),
    ("dh", "d"),
    ("gh", "g"),
    ("z", "s"),
    ("x", "ks"),
    ("ie", "i"),
    ("y", "i"),
    ("ee", "i"),
    ("oo", "u"),
    ("h", ""),
    ("uw", "w"),
    ("ii", "i"),
];

/// The key of a word: small letters, never two alike side by side.
pub(super) fn key(word: &str) -> String {
    let mut key: String = word.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    let mut has = letters(&key);
    for (written, sound) in ALIKE {
        // Most words lack the letters of most pairs; to look for those is what would take the time.
        let needed = letters(written);
        if has & needed == needed && key.contains(written) {
            key = key.replace(written, sound);
            has |= letters(sound);
        }
    }
    let mut out = String::with_capacity(key.len());
    for c in key.chars() {
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    let hardened = match out.chars().next_back() {
        Some('d') => 't',
        Some('b') => 'p',
        Some('g') if !out.ends_with("ng") => 'k',
        _ => return out,
    };
    out.pop();
    out.push(hardened);
    out
}

/// Which of the letters a to z a text has, as bits.
fn letters(text: &str) -> u32 {
    let bit = |byte: u8| if byte.is_ascii_lowercase() { 1 << (byte - b'a') } else { 0 };
    text.bytes().map(bit).fold(0, |all, letter| all | letter)
}

/// How alike two keys are, 0 to 1.
pub(super) fn likeness(first: &str, second: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sound_alike_have_one_key() {
        for (first, second) in [
            ("Hendra", "Endra"),
            ("Soekarno", "Sukarno"),
            ("Djoko", "Joko"),
            ("Syarif", "Sarip"),
            ("Achmad", "Akhmat"),
            ("Fitri", "Vitrie"),
            ("Rossi", "Rosi"),
        ] {
            assert_eq!(key(first), key(second), "{first} {second}");
        }
        assert_ne!(key("Siti"), key("sisa"));
        assert_eq!(key("123 –"), "");
    }
}
