//! Indonesian stems, so that *menganggarkan*, *dianggarkan* and *anggarannya* find each other.
//!
//! The rules are those of F. Z. Tala (2003) as Snowball has them. They leave the first consonant of
//! a root away where `men-` and `meng-` have taken its place (*menulis*, *mengirim*), and take every
//! `mem-` before a vowel for one of a root in `p`. So a word with such a beginning has a second and a
//! third stem, of what it would be in the passive: *ditulis*, *dikirim*.

use tantivy_stemmers::algorithms::indonesian_tala;

/// The stems of a word in lower case; a number or a word of other letters is its own.
#[must_use]
pub fn stems(word: &str) -> Vec<String> {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return vec![word.to_owned()];
    }
    let mut found = vec![indonesian_tala(word).into_owned()];
    found.extend(restored(word).iter().map(|other| indonesian_tala(other).into_owned()));
    // A root that ends as if it had an ending (*nilai*) loses it where it stands alone.
    let again: Vec<String> = found.iter().map(|stem| indonesian_tala(stem).into_owned()).collect();
    found.extend(again);
    found.sort_unstable();
    found.dedup();
    found
}

/// The word with the consonants that its beginning may have taken the place of: a verb in the
/// passive, a noun with another beginning that lets the same endings stand.
fn restored(word: &str) -> Vec<String> {
    const BEGINNINGS: [(&str, &str, &[&str]); 6] = [
        ("meng", "di", &["k"]),
        ("peng", "ke", &["k"]),
        ("men", "di", &["t", "n"]),
        ("pen", "ke", &["t", "n"]),
        ("mem", "di", &["m"]),
        ("pem", "ke", &["m"]),
    ];
    let begins = |rest: &str| rest.starts_with(['a', 'e', 'i', 'o', 'u']);
    let found = BEGINNINGS.iter().find_map(|(begin, plain, lost)| {
        let rest = word.strip_prefix(begin).filter(|rest| begins(rest))?;
        Some(lost.iter().map(|lost| format!("{plain}{lost}{rest}")).collect())
    });
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_each_other(one: &str, other: &str) -> bool {
        let others = stems(other);
        stems(one).iter().any(|stem| others.contains(stem))
    }

    #[test]
    fn forms_of_a_word_find_each_other() {
        for family in [
            "anggaran anggarannya menganggarkan dianggarkan penganggaran teranggarkan",
            "setuju menyetujui disetujui persetujuan setujukah",
            "putus putusan keputusan memutuskan diputuskan pemutusan",
            "tulis menulis ditulis penulisan tulisan menuliskan",
            "kirim mengirim dikirim pengiriman kiriman mengirimkan",
            "kata mengatakan dikatakan perkataan",
            "nilai menilai dinilai penilaian",
            "masak memasak dimasak masakan",
            "pukul memukul dipukul pemukulan",
            "sapu menyapu disapu",
            "layan melayani pelayanan layanan dilayani",
            "ubah mengubah diubah perubahan",
            "jalan berjalan perjalanan menjalankan dijalankan",
        ] {
            let words: Vec<&str> = family.split(' ').collect();
            for word in &words {
                assert!(find_each_other(words[0], word), "{} {word}", words[0]);
            }
        }
    }

    #[test]
    fn other_words_do_not() {
        for (one, other) in [("pasar", "dasar"), ("anggaran", "anggota"), ("rapat", "dapat"), ("2,5", "25")] {
            assert!(!find_each_other(one, other), "{one} {other}");
        }
        assert_eq!(stems("élan"), ["élan"]);
    }

    /// What the rules cannot do: a root of one syllable, and a root that looks like one with an
    /// ending. The guide says so.
    #[test]
    fn roots_of_one_syllable_are_not_found_by_their_forms() {
        assert!(!find_each_other("cat", "mengecat"));
        assert!(!find_each_other("bom", "dibom"));
    }
}
