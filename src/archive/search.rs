//! Looks into the index, and reads what was found from the meetings.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{OptionalExtension, params};

use super::Error;
use super::contents::{About, FactKind, Speaker};
use super::found::{Also, Found, Hit, Of, Place, Request, Text, What};
use super::index::{Index, OF_DAY, first_slot, row, slot_of};
use super::packed::{Packed, unpack};
use super::query::Query;
use super::sound;
use super::stemming::stems;
use super::words::tokens;
use crate::floor::CLOCK;
use crate::transcript::Utterance;
use crate::transcript::edit::words;
use crate::transcript::store::Store;

/// Hits are counted up to here.
const COUNTED: usize = 10_000;
/// Places up to which another word is counted.
const ALSO_COUNTED: usize = 100;
/// Other words that are shown, and those that are tried for it.
const ALSO: usize = 8;
const TRIED: usize = 24;
/// Words of a query for which others are looked for.
const COMPARED: usize = 4;
/// Words of the vocabulary of which the distance is measured.
const MEASURED: usize = 400;
/// Characters of a sentence that are shown before and after what was found.
const BEFORE: usize = 90;
const AFTER: usize = 150;
/// Slots that a meeting may have been moved on, where a day had no place left.
const MOVED: i64 = OF_DAY * 366;

/// Looks for what is wanted.
pub(super) fn search(
    index: &Index,
    root: &Path,
    request: &Request,
    query: Option<&Query>,
    stop: &AtomicBool,
) -> Result<Found, Error> {
    let (closed, unreadable) = index.left_out()?;
    let found = Found { meetings: index.meetings()?, closed, unreadable, ..Found::default() };
    let mut searcher =
        Searcher { index, root, filter: Filter::of(request), meetings: HashMap::new(), owners: HashMap::new(), stop };
    match (request.what, query) {
        (What::Words | What::Amounts, Some(query)) => searcher.said(request, query, found),
        (What::Words | What::Amounts, None) => Err(Error::NoWords),
        (What::Decisions, query) => searcher.facts(request, query, FactKind::Decision, found),
        (What::Items, query) => searcher.facts(request, query, FactKind::Item, found),
        (What::Absent, query) => searcher.facts(request, query, FactKind::Absent, found),
    }
}

/// What a hit must be like.
struct Filter<'a> {
    request: &'a Request,
    member: Vec<String>,
    group: Vec<String>,
    agenda: Option<Query>,
}

impl<'a> Filter<'a> {
    fn of(request: &'a Request) -> Self {
        let list = |text: Option<&String>| -> Vec<String> {
            tokens(text.map_or("", String::as_str)).into_iter().map(|token| token.text).collect()
        };
        // Whatever is typed there is words; operators have no meaning.
        let agenda = list(request.agenda.as_ref()).iter().map(|word| Query::word(word)).reduce(Query::and);
        Self { request, member: list(request.member.as_ref()), group: list(request.group.as_ref()), agenda }
    }

    fn takes(&self, about: &About) -> bool {
        let Request { kind, from, until, .. } = self.request;
        let in_time = from.is_none_or(|from| about.date.is_some_and(|date| date >= from))
            && until.is_none_or(|until| about.date.is_some_and(|date| date <= until));
        in_time && kind.is_none_or(|kind| about.kind == Some(kind))
    }

    fn takes_speaker(&self, speaker: &Speaker) -> bool {
        let group = speaker.group.as_ref().map(|(code, name)| format!("{code} {name}"));
        has(speaker.name.as_deref(), &self.member) && has(group.as_deref(), &self.group)
    }

    /// Whether this item of the agenda is wanted; 0 is one that is not known.
    fn takes_item(&self, about: &About, item: usize) -> bool {
        let Some(agenda) = &self.agenda else { return true };
        let fits = |item: &String| agenda.fits(&[&tokens(item)]);
        match item.checked_sub(1) {
            Some(place) => about.items.get(place).is_some_and(fits),
            // Where nobody entered when the items began, all of the meeting may be of each.
            None => !about.timed && about.items.iter().any(fits),
        }
    }
}

/// Whether a name has words that begin so, each of them.
fn has(name: Option<&str>, wanted: &[String]) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let of_name = tokens(name.unwrap_or_default());
    wanted.iter().all(|word| of_name.iter().any(|token| token.text.starts_with(word.as_str())))
}

/// A meeting while it is searched.
struct Meeting {
    folder: String,
    about: About,
    turns: Vec<Packed>,
    /// Whether each speaker is wanted, and each item of the agenda, the unknown one first.
    speakers: Vec<bool>,
    items: Vec<bool>,
}

impl Meeting {
    fn takes(&self, place: usize) -> bool {
        let is_wanted = |list: &[bool], place: usize| list.get(place).copied().unwrap_or(false);
        let turn = self.turns.get(place);
        turn.is_some_and(|turn| is_wanted(&self.speakers, turn.speaker) && is_wanted(&self.items, turn.item))
    }
}

struct Searcher<'a> {
    index: &'a Index,
    root: &'a Path,
    filter: Filter<'a>,
    /// By their slots; `None` for one of which nothing is wanted.
    meetings: HashMap<i64, Option<Meeting>>,
    /// The first slot of the meeting to which each slot belongs.
    owners: HashMap<i64, i64>,
    stop: &'a AtomicBool,
}

/// Rows that were found, and how many there are.
struct Rows {
    rows: Vec<i64>,
    total: usize,
    more: bool,
}

impl Searcher<'_> {
    fn said(&mut self, request: &Request, query: &Query, mut found: Found) -> Result<Found, Error> {
        let query = if request.what == What::Amounts {
            let rupiah = Query::Any(vec![Query::word("rp"), Query::word("rupiah")]);
            query.clone().and(rupiah)
        } else {
            query.clone()
        };
        let rows = self.rows(&query, request.skip, request.limit, COUNTED)?;
        (found.total, found.more) = (rows.total, rows.more);
        found.hits = self.hits(&rows.rows, &query, request.text)?;
        if request.skip == 0 {
            found.also = self.also(request, &query, rows.total)?;
        }
        Ok(found)
    }

    /// Rows of the index that fit, the newest meeting first.
    fn rows(&mut self, query: &Query, skip: usize, limit: usize, most: usize) -> Result<Rows, Error> {
        let columns = match self.filter.request.text {
            Text::Both => "same current recognised",
            Text::Current => "same current",
            Text::Recognised => "same recognised",
        };
        let index = self.index;
        let written = query.for_index(&mut |stems: &[String]| forms(index, stems))?;
        let written = format!("{{{columns}}} : ({written})");
        let Request { from, until, .. } = self.filter.request;
        let first = until.map_or(0, |until| row(first_slot(Some(until)), 0));
        let last = from.map_or(i64::MAX, |from| row(first_slot(Some(from)) + MOVED, 0));
        let mut statement = index
            .connection
            .prepare_cached("SELECT rowid FROM turn WHERE turn MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid")
            .map_err(index.failed())?;
        let mut rows = statement.query(params![written, first, last]).map_err(index.failed())?;
        let mut found = Rows { rows: Vec::new(), total: 0, more: false };
        while let Some(row) = rows.next().map_err(index.failed())? {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let row: i64 = row.get(0).map_err(index.failed())?;
            let (slot, place) = self.place(row)?;
            if !self.meeting(slot)?.is_some_and(|meeting| meeting.takes(place)) {
                continue;
            }
            if found.total == most {
                found.more = true;
                break;
            }
            if found.total >= skip && found.rows.len() < limit {
                found.rows.push(row);
            }
            found.total += 1;
        }
        Ok(found)
    }

    /// The meeting of a row, by its first slot, and the place of the utterance in it.
    fn place(&mut self, of: i64) -> Result<(i64, usize), Error> {
        let slot = slot_of(of);
        let first = match self.owners.get(&slot) {
            Some(first) => *first,
            None => self.index.owner(slot)?,
        };
        self.owners.insert(slot, first);
        Ok((first, usize::try_from(of - row(first, 0)).unwrap_or(usize::MAX)))
    }

    fn meeting(&mut self, slot: i64) -> Result<Option<&Meeting>, Error> {
        if !self.meetings.contains_key(&slot) {
            let meeting = self.read(slot)?;
            self.meetings.insert(slot, meeting);
        }
        Ok(self.meetings.get(&slot).and_then(Option::as_ref))
    }

    fn read(&self, slot: i64) -> Result<Option<Meeting>, Error> {
        let index = self.index;
        let found: Option<(String, String, Vec<u8>)> = index
            .connection
            .prepare_cached("SELECT folder, about, turns FROM meeting WHERE slot = ?1")
            .and_then(|mut statement| {
                statement.query_row([slot], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
            })
            .map_err(index.failed())?;
        let Some((folder, about, turns)) = found else { return Ok(None) };
        let Ok(about) = serde_json::from_str::<About>(&about) else { return Ok(None) };
        if !self.filter.takes(&about) {
            return Ok(None);
        }
        let speakers = about.speakers.iter().map(|speaker| self.filter.takes_speaker(speaker)).collect();
        let items = (0..=about.items.len()).map(|item| self.filter.takes_item(&about, item)).collect();
        Ok(Some(Meeting { folder, turns: unpack(&turns), speakers, items, about }))
    }

    /// The hits of rows, read from the meetings. One that was taken away meanwhile is left out.
    fn hits(&mut self, rows: &[i64], query: &Query, text: Text) -> Result<Vec<Hit>, Error> {
        let mut hits = Vec::with_capacity(rows.len());
        let mut open: Option<(i64, Option<Store>)> = None;
        for row in rows {
            let (slot, place) = self.place(*row)?;
            let root = self.root;
            let Some(meeting) = self.meeting(slot)? else { continue };
            if open.as_ref().is_none_or(|(of, _)| *of != slot) {
                open = Some((slot, Store::open_to_read(&root.join(&meeting.folder)).ok()));
            }
            let Some((_, Some(store))) = &open else { continue };
            let Some(turn) = meeting.turns.get(place) else { continue };
            let Ok(Some((recognised, current))) = store.utterance(turn.id) else { continue };
            hits.push(hit(meeting, *turn, &recognised, &current, query, text));
        }
        Ok(hits)
    }

    /// Words like those of the query that the meetings have: names that were misheard.
    fn also(&mut self, request: &Request, query: &Query, total: usize) -> Result<Vec<Also>, Error> {
        let compared = query.plain_words().into_iter().filter(|word| sound::is_compared(word));
        let mut also: Vec<(usize, Also)> = Vec::new();
        for word in compared.take(COMPARED) {
            for (distance, other) in alike(self.index, &word)?.into_iter().take(TRIED) {
                let with_other = query.with(&word, &other);
                let limit = if total == 0 { request.limit } else { 0 };
                let rows = self.rows(&with_other, 0, limit, ALSO_COUNTED)?;
                // A word that is said more often is one of its own, not a slip in this one.
                let is_slip = distance == 0 || total == 0 || rows.total < total;
                if rows.total > 0 && is_slip && also.iter().all(|(_, known)| known.word != other) {
                    let hits = self.hits(&rows.rows, &with_other, request.text)?;
                    also.push((distance, Also { word: other, count: rows.total, hits }));
                }
            }
        }
        also.sort_by(|(a, one), (b, other)| a.cmp(b).then(other.count.cmp(&one.count)).then(one.word.cmp(&other.word)));
        also.truncate(ALSO);
        let mut left = request.limit;
        for (_, one) in &mut also {
            one.hits.truncate(left);
            left -= one.hits.len();
        }
        Ok(also.into_iter().map(|(_, one)| one).collect())
    }

    fn facts(
        &mut self,
        request: &Request,
        query: Option<&Query>,
        kind: FactKind,
        mut found: Found,
    ) -> Result<Found, Error> {
        let is_of_people = kind == FactKind::Absent;
        if !is_of_people && (request.member.is_some() || request.group.is_some()) {
            return Err(Error::NoSpeaker);
        }
        let index = self.index;
        let mut statement = index
            .connection
            .prepare_cached(
                "SELECT slot, at, item, text, party, excused FROM fact WHERE kind = ?1 ORDER BY slot, at IS NULL, at, rowid",
            )
            .map_err(index.failed())?;
        let mut rows = statement.query([kind.number()]).map_err(index.failed())?;
        while let Some(row) = rows.next().map_err(index.failed())? {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let (slot, item, text) = (row.get(0), row.get::<_, usize>(2), row.get::<_, String>(3));
            let (slot, item, text) =
                (slot.map_err(index.failed())?, item.map_err(index.failed())?, text.map_err(index.failed())?);
            let tokens = tokens(&text);
            let group: Option<String> = row.get(4).map_err(index.failed())?;
            let of_people = has(Some(&text), &self.filter.member) && has(group.as_deref(), &self.filter.group);
            if query.is_some_and(|query| !query.fits(&[&tokens])) || (is_of_people && !of_people) {
                continue;
            }
            let Some(meeting) = self.meeting(slot)? else { continue };
            if !meeting.items.get(item).copied().unwrap_or(false) {
                continue;
            }
            found.total += 1;
            if found.total <= request.skip || found.hits.len() >= request.limit {
                continue;
            }
            let at: Option<u64> = row.get(1).map_err(index.failed())?;
            let excused: bool = row.get(5).map_err(index.failed())?;
            let place =
                at.map(|at| CLOCK.at_millis(at)).map(|at| Place { channel: None, turn: at, start: at, end: at });
            found.hits.push(Hit {
                place,
                speaker: is_of_people.then(|| text.clone()),
                group,
                marks: query.map(|query| query.marks(&tokens)).unwrap_or_default(),
                text,
                of: match kind {
                    FactKind::Decision => Of::Decision,
                    FactKind::Item => Of::Item,
                    FactKind::Absent if excused => Of::Excused,
                    FactKind::Absent => Of::Absent,
                },
                ..bare(meeting, if kind == FactKind::Decision { item } else { 0 })
            });
        }
        Ok(found)
    }
}

/// A hit of which only the meeting is known.
fn bare(meeting: &Meeting, item: usize) -> Hit {
    let about = &meeting.about;
    Hit {
        meeting: meeting.folder.clone(),
        name: about.name.clone(),
        date: about.date,
        kind: about.kind,
        item: item.checked_sub(1).and_then(|place| about.items.get(place)).cloned(),
        place: None,
        speaker: None,
        group: None,
        text: String::new(),
        marks: Vec::new(),
        of: Of::Current,
    }
}

fn hit(meeting: &Meeting, turn: Packed, recognised: &Utterance, current: &Utterance, query: &Query, text: Text) -> Hit {
    let marks = |utterance: &Utterance| query.marks(&tokens(&utterance.text));
    let of_current = if text == Text::Recognised { Vec::new() } else { marks(current) };
    let of_recognised = if of_current.is_empty() && text != Text::Current { marks(recognised) } else { Vec::new() };
    let is_current = of_recognised.is_empty() || recognised.text == current.text;
    let (utterance, marks) = if of_recognised.is_empty() { (current, of_current) } else { (recognised, of_recognised) };
    let first = marks.first().cloned().unwrap_or(0..0);
    let clock = meeting.about.clock.unwrap_or(CLOCK);
    let start = began(utterance, first.start);
    let shown = passage(&utterance.text, &first);
    let (text, marks) = cut(&utterance.text, &shown, &marks);
    let speaker = meeting.about.speakers.get(turn.speaker);
    Hit {
        place: Some(Place {
            channel: Some(utterance.channel.number()),
            turn: clock.convert(utterance.span.start, CLOCK),
            start: clock.convert(start, CLOCK),
            end: clock.convert(utterance.span.end, CLOCK),
        }),
        speaker: speaker.map(|speaker| speaker.label.clone()),
        group: speaker.and_then(|speaker| speaker.group.as_ref()).map(|(code, _)| code.clone()),
        text,
        marks,
        of: if is_current { Of::Current } else { Of::Recognised },
        ..bare(meeting, turn.item)
    }
}

/// The sample at which the word begins that stands at this byte of the text.
fn began(utterance: &Utterance, byte: usize) -> u64 {
    let place = words(&utterance.text[..byte]).count();
    // Where the byte is within a word, that word was counted.
    let within = !utterance.text[..byte].is_empty() && !utterance.text[..byte].ends_with(char::is_whitespace);
    let place = place.saturating_sub(usize::from(within));
    let is_timed = utterance.words.len() == words(&utterance.text).count();
    let word = utterance.words.get(place).filter(|_| is_timed);
    word.map_or(utterance.span.start, |word| word.span.start)
}

/// The sentence around a place, cut where it is long.
fn passage(text: &str, around: &Range<usize>) -> Range<usize> {
    let is_end = |c: char| matches!(c, '.' | '?' | '!' | '…');
    let ends = text
        .char_indices()
        .filter(|(at, c)| is_end(*c) && text[at + c.len_utf8()..].chars().next().is_none_or(char::is_whitespace));
    let (mut start, mut end) = (0, text.len());
    for (at, c) in ends {
        let behind = at + c.len_utf8();
        if behind <= around.start {
            start = behind;
        } else if at >= around.end {
            end = behind;
            break;
        }
    }
    start += text[start..].len() - text[start..].trim_start().len();
    if text[start..around.start].chars().count() > BEFORE {
        let from = text[start..around.start].char_indices().rev().nth(BEFORE).map_or(start, |(at, _)| start + at);
        start = text[from..around.start].find(' ').map_or(from, |space| from + space + 1);
    }
    if text[around.end..end].chars().count() > AFTER {
        let until = text[around.end..end].char_indices().nth(AFTER).map_or(end, |(at, _)| around.end + at);
        end = text[around.end..until].rfind(' ').map_or(until, |space| around.end + space);
    }
    start.min(around.start)..end.max(around.end)
}

/// That part of a text, with dots where more follows, and its marks.
fn cut(text: &str, shown: &Range<usize>, marks: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let ends = |text: &str| text.trim_end().is_empty() || text.trim_end().ends_with(['.', '?', '!', '…']);
    let before = if ends(&text[..shown.start]) { "" } else { "… " };
    let inner = &text[shown.clone()];
    let after = if text[shown.end..].trim().is_empty() || ends(inner) { "" } else { " …" };
    let moved = |mark: &Range<usize>| {
        let inside = mark.start >= shown.start && mark.end <= shown.end;
        inside.then(|| mark.start - shown.start + before.len()..mark.end - shown.start + before.len())
    };
    (format!("{before}{inner}{after}"), marks.iter().filter_map(moved).collect())
}

/// Every word of the vocabulary with one of these stems.
fn forms(index: &Index, stems: &[String]) -> Result<Vec<String>, Error> {
    let stems: Vec<String> = stems.iter().map(|stem| format!("\"{stem}\"")).collect();
    let query = format!("stems : ({})", stems.join(" OR "));
    let mut statement = index
        .connection
        .prepare_cached("SELECT text FROM word WHERE id IN (SELECT rowid FROM vocabulary WHERE vocabulary MATCH ?1)")
        .map_err(index.failed())?;
    let found = statement.query_map([query], |row| row.get(0));
    found.and_then(Iterator::collect).map_err(index.failed())
}

/// Words of the vocabulary that sound or look like this one, the nearest first, without its other
/// forms.
fn alike(index: &Index, word: &str) -> Result<Vec<(usize, String)>, Error> {
    let key = sound::key(word);
    let grams = sound::grams(&key);
    let mut shared: HashMap<i64, usize> = HashMap::new();
    let mut statement = index
        .connection
        .prepare_cached("SELECT rowid FROM vocabulary WHERE vocabulary MATCH ?1")
        .map_err(index.failed())?;
    for gram in &grams {
        let mut rows = statement.query([format!("grams : \"{gram}\"")]).map_err(index.failed())?;
        while let Some(row) = rows.next().map_err(index.failed())? {
            *shared.entry(row.get(0).map_err(index.failed())?).or_default() += 1;
        }
    }
    let mut near: Vec<(usize, i64)> = shared.into_iter().map(|(id, count)| (count, id)).collect();
    near.sort_unstable_by(|a, b| b.cmp(a));
    near.truncate(MEASURED);
    let own: HashSet<String> = stems(word).into_iter().collect();
    let mut text = index.connection.prepare_cached("SELECT text FROM word WHERE id = ?1").map_err(index.failed())?;
    let mut found = Vec::new();
    for (_, id) in near {
        let other: String = text.query_row([id], |row| row.get(0)).map_err(index.failed())?;
        let is_form = other == word || stems(&other).iter().any(|stem| own.contains(stem));
        if let Some(distance) = sound::distance(&key, &sound::key(&other)).filter(|_| !is_form) {
            found.push((distance, other));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, mark: &str) -> String {
        let at = text.find(mark).expect("there");
        let around = at..at + mark.len();
        let (text, marks) = cut(text, &passage(text, &around), &[around]);
        assert_eq!(&text[marks[0].clone()], mark);
        text
    }

    #[test]
    fn the_sentence_is_shown() {
        let text = "Rapat dibuka. Anggarannya Rp2,5 miliar, Pimpinan! Terima kasih.";
        assert_eq!(shown(text, "Rapat"), "Rapat dibuka.");
        assert_eq!(shown(text, "Rp2,5"), "Anggarannya Rp2,5 miliar, Pimpinan!");
        assert_eq!(shown(text, "kasih"), "Terima kasih.");
        assert_eq!(shown("tanpa titik", "titik"), "tanpa titik");
        let long = format!("{}pasar {}", "kata ".repeat(100), "kata ".repeat(100));
        let cut = shown(&long, "pasar");
        assert!(cut.starts_with("… kata") && cut.ends_with("kata …") && cut.chars().count() < 260, "{cut}");
        // Letters of several bytes, and no space to cut at.
        shown(&format!("{}pasar{}", "é".repeat(500), "é".repeat(500)), "pasar");
    }
}
