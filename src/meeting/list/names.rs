//! The same name written in two ways.

use super::super::label::is_title_or_degree;
use super::words::plain;

/// What is left of a name without titles, degrees, punctuation and capitals. Nothing else is evened
/// out: *Muh.* and *Muhammad* are two names until a person says otherwise.
pub(in crate::meeting) fn key(name: &str) -> String {
    let without_degrees = name.split_once(',').map_or(name, |(name, _)| name);
    let words: Vec<&str> = without_degrees.split_whitespace().filter(|word| !is_title_or_degree(word)).collect();
    let joined = words.join(" ").replace(['\'', '’', '‘', '`', 'ʼ'], "");
    let key = plain(&joined);
    if key.is_empty() { name.to_lowercase() } else { key }
}

/// How alike two names are, from 0 to 1 (the same). One that is a part of the other, as a surname
/// is, counts as very like.
#[must_use]
pub fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (key(a), key(b));
    if a == b {
        return 1.0;
    }
    let part = |short: &str, long: &str| {
        let long: Vec<&str> = long.split(' ').collect();
        short.split(' ').all(|word| long.contains(&word))
    };
    let whole = strsim::normalized_damerau_levenshtein(&a, &b);
    if part(&a, &b) || part(&b, &a) { whole.max(0.9) } else { whole }
}

/// The same for the name of a party group: without the words that every group has.
pub(super) fn group(name: &str) -> String {
    let plain = plain(name);
    let words: Vec<&str> =
        plain.split(' ').filter(|word| !matches!(*word, "fraksi" | "partai" | "f" | "dprd")).collect();
    if words.is_empty() { plain } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen_are_near_and_other_people_are_not() {
        for near in ["Rusdi", "Rusdy Hanafi", "Hanafi", "H. Rusdi Hanafy, S.E."] {
            assert!(likeness(near, "H. Rusdi Hanafi, S.Sos., M.Si.") >= 0.8, "{near}");
        }
        for other in ["Bambang Wirawan", "Siti Aminah", "Rudi Hartono"] {
            assert!(likeness(other, "H. Rusdi Hanafi, S.Sos., M.Si.") < 0.8, "{other}");
        }
    }

    #[test]
    fn titles_and_degrees_do_not_make_another_person() {
        assert_eq!(key("H. Rusdi Hanafi, S.Sos., M.Si."), key("RUSDI  HANAFI"));
        assert_eq!(key("Ni’mah Jum'at S.Pd."), key("NIMAH JUMAT"));
        assert_ne!(key("Muh. Ali"), key("Muhammad Ali"));
        assert_eq!(key("👍"), "👍");
        assert_eq!(group("Fraksi Partai Melati"), group("MELATI"));
        assert_eq!(group("F-MLT"), group("mlt"));
    }
}
