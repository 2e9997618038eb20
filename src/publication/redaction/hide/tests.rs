use proptest::prelude::*;

use super::*;
use crate::transcript::edit::{Change, Corrected, Edit, Layer, Passage, Place, Said, Source, Speaker, apply, words};
use crate::transcript::redaction::{Hidden, Withdrawn};
use crate::transcript::{Edition, Recording, Version, Word};

const SECOND: u64 = 16_000;

/// An utterance that begins at a second, with half a second for each word.
fn said(channel: u16, second: u64, text: &str) -> Utterance {
    let start = second * SECOND;
    let word = |(place, text): (u64, &str)| Word {
        text: text.to_owned(),
        span: Span::new(start + place * SECOND / 2, start + (place + 1) * SECOND / 2),
        probability: 0.9,
    };
    let timed: Vec<Word> = (0..).zip(words(text)).map(word).collect();
    Utterance {
        channel: Channel::new(channel).expect("a channel"),
        span: Span::new(start, timed.last().map_or(start + SECOND, |word| word.span.end)),
        text: text.to_owned(),
        words: timed,
        confidence: 0.9,
        flags: Vec::new(),
        corrected: Corrected::default(),
    }
}

fn transcript(utterances: Vec<Utterance>) -> Transcript {
    Transcript {
        recording: Recording {
            clock: crate::floor::CLOCK,
            channels: 4,
            length: 600 * SECOND,
            started: None,
            warnings: Vec::new(),
        },
        version: Version { number: 1, complete: true, ..Transcript::nothing(jiff::Timestamp::UNIX_EPOCH).version },
        utterances,
        edition: Edition::default(),
    }
}

fn when() -> jiff::Zoned {
    "2027-03-09T13:00:00+08:00[+08:00]".parse().expect("a time")
}

fn redaction(id: u64, channel: Option<u16>, span: Range<u64>, reason: &str, hidden: &str) -> Redaction {
    let channel = channel.and_then(Channel::new);
    Redaction {
        id,
        version: 1,
        channel,
        from: span.start,
        until: span.end,
        reason: reason.parse().expect("a reason"),
        by: "Sari".to_owned(),
        when: when(),
        hidden: channel.map(|channel| Hidden { channel, words: hidden.to_owned() }).into_iter().collect(),
        withdrawn: None,
    }
}

fn texts(hiding: &Hiding) -> Vec<&str> {
    hiding.transcript.utterances.iter().map(|utterance| utterance.text.as_str()).collect()
}

#[test]
fn a_mark_stands_in_place_of_the_words_and_every_microphone_is_silent() {
    let whole = transcript(vec![said(1, 10, "NIK saya tiga dua nol satu, terima kasih"), said(2, 20, "Baik")]);
    // The words 3 to 6: from 11 s to 13 s.
    let one = redaction(1, Some(1), 11 * SECOND..13 * SECOND, "nik", "tiga dua nol satu,");
    let hiding = hide(&whole, &whole, std::slice::from_ref(&one), &[]);
    assert_eq!(texts(&hiding), ["NIK saya [dihapus: NIK] terima kasih", "Baik"]);
    assert_eq!(hiding.silenced, vec![11 * SECOND - 4_800..13 * SECOND + 4_800]);
    assert_eq!((hiding.redacted[0].id, &hiding.redacted[0].utterances[..]), (1, &[0][..]));
    assert!(hiding.texts.iter().all(|(id, text)| *id == 1 && !text.is_empty()));
    let shown = &hiding.transcript.utterances[0];
    assert!(words(&shown.text).eq(shown.words.iter().map(|word| word.text.as_str())));
    // What is taken back is there again.
    let withdrawn = Withdrawn { by: "Budi".to_owned(), when: when(), why: None };
    let hiding = hide(&whole, &whole, &[Redaction { withdrawn: Some(withdrawn), ..one }], &[]);
    assert_eq!((hiding.transcript, hiding.silenced), (whole, vec![]));
}

#[test]
fn what_the_neighbour_hears_of_it_is_taken_out_too_and_what_he_says_is_not() {
    let mut bleed = said(2, 10, "nik saya tiga dua nol satu");
    bleed.flags = vec![Flag::Duplicate];
    let other = said(3, 10, "Pimpinan interupsi tiga tua kosong setuju");
    let whole = transcript(vec![said(1, 10, "NIK saya tiga dua nol satu"), bleed, other]);
    let one = redaction(1, Some(1), 11 * SECOND..13 * SECOND, "nik", "tiga dua nol satu");
    let hiding = hide(&whole, &whole, &[one], &[]);
    let shown = texts(&hiding);
    assert_eq!(shown[0], "NIK saya [dihapus: NIK]");
    assert!(!shown[1].contains("tiga") && !shown[1].contains("satu"), "{}", shown[1]);
    assert_eq!(shown[2], "Pimpinan interupsi [dihapus: NIK] tua kosong setuju");
    // Where no microphone is named, whatever anybody says is taken out.
    let every = redaction(1, None, 11 * SECOND..13 * SECOND, "nik", "");
    let hiding = hide(&whole, &whole, &[every], &[]);
    assert_eq!(texts(&hiding)[2], "Pimpinan interupsi [dihapus: NIK]");
}

#[test]
fn an_utterance_without_word_times_is_silent_as_a_whole() {
    let mut untimed = said(1, 10, "NIK saya tiga dua nol satu");
    untimed.words.clear();
    let whole = transcript(vec![untimed]);
    let one = redaction(1, Some(1), 12 * SECOND..13 * SECOND, "nik", "nol satu");
    let hiding = hide(&whole, &whole, &[one], &[]);
    assert!(texts(&hiding)[0].ends_with("[dihapus: NIK]"));
    assert_eq!(hiding.silenced, vec![10 * SECOND - 4_800..13 * SECOND + 4_800]);
}

fn edited(raw: &Transcript, at: usize, before: &str, after: &str, source: Source) -> Transcript {
    let layer = Layer {
        place: Place::of(1, &raw.utterances[0]),
        change: Change::Text { at, before: before.to_owned(), after: after.to_owned() },
        by: "Sari".to_owned(),
        when: when(),
        why: None,
        source,
    };
    apply(raw, &[Edit { id: 1, layer }]).expect("it fits")
}

#[test]
fn what_a_rule_wrote_and_what_was_said_go_together() {
    let raw = transcript(vec![said(1, 10, "rekening saya satu dua tiga empat itu")]);
    let rule = Source::Machine { rule: "bilangan".to_owned() };
    let clean = edited(&raw, 2, "satu dua tiga empat", "1234", rule);
    assert_eq!(clean.utterances[0].text, "rekening saya 1234 itu");
    // Half of the number is marked by its time: all of it goes, and what stood there before.
    let one = redaction(1, Some(1), 11 * SECOND..12 * SECOND, "rekening", "1234");
    let hiding = hide(&clean, &raw, &[one], &[]);
    let shown = &hiding.transcript.utterances[0];
    assert_eq!(shown.text, "rekening saya [dihapus: nomor rekening] itu");
    let json = serde_json::to_string(shown).expect("JSON");
    for word in ["satu", "dua", "tiga", "empat", "1234"] {
        assert!(!json.contains(word), "{word} in {json}");
    }
}

#[test]
fn words_that_a_correction_moved_are_found_again_and_their_whole_gap_is_silent() {
    // The recogniser heard one long word where somebody has typed four.
    let raw = transcript(vec![said(1, 10, "alamat eh saya")]);
    let typed = edited(&raw, 1, "eh", "Jalan Melati nomor dua", Source::Person);
    let gap = &typed.utterances[0].words;
    assert_eq!(gap.len(), 6);
    let (from, until) = (gap[3].span.start, gap[4].span.end);
    let one = redaction(1, Some(1), from..until, "alamat", "nomor dua");
    let hiding = hide(&typed, &raw, std::slice::from_ref(&one), &[]);
    assert_eq!(texts(&hiding), ["alamat Jalan Melati [dihapus: alamat] saya"]);
    // From the end of *alamat* to the beginning of *saya*: nobody knows better where they were said.
    let silent = &hiding.silenced[0];
    assert!(silent.start <= 10 * SECOND + SECOND / 2 && silent.end >= 11 * SECOND, "{silent:?}");
    // Later somebody types more before them: they lie at another time by now.
    let longer = edited(&raw, 1, "eh", "di rumah yang terletak pada Jalan Melati nomor dua", Source::Person);
    let hiding = hide(&longer, &raw, &[one], &[]);
    assert!(!texts(&hiding)[0].contains("nomor"), "{:?}", texts(&hiding));
    assert_eq!(hiding.warnings, []);
}

#[test]
fn words_that_are_gone_are_told() {
    let whole = transcript(vec![said(1, 10, "alamat saya di sana")]);
    let one = redaction(3, Some(1), 11 * SECOND..12 * SECOND, "alamat", "Jalan Melati");
    let hiding = hide(&whole, &whole, &[one], &[]);
    assert_eq!(hiding.warnings.len(), 1);
    assert_eq!(hiding.warnings[0].key, "publication.corrected_since");
}

#[test]
fn an_omitted_passage_has_no_words_and_no_sound_even_at_the_next_microphone() {
    let mut bleed = said(2, 10, "rahasia itu enam");
    bleed.flags = vec![Flag::Duplicate];
    let raw = transcript(vec![said(1, 10, "rahasia itu enam"), bleed]);
    let mut current = raw.clone();
    let omitted = &mut current.utterances[0];
    omitted.text.clear();
    omitted.words.clear();
    omitted.corrected = Corrected { marks: vec![Mark::Omitted], edits: vec![1], ..Corrected::default() };
    omitted.corrected.written =
        vec![Rewritten { words: 0..0, before: "enam".to_owned(), rule: "x".to_owned(), why: None }];
    let hiding = hide(&current, &raw, &[], &[]);
    let json = serde_json::to_string(&hiding.transcript.utterances).expect("JSON");
    assert!(!json.contains("rahasia") && !json.contains("enam"), "{json}");
    assert_eq!(hiding.silenced, vec![10 * SECOND - 4_800..11 * SECOND + SECOND / 2 + 4_800]);
    assert!(hiding.redacted.is_empty());
}

#[test]
fn times_of_another_recognition_are_widened_and_told() {
    let whole = transcript(vec![said(1, 10, "satu dua tiga empat")]);
    let one = Redaction { version: 0, ..redaction(1, None, 10 * SECOND + 8_000..11 * SECOND, "nik", "") };
    let hiding = hide(&whole, &whole, &[one], &[]);
    assert_eq!(texts(&hiding), ["[dihapus: NIK] empat"]);
    assert_eq!(hiding.warnings[0].key, "publication.other_version");
}

#[test]
fn nothing_of_a_closed_part_goes_out() {
    let whole = transcript(vec![said(1, 10, "terbuka satu"), said(2, 20, "rahasia dua"), said(1, 30, "terbuka tiga")]);
    let hiding = hide(&whole, &whole, &[], &[Span::new(19 * SECOND, 25 * SECOND)]);
    assert_eq!(texts(&hiding), ["terbuka satu", "[bagian rapat tertutup]", "terbuka tiga"]);
    assert_eq!(hiding.silenced, vec![19 * SECOND - 4_800..25 * SECOND + 4_800]);
    assert!(hiding.redacted.is_empty());
}

#[test]
fn the_silence_is_on_the_clock_of_what_is_published() {
    // Recorded at 48 kHz.
    let mut whole = transcript(vec![said(1, 30, "satu dua tiga")]);
    whole.recording.clock = Clock::new(48_000.try_into().expect("a rate"));
    let one = redaction(1, Some(1), 30 * SECOND..30 * SECOND + 8_000, "nik", "satu");
    let hiding = hide(&whole, &whole, &[one], &[]);
    assert_eq!(texts(&hiding), ["[dihapus: NIK] dua tiga"]);
    assert_eq!(hiding.silenced, vec![10 * SECOND - 4_800..10 * SECOND + 2_667 + 4_800]);
}

proptest! {
    #[test]
    fn no_word_of_a_redaction_is_seen_and_none_of_the_others_is_lost(
        counts in prop::collection::vec(1usize..8, 1..6),
        redacted in prop::collection::vec((0u64..80, 1u64..12, any::<bool>()), 0..5),
        cut in 0usize..8,
        differing in any::<bool>(),
    ) {
        let mut number = 0;
        let mut second = 0;
        let mut utterances = Vec::new();
        for (place, count) in counts.iter().enumerate() {
            let text: Vec<String> = (0..*count).map(|_| { number += 1; format!("kata{number}x") }).collect();
            let mut one = said(place as u16 % 2 + 1, second, &text.join(" "));
            if cut > 0 && cut < *count {
                one.corrected.passages = vec![Passage { words: 0..cut, speaker: Speaker::Unknown }];
            }
            if differing {
                one.corrected.said = Some(Said { text: one.text.clone(), words: one.words.clone(), passages: Vec::new() });
            }
            second += *count as u64 / 2 + 1;
            utterances.push(one);
        }
        let whole = transcript(utterances);
        let redactions: Vec<Redaction> = redacted
            .iter()
            .zip(1..)
            .map(|((start, length, every), id)| {
                let channel = (!every).then_some(1);
                redaction(id, channel, start * SECOND / 4..(start + length) * SECOND / 4, "nik", "")
            })
            .collect();
        let hiding = hide(&whole, &whole, &redactions, &[]);
        let json = serde_json::to_string(&hiding.transcript).expect("JSON");
        for utterance in &whole.utterances {
            for word in &utterance.words {
                let meant = |one: &&Redaction| one.is_of(utterance.channel) && one.span().overlap(word.span) > 0;
                let found = redactions.iter().find(meant);
                prop_assert_eq!(json.contains(&format!("\"{}\"", word.text)) , found.is_none(), "{}", word.text);
                if found.is_some() {
                    let silent = hiding.silenced.iter().any(|span| {
                        span.contains(&word.span.start.max(found.map_or(0, |one| one.from)))
                    });
                    prop_assert!(silent, "{} sounds", word.text);
                }
            }
        }
        prop_assert!(hiding.silenced.windows(2).all(|pair| pair[0].end < pair[1].start));
        for (before, after) in whole.utterances.iter().zip(&hiding.transcript.utterances) {
            prop_assert_eq!((before.channel, before.span), (after.channel, after.span));
            prop_assert!(words(&after.text).eq(after.words.iter().map(|word| word.text.as_str())));
        }
        // The document can be divided by speakers again.
        let _ = hiding.transcript.by_speaker();
    }
}
