//! The language of who asks, and the words of the pages in it.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use serde_json::{Map, Value};

use crate::common::language::{Language, lookup};
use crate::common::message::Message;

/// Indonesian, unless the browser's user would rather read English.
pub fn language(headers: &HeaderMap) -> Language {
    let wishes = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weight = |wish: &str| {
        let quality = wish.split(';').skip(1).find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok());
        quality.unwrap_or(1.0)
    };
    let of = |code: &str| {
        let is_of = |wish: &&str| wish.trim().to_ascii_lowercase().starts_with(code);
        wishes.split(',').filter(is_of).map(weight).fold(0.0, f32::max)
    };
    if of("en") > of("id") { Language::English } else { Language::Indonesian }
}

/// How to mend what a sentence says: in words of the page, where the others name commands.
pub fn hint(message: &Message, language: Language) -> Option<String> {
    let own = Message { key: format!("page.remedy.{}", message.key), values: message.values.clone() };
    own.hint(language).or_else(|| message.hint(language))
}

/// The words of a page.
#[derive(Clone, Copy)]
pub struct Words(pub Language);

impl Words {
    /// The text of this key.
    pub fn t(self, key: &str) -> String {
        lookup(self.0, key).unwrap_or_else(|| key.to_owned())
    }

    /// The code of the language.
    pub fn code(self) -> &'static str {
        match self.0 {
            Language::Indonesian => "id",
            Language::English => "en",
        }
    }

    /// What the scripts of the pages say, as JSON.
    pub fn of_scripts(self) -> String {
        let words = SCRIPTS.iter().map(|key| ((*key).to_owned(), Value::String(self.t(key))));
        Value::Object(words.collect::<Map<_, _>>()).to_string()
    }
}

/// The keys that the scripts use.
const SCRIPTS: &[&str] = &[
    "page.saved",
    "page.saving",
    "page.unsaved",
    "page.offline",
    "page.away",
    "page.name_needed",
    "page.edit.lanes",
    "page.key.lanes",
    "page.quit.done",
    "page.quit.again",
    "page.done",
    "page.distribution.enter",
    "page.distribution.late",
    "page.distribution.none",
    "page.retention.file.rekaman",
    "page.retention.file.naskah",
    "page.retention.file.risalah",
    "page.retention.decide",
    "page.retention.size",
    "page.retention.count",
    "page.retention.none",
    "page.retention.ruleless",
    "page.retention.destroyed",
    "page.search.recognised",
    "page.search.absent",
    "page.search.excused",
    "page.search.play",
    "page.search.also",
    "page.search.found",
    "page.search.found_more",
    "page.search.nothing",
    "page.search.closed",
    "page.search.left",
    "page.edit.turn",
    "page.edit.conflict",
    "page.edit.kept",
    "page.edit.none",
    "page.edit.found",
    "page.edit.found_none",
    "page.seal.open",
    "page.seal.whole",
    "page.seal.parts",
    "page.live.closed",
    "page.event.tertutup",
    "page.event.terbuka",
    "page.edit.turns",
    "page.edit.to_hear",
    "page.edit.all_heard",
    "page.edit.omitted",
    "page.edit.empty",
    "page.edit.heard",
    "page.edit.alike",
    "page.edit.offer",
    "page.edit.alike_done",
    "page.edit.undone",
    "page.edit.redone",
    "page.edit.nothing_to_undo",
    "page.edit.nobody",
    "page.edit.seat_speaker",
    "page.edit.unknown_speaker",
    "page.edit.no_history",
    "page.edit.take_back",
    "page.edit.reason_asked",
    "page.edit.by_rule",
    "page.edit.was_text",
    "page.edit.was_speaker",
    "page.edit.was_heard",
    "page.edit.was_omitted",
    "page.edit.was_undo",
    "page.edit.microphone",
    "page.edit.no_sound",
    "page.redact.none",
    "page.redact.none_proposed",
    "page.redact.take_out",
    "page.redact.take_back",
    "page.key.redact",
    "page.flag.low_confidence",
    "page.flag.repetition",
    "page.flag.too_fast",
    "page.flag.too_few_words",
    "page.flag.stock_phrase",
    "page.flag.no_words",
    "page.flag.overlap",
    "page.flag.duplicate",
    "page.flag.clipped",
    "page.flag.microphone_off",
    "page.flag.off_microphone",
    "page.flag.level_change",
    "page.flag.tones",
    "page.flag.javanese",
    "page.flag.sundanese",
    "page.flag.english",
    "page.flag.arabic",
    "page.flag.other_language",
    "page.matter.name",
    "page.matter.money",
    "page.matter.vote",
    "page.matter.article",
    "page.matter.negation",
    "page.matter.consent",
    "page.matter.number",
    "page.key.play",
    "page.key.back",
    "page.key.pause",
    "page.key.forward",
    "page.key.slower",
    "page.key.faster",
    "page.key.next_turn",
    "page.key.next_to_hear",
    "page.key.right",
    "page.key.speaker",
    "page.key.unclear",
    "page.key.undo",
    "page.key.redo",
    "page.key.alike",
    "page.key.mix",
    "page.key.help",
    "page.live.not_running",
    "page.live.running",
    "page.live.lost_device",
    "page.live.waiting",
    "page.live.hours",
    "page.live.lost",
    "page.live.copied",
    "page.live.entered",
    "page.live.withdrawn",
    "page.live.stopping",
    "page.live.level",
    "page.live.no_turns",
    "page.live.minutes",
    "page.event.buka",
    "page.event.skors",
    "page.event.cabut_skors",
    "page.event.tutup",
    "page.event.ketuk_palu",
    "page.event.setuju",
    "page.event.interupsi",
    "page.event.acara",
    "page.event.lagu",
    "page.event.catatan",
    "page.event.duduk",
    "page.edit.was_passage",
    "page.edit.passage",
    "page.edit.only_words",
    "page.member.which",
    "page.member.none",
    "page.member.none_open",
    "page.member.sent",
    "page.member.same",
    "page.member.now",
    "page.member.link",
    "page.member.link_until",
    "page.print.by_address",
    "page.print.pages",
    "page.author.name",
    "page.edit.theirs",
    "page.edit.yours",
    "page.prepare.called",
    "page.prepare.code",
    "page.prepare.detail",
    "page.prepare.from",
    "page.prepare.group",
    "page.prepare.lectern",
    "page.prepare.members",
    "page.prepare.office",
    "page.prepare.remove",
    "page.prepare.remove_named",
    "page.prepare.seat",
    "page.prepare.shared",
    "page.prepare.text",
    "page.prepare.time",
    "page.prepare.too_large",
    "page.prepare.usual",
    "page.prepare.what",
    "page.attendance.hadir",
    "page.attendance.daring",
    "page.attendance.izin",
    "page.attendance.tanpa",
    "page.need.sementara",
    "page.need.resmi",
    "page.need.saran",
    "page.doctor.look",
    "page.report.count",
    "page.audit.count",
    "page.audit.whole",
    "page.doctor.ready",
    "page.doctor.working",
    "page.soundcheck.ended",
    "page.soundcheck.running",
    "page.result.ok",
    "page.result.warn",
    "page.result.fail",
    "page.edit.claim",
    "page.edit.claim_of",
    "page.edit.claimed",
    "page.edit.claimed_saved",
    "page.edit.joined",
    "page.edit.lexicon_count",
    "page.edit.lexicon_done",
    "page.edit.lexicon_known",
    "page.edit.lexicon_nothing",
    "page.edit.listened",
    "page.edit.listened_of",
    "page.edit.marked",
    "page.edit.mix",
    "page.edit.nothing_to_join",
    "page.edit.offer_lexicon",
    "page.edit.release",
    "page.edit.was_listened",
    "page.key.change",
    "page.key.change_of",
    "page.key.changed",
    "page.key.claim",
    "page.key.join",
    "page.key.lexicon",
    "page.key.of_text",
    "page.key.press",
    "page.key.reset_done",
    "page.key.taken",
    "page.live.behind",
    "page.live.correct_of",
    "page.live.hear_behind",
    "page.live.hear_not",
    "page.live.hear_start",
    "page.live.hear_stop",
    "page.event.dengar",
    "page.edit.was_joined",
    "page.edit.was_pokir",
    "page.edit.is_pokir",
    "page.key.pokir",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(wish: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, wish.parse().expect("a header"));
        language(&headers)
    }

    #[test]
    fn english_only_for_who_would_rather_read_it() {
        for indonesian in ["", "id", "id-ID,id;q=0.9,en;q=0.8", "de-DE,de;q=0.9", "en;q=0.5,id;q=0.9", "*"] {
            assert_eq!(of(indonesian), Language::Indonesian, "{indonesian}");
        }
        for english in ["en", "en-US,en;q=0.9", "de,en;q=0.5", "en-GB,id;q=0.4"] {
            assert_eq!(of(english), Language::English, "{english}");
        }
    }

    #[test]
    fn scripts_have_every_word_that_they_use_and_no_other() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/assets");
        let mut code = String::new();
        for entry in std::fs::read_dir(folder).expect("assets") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|ending| ending == "js") {
                code.push_str(&std::fs::read_to_string(path).expect("text"));
            }
        }
        let literals = code.split('"').skip(1).step_by(2).filter(|text| text.starts_with("page."));
        // Codes of refusals are compared, never shown.
        let words = literals.filter(|text| !text.starts_with("page.error."));
        let used: BTreeSet<&str> = words.filter(|text| !text.ends_with(['.', '_'])).collect();
        let known: BTreeSet<&str> = SCRIPTS.iter().copied().collect();
        let unknown: Vec<_> = used.difference(&known).collect();
        assert!(unknown.is_empty(), "not given to the scripts: {unknown:?}");
        // Those that end in a value are put together.
        let joined = [
            "page.flag.",
            "page.matter.",
            "page.event.",
            "page.edit.was_",
            "page.attendance.",
            "page.need.",
            "page.result.",
            "page.retention.file.",
        ];
        let unused: Vec<_> = known
            .difference(&used)
            .filter(|key| !joined.iter().any(|begin| key.starts_with(begin) && code.contains(begin)))
            .collect();
        assert!(unused.is_empty(), "no script says: {unused:?}");
    }
}
