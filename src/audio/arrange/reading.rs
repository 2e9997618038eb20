//! What the names of several files mean together: which of them are one microphone, and in which
//! order its parts follow.
//!
//! A name may be read in several ways: in `01_02.wav` either number may count microphones. Every
//! way that does not contradict itself is tried against what the files say: their times, their
//! lengths and the habits of recorders. Where two ways are left, both are handed back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::DateTime;

use super::Times;
use super::name::{Name, Number, Role};
use crate::common::clock::{Channel, Clock, MAX_CHANNELS};

/// Lengths that differ by less than this share of a second are equal: encoders and editors round.
const ROUNDED: u64 = 2;
/// From so many digits on, a number counts parts or takes: no room has a hundred microphones.
const WIDE: usize = 3;
/// Sizes at which recorders begin another file, in bytes: 2 and 4 GiB and what is left of them for
/// a header.
const SIZES: [std::ops::RangeInclusive<u64>; 3] =
    [2_000_000_000..=2_147_483_648, 3_600_000_000..=3_700_000_000, 4_200_000_000..=4_294_967_296];

/// A file whose name and head were read.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) name: Name,
    /// `None` where it could not be opened.
    pub(super) head: Option<Head>,
    /// The channel that the seat map gives to it.
    pub(super) seat: Option<Channel>,
}

/// What a file's head says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) clock: Clock,
    pub(super) channels: u16,
    /// Frames, where it tells.
    pub(super) length: Option<u64>,
    /// Bytes of the file.
    pub(super) bytes: u64,
    /// What it says of the time.
    pub(super) times: Times,
    /// When its first frame was taken, in frames of its own rate since some day, where every file
    /// tells.
    pub(super) began: Option<i64>,
    /// By how many frames `began` may be wrong.
    pub(super) within: u64,
}

impl File {
    fn began(&self) -> Option<(i64, i64)> {
        let head = self.head?;
        Some((head.began?, head.within as i64))
    }

    fn length(&self) -> Option<u64> {
        self.head?.length
    }
}

/// Where a part stands among those of its microphone: by the time in its name, then by its numbers.
pub(super) type Key = (Option<DateTime>, Vec<u64>);

/// The files of one microphone, in the order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Microphone {
    /// The number that its name carries.
    pub(super) number: Option<u64>,
    /// Its files.
    pub(super) parts: Vec<Part>,
}

/// A file as a part of a microphone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    /// Its place among the parts of all microphones.
    pub(super) key: Key,
    /// Which file it is.
    pub(super) file: usize,
    /// Which number of its name is that of the microphone.
    column: Option<usize>,
}

/// One way to read the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) microphones: Vec<Microphone>,
    /// What decided where the names alone do not.
    pub(super) by: By,
}

/// What decided on a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The names.
    Names,
    /// All files have one length, so that they must have run at the same time.
    Lengths,
    /// The numbers follow one another, and nothing says how much time lies between.
    Order,
}

/// The ways that are left, or the only one.
pub(super) type Outcome = Result<Reading, Box<[Reading; 2]>>;

/// Files that belong to the microphones, and those that carry no number where others do.
pub(super) fn sort(files: &[File]) -> (Vec<usize>, Vec<usize>) {
    let all = || 0..files.len();
    let marked = |file: &usize| files[*file].name.channel().is_some();
    let counted = |file: &usize| !files[*file].name.numbers.is_empty() || files[*file].name.moment.is_some();
    let numbered: Vec<usize> =
        if all().any(|file| marked(&file)) { all().filter(marked).collect() } else { all().filter(counted).collect() };
    if numbered.is_empty() {
        return (all().collect(), Vec::new());
    }
    // `podium.wav` before `podium_002.wav` is its first part.
    let like = |file: &usize| numbered.iter().any(|other| files[*other].name.words == files[*file].name.words);
    all().partition(|file| numbered.contains(file) || like(file))
}

/// Reads the names of these files.
pub(super) fn read(files: &[File], chosen: &[usize]) -> Outcome {
    let marked: Vec<usize> = chosen.iter().copied().filter(|file| files[*file].name.channel().is_some()).collect();
    if !marked.is_empty() {
        return read_marked(files, chosen);
    }
    let mut ways: Vec<Reading> = Vec::new();
    let least = chosen.iter().map(|file| files[*file].name.numbers.len()).min().unwrap_or(0);
    let open = |number: &Number| number.role == Role::Open;
    let columns = |passes: &dyn Fn(&Number) -> bool| -> Vec<Reading> {
        let columns = (0..least).filter(|column| may_count_channels(files, chosen, *column, passes));
        columns.filter_map(|column| by_column(files, chosen, column)).collect()
    };
    ways.extend(columns(&open));
    // Takes that ran at the same time are microphones, and their numbers say which.
    let numbered = ways.iter().cloned().chain(columns(&|_| true)).find(|way| way.microphones.len() == chosen.len());
    let each = numbered.unwrap_or_else(|| apart(files, chosen));
    let parts = group(files, chosen, |_| ((), None));
    let words = by_words(files, chosen);
    if ways.is_empty() {
        ways.push(each.clone());
    }
    ways.extend(words.clone());
    let single = parts.filter(|_| chosen.len() > 1);
    if let Some(single) = &single
        && !ways.iter().any(|way| way.microphones.len() < chosen.len())
    {
        return one_or_many(files, chosen, each, single.clone());
    }
    if words.is_some() && !ways.contains(&each) && ways.iter().all(|way| way.microphones.len() < chosen.len()) {
        ways.push(each);
    }
    decide(files, ways)
}

/// Files whose names say which microphone they are.
fn read_marked(files: &[File], chosen: &[usize]) -> Outcome {
    let found = group(files, chosen, |file| {
        let column = file.name.channel();
        // A file without the number of a microphone is one by itself.
        let words = if column.is_none() { file.name.words.as_slice() } else { &[] };
        ((column.map(|column| file.name.numbers[column].value), words), column)
    });
    let Some(reading) = found else {
        return Err(Box::new([in_parts(files, chosen), apart(files, chosen)]));
    };
    if !reading.has_parts() || settled(files, &reading) {
        return Ok(reading);
    }
    match times(files, &reading) {
        Some(true) => Ok(reading),
        // A recorder may write the beginning of the take into each of its parts.
        Some(false) if !same_beginning(files, &reading) => Err(Box::new([reading, apart(files, chosen)])),
        _ => {
            let takes = takes(files, &reading);
            if takes.windows(2).any(|pair| pair[1] - pair[0] > 1) {
                return Err(Box::new([reading, apart(files, chosen)]));
            }
            Ok(Reading { by: if takes.len() > 1 { By::Order } else { By::Names }, ..reading })
        }
    }
}

/// One microphone in parts, or as many microphones as files?
fn one_or_many(files: &[File], chosen: &[usize], each: Reading, single: Reading) -> Outcome {
    if settled(files, &each) {
        return Ok(each);
    }
    let counts = counted(files, chosen);
    let doubtful = counts.iter().any(|count| *count != Count::Plain);
    match (times(files, &each), times(files, &single)) {
        (Some(true), Some(false)) => return Ok(each),
        // Clocks of two recorders differ by any time; only what follows at once is surely a part.
        (Some(false), Some(true)) if doubtful || follows_at_once(files, &single) => return Ok(single),
        (Some(false), Some(true)) => return Err(Box::new([each, single])),
        _ => {}
    }
    // Names without any number or time say nothing of parts.
    if counts.is_empty() {
        return Ok(each);
    }
    let heads: Vec<Head> = chosen.iter().filter_map(|file| files[*file].head).collect();
    let lengths: Option<Vec<u64>> = heads.iter().map(|head| head.length).collect();
    let rate = heads.first().map_or(0, |head| u64::from(head.clock.rate()));
    let spread = |lengths: &[u64]| Some(lengths.iter().max()? - lengths.iter().min()?);
    let equal = heads.len() > 1 && lengths.as_deref().and_then(spread).is_some_and(|most| most <= rate / ROUNDED);
    let width = heads.iter().map(|head| head.channels).max().unwrap_or(1);
    if width > 1 {
        let in_order = counts.iter().all(|count| matches!(count, Count::Parts | Count::Long));
        return match (in_order, equal) {
            (true, true) if width == 2 => Ok(each),
            (true, _) => Ok(Reading { by: By::Order, ..single }),
            (false, true) => Ok(each),
            (false, false) => Err(Box::new([each, single])),
        };
    }
    if equal {
        return Ok(Reading { by: if counts.contains(&Count::Parts) { By::Lengths } else { By::Names }, ..each });
    }
    if counts.contains(&Count::Parts) || at_a_limit(files, &single) { Err(Box::new([each, single])) } else { Ok(each) }
}

/// What a number by which names differ may count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    /// Microphones, unless something says otherwise.
    Plain,
    /// The same, but with as many digits as parts are counted with.
    Long,
    /// Parts or takes as well.
    Parts,
}

/// What the numbers and times by which these names differ may count.
fn counted(files: &[File], chosen: &[usize]) -> Vec<Count> {
    let names = || chosen.iter().map(|file| &files[*file].name);
    let most = names().map(|name| name.numbers.len()).max().unwrap_or(0);
    let differ = |of: &dyn Fn(&Name) -> Option<u64>| names().any(|name| Some(of(name)) != names().next().map(of));
    let mut counts = Vec::new();
    if names().any(|name| name.moment.is_some() && name.moment != names().next().and_then(|first| first.moment)) {
        counts.push(Count::Parts);
    }
    for place in 0..most {
        if !differ(&|name| name.numbers.get(place).map(|number| number.value)) {
            continue;
        }
        counts.extend(names().map(|name| match name.numbers.get(place) {
            Some(number) if matches!(number.role, Role::Take | Role::Part) => Count::Parts,
            Some(number) if number.digits < WIDE => Count::Plain,
            Some(_) if name.words.is_empty() && name.numbers.len() == 1 => Count::Long,
            _ => Count::Parts,
        }));
    }
    counts
}

/// Whether every part begins where the one before it ends.
fn follows_at_once(files: &[File], way: &Reading) -> bool {
    way.microphones.iter().all(|microphone| {
        microphone.parts.windows(2).all(|pair| {
            let (before, after) = (&files[pair[0].file], &files[pair[1].file]);
            let Some((((began, _), (next, within)), length)) = before.began().zip(after.began()).zip(before.length())
            else {
                return false;
            };
            next - began.saturating_add_unsigned(length)
                <= 2 * within + i64::from(before.head.map_or(0, |head| head.clock.rate()))
        })
    })
}

/// The one way that the evidence leaves, or the first two.
fn decide(files: &[File], mut ways: Vec<Reading>) -> Outcome {
    keep(&mut ways, |way| fits_seats(files, way));
    if let Some(way) = ways.iter().find(|way| settled(files, way)) {
        return Ok(way.clone());
    }
    keep(&mut ways, |way| times(files, way) != Some(false));
    keep(&mut ways, |way| habit(files, way));
    let even: Vec<Option<u64>> = ways.iter().map(|way| unevenness(files, way)).collect();
    if even.iter().filter(|millis| millis.is_some_and(|millis| millis <= 500)).count() == 1
        && even.iter().all(|millis| millis.is_some_and(|millis| millis <= 500 || millis > 1_000))
        && let Some(way) = even.iter().position(|millis| millis.is_some_and(|millis| millis <= 500))
    {
        ways = vec![ways.swap_remove(way)];
    }
    let mut ways = ways.into_iter();
    match (ways.next(), ways.next()) {
        (Some(first), Some(second)) => Err(Box::new([first, second])),
        (first, _) => {
            let way = first.unwrap_or(Reading { microphones: Vec::new(), by: By::Names });
            let by = if takes(files, &way).len() > 1 && times(files, &way).is_none() { By::Order } else { By::Names };
            Ok(Reading { by, ..way })
        }
    }
}

/// Keeps the ways that pass, unless none does.
fn keep(ways: &mut Vec<Reading>, mut passes: impl FnMut(&Reading) -> bool) {
    if ways.iter().any(&mut passes) {
        ways.retain(|way| passes(way));
    }
}

/// A file that lies alone, with the number that its name gives to its microphone.
pub(super) fn alone(files: &[File], number: Option<u64>) -> Reading {
    let mut reading = apart(files, &[0]);
    reading.microphones[0].number = number;
    reading
}

/// Every file a microphone of its own, in the order of their names.
pub(super) fn apart(files: &[File], chosen: &[usize]) -> Reading {
    let alone = |file: &usize| Microphone { number: None, parts: vec![Part::new(&files[*file].name, *file, None)] };
    Reading { microphones: chosen.iter().map(alone).collect(), by: By::Names }
}

/// The files of one number one after another, whatever else their names say: the other way to read
/// a number that occurs twice.
fn in_parts(files: &[File], chosen: &[usize]) -> Reading {
    let mut groups: BTreeMap<(bool, Option<u64>), Vec<Part>> = BTreeMap::new();
    for file in chosen {
        let name = &files[*file].name;
        let number = name.channel().map(|column| name.numbers[column].value);
        groups.entry((number.is_none(), number)).or_default().push(Part::new(name, *file, name.channel()));
    }
    let microphones = groups.into_iter().map(|((_, number), parts)| Microphone { number, parts });
    Reading { microphones: microphones.collect(), by: By::Names }
}

fn may_count_channels(files: &[File], chosen: &[usize], column: usize, passes: &dyn Fn(&Number) -> bool) -> bool {
    let number = |file: &usize| &files[*file].name.numbers[column];
    let fits = |number: &Number| passes(number) && number.value <= u64::from(MAX_CHANNELS);
    let first = chosen.first().map(|file| number(file).value);
    chosen.iter().all(|file| fits(number(file))) && chosen.iter().any(|file| Some(number(file).value) != first)
}

fn by_column(files: &[File], chosen: &[usize], column: usize) -> Option<Reading> {
    group(files, chosen, |file| (file.name.numbers[column].value, Some(column)))
}

/// Microphones by the words of their names, parts by their numbers, where the same numbers occur
/// with several words.
fn by_words(files: &[File], chosen: &[usize]) -> Option<Reading> {
    let reading = group(files, chosen, |file| (&file.name.words, None))?;
    let mut keys: Vec<&Key> = reading.parts().map(|part| &part.key).collect();
    keys.sort();
    let shared = keys.windows(2).any(|pair| pair[0] == pair[1]);
    (reading.microphones.len() > 1 && reading.has_parts() && shared).then_some(reading)
}

/// Groups the files; `None` where two of one group cannot be told apart or have other words.
fn group<'a, I: Ord>(
    files: &'a [File],
    chosen: &[usize],
    of: impl Fn(&'a File) -> (I, Option<usize>),
) -> Option<Reading> {
    let mut groups: BTreeMap<I, Microphone> = BTreeMap::new();
    for file in chosen {
        let (id, column) = of(&files[*file]);
        let name = &files[*file].name;
        let number = column.map(|column| name.numbers[column].value);
        let microphone = groups.entry(id).or_insert(Microphone { number, parts: Vec::new() });
        microphone.parts.push(Part::new(name, *file, column));
    }
    let mut microphones: Vec<Microphone> = groups.into_values().collect();
    for microphone in &mut microphones {
        microphone.parts.sort();
        let apart = microphone.parts.windows(2).all(|pair| {
            let words = |part: &Part| &files[part.file].name.words;
            pair[0].key != pair[1].key && words(&pair[0]) == words(&pair[1])
        });
        if !apart {
            return None;
        }
    }
    microphones.sort_by_key(|microphone| (microphone.number.is_none(), microphone.number, microphone.parts[0].file));
    Some(Reading { microphones, by: By::Names })
}

impl Part {
    fn new(name: &Name, file: usize, column: Option<usize>) -> Self {
        let others = name.numbers.iter().enumerate().filter(|(place, _)| Some(*place) != column);
        let numbers = others.map(|(_, number)| number.value).collect();
        Self { key: (name.moment.map(|moment| moment.at), numbers), file, column }
    }
}

impl Reading {
    /// Every file with its microphone.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.microphones.iter().flat_map(|microphone| &microphone.parts)
    }

    /// Whether a microphone has several files.
    pub(super) fn has_parts(&self) -> bool {
        self.microphones.iter().any(|microphone| microphone.parts.len() > 1)
    }
}

/// Whether the seat map gives each of several microphones its channel, which then are what it says.
fn settled(files: &[File], way: &Reading) -> bool {
    let named = |microphone: &Microphone| microphone.parts.iter().any(|part| files[part.file].seat.is_some());
    way.microphones.iter().all(named) && fits_seats(files, way)
}

/// Whether no microphone holds files of two seats, and no two hold one.
fn fits_seats(files: &[File], way: &Reading) -> bool {
    let mut seen = Vec::new();
    way.microphones.iter().all(|microphone| {
        let mut seats: Vec<Channel> = microphone.parts.iter().filter_map(|part| files[part.file].seat).collect();
        seats.dedup();
        let fits = seats.len() <= 1 && !seats.iter().any(|seat| seen.contains(seat));
        seen.extend(seats);
        fits
    })
}

/// Whether the files' times bear the way out; `None` where not every file has one.
pub(super) fn times(files: &[File], way: &Reading) -> Option<bool> {
    let mut fits = true;
    let mut beginnings: BTreeMap<&Key, Vec<(i64, i64, i64)>> = BTreeMap::new();
    for microphone in &way.microphones {
        let mut before: Option<(i64, Option<u64>)> = None;
        for part in &microphone.parts {
            let (began, within) = files[part.file].began()?;
            let length = files[part.file].length();
            if let Some((earlier, length)) = before {
                let end = earlier.saturating_add_unsigned(length.unwrap_or(0));
                fits &= began > earlier && began + within >= end;
            }
            before = Some((began, length));
            let end = began.saturating_add_unsigned(length.unwrap_or(u64::from(u32::MAX)));
            beginnings.entry(&part.key).or_default().push((began, end, within));
        }
    }
    if !way.has_parts() {
        // The keys differ, but all ran at the same time.
        let all: Vec<_> = beginnings.into_values().flatten().collect();
        return Some(fits && together(&all));
    }
    Some(fits && beginnings.values().all(|files| together(files)))
}

/// Whether stretches of time share a moment.
fn together(stretches: &[(i64, i64, i64)]) -> bool {
    let last = stretches.iter().map(|(began, _, within)| began - within).max();
    let first = stretches.iter().map(|(_, end, _)| *end).min();
    last.zip(first).is_none_or(|(last, first)| last < first)
}

/// Whether the parts of every microphone claim to begin at one moment.
fn same_beginning(files: &[File], way: &Reading) -> bool {
    way.microphones.iter().all(|microphone| {
        let mut began = microphone.parts.iter().map(|part| files[part.file].began());
        let first = began.next();
        began.all(|began| Some(began) == first)
    })
}

/// The numbers of takes among the parts, ascending, where parts differ by one: a number before that
/// of the microphone, or called so.
fn takes(files: &[File], way: &Reading) -> Vec<u64> {
    let mut takes = Vec::new();
    for microphone in way.microphones.iter().filter(|microphone| microphone.parts.len() > 1) {
        let numbers = |part: &Part| &files[part.file].name.numbers;
        for part in &microphone.parts {
            let is_take = |(place, number): &(usize, &Number)| {
                let before = part.column.is_some_and(|column| *place < column);
                let varies = |other: &Part| numbers(other).get(*place).map(|other| other.value) != Some(number.value);
                Some(*place) != part.column
                    && (before || number.role == Role::Take)
                    && microphone.parts.iter().any(varies)
            };
            takes.extend(numbers(part).iter().enumerate().filter(is_take).map(|(_, number)| number.value));
        }
    }
    takes.sort_unstable();
    takes.dedup();
    takes
}

/// Whether the way keeps the habits of recorders: parts are counted with three digits or more, or
/// called so, microphones with fewer.
fn habit(files: &[File], way: &Reading) -> bool {
    let keeps = |part: &Part| {
        files[part.file].name.numbers.iter().enumerate().all(|(place, number)| {
            let counts_parts = number.digits >= WIDE || matches!(number.role, Role::Part | Role::Take);
            (Some(place) == part.column) != counts_parts
        })
    };
    way.has_parts() && way.parts().all(keeps)
}

/// By how many milliseconds files differ that ought to have run at the same time; `None` where a
/// file does not tell its length.
fn unevenness(files: &[File], way: &Reading) -> Option<u64> {
    let mut lengths: BTreeMap<&Key, Vec<u64>> = BTreeMap::new();
    let together = (None, Vec::new());
    for part in way.parts() {
        let file = &files[part.file];
        let millis = file.length()?.saturating_mul(1_000) / u64::from(file.head?.clock.rate());
        lengths.entry(if way.has_parts() { &part.key } else { &together }).or_default().push(millis);
    }
    lengths.values().map(|group| group.iter().max().zip(group.iter().min()).map_or(0, |(a, b)| a - b)).max()
}

/// Whether all but the last have the length or size at which recorders begin another file, and the
/// last is shorter.
fn at_a_limit(files: &[File], single: &Reading) -> bool {
    let heads: Option<Vec<Head>> = single.parts().map(|part| files[part.file].head).collect();
    let Some(heads) = heads else { return false };
    let Some((last, full)) = heads.split_last() else { return false };
    let minute = |head: &Head| {
        let Some(length) = head.length else { return false };
        let minute = u64::from(head.clock.rate()) * 60;
        let rest = length % minute;
        length >= minute && rest.min(minute - rest) <= u64::from(head.clock.rate()) / 10
    };
    let shorter = |head: &Head| head.length.zip(last.length).is_some_and(|(full, last)| last < full);
    !full.is_empty()
        && full
            .iter()
            .all(|head| shorter(head) && (minute(head) || SIZES.iter().any(|size| size.contains(&head.bytes))))
}
