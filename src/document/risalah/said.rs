//! The words of an utterance, with what there is to remark on them: what to listen to, and what a
//! rule wrote otherwise.

use crate::common::clock::Clock;
use crate::common::flag::Flag;
use crate::document::orthography::{self, Doubt, Roster};
use crate::transcript::Utterance;
use crate::transcript::edit::{Mark, Rewritten, words};

use super::text::printable;
use super::{Run, RunKind};

/// What is remarked on one word: a doubt by its place among the doubts, rewritten words likewise.
type Remarked = (Option<usize>, Option<usize>);

/// The runs of the utterance at this place of the transcript: neighbours differ in what is remarked
/// on them.
pub(super) fn runs(index: usize, utterance: &Utterance, clock: Clock, roster: &Roster) -> Vec<Run> {
    let words: Vec<&str> = words(&utterance.text).collect();
    let doubts = doubts(utterance, clock, roster);
    let written = &utterance.corrected.written;
    let mut remarked: Vec<Remarked> = vec![(None, None); words.len()];
    for (index, doubt) in doubts.iter().enumerate() {
        for word in &mut remarked[doubt.words.clone()] {
            word.0 = Some(index);
        }
    }
    for (index, rewritten) in written.iter().enumerate() {
        for word in &mut remarked[shown(rewritten, words.len())] {
            word.1 = word.1.or(Some(index));
        }
    }
    let whole = whole(utterance);
    let mut runs = Vec::new();
    let mut start = 0;
    for same in remarked.chunk_by(|a, b| a == b) {
        let (doubt, rewritten) = same[0];
        let remarks = [
            whole.filter(|_| start == 0).map(|reason| format!("Dengarkan: {reason}.")),
            doubt.map(|index| of_doubt(&doubts[index])),
            rewritten.map(|index| of_rewritten(&written[index])),
        ];
        let remarks: Vec<String> = remarks.into_iter().flatten().map(|remark| printable(&remark)).collect();
        runs.push(Run {
            text: printable(&words[start..start + same.len()].join(" ")),
            kind: if whole.is_some() || doubt.is_some() { RunKind::Doubtful } else { RunKind::Spoken },
            utterance: index,
            remark: (!remarks.is_empty()).then(|| remarks.join(" ")),
        });
        start += same.len();
    }
    runs
}

/// The words at which rewritten ones are shown: where words were taken out, the one behind them,
/// else the last.
fn shown(rewritten: &Rewritten, count: usize) -> std::ops::Range<usize> {
    let start = rewritten.words.start.min(count.saturating_sub(1));
    start..rewritten.words.end.clamp((start + 1).min(count), count)
}

/// Why all of an utterance is in doubt: the recogniser was unsure of it, or it looks invented.
fn whole(utterance: &Utterance) -> Option<&'static str> {
    let reason = |flag: &Flag| match flag {
        Flag::LowConfidence => Some("pengenal suara ragu"),
        Flag::Repetition => Some("kata yang sama berulang-ulang"),
        Flag::TooFast => Some("terlalu banyak kata untuk waktunya"),
        Flag::TooFewWords => Some("mungkin ada kata yang tidak dikenali"),
        Flag::StockPhrase => Some("kalimat yang kadang-kadang dikarang pengenal suara"),
        Flag::Duplicate => Some("kata yang sama ada di mikrofon lain"),
        Flag::MicrophoneOff => Some("menurut sistem konferensi mikrofon ini mati"),
        Flag::Tones => Some("ada nada tetap atau musik"),
        Flag::NoWords
        | Flag::Overlap
        | Flag::Clipped
        | Flag::LevelChange
        | Flag::OffMicrophone
        | Flag::Javanese
        | Flag::Sundanese
        | Flag::English
        | Flag::Arabic
        | Flag::OtherLanguage => None,
    };
    utterance.flags.iter().filter(|_| !utterance.corrected.has(Mark::Heard)).find_map(reason)
}

/// The places of an utterance that no machine may decide; none once somebody has listened to it.
pub(super) fn doubts(utterance: &Utterance, clock: Clock, roster: &Roster) -> Vec<Doubt> {
    if utterance.corrected.has(Mark::Heard) {
        return Vec::new();
    }
    orthography::doubts(orthography::spoken(utterance, clock, false), roster)
}

fn of_doubt(doubt: &Doubt) -> String {
    let proposal = doubt.proposal.as_ref().map(|proposal| format!(" Usul: “{proposal}”.")).unwrap_or_default();
    format!("Dengarkan: {}.{proposal}", doubt.matter.name())
}

fn of_rewritten(rewritten: &Rewritten) -> String {
    let why = rewritten.why.as_deref().unwrap_or(&rewritten.rule);
    format!("Ditulis program ({why}). Yang dikenali: “{}”.", rewritten.before)
}
