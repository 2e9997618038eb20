//! Made-up transcripts for benchmarks of many meetings.

use std::path::Path;

use e_risalah::common::clock::{Channel, Span};
use e_risalah::floor::CLOCK;
use e_risalah::transcript::Recording;
use e_risalah::transcript::store::{Origin, Store};
use rusqlite::{Connection, params};

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

/// Words of a turn.
pub const TURN: usize = 27;

/// How a meeting is talked through; lengths in samples at 16 kHz.
pub struct Talk {
    pub words: usize,
    pub turn: u64,
    pub pause: u64,
}

/// The transcript of a meeting of two microphones that take turns; its words depend on its number
/// alone.
pub fn transcript(folder: &Path, number: usize, talk: &Talk, vocabulary: &[String], sums: &[f64]) {
    let turns = talk.words.div_ceil(TURN);
    let store = Store::create(folder).expect("a store");
    let length = turns as u64 * (talk.turn + talk.pause);
    let recording = Recording { clock: CLOCK, channels: 2, length, started: None, warnings: Vec::new() };
    store.bind(&recording, &number.to_string()).expect("bound");
    let origin = Origin {
        model: "uji".to_owned(),
        model_sha256: "ab".repeat(32),
        model_origin: None,
        language: "id".to_owned(),
        program: "0.1.0".to_owned(),
    };
    let version = store.version(&origin, jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
    store.complete(version).expect("complete");
    drop(store);
    // As the store would, in one transaction instead of one for each utterance.
    let mut database = Connection::open(folder.join("transkrip.db")).expect("opened");
    let transaction = database.transaction().expect("begun");
    let utterance = "INSERT INTO utterance (version, channel, start, end, text, confidence, flags) \
                     VALUES (?1, ?2, ?3, ?4, ?5, 0.9, '[]')";
    let mut numbers = Numbers(number as u64 + 1);
    for turn in 0..turns as u64 {
        let channel = Channel::new(1 + turn as u16 % 2).expect("a channel");
        let begin = turn * (talk.turn + talk.pause);
        let span = Span::new(begin, begin + talk.turn);
        let said: Vec<&str> = (0..TURN).map(|_| vocabulary[numbers.rank(sums)].as_str()).collect();
        let values = params![version, channel.number(), span.start, span.end, said.join(" ")];
        let inserted = transaction.prepare_cached(utterance).and_then(|mut insert| insert.execute(values));
        inserted.expect("inserted");
        let id = transaction.last_insert_rowid();
        let step = talk.turn / TURN as u64;
        for (start, (place, word)) in (span.start..).step_by(step as usize).zip(said.iter().enumerate()) {
            let values = params![id, place, word, start, start + step];
            let inserted = transaction
                .prepare_cached("INSERT INTO word VALUES (?1, ?2, ?3, ?4, ?5, 0.9)")
                .and_then(|mut insert| insert.execute(values));
            inserted.expect("inserted");
        }
    }
    transaction.commit().expect("committed");
}
