use std::num::NonZeroU32;

use super::*;
use crate::common::clock::{Channel, Clock};
use crate::transcript::edit::{Corrected, apply};
use crate::transcript::{Edition, Recording, Version};

fn transcript(version: u32, turns: &[(u64, u64, &str)]) -> Transcript {
    let utterance = |&(start, end, text): &(u64, u64, &str)| Utterance {
        channel: Channel::new(1).expect("a channel"),
        span: Span::new(start, end),
        text: text.to_owned(),
        words: Vec::new(),
        confidence: 0.5,
        flags: Vec::new(),
        corrected: Corrected::default(),
    };
    Transcript {
        recording: Recording {
            clock: Clock::new(NonZeroU32::new(16_000).expect("a rate")),
            channels: 1,
            length: 1_000_000,
            started: None,
            warnings: Vec::new(),
        },
        version: Version {
            number: version,
            model: "uji".into(),
            model_sha256: "00".into(),
            model_origin: None,
            language: "id".into(),
            program: "0".into(),
            created: jiff::Timestamp::UNIX_EPOCH,
            complete: true,
        },
        utterances: turns.iter().map(utterance).collect(),
        edition: Edition::default(),
    }
}

fn edit(id: u64, transcript: &Transcript, turn: usize, change: Change) -> Edit {
    let layer = Layer {
        place: Place::of(transcript.version.number, &transcript.utterances[turn]),
        change,
        by: format!("penyunting {id}"),
        when: "2027-03-09T13:00:00+08:00[+08:00]".parse().expect("a time"),
        why: None,
        source: Source::Person,
    };
    Edit { id, layer }
}

fn rule(edit: Edit) -> Edit {
    let source = Source::Machine { rule: "bilangan/1".into() };
    Edit { layer: Layer { source, ..edit.layer }, ..edit }
}

fn text(at: usize, before: &str, after: &str) -> Change {
    Change::Text { at, before: before.into(), after: after.into() }
}

/// What one turn becomes when its corrections are taken over to other words, and what became of
/// each.
fn carried(old: &str, changes: &[Change], new: &str) -> (String, Vec<Outcome>) {
    let (old, new) = (transcript(1, &[(0, 100, old)]), transcript(2, &[(0, 100, new)]));
    let edits: Vec<Edit> = (1..).zip(changes).map(|(id, change)| edit(id, &old, 0, change.clone())).collect();
    between(&old, &edits, &new)
}

fn between(old: &Transcript, edits: &[Edit], new: &Transcript) -> (String, Vec<Outcome>) {
    let is_person = |edit: &&Edit| edit.layer.source == Source::Person && edit.layer.place.version == 1;
    let wanted = edits.iter().filter(is_person).map(|edit| edit.id).collect();
    let carried = carry((old, edits), (new, edits), &wanted);
    let next = edits.len() as u64 + 1;
    let laid = (next..).zip(carried.layers).map(|(id, layer)| Edit { id, layer });
    let all: Vec<Edit> = edits.iter().cloned().chain(laid).collect();
    let current = apply(new, &all).expect("layers that fit");
    let texts: Vec<&str> = current.utterances.iter().map(|utterance| utterance.text.as_str()).collect();
    (texts.join(" | "), carried.outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

#[test]
fn words_that_agree_are_corrected_again() {
    for (old, change, new, expected) in [
        (
            "kami setujuh dengan usul",
            text(1, "setujuh", "setuju"),
            "kami setujuh dengan usulan",
            "kami setuju dengan usulan",
        ),
        ("kami setujuh", text(1, "setujuh", "setuju"), "Kami setujuh.", "Kami setuju."),
        ("kami setuju", text(1, "", "tidak"), "kami setuju", "kami tidak setuju"),
        ("ee kami setuju", text(0, "ee", ""), "ee kami setujui", "kami setujui"),
        (
            "saudara rusdi hanafi hadir",
            text(1, "rusdi hanafi", "Rusdi Hanafi"),
            "Saudara rusdi hanafi hadir",
            "Saudara Rusdi Hanafi hadir",
        ),
    ] {
        let (found, outcomes) = carried(old, &[change], new);
        assert_eq!(found, expected);
        assert_eq!(outcomes, [Outcome::Layer(0)], "{old}");
    }
}

#[test]
fn what_the_new_words_say_already_is_left_alone() {
    let (found, outcomes) = carried("kami setujuh", &[text(1, "setujuh", "setuju")], "Kami setuju");
    assert_eq!((found.as_str(), outcomes.as_slice()), ("Kami setuju", &[Outcome::Already][..]));
    let (found, outcomes) = carried("usul tuan rusli itu", &[text(2, "rusli", "Rusdi")], "usul tuan rusdi itu");
    assert_eq!((found.as_str(), outcomes.as_slice()), ("usul tuan Rusdi itu", &[Outcome::Layer(0)][..]));
}

#[test]
fn what_does_not_agree_is_never_guessed() {
    for (old, change, new) in [
        ("kami setujuh dengan usul", text(1, "setujuh", "setuju"), "kami pelajari dengan teliti"),
        ("kami setujuh", text(1, "setujuh", "setuju"), ""),
        ("ya kami setuju", text(0, "ya", "tidak"), "baik ya sudah"),
        ("kami setuju", text(1, "", "tidak"), "kami sangat setuju"),
        // The same word elsewhere in the turn is not the one that was corrected.
        ("dua orang hadir tiga izin", text(0, "dua", "dua belas"), "semua hadir dua izin"),
    ] {
        let (found, outcomes) = carried(old, &[change], new);
        assert_eq!((found.as_str(), outcomes.as_slice()), (new, &[Outcome::Open][..]), "{old}");
    }
}

#[test]
fn layers_on_layers_are_taken_over_as_what_they_made() {
    let changes = [text(1, "setujuh", "setuju"), text(1, "setuju", "menyetujui"), text(3, "usul", "usulan")];
    let (found, outcomes) = carried("kami setujuh dengan usul", &changes, "kami setujuh dengan usul ini");
    assert_eq!(found, "kami menyetujui dengan usulan ini");
    assert_eq!(outcomes, [Outcome::Layer(0), Outcome::Layer(0), Outcome::Layer(1)]);
    // One that was taken back is not taken over.
    let changes = [text(1, "setujuh", "setuju"), Change::Undo { edit: 1 }];
    let (found, outcomes) = carried("kami setujuh", &changes, "kami setujuh");
    assert_eq!((found.as_str(), outcomes.as_slice()), ("kami setujuh", &[Outcome::Already][..]));
}

#[test]
fn a_correction_of_what_a_rule_wrote_stands_on_what_it_writes_now() {
    let (old, new) = (transcript(1, &[(0, 100, "dana dua juta")]), transcript(2, &[(0, 100, "dana dua juta")]));
    let by_rule = |id, transcript: &Transcript| rule(edit(id, transcript, 0, text(1, "dua juta", "2.000.000")));
    let by_person = edit(2, &old, 0, text(1, "2.000.000", "Rp2.000.000,00"));
    let edits = [by_rule(1, &old), by_person, by_rule(3, &new)];
    assert_eq!(between(&old, &edits, &new), ("dana Rp2.000.000,00".to_owned(), vec![Outcome::Layer(0)]));
    let undone = [by_rule(1, &old), edit(2, &old, 0, Change::Undo { edit: 1 }), by_rule(3, &new)];
    assert_eq!(between(&old, &undone, &new), ("dana dua juta".to_owned(), vec![Outcome::Layer(0)]));
}

#[test]
fn marks_and_speakers_go_along() {
    let siti = || Change::Speaker { before: Speaker::Seat, after: Speaker::Person("siti".into()) };
    let mark = |mark| Change::Mark { mark };
    let one = transcript(1, &[(0, 100, "kami setuju"), (200, 300, "rahasia"), (400, 500, "hadir")]);
    let edits = [edit(1, &one, 0, siti()), edit(2, &one, 1, mark(Mark::Omitted)), edit(3, &one, 2, mark(Mark::Heard))];
    let all: HashSet<u64> = [1, 2, 3].into();
    let same = transcript(2, &[(0, 100, "Kami setuju."), (200, 300, "bocor"), (400, 500, "Hadir.")]);
    let found = carry((&one, &edits), (&same, &edits), &all);
    assert_eq!(found.outcomes, [(1, Outcome::Layer(0)), (2, Outcome::Layer(1)), (3, Outcome::Layer(2))]);
    assert!(found.layers.iter().all(|layer| layer.place.version == 2 && layer.by.starts_with("penyunting")));

    // Turns that are cut otherwise: what was left out stays out, and all three wait for a person.
    let other = transcript(2, &[(0, 40, "kami"), (60, 250, "setuju rahasia"), (400, 500, "tidak hadir")]);
    let found = carry((&one, &edits), (&other, &edits), &all);
    assert_eq!(found.outcomes, [(1, Outcome::Open), (2, Outcome::Open), (3, Outcome::Open)]);
    let left_out: Vec<Span> = found.layers.iter().map(|layer| layer.place.span).collect();
    assert_eq!(left_out, [Span::new(60, 250)]);
    assert_eq!(found.layers[0].change, mark(Mark::Omitted));
}

#[test]
fn a_pokir_goes_along_to_the_turn_at_its_time() {
    let pokir = |title: &str| Change::Pokir { pokir: Some(super::super::Pokir { title: title.into(), field: None }) };
    let one = transcript(1, &[(0, 100, "jalan rusak"), (200, 300, "sampah")]);
    let edits = [edit(1, &one, 0, pokir("Lama")), edit(2, &one, 0, pokir("Jalan")), edit(3, &one, 1, pokir("Sampah"))];
    let new = transcript(2, &[(10, 120, "jalanan rusak sekali")]);
    let found = carry((&one, &edits), (&new, &edits), &[1, 2, 3].into());
    assert_eq!(found.outcomes, [(1, Outcome::Already), (2, Outcome::Layer(0)), (3, Outcome::Open)]);
    assert_eq!((found.layers[0].change.clone(), found.layers[0].place.span.start), (pokir("Jalan"), 10));
    let by_then = [&edits[..], &[edit(4, &new, 0, pokir("Jalan"))]].concat();
    let found = carry((&one, &edits), (&new, &by_then), &[2].into());
    assert_eq!(found.outcomes, [(2, Outcome::Already)]);
}

#[test]
fn turns_are_joined_again_where_they_are_cut_at_the_same_place() {
    let one = transcript(1, &[(0, 100, "kami setuju"), (200, 300, "dengan usul itu")]);
    let joined = || Change::Mark { mark: Mark::Joined };
    let edits = [edit(1, &one, 1, joined())];
    let wanted: HashSet<u64> = [1].into();
    let outcome = |turns: &[(u64, u64, &str)], more: &[Edit]| {
        let edits: Vec<Edit> = edits.iter().chain(more).cloned().collect();
        let new = transcript(2, turns);
        let found = carry((&one, &edits), (&new, &edits), &wanted);
        (found.outcomes[0].1, found.layers.iter().map(|layer| layer.place.span.start).collect::<Vec<_>>())
    };
    let same = [(0, 110, "kami setuju"), (200, 310, "dengan usul")];
    assert_eq!(outcome(&same, &[]), (Outcome::Layer(0), vec![200]));
    let by_then = edit(2, &transcript(2, &same), 1, joined());
    assert_eq!(outcome(&same, &[by_then]), (Outcome::Already, vec![]), "somebody has joined them before");
    assert_eq!(outcome(&[(0, 90, "kami"), (190, 300, "dengan usul")], &[]), (Outcome::Open, vec![]));
    assert_eq!(outcome(&[(0, 300, "kami setuju dengan usul")], &[]), (Outcome::Open, vec![]));
    assert_eq!(outcome(&[(0, 100, "kami setuju")], &[]), (Outcome::Open, vec![]));
}

#[test]
fn nothing_of_a_turn_that_is_gone_is_lost() {
    let one = transcript(1, &[(0, 100, "kami setujuh")]);
    let edits =
        [edit(1, &one, 0, text(1, "setujuh", "setuju")), edit(2, &one, 0, Change::Mark { mark: Mark::Omitted })];
    let found = carry((&one, &edits), (&transcript(2, &[]), &edits), &[1, 2].into());
    assert_eq!(found.outcomes, [(1, Outcome::Open), (2, Outcome::Open)]);
    assert!(found.layers.is_empty());
}

proptest::proptest! {
    /// Whatever two recognisers hear: every correction is laid, said already, or told; and what is laid fits.
    #[test]
    fn every_correction_has_an_outcome(
        old in "[ab]( [abc]){0,8}",
        new in "([abc]( [abc]){0,8})?",
        changes in proptest::collection::vec((0_usize..9, 0_usize..3, "([dE]( [dE.]){0,2})?"), 1..6),
    ) {
        let (one, two) = (transcript(1, &[(0, 100, &old)]), transcript(2, &[(0, 100, &new)]));
        let mut layered = Layered::new(&one.utterances[0]);
        let mut edits = Vec::new();
        for (at, count, after) in changes {
            let seen: Vec<String> = layered.words().into_iter().map(str::to_owned).collect();
            let at = at.min(seen.len());
            let before = seen[at..seen.len().min(at + count)].join(" ");
            let change = text(at, &before, &after);
            let id = edits.len() as u64 + 1;
            if layered.lay(id, &change).is_ok() {
                edits.push(edit(id, &one, 0, change));
            }
        }
        let (found, outcomes) = between(&one, &edits, &two);
        proptest::prop_assert!(outcomes.len() >= edits.len());
        if old == new {
            proptest::prop_assert_eq!(found, layered.words().join(" "));
            proptest::prop_assert!(!outcomes.contains(&Outcome::Open));
        }
    }
}
