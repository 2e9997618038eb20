//! Made-up words for benchmarks of many meetings.

/// Words of the language; their frequencies fall as those of a language do.
pub const VOCABULARY: usize = 60_000;
/// Numbers that look random and are the same every time.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// A place in the vocabulary, by Zipf's law.
    pub fn rank(&mut self, sums: &[f64]) -> usize {
        let wanted = (self.next() >> 11) as f64 / (1_u64 << 53) as f64 * sums[sums.len() - 1];
        sums.partition_point(|sum| *sum < wanted).min(sums.len() - 1)
    }
}

/// The words of a made-up language.
pub fn vocabulary() -> Vec<String> {
    const FIRST: [&str; 14] = ["b", "c", "d", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t"];
    const VOWELS: [&str; 5] = ["a", "i", "u", "e", "o"];
    const BEGINNINGS: [&str; 8] = ["", "", "", "di", "me", "ber", "pe", "ke"];
    const ENDINGS: [&str; 7] = ["", "", "", "kan", "an", "i", "nya"];
    let mut numbers = Numbers(7);
    let mut words = std::collections::BTreeSet::new();
    let mut list = Vec::with_capacity(VOCABULARY);
    while list.len() < VOCABULARY {
        let mut word = BEGINNINGS[numbers.below(8)].to_owned();
        for _ in 0..2 + numbers.below(2) {
            word += FIRST[numbers.below(14)];
            word += VOWELS[numbers.below(5)];
        }
        word += ENDINGS[numbers.below(7)];
        if words.insert(word.clone()) {
            list.push(word);
        }
    }
    list
}

/// The frequencies of the words, added up.
pub fn sums() -> Vec<f64> {
    let mut sum = 0.0;
    let share = |rank: usize| {
        sum += 1.0 / (rank as f64 + 2.7);
        sum
    };
    (0..VOCABULARY).map(share).collect()
}
