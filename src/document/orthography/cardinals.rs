//! Numbers that count: one word stays in letters, others become figures, a series is in figures
//! throughout.
//!
//! A number that begins a sentence stays in letters, and so does one that touches another: where
//! *dua puluh tiga puluh* is to be parted only the sound can tell.

use std::ops::Range;

use super::draft::{Draft, UNSURE};
use super::number::Scale;
use super::passage::{Numeral, Passage};
use super::{Matter, Rule};

/// So many numbers make a series.
const SERIES: usize = 3;
/// What stands before these words is only a part of the number.
const FRACTIONS: [&str; 7] = ["setengah", "seperempat", "perdua", "pertiga", "perempat", "persepuluh", "koma"];
/// Words between two numbers of a series, at the most.
const APART: usize = 4;

pub(super) fn write(draft: &mut Draft) {
    let passage = draft.passage;
    for (first, last) in passage.ranges() {
        if shares_a_size(passage, first, last) {
            draft.doubt(first.words.start..last.words.end, Matter::Number, None);
        }
    }
    let in_series = series(draft);
    for (numeral, in_series) in passage.numerals.iter().zip(in_series) {
        let Range { start, end } = numeral.words;
        if passage.touches(numeral) {
            // *Dua tiga orang* is a way of speaking; more words than that can be parted in two ways.
            if numeral.spoken && !is_a_way_of_speaking(passage, numeral) {
                draft.doubt(numeral.words.clone(), Matter::Number, None);
            }
            continue;
        }
        if passage.lower(end) == "persen" && passage.is_unbroken(end - 1..end + 1) && !passage.opens_sentence(start) {
            draft.change(start..end + 1, &format!("{}%", numeral.number), Rule::Percent);
            continue;
        }
        let stays = !numeral.spoken || passage.opens_sentence(start) || (numeral.is_one_word() && !in_series);
        if stays || FRACTIONS.contains(&passage.lower(end)) {
            continue;
        }
        if is_perhaps_a_year(passage, numeral) {
            draft.doubt(numeral.words.clone(), Matter::Number, None);
        } else if passage.least_probability(numeral.words.clone()) < UNSURE {
            draft.doubt(numeral.words.clone(), Matter::Number, Some(numeral.number.to_string()));
        } else {
            draft.change(numeral.words.clone(), &numeral.number.to_string(), Rule::Cardinal);
        }
    }
    even_out(draft);
}

/// *Dua sampai tiga ratus orang*: two hundred, or two? Only the sound, or the speaker, can tell.
fn shares_a_size(passage: &Passage, first: &Numeral, last: &Numeral) -> bool {
    let size = match passage.lower(last.words.end - 1) {
        "puluh" => 10,
        "ratus" => 100,
        "ribu" => 1000,
        word => Scale::of(word).map_or(1, Scale::value),
    };
    let (Some(from), Some(to)) = (first.number.as_integer(), last.number.as_integer()) else { return false };
    size > 1 && first.spoken && from < size && from < to / size
}

/// A range has figures at both ends or at none, whichever rule wrote the one end.
fn even_out(draft: &mut Draft) {
    let passage = draft.passage;
    for (first, last) in passage.ranges() {
        for (figures, letters) in [(first, last), (last, first)] {
            let written = draft.is_changed(&figures.words);
            if (!written && figures.spoken) || !letters.spoken || draft.is_changed(&letters.words) {
                continue;
            }
            let words = letters.words.clone();
            let may_change = draft.is_free(words.clone())
                && !passage.touches(letters)
                && !passage.opens_sentence(words.start)
                && passage.least_probability(words.clone()) >= UNSURE
                && !FRACTIONS.contains(&passage.lower(words.end));
            if may_change {
                draft.change(words, &letters.number.to_string(), Rule::Cardinal);
            } else if written {
                draft.revert(&figures.words);
            }
        }
    }
}

fn is_a_way_of_speaking(passage: &Passage, numeral: &Numeral) -> bool {
    let neighbours = [passage.numeral_before(numeral.words.start), passage.numeral_at(numeral.words.end)];
    let mut numbers = neighbours.into_iter().flatten().chain([numeral]);
    neighbours.into_iter().any(|neighbour| neighbour.is_some()) && numbers.all(Numeral::is_one_word)
}

/// *Pada dua ribu dua puluh lima* without a word for what is counted: `2025` or `2.025`.
fn is_perhaps_a_year(passage: &Passage, numeral: &Numeral) -> bool {
    let counts = passage.is_unbroken(numeral.words.end - 1..numeral.words.end + 1);
    numeral.within(1900..=2100).is_some() && !counts
}

/// For each number of the passage, whether it stands in a series: three or more in a sentence, not
/// far apart, or two joined by *sampai*.
fn series(draft: &Draft) -> Vec<bool> {
    let passage = draft.passage;
    let numerals = &passage.numerals;
    let mut marked = vec![false; numerals.len()];
    // Of those that nothing else has been decided about.
    let free: Vec<usize> = (0..numerals.len())
        .filter(|index| draft.is_free(numerals[*index].words.clone()) && !is_idiom(passage, &numerals[*index]))
        .collect();
    let mut run: Vec<usize> = Vec::new();
    for index in free {
        let near = run.last().is_some_and(|last| {
            let (from, to) = (numerals[*last].words.end, numerals[index].words.start);
            to > from && to - from <= APART && passage.are_in_one_sentence(from - 1, to)
        });
        if !near {
            run.clear();
        }
        if let Some(last) = run.last().copied()
            && passage.joined(numerals[last].words.end) == Some(numerals[index].words.start)
            && !(numerals[last].is_one_word() && numerals[index].is_one_word())
        {
            (marked[last], marked[index]) = (true, true);
        }
        run.push(index);
        if run.len() >= SERIES {
            for index in &run {
                marked[*index] = true;
            }
        }
    }
    marked
}

/// *Salah satu*, *satu per satu*, *satu sama lain*: no number is meant.
fn is_idiom(passage: &Passage, numeral: &Numeral) -> bool {
    let Range { start, end } = numeral.words;
    let (before, after) = (passage.before(start), passage.lower(end));
    numeral.is_one_word() && (matches!(before, "salah" | "per" | "demi") || matches!(after, "per" | "demi" | "sama"))
}
