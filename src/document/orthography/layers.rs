//! Changes as layers of a transcript, beside those of people.

use std::collections::HashMap;

use crate::common::clock::{Channel, Clock};
use crate::transcript::edit::{Change, Edit, Layer, Layered, Place, Source};
use crate::transcript::{Transcript, Utterance};

use super::passage::is_space;
use super::{Rule, Spoken, VERSION, Writer, Written};

/// In whose name the layers are laid.
const BY: &str = "E-Risalah";

/// The layers that bring a transcript up to what the rules write, to be laid on top of those that
/// it has. Where the rules or the lexicon have changed, the layers of before are taken back first.
/// An utterance whose words a person has corrected, or where a person took back what a rule had
/// written, is left alone.
#[must_use]
pub fn layers(writer: &Writer, raw: &Transcript, edits: &[Edit], when: &jiff::Zoned) -> Vec<Layer> {
    let version = raw.version.number;
    let clock = raw.recording.clock;
    let mut of_place = by_place(edits);
    let mut ended: HashMap<Channel, bool> = HashMap::new();
    let mut layers = Vec::new();
    for utterance in &raw.utterances {
        let opens = ended.get(&utterance.channel).copied().unwrap_or(true);
        if let Some(last) = utterance.text.trim_end().chars().next_back() {
            ended.insert(utterance.channel, matches!(last, '.' | '?' | '!' | '…' | '"' | '”'));
        }
        let place = Place::of(version, utterance);
        let own = of_place.remove(&place).unwrap_or_default();
        if own.iter().any(|edit| is_of_words(edit) && rule_of(edit).is_none()) {
            continue;
        }
        let written = writer.write(spoken(utterance, clock, opens));
        let wanted = changes(utterance, &written);
        let standing = standing(utterance, &own);
        if standing.iter().map(|edit| &edit.layer.change).eq(wanted.iter().map(|(change, _)| change)) {
            continue;
        }
        let mut lay = |change, rule: String, why: &str| {
            let (by, why) = (BY.to_owned(), Some(why.to_owned()));
            layers.push(Layer { place, change, by, when: when.clone(), why, source: Source::Machine { rule } });
        };
        for edit in standing.iter().rev() {
            let rule = rule_of(edit).unwrap_or_default().to_owned();
            lay(Change::Undo { edit: edit.id }, rule, "aturan atau leksikon berubah");
        }
        for (change, rule) in wanted {
            lay(change, format!("{}/{VERSION}", rule.key()), rule.name());
        }
    }
    layers
}

/// An utterance as the rules take it.
#[must_use]
pub fn spoken(utterance: &Utterance, clock: Clock, opens: bool) -> Spoken<'_> {
    Spoken { text: &utterance.text, words: &utterance.words, clock, opens }
}

fn by_place(edits: &[Edit]) -> HashMap<Place, Vec<&Edit>> {
    let mut of_place: HashMap<Place, Vec<&Edit>> = HashMap::new();
    for edit in edits {
        of_place.entry(edit.layer.place).or_default().push(edit);
    }
    of_place
}

fn rule_of(edit: &Edit) -> Option<&str> {
    if let Source::Machine { rule } = &edit.layer.source { Some(rule) } else { None }
}

fn is_of_words(edit: &Edit) -> bool {
    matches!(edit.layer.change, Change::Text { .. } | Change::Undo { .. })
}

/// The utterance under its layers; `None` where they do not fit, which no store that this program
/// wrote can hold.
fn laid(utterance: &Utterance, own: &[&Edit]) -> Option<Layered> {
    let mut layered = Layered::new(utterance);
    own.iter().try_for_each(|edit| layered.lay(edit.id, &edit.layer.change).ok()).map(|()| layered)
}

/// The layers of rules that count, in the order in which they were laid.
fn standing<'a>(utterance: &Utterance, own: &[&'a Edit]) -> Vec<&'a Edit> {
    let Some(layered) = laid(utterance, own) else { return Vec::new() };
    let counts = |edit: &&&Edit| {
        matches!(edit.layer.change, Change::Text { .. }) && rule_of(edit).is_some() && layered.counts(edit.id)
    };
    own.iter().filter(counts).copied().collect()
}

/// What was written as changes of words, from the last to the first, so that none moves the place
/// of another.
fn changes(utterance: &Utterance, written: &Written) -> Vec<(Change, Rule)> {
    let words: Vec<&str> = crate::transcript::edit::words(&utterance.text).collect();
    let change = |change: &super::Change| {
        let range = change.words.clone();
        let before = words[range.clone()].join(" ");
        let after = whole(change, &utterance.text);
        (Change::Text { at: range.start, before, after }, change.rule)
    };
    written.changes.iter().rev().map(change).collect()
}

/// What is written in place of whole words, with the punctuation that hangs on them.
fn whole(change: &super::Change, raw: &str) -> String {
    if change.after.is_empty() {
        return String::new();
    }
    let before = raw[..change.bytes.start].rsplit(is_space).next().unwrap_or_default();
    let behind = raw[change.bytes.end..].split(is_space).next().unwrap_or_default();
    format!("{before}{}{behind}", change.after)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::{Lexicon, Roster};
    use super::*;
    use crate::common::clock::Span;
    use crate::transcript::edit::apply;
    use crate::transcript::{Edition, Recording, Version, Word};

    fn raw(texts: &[&str]) -> Transcript {
        let utterance = |(place, text): (u64, &&str)| Utterance {
            channel: Channel::new(1).expect("a channel"),
            span: Span::new(place * 100_000, place * 100_000 + 90_000),
            text: (*text).to_owned(),
            words: words(text, place * 100_000),
            confidence: 0.9,
            flags: Vec::new(),
            corrected: crate::transcript::edit::Corrected::default(),
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
                number: 1,
                model: "peraga".to_owned(),
                model_sha256: "ab".repeat(32),
                model_origin: None,
                language: "id".to_owned(),
                program: "0.1.0".to_owned(),
                created: jiff::Timestamp::UNIX_EPOCH,
                complete: true,
            },
            utterances: (0..).zip(texts).map(utterance).collect(),
            edition: Edition::default(),
        }
    }

    /// A second for each word: everybody halts everywhere.
    fn words(text: &str, from: u64) -> Vec<Word> {
        let word = |(place, text): (u64, &str)| Word {
            text: text.to_owned(),
            span: Span::new(from + place * 16_000, from + (place + 1) * 16_000),
            probability: 0.9,
        };
        (0..).zip(crate::transcript::edit::words(text)).map(word).collect()
    }

    fn when() -> jiff::Zoned {
        "2027-03-09T12:00:00+08:00[Asia/Makassar]".parse().expect("a time")
    }

    fn writer(lexicon: &str) -> Writer {
        let lexicon = Lexicon::default().with(lexicon, Path::new("leksikon.toml")).expect("a lexicon");
        Writer::new(lexicon, Roster::default(), [])
    }

    fn number(edits: &mut Vec<Edit>, layers: Vec<Layer>) {
        for layer in layers {
            let id = edits.len() as u64 + 1;
            edits.push(Edit { id, layer });
        }
    }

    /// Lays what the rules write on top of what is there, and says how many layers that took.
    fn write(raw: &Transcript, edits: &mut Vec<Edit>, lexicon: &str) -> usize {
        let layers = layers(&writer(lexicon), raw, edits, &when());
        let count = layers.len();
        number(edits, layers);
        count
    }

    fn by_a_person(raw: &Transcript, edits: &mut Vec<Edit>, utterance: usize, change: Change) {
        let place = Place::of(1, &raw.utterances[utterance]);
        let (by, source) = ("Bambang Wirawan".to_owned(), Source::Person);
        number(edits, vec![Layer { place, change, by, when: when(), why: None, source }]);
    }

    fn texts(raw: &Transcript, edits: &[Edit]) -> Vec<String> {
        let transcript = apply(raw, edits).expect("they fit");
        transcript.utterances.into_iter().map(|utterance| utterance.text).collect()
    }

    /// *Verbatim penuh*.
    fn said(raw: &Transcript, edits: &[Edit]) -> Vec<String> {
        let transcript = apply(raw, edits).expect("they fit").verbatim();
        transcript.utterances.into_iter().map(|utterance| utterance.text).collect()
    }

    fn text(at: usize, before: &str, after: &str) -> Change {
        Change::Text { at, before: before.to_owned(), after: after.to_owned() }
    }

    #[test]
    fn each_change_is_a_layer_with_its_rule() {
        let raw = raw(&["yang hadir, ee, tiga puluh dua orang, pada «sembilan maret»", "Setuju."]);
        let mut edits = Vec::new();
        assert_eq!(write(&raw, &mut edits, ""), 3);
        assert_eq!(texts(&raw, &edits), ["Yang hadir, ee, 32 orang, pada «9 Maret»", "Setuju."]);
        let rules: Vec<&str> = edits.iter().filter_map(rule_of).collect();
        assert_eq!(rules, ["date/2", "cardinal/2", "capital/2"]);
        assert_eq!(edits[0].layer.why.as_deref(), Some("tanggal"));
        assert_eq!(edits[0].layer.change, text(8, "«sembilan maret»", "«9 Maret»"));
        let current = apply(&raw, &edits).expect("they fit");
        let written = &current.utterances[0].corrected.written;
        let places: Vec<_> = written.iter().map(|one| (one.words.clone(), one.before.as_str())).collect();
        assert_eq!(places, [(0..1, "yang"), (3..4, "tiga puluh dua"), (6..8, "«sembilan maret»")]);
        assert_eq!((written[1].rule.as_str(), written[1].why.as_deref()), ("cardinal/2", Some("bilangan")));
        assert_eq!(write(&raw, &mut edits, ""), 0, "nothing new");
        assert_eq!(said(&raw, &edits), texts(&raw, &[]));
    }

    #[test]
    fn what_was_taken_out_is_kept_as_a_layer() {
        let raw = raw(&["Begitu. Ee, kami anu setuju", "kami ee lanjutkan"]);
        let mut edits = Vec::new();
        write(&raw, &mut edits, "");
        let current = apply(&raw, &edits).expect("they fit");
        assert_eq!(
            current.utterances[0].text, "Begitu. Kami anu setuju",
            "beside a word that is protected nothing goes"
        );
        assert_eq!(current.utterances[1].text, "kami lanjutkan");
        assert_eq!(edits[0].layer.change, text(1, "Ee, kami", "Kami"));
        let gone = &current.utterances[1].corrected.written[0];
        assert_eq!((gone.words.clone(), gone.before.as_str()), (1..1, "ee"));
        assert_eq!(said(&raw, &edits), ["Begitu. Ee, kami anu setuju", "kami ee lanjutkan"]);
    }

    #[test]
    fn a_sentence_goes_on_from_one_utterance_to_the_next() {
        let raw = raw(&["panitia khusus memilih", "pengangkutan oleh dinas.", "kami setuju"]);
        let mut edits = Vec::new();
        write(&raw, &mut edits, "");
        assert_eq!(texts(&raw, &edits), ["Panitia khusus memilih", "pengangkutan oleh dinas.", "Kami setuju"]);
    }

    #[test]
    fn what_a_person_corrected_is_theirs() {
        let raw = raw(&["Ada tiga puluh dua orang", "Ada empat puluh orang", "Ada lima puluh orang"]);
        let mut edits = Vec::new();
        by_a_person(&raw, &mut edits, 0, text(1, "tiga", "empat"));
        assert_eq!(write(&raw, &mut edits, ""), 2);
        by_a_person(&raw, &mut edits, 1, text(1, "40", "41"));
        let last = edits.iter().find(|edit| edit.layer.place == Place::of(1, &raw.utterances[2])).expect("written").id;
        by_a_person(&raw, &mut edits, 2, Change::Undo { edit: last });
        assert_eq!(write(&raw, &mut edits, ""), 0);
        assert_eq!(texts(&raw, &edits), ["Ada empat puluh dua orang", "Ada 41 orang", "Ada lima puluh orang"]);
        let current = apply(&raw, &edits).expect("they fit");
        assert!(current.utterances.iter().all(|utterance| utterance.corrected.written.is_empty()));
        // A correction that stands on what a rule wrote keeps it.
        assert_eq!(said(&raw, &edits), ["Ada empat puluh dua orang", "Ada 41 orang", "Ada lima puluh orang"]);
    }

    #[test]
    fn a_lexicon_that_grew_is_written_anew() {
        let raw = raw(&["Dari disdik ada dua puluh satu sekolah", "Ada disdik"]);
        let mut edits = Vec::new();
        assert_eq!(write(&raw, &mut edits, ""), 1);
        by_a_person(&raw, &mut edits, 1, text(1, "disdik", "dinas"));
        assert_eq!(write(&raw, &mut edits, "[singkatan]\nDisdik = []"), 3, "one taken back, two laid");
        assert_eq!(texts(&raw, &edits), ["Dari Disdik ada 21 sekolah", "Ada dinas"]);
        assert_eq!(write(&raw, &mut edits, ""), 3);
        assert_eq!(texts(&raw, &edits), ["Dari disdik ada 21 sekolah", "Ada dinas"]);
        assert_eq!(said(&raw, &edits)[0], raw.utterances[0].text);
    }

    proptest! {
        #[test]
        fn layers_always_fit_and_can_be_taken_back(
            utterances in prop::collection::vec(prop::collection::vec(prop::sample::select(vec![
                "dua", "puluh", "lima", "orang", "miliar", "rupiah", "Mei", "pukul", "ee", "ee,", "anu", "tidak", "setuju.", "undang",
                "apbd", "kua", "ppas", "di", "sini", "disini", "«di", "tulis»", "selesai.", "kami", "\u{a0}", "-", "pem-", "pembangunan",
            ]), 0..14), 1..4),
        ) {
            let heard: Vec<String> = utterances.iter().map(|words| words.join(" ")).collect();
            let raw = raw(&heard.iter().map(String::as_str).collect::<Vec<_>>());
            let mut edits = Vec::new();
            write(&raw, &mut edits, "");
            let current = texts(&raw, &edits);
            let (writer, clock) = (writer(""), raw.recording.clock);
            let opens = |place: usize| place == 0 || heard[..place].iter().rev().find(|text| !text.trim().is_empty())
                .is_none_or(|before| before.trim_end().ends_with('.'));
            for (place, utterance) in raw.utterances.iter().enumerate() {
                let written = writer.write(spoken(utterance, clock, opens(place))).text(&utterance.text);
                let plain = |text: &str| crate::transcript::edit::words(text).collect::<Vec<_>>().join(" ");
                prop_assert_eq!(plain(&current[place]), plain(&written));
            }
            prop_assert_eq!(said(&raw, &edits), heard);
            prop_assert_eq!(write(&raw, &mut edits, ""), 0);
        }
    }
}
