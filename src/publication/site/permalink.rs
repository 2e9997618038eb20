//! The names of meetings, speeches and decisions in the site. None is a place in a list, so that
//! they stay when something is put before them.

use std::collections::HashSet;

use super::state::{Decision, Former, Record, Speech};
use crate::common::digest::sha256;
use crate::meeting::Meeting;

/// Digits of the recording in the name of a meeting.
const DIGITS: usize = 8;

/// The name of a meeting: its day, kind and number, and its recording.
pub(super) fn meeting(meeting: &Meeting, recording: &str) -> String {
    let digits: String = recording.chars().take(DIGITS).collect();
    format!("{}-{digits}", meeting.session().replace('_', "-"))
}

/// The name of a speech: the microphone and the first sample.
pub(super) fn speech(channel: u16, start: u64) -> String {
    format!("m{channel:02}-{start}")
}

/// The name of a decision: the millisecond at which the meeting agreed, else its words.
pub(super) fn decision(at: Option<u64>, text: &str, taken: &mut HashSet<String>) -> String {
    let digest = || sha256(text.as_bytes()).chars().take(DIGITS).collect::<String>();
    let name = at.map_or_else(|| format!("k-{}", digest()), |at| format!("k{at}"));
    let name = if taken.contains(&name) { format!("{name}-{}", digest()) } else { name };
    taken.insert(name.clone());
    name
}

/// The names that earlier editions had and this one has not.
pub(super) fn former(
    before: Option<&Record>,
    speeches: &[Speech],
    decisions: &[Decision],
    edition: u32,
) -> Vec<Former> {
    let Some(before) = before else { return Vec::new() };
    let spoken = before.speeches.iter().map(|speech| (speech.id.clone(), Some(speech.clone())));
    let decided = before.decisions.iter().map(|decision| (decision.id.clone(), None));
    let dropped = spoken.chain(decided).map(|(id, place)| Former { id, place, edition });
    let mut former: Vec<Former> = before.former.iter().cloned().chain(dropped).collect();
    let is_here =
        |id: &str| speeches.iter().any(|speech| speech.id == id) || decisions.iter().any(|decision| decision.id == id);
    let mut seen = HashSet::new();
    former.retain(|one| !is_here(&one.id) && seen.insert(one.id.clone()));
    former.sort_by(|a, b| (start(a), &a.id).cmp(&(start(b), &b.id)));
    former
}

fn start(former: &Former) -> u64 {
    former.place.as_ref().map_or(0, |place| place.start)
}

/// The speech that has the words of a former one, if any is left of them: on the same microphone,
/// at the same time.
pub(super) fn successor<'a>(former: &Former, speeches: &'a [Speech]) -> Option<&'a Speech> {
    let old = former.place.as_ref()?;
    speeches.iter().find(|now| now.channel == old.channel && now.start < old.end && old.start < now.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_decision_is_of_its_moment_else_of_its_words() {
        let mut taken = HashSet::new();
        assert_eq!(decision(Some(12_500), "Menyetujui.", &mut taken), "k12500");
        let second = decision(Some(12_500), "Menolak.", &mut taken);
        assert!(second.starts_with("k12500-") && second.len() == 15, "{second}");
        let timeless = decision(None, "Menyetujui.", &mut taken);
        assert_eq!(timeless, decision(None, "Menyetujui.", &mut HashSet::new()));
        assert_ne!(timeless, decision(None, "Menyetujui.", &mut taken));
    }

    #[test]
    fn a_meeting_is_named_after_its_day_and_its_recording() {
        let text = "[rapat]\njenis = \"rdpu\"\ntanggal = 2027-03-09\nrapat_ke = 2\n";
        let described = Meeting::parse(text, "rapat.toml").expect("a meeting");
        assert_eq!(meeting(&described, &"0123456789abcdef".repeat(4)), "2027-03-09-rdpu-2-01234567");
        assert_eq!(meeting(&Meeting::bare(), &"ab".repeat(32)), "rapat-abababab");
    }
}
