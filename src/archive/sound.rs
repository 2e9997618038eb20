//! Words that sound or look alike: what a recogniser may have written in place of a name.

/// A word is compared with others from this many letters on; shorter ones are like too many.
pub(super) const SHORTEST: usize = 4;

/// How a word sounds, roughly: letters that Indonesian speakers and the recogniser take for one
/// another are one.
pub(super) fn key(word: &str) -> String {
    const ALIKE: [(&str, &str); 20] = [
        ("kh", "k"),
        ("sy", "s"),
        ("sh", "s"),
        ("ch", "c"),
        ("tj", "c"),
        ("dj", "j"),
        ("ph", "p"),
        ("th", "t"),
        ("dh", "d"),
        ("gh", "g"),
        ("bh", "b"),
        ("oe", "u"),
        ("ck", "k"),
        ("v", "p"),
        ("f", "p"),
        ("z", "j"),
        ("q", "k"),
        ("x", "ks"),
        ("y", "i"),
        ("w", "u"),
    ];
    let mut key = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let alike = ALIKE.iter().find_map(|(from, to)| Some((rest.strip_prefix(from)?, *to)));
        let (after, to) = alike.unwrap_or((&rest[first.len_utf8()..], &rest[..first.len_utf8()]));
        if !key.ends_with(to) {
            key.push_str(to);
        }
        rest = after;
    }
    key
}

/// Every three letters in a row of a key, with its beginning and its end.
pub(super) fn grams(key: &str) -> Vec<String> {
    let letters: Vec<char> = std::iter::once('0').chain(key.chars()).chain(std::iter::once('1')).collect();
    let mut grams: Vec<String> = letters.windows(3).map(|three| three.iter().collect()).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// Whether a word may be compared at all: letters only, and enough of them.
pub(super) fn is_compared(word: &str) -> bool {
    word.chars().all(char::is_alphabetic) && word.chars().count() >= SHORTEST
}

/// How far two words are apart by their keys, where that is near enough; 0 where they sound the
/// same.
pub(super) fn distance(key: &str, other: &str) -> Option<usize> {
    let most = match key.chars().count() {
        0..=3 => 0,
        4..=6 => 1,
        7..=10 => 2,
        _ => 3,
    };
    if key.len().abs_diff(other.len()) > 2 * most {
        return None;
    }
    Some(strsim::osa_distance(key, other)).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_for_one_another_is_near() {
        for (one, other) in [
            ("syarif", "sarip"),
            ("khalid", "kalid"),
            ("zulkifli", "julkipli"),
            ("soekarno", "sukarno"),
            ("yusuf", "iusup"),
        ] {
            assert_eq!(distance(&key(one), &key(other)), Some(0), "{one} {other}");
        }
        for (one, other) in [("wirawan", "wirawang"), ("mariana", "maryanah"), ("bambang", "bambnag")] {
            assert!(distance(&key(one), &key(other)).is_some_and(|distance| distance > 0), "{one} {other}");
        }
        for (one, other) in [("rusdi", "hanafi"), ("pasar", "rapat")] {
            assert_eq!(distance(&key(one), &key(other)), None, "{one} {other}");
        }
        assert_eq!(grams("aba"), ["0ab", "aba", "ba1"]);
        assert!(!is_compared("pad") && !is_compared("2500") && is_compared("élan"));
    }
}
