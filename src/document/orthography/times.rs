//! Times of day: *pukul sepuluh lewat lima menit* → `pukul 10.05`. A zone is never put to it.

use super::draft::Draft;
use super::passage::Passage;
use super::{Matter, Rule};

/// After *jam* and a number they show that it is a length of time or something else that is
/// counted.
const COUNTED: [&str; 9] = ["hari", "minggu", "bulan", "tahun", "kali", "orang", "menit", "per", "pelajaran"];
/// With them a day has twice twelve hours.
const PARTS_OF_DAY: [&str; 6] = ["pagi", "siang", "sore", "petang", "malam", "subuh"];

/// A time and the words it takes, from the hour on.
struct Told {
    hour: u64,
    minute: u64,
    end: usize,
}

pub(super) fn write(draft: &mut Draft) {
    let passage = draft.passage;
    // Where the second time begins that a word such as *sampai* joins to one after *pukul*.
    let mut joined = None;
    for place in 1..passage.len() {
        let named = matches!(passage.before(place), "pukul" | "jam") && passage.is_unbroken(place - 1..place + 1);
        if !named && joined != Some(place) {
            continue;
        }
        let is_clock = !named || passage.before(place) == "pukul";
        if is_clock && let Some(told) = told(passage, place) {
            joined = passage.joined(told.end).filter(|next| passage.numeral_at(*next).is_some());
        }
        if !is_clock && place > 1 && passage.numeral_before(place - 1).is_some() {
            continue;
        }
        if let Some(time) = with_colon(passage.core(place)) {
            draft.change(place..place + 1, &time, Rule::Time);
        } else if passage.lower(place) == "setengah" {
            half(draft, place);
        } else if let Some(told) = told(passage, place) {
            if is_clock || !COUNTED.contains(&passage.lower(told.end)) {
                told_time(draft, place, &told);
            }
        } else if is_clock && let Some(numeral) = passage.numeral_at(place).filter(|numeral| numeral.spoken) {
            draft.doubt(numeral.words.clone(), Matter::Number, None);
        }
    }
}

fn told_time(draft: &mut Draft, place: usize, told: &Told) {
    let passage = draft.passage;
    let unclear = matches!(passage.lower(told.end), "kurang" | "lewat" | "lebih" | "seperempat");
    if unclear || passage.goes_on(told.end) {
        draft.doubt(place..told.end, Matter::Number, None);
        return;
    }
    let by_day = PARTS_OF_DAY.contains(&passage.lower(told.end));
    let time = match (by_day, told.minute) {
        (true, 0) => told.hour.to_string(),
        (true, minute) => format!("{}.{minute:02}", told.hour),
        (false, minute) => format!("{:02}.{minute:02}", told.hour),
    };
    draft.change(place..told.end, &time, Rule::Time);
}

/// *Setengah sepuluh* is half past nine: to write that is for a person.
fn half(draft: &mut Draft, place: usize) {
    let passage = draft.passage;
    let Some(numeral) = passage.numeral_at(place + 1) else { return };
    let words = place..numeral.words.end;
    if let Some(hour) = numeral.within(1..=12)
        && passage.is_unbroken(words.clone())
    {
        let before = if hour == 1 { 12 } else { hour - 1 };
        draft.doubt(words, Matter::Number, Some(format!("{before:02}.30")));
    }
}

/// The hour that begins at a word, with its minutes.
fn told(passage: &Passage, place: usize) -> Option<Told> {
    let numeral = passage.numeral_at(place).filter(|numeral| numeral.spoken)?;
    let hour = numeral.within(0..=24)?;
    let whole = Told { hour, minute: 0, end: numeral.words.end };
    let mut next = whole.end;
    let linked = matches!(passage.lower(next), "lewat" | "lebih");
    next += usize::from(linked);
    let zero = passage.lower(next) == "nol" && passage.numeral_at(next + 1).is_some();
    next += usize::from(zero);
    let Some(numeral) = passage.numeral_at(next) else { return Some(whole) };
    let Some(minute) = numeral.within(if zero { 1..=9 } else { 1..=59 }) else { return Some(whole) };
    let mut end = numeral.words.end;
    let said = passage.lower(end) == "menit";
    end += usize::from(said && passage.is_unbroken(end - 1..end + 1));
    if !passage.is_unbroken(place..end) || (linked && !said) {
        return Some(whole);
    }
    Some(Told { hour, minute, end })
}

/// `10:05` → `10.05`.
fn with_colon(text: &str) -> Option<String> {
    let (hour, minute) = text.split_once(':')?;
    let part = |text: &str, most: u8| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u8>().ok()).flatten().filter(|part| *part <= most)
    };
    part(hour, 24)?;
    part(minute, 59).filter(|_| minute.len() == 2)?;
    Some(format!("{hour:0>2}.{minute}"))
}
