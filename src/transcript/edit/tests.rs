use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;

fn raw(text: &str) -> Utterance {
    let texts: Vec<&str> = words(text).collect();
    let word = |(place, text): (u64, &&str)| crate::transcript::Word {
        text: (*text).to_owned(),
        span: Span::new(place * 10, place * 10 + 10),
        probability: 0.5,
    };
    Utterance {
        channel: Channel::new(1).expect("a channel"),
        span: Span::new(0, texts.len() as u64 * 10),
        text: text.to_owned(),
        words: (0..).zip(&texts).map(word).collect(),
        confidence: 0.5,
        flags: Vec::new(),
        corrected: Corrected::default(),
    }
}

fn text(at: usize, before: &str, after: &str) -> Change {
    Change::Text { at, before: before.into(), after: after.into() }
}

fn laid(text: &str, changes: &[Change]) -> Layered {
    let mut layered = Layered::new(&raw(text));
    for (id, change) in (1..).zip(changes) {
        layered.lay(id, change).expect("fits");
    }
    layered
}

fn said(layered: &Layered) -> String {
    layered.words().join(" ")
}

#[test]
fn a_change_in_the_middle_is_taken_back_alone() {
    let changes = [text(1, "dua", "2 (dua)"), text(4, "empat", ""), Change::Undo { edit: 1 }];
    assert_eq!(said(&laid("satu dua tiga empat", &changes[..2])), "satu 2 (dua) tiga");
    assert_eq!(said(&laid("satu dua tiga empat", &changes)), "satu dua tiga");
}

#[test]
fn what_another_layer_stands_on_stays_until_that_is_taken_back() {
    let mut layered = laid("dua milyar", &[text(1, "milyar", "miliar"), text(1, "miliar", "miliar rupiah")]);
    assert_eq!(layered.lay(3, &Change::Undo { edit: 1 }), Err(Refusal::Depends { edit: 1, on: 2 }));
    layered.lay(3, &Change::Undo { edit: 2 }).expect("on top");
    layered.lay(4, &Change::Undo { edit: 1 }).expect("on top now");
    assert_eq!(said(&layered), "dua milyar");
    assert_eq!(layered.lay(5, &Change::Undo { edit: 3 }), Err(Refusal::Depends { edit: 2, on: 1 }));
    assert_eq!(layered.lay(5, &Change::Undo { edit: 2 }), Err(Refusal::Undone(2)));
    layered.lay(5, &Change::Undo { edit: 4 }).expect("brought back");
    layered.lay(6, &Change::Undo { edit: 3 }).expect("brought back");
    assert_eq!(said(&layered), "dua miliar rupiah");
}

#[test]
fn a_mark_counts_once_however_it_was_taken_back_and_set() {
    let heard = Change::Mark { mark: Mark::Heard };
    let undo = |edit| Change::Undo { edit };
    let mut layered = laid("setuju", &[heard.clone(), undo(1), heard.clone(), undo(3), undo(2)]);
    assert_eq!(layered.marks(), [Mark::Heard]);
    assert_eq!(layered.lay(6, &undo(4)), Err(Refusal::Depends { edit: 3, on: 1 }));
    assert_eq!(layered.marks(), [Mark::Heard]);
}

#[test]
fn the_last_pokir_that_counts_is_the_one_that_is_raised() {
    let pokir = |title: &str| Change::Pokir { pokir: Some(Pokir { title: title.into(), field: None }) };
    let (none, undo) = (Change::Pokir { pokir: None }, |edit| Change::Undo { edit });
    let mut layered = laid("jalan rusak", &[pokir("Jalan"), pokir("Jalan desa"), none.clone()]);
    let title = |layered: &Layered| layered.pokir().map(|pokir| pokir.title);
    assert_eq!(title(&layered), None);
    assert_eq!(layered.lay(4, &none), Err(Refusal::Unchanged));
    layered.lay(4, &undo(3)).expect("taken back");
    assert_eq!(title(&layered).as_deref(), Some("Jalan desa"));
    assert_eq!(layered.lay(5, &pokir("Jalan desa")), Err(Refusal::Unchanged));
    layered.lay(5, &undo(2)).expect("taken back");
    assert_eq!(title(&layered).as_deref(), Some("Jalan"));
    layered.lay(6, &undo(1)).expect("taken back");
    layered.lay(7, &undo(5)).expect("brought back");
    assert_eq!(title(&layered).as_deref(), Some("Jalan desa"));
    assert_eq!(said(&layered), "jalan rusak", "no word changes");
}

#[test]
fn only_what_stands_there_can_be_changed() {
    let mut layered = laid("tidak setuju", &[]);
    let not_there = |expected: &str| Err(Refusal::NotThere { expected: expected.into() });
    assert_eq!(layered.lay(1, &text(0, "belum", "tidak")), not_there("belum"));
    assert_eq!(layered.lay(1, &text(2, "setuju", "")), not_there("setuju"));
    assert_eq!(layered.lay(1, &text(usize::MAX, "setuju", "")), not_there("setuju"));
    assert_eq!(layered.lay(1, &text(0, "tidak", " tidak ")), Err(Refusal::Unchanged));
    let seat = Change::Speaker { before: Speaker::Unknown, after: Speaker::Seat };
    assert_eq!(layered.lay(1, &seat), Err(Refusal::Moved));
    assert_eq!(layered.lay(1, &Change::Undo { edit: 1 }), Err(Refusal::NoEdit(1)));
    assert_eq!(said(&layered), "tidak setuju");
}

#[test]
fn times_stay_with_their_words_and_new_words_share_the_gap() {
    let raw = raw("satu dua tiga");
    let layered = laid("satu dua tiga", &[text(1, "dua", "dua puluh")]);
    let words = layered.utterance(&raw).words;
    let spans: Vec<(u64, u64)> = words.iter().map(|word| (word.span.start, word.span.end)).collect();
    assert_eq!(spans, [(0, 10), (10, 15), (15, 20), (20, 30)]);
    assert_eq!(words[0], raw.words[0]);
}

#[test]
fn an_omitted_utterance_shows_no_word_and_is_not_lost() {
    let raw = raw("ini rahasia");
    let mut layered = laid("ini rahasia", &[Change::Mark { mark: Mark::Omitted }]);
    let omitted = layered.utterance(&raw);
    assert!(omitted.text.is_empty() && omitted.words.is_empty() && !omitted.is_emptied());
    layered.lay(2, &Change::Undo { edit: 1 }).expect("undone");
    assert_eq!(layered.utterance(&raw), raw);
}

#[test]
fn words_put_where_nothing_was_understood_are_taken_back_without_a_trace() {
    let raw = raw("");
    let mut layered = laid("", &[text(0, "", "kami sepakat")]);
    assert_eq!(layered.utterance(&raw).text, "kami sepakat");
    layered.lay(2, &Change::Undo { edit: 1 }).expect("undone");
    assert_eq!(layered.utterance(&raw), raw);
}

#[test]
fn a_stretch_is_found_again_or_not_at_all() {
    let base = laid("satu dua tiga empat", &[]);
    let two = base.stretch(1, 2).expect("there");
    let gap = base.stretch(4, 0).expect("the end");
    let moved = laid("satu dua tiga empat", &[text(0, "satu", "ke satu"), text(5, "", "selesai")]);
    assert_eq!(moved.find(&two), Some(2));
    assert_eq!(moved.find(&gap), Some(5), "behind the word that it stood behind");
    assert_eq!(moved.replaced(&gap, "selesai"), Some(2));
    assert_eq!(moved.replaced(&gap, "lain"), None);
    let touched = laid("satu dua tiga empat", &[text(2, "tiga", "3")]);
    assert_eq!(touched.find(&two), None);
    assert_eq!(base.stretch(3, 2), None);
}

fn passage(at: usize, words: &str, who: &str) -> Change {
    Change::Passage { at, words: words.into(), speaker: Speaker::Person(who.into()) }
}

fn transcript(utterances: Vec<Utterance>) -> Transcript {
    Transcript { utterances, ..Transcript::nothing(jiff::Timestamp::UNIX_EPOCH) }
}

#[test]
fn words_of_another_person_are_an_utterance_of_their_own() {
    let raw = raw("silakan pak wali terima kasih pimpinan lanjutkan");
    let changes = [passage(3, "terima kasih pimpinan", "wali")];
    let utterance = laid(&raw.text, &changes).utterance(&raw);
    assert_eq!(utterance.text, raw.text, "no word is moved");
    let parts = transcript(vec![utterance]).by_speaker().utterances;
    let told: Vec<(&str, u64, u64, usize, bool)> = parts
        .iter()
        .map(|part| {
            let by_seat = part.corrected.speaker == Speaker::Seat;
            (part.text.as_str(), part.span.start, part.span.end, part.words.len(), by_seat)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("silakan pak wali", 0, 30, 3, true),
            ("terima kasih pimpinan", 30, 60, 3, false),
            ("lanjutkan", 60, 70, 1, true)
        ]
    );
    // Without word times each has its share of the time.
    let untimed = Utterance { words: Vec::new(), ..laid(&raw.text, &changes).utterance(&raw) };
    let spans: Vec<u64> = transcript(vec![untimed]).by_speaker().utterances.iter().map(|part| part.span.end).collect();
    assert_eq!(spans, [30, 60, 70]);
}

#[test]
fn a_passage_stays_with_its_words_when_they_are_corrected() {
    let raw = raw("silakan terima kasi pimpina lanjutkan");
    let first = passage(1, "terima kasi pimpina", "wali");
    let of = |changes: &[Change]| laid(&raw.text, changes).utterance(&raw).corrected.passages;
    let words = |changes: &[Change]| of(changes).iter().map(|passage| passage.words.clone()).collect::<Vec<_>>();
    let mended = [first.clone(), text(3, "pimpina", "Pimpinan dan hadirin"), text(1, "terima kasi", "Terima kasih")];
    assert_eq!(words(&mended), vec![1..6]);
    assert_eq!(words(&[first.clone(), text(4, "lanjutkan", "silakan lanjutkan")]), vec![1..4]);
    assert_eq!(words(&[first.clone(), text(0, "silakan", "")]), vec![0..3]);
    // Another person for some of it, then the first one taken back.
    let second = passage(2, "kasi pimpina", "ketua");
    assert_eq!(words(&[first.clone(), second.clone()]), [1..2, 2..4]);
    assert_eq!(words(&[first.clone(), second, Change::Undo { edit: 1 }]), vec![2..4]);
    // Whoever sits there says them after all.
    let seat = Change::Passage { at: 1, words: "terima kasi pimpina".into(), speaker: Speaker::Seat };
    assert!(words(&[first.clone(), seat]).is_empty());
    let mut layered = laid(&raw.text, std::slice::from_ref(&first));
    assert_eq!(layered.lay(2, &first), Err(Refusal::Unchanged));
    let gone = passage(1, "terima kasih", "wali");
    assert_eq!(layered.lay(2, &gone), Err(Refusal::NotThere { expected: "terima kasih".into() }));
    assert!(matches!(layered.lay(2, &passage(usize::MAX, "a", "b")), Err(Refusal::NotThere { .. })));
    assert!(matches!(layered.lay(2, &passage(0, " ", "b")), Err(Refusal::NotThere { .. })));
}

/// What a random person does: change, insert, take out, name a speaker of all or some, mark, take
/// back.
#[derive(Clone, Debug)]
enum Act {
    Text(usize, usize, Vec<usize>),
    Passage(usize, usize, usize),
    Speaker(usize),
    Mark(bool),
    Undo(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0usize..12, 0usize..4, prop::collection::vec(0usize..6, 0..4)).prop_map(|(at, count, new)| Act::Text(at, count, new)),
        1 => (0usize..12, 1usize..4, 0usize..3).prop_map(|(at, count, who)| Act::Passage(at, count, who)),
        1 => (0usize..4).prop_map(Act::Speaker),
        1 => any::<bool>().prop_map(Act::Mark),
        3 => (0usize..30).prop_map(Act::Undo),
    ]
}

fn change(act: &Act, layered: &Layered, last: u64) -> Change {
    const WORDS: [&str; 6] = ["tidak", "setuju", "Rp2,5", "miliar", "anggota", "…"];
    match act {
        Act::Text(at, count, new) => {
            let seen = layered.words();
            let at = at % (seen.len() + 1);
            let end = (at + count).min(seen.len());
            let new: Vec<&str> = new.iter().map(|word| WORDS[*word]).collect();
            text(at, &seen[at..end].join(" "), &new.join(" "))
        }
        Act::Passage(at, count, who) => {
            let seen = layered.words();
            let at = at % (seen.len() + 1);
            let end = (at + count).min(seen.len());
            passage(at, &seen[at..end].join(" "), ["siti", "ali", "wali"][*who])
        }
        Act::Speaker(who) => {
            let after =
                [Speaker::Seat, Speaker::Unknown, Speaker::Person("siti".into()), Speaker::Person("ali".into())];
            Change::Speaker { before: layered.speaker(), after: after[*who].clone() }
        }
        Act::Mark(heard) => Change::Mark { mark: if *heard { Mark::Heard } else { Mark::Omitted } },
        Act::Undo(edit) => Change::Undo { edit: *edit as u64 % (last + 2) },
    }
}

/// Ten thousand random sequences: nothing lost, raw unchanged, undo exact.
#[test]
fn random_edits_lose_nothing_and_are_undone_exactly() {
    let config = Config { cases: 10_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&prop::collection::vec(act(), 0..25), |acts| {
        let raw = raw("Saudara  anggota anggota\u{a0}Dewan, tidak setuju dua milyar.");
        let mut layered = Layered::new(&raw);
        let mut kept: Vec<(u64, Change)> = Vec::new();
        for act in &acts {
            let id = kept.len() as u64 + 1;
            let change = change(act, &layered, id - 1);
            let before = layered.utterance(&raw);
            if let Err(refusal) = layered.lay(id, &change) {
                prop_assert_eq!(layered.utterance(&raw), before, "{} changed something", refusal);
                continue;
            }
            if let Change::Text { at, before: old, after: new } = &change {
                let mut expected: Vec<&str> = words(&before.text).collect();
                if !before.corrected.has(Mark::Omitted) {
                    expected.splice(*at..at + words(old).count(), words(new));
                    prop_assert_eq!(layered.words(), expected);
                }
            }
            // Taking the newest back gives what was there before.
            let mut back = layered.clone();
            back.lay(id + 1, &Change::Undo { edit: id }).expect("the newest can be undone");
            let mut expected = before;
            let undone = back.utterance(&raw);
            expected.corrected.edits.clone_from(&undone.corrected.edits);
            prop_assert_eq!(undone, expected);
            kept.push((id, change));
            // Cut by who says what, all the words are still there, once.
            let whole = layered.utterance(&raw);
            let parts = transcript(vec![whole.clone()]).by_speaker().utterances;
            let texts: Vec<&str> = parts.iter().flat_map(|part| words(&part.text)).collect();
            prop_assert_eq!(texts, words(&whole.text).collect::<Vec<_>>());
            prop_assert!(parts.iter().map(|part| part.words.len()).sum::<usize>() == whole.words.len());
            prop_assert!(parts.windows(2).all(|two| two[0].span.end == two[1].span.start));
        }
        // The layers alone give the same again.
        let mut again = Layered::new(&raw);
        for (id, change) in &kept {
            again.lay(*id, change).expect("fits as it did");
        }
        prop_assert_eq!(again.utterance(&raw), layered.utterance(&raw));
        // Every layer that counts taken back, the newest first, gives what was recognised.
        let mut next = kept.len() as u64 + 1;
        for (id, change) in kept.iter().rev() {
            if layered.counts(*id) && !matches!(change, Change::Undo { .. }) {
                layered.lay(next, &Change::Undo { edit: *id }).expect("nothing stands on it any more");
                next += 1;
            }
        }
        prop_assert_eq!(layered.utterance(&raw), raw);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}
