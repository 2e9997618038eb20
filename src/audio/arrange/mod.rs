//! Which microphone each of several files belongs to, and where on the timeline it stands.
//!
//! The number in a name is the channel. Parts of one microphone follow one another. What the names
//! leave open is decided by the times and lengths of the files, or refused with both readings; what
//! is left out, moved or missing is told. The rules stand in `docs/guide/microphones.md`.

mod doubles;
mod folder;
mod name;
mod reading;
mod timeline;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};

pub(super) use folder::beside;
pub(super) use name::{by_name, part_number};

use super::input::{Input, Member, Part, Seat, Set};
use super::warning::Why;
use super::{Error, Warning, decode};
use crate::common::clock::{Channel, MAX_CHANNELS};
use name::Name;
use reading::{By, File, Head, Microphone, Reading};

/// The recording that a folder of files is.
pub(super) fn folder(folder: &Path, seats: &[Seat<'_>]) -> Result<Input, Error> {
    let found = folder::look(folder)?;
    let mut warnings = found.passed;
    // What could not be read says by its name how those beside it are counted.
    let mut files: Vec<File> = warnings
        .iter()
        .filter_map(|warning| match warning {
            Warning::PassedOver { path, why } => folder::intended(path, why),
            _ => None,
        })
        .map(|path| unopened(&path, seats))
        .collect();
    for path in found.files {
        match open(&path, seats) {
            Ok(file) => files.push(file),
            Err(error) => {
                files.push(unopened(&path, seats));
                warnings.push(Warning::PassedOver { path, why: Why::of(&error) });
            }
        }
    }
    if files.iter().all(|file| file.head.is_none()) {
        return Err(match warnings.into_iter().next() {
            Some(Warning::PassedOver { path, .. }) => Error::NothingRead { path: folder.to_owned(), first: path },
            _ => Error::FolderWithoutAudio { path: folder.to_owned() },
        });
    }
    doubles::leave_out(&mut files, &mut warnings)?;
    leave_out_mixtures(&mut files, &mut warnings);
    files.sort_by(|a, b| by_name(&a.path, &b.path));
    set_times(&mut files);
    arrange(folder, &files, seats, warnings)
}

/// Files that were named one by one: they are channels in this order, except that the parts of one
/// microphone are one channel.
pub(super) fn listed(paths: &[PathBuf], seats: &[Seat<'_>]) -> Result<Input, Error> {
    let mut files: Vec<File> =
        paths.iter().map(|path| open(path, seats).unwrap_or_else(|_| unopened(path, seats))).collect();
    let mut warnings = Vec::new();
    if let Err(error) = doubles::refuse_twice(&files) {
        let too_many = files.len() > usize::from(MAX_CHANNELS);
        return Err(if too_many { Error::TooManyFiles { files: files.len() } } else { error });
    }
    if files.iter().all(|file| file.head.is_some()) {
        doubles::leave_out(&mut files, &mut warnings)?;
        set_times(&mut files);
        let chosen: Vec<usize> = (0..files.len()).collect();
        match reading::read(&files, &chosen) {
            Ok(reading) if reading.has_parts() => return arrange(Path::new(""), &files, seats, warnings),
            Ok(reading) => tell_numbers(&files, &reading, &mut warnings),
            Err(ways) if ways.iter().all(Reading::has_parts) => return Err(refusal(&files, Path::new(""), &ways)),
            Err(_) => {}
        }
    }
    if files.len() > usize::from(MAX_CHANNELS) {
        return Err(Error::TooManyFiles { files: files.len() });
    }
    let mut reading = Reading { microphones: Vec::new(), by: By::Names };
    let mut channels = Vec::new();
    let taken: Vec<Channel> = files.iter().filter_map(|file| file.seat).collect();
    for (place, file) in files.iter().enumerate() {
        let channel = file.seat.unwrap_or_else(|| Channel::from_index(place));
        if file.seat.is_none() && taken.contains(&channel) {
            let other = files.iter().find(|other| other.seat == Some(channel)).map(|other| other.path.clone());
            return Err(Error::ChannelTwice { channel, first: other.unwrap_or_default(), second: file.path.clone() });
        }
        channels.push(channel);
        reading.microphones.extend(reading::apart(&files, &[place]).microphones);
    }
    let timeline = timeline::lay(&files, &reading, &channels)?;
    warnings.extend(timeline.warnings);
    let members = channels.iter().zip(&files).zip(timeline.starts).map(|((channel, file), starts)| Member {
        first: *channel,
        parts: vec![Part { path: file.path.clone(), start: starts.first().copied().flatten() }],
    });
    Input::of_channels(members.collect(), warnings)
}

/// Reads the names, gives every microphone its channel and every part its place.
fn arrange(folder: &Path, files: &[File], seats: &[Seat<'_>], mut warnings: Vec<Warning>) -> Result<Input, Error> {
    let mut reading = if let [file] = files {
        reading::alone(files, single(file))
    } else {
        let (chosen, loose) = reading::sort(files);
        let mut reading = reading::read(files, &chosen).map_err(|ways| refusal(files, folder, &ways))?;
        reading.microphones.extend(reading::apart(files, &loose).microphones);
        reading
    };
    for microphone in &mut reading.microphones {
        // What could not be opened took part in the reading only.
        microphone.parts.retain(|part| files[part.file].head.is_some());
    }
    reading.microphones.retain(|microphone| !microphone.parts.is_empty());
    if reading.microphones.len() > 1 {
        leave_out_wide(files, &mut reading, &mut warnings);
    }
    if reading.by == By::Lengths {
        let paths = reading.parts().map(|part| files[part.file].path.clone());
        warnings.push(Warning::ReadByLength { paths: paths.collect() });
    }
    let channels = channels(folder, files, &reading, seats, &mut warnings)?;
    let timeline = timeline::lay(files, &reading, &channels)?;
    warnings.extend(timeline.warnings);
    let member = |((microphone, channel), starts): ((&Microphone, Channel), Vec<Option<u64>>)| Member {
        first: channel,
        parts: microphone
            .parts
            .iter()
            .zip(starts)
            .map(|(part, start)| Part { path: files[part.file].path.clone(), start })
            .collect(),
    };
    // A seat behind the last number lacks its file as one in a hole does. A lone file without a number
    // may hold all of the room.
    let counted = |microphone: &Microphone| {
        microphone.number.is_some() || microphone.parts.iter().any(|part| files[part.file].seat.is_some())
    };
    let last_seat = seats.iter().map(|seat| seat.channel.number()).max().unwrap_or(0);
    let least = if reading.microphones.iter().any(counted) && !is_wide(files, &reading) { last_seat } else { 0 };
    let highest = channels.iter().map(|channel| channel.number()).max().unwrap_or(0);
    let members = reading.microphones.iter().zip(channels).zip(timeline.starts).map(member).collect();
    Ok(match Input::of_channels(members, warnings)? {
        Input::File(path) if least > highest => {
            let member = Member { first: Channel::from_index(0), parts: vec![Part::new(path)] };
            Input::Set(Set { members: vec![member], least, warnings: Vec::new() })
        }
        Input::Set(set) => Input::Set(Set { least, ..set }),
        input => input,
    })
}

/// Whether what was read is one recording of several channels.
fn is_wide(files: &[File], reading: &Reading) -> bool {
    let wide = |microphone: &Microphone| files[microphone.parts[0].file].head.is_some_and(|head| head.channels > 1);
    matches!(reading.microphones.as_slice(), [microphone] if wide(microphone))
}

/// The channel of every microphone.
fn channels(
    folder: &Path,
    files: &[File],
    reading: &Reading,
    seats: &[Seat<'_>],
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Channel>, Error> {
    let path = |microphone: &Microphone| files[microphone.parts[0].file].path.clone();
    let seat = |microphone: &Microphone| microphone.parts.iter().find_map(|part| files[part.file].seat);
    let number = |microphone: &Microphone| microphone.number.filter(|number| *number <= u64::from(MAX_CHANNELS));
    let microphones = &reading.microphones;
    if microphones.len() > usize::from(MAX_CHANNELS) {
        return Err(Error::TooManyFiles { files: microphones.len() });
    }
    if is_wide(files, reading) {
        return Ok(vec![Channel::from_index(0)]);
    }
    let free = || microphones.iter().filter(|microphone| seat(microphone).is_none());
    let from_zero = free().any(|microphone| number(microphone) == Some(0));
    let last_seat = seats.iter().map(|seat| u64::from(seat.channel.number())).max();
    let most = free().filter_map(number).max();
    if from_zero && last_seat != most.map(|most| most + 1) {
        let zero = free().find(|microphone| number(microphone) == Some(0)).map(path).unwrap_or_default();
        if last_seat.is_some() && last_seat == most && free().count() > 1 {
            let shifted = listing(files, microphones, &|one| Some(number(one)? + 1));
            let kept = listing(files, microphones, &|one| number(one).filter(|number| *number > 0));
            return Err(Error::TwoReadings { path: folder.to_owned(), first: shifted, second: kept });
        }
        warnings.push(Warning::FromZero { path: zero });
    }
    let wanted = |microphone: &Microphone| -> Option<u16> {
        let numbered = || number(microphone).map(|number| number as u16 + u16::from(from_zero));
        seat(microphone).map(Channel::number).or_else(numbered)
    };
    let unnamed = microphones.iter().filter(|microphone| wanted(microphone).is_none()).count();
    let in_order = unnamed == microphones.len();
    // What carries no number goes behind every channel that has a number or a seat, where it takes
    // nobody's place.
    let known = microphones.iter().filter_map(wanted).chain(seats.iter().map(|seat| seat.channel.number()));
    let mut next = if in_order { 1 } else { known.max().unwrap_or(0) + 1 };
    let mut channels = Vec::with_capacity(microphones.len());
    for microphone in microphones {
        let given = wanted(microphone);
        let channel = Channel::new(given.unwrap_or(next)).ok_or(Error::TooManyFiles { files: usize::from(next) })?;
        if given.is_none() {
            next += 1;
            if !in_order {
                warnings.push(Warning::NoNumber { path: path(microphone), channel });
            }
        } else if !seats.is_empty() && !seats.iter().any(|seat| seat.channel == channel) {
            warnings.push(Warning::NoSeat { path: path(microphone), channel });
        }
        channels.push(channel);
    }
    if in_order && microphones.len() > 1 {
        let paths = microphones.iter().zip(&channels).map(|(microphone, channel)| (*channel, path(microphone)));
        warnings.push(Warning::InOrder { files: paths.collect() });
    }
    for seat in seats {
        if let Some(file) = seat.file
            && !files.iter().any(|known| known.seat == Some(seat.channel))
        {
            warnings.push(Warning::SeatWithoutFile { channel: seat.channel, file: file.to_owned() });
        }
    }
    Ok(channels)
}

/// The number of a microphone whose file lies alone in its folder, where the name says one:
/// `Tr3.wav`, `03.wav`.
fn single(file: &File) -> Option<u64> {
    let marked = file.name.channel();
    let bare = file.name.words.is_empty() && file.name.moment.is_none() && file.name.numbers.len() == 1;
    let number = file.name.numbers.get(marked.unwrap_or(0)).filter(|_| marked.is_some() || bare)?;
    Some(number.value).filter(|number| *number > 0)
}

/// Mixtures and pictures beside the microphones: their sound is that of the microphones once more.
fn leave_out_mixtures(files: &mut Vec<File>, warnings: &mut Vec<Warning>) {
    let is_extra = |file: &File| file.seat.is_none() && (file.name.is_mix() || folder::is_video(&file.path));
    let read = |file: &&File| file.head.is_some();
    if files.iter().filter(read).all(is_extra) {
        return;
    }
    files.retain(|file| {
        let extra = is_extra(file);
        if extra && file.head.is_some() {
            let why = if folder::is_video(&file.path) { Why::Picture } else { Why::Mixture };
            warnings.push(Warning::PassedOver { path: file.path.clone(), why });
        }
        !extra
    });
}

/// A stereo file without a number among microphones: what two of them heard, or all.
fn leave_out_wide(files: &[File], reading: &mut Reading, warnings: &mut Vec<Warning>) {
    let is_wide = |microphone: &Microphone| {
        let file = &files[microphone.parts[0].file];
        microphone.number.is_none() && file.seat.is_none() && file.head.is_some_and(|head| head.channels == 2)
    };
    if reading.microphones.iter().all(is_wide) {
        return;
    }
    reading.microphones.retain(|microphone| {
        let wide = is_wide(microphone);
        if wide {
            let parts = microphone.parts.iter().map(|part| files[part.file].path.clone());
            warnings.extend(parts.map(|path| Warning::PassedOver { path, why: Why::Stereo }));
        }
        !wide
    });
}

/// Tells where the numbers in the names of files that were named one by one are not their places.
fn tell_numbers(files: &[File], reading: &Reading, warnings: &mut Vec<Warning>) {
    let settled = files.iter().all(|file| file.seat.is_some());
    let numbers: Option<Vec<(u64, usize)>> =
        reading.microphones.iter().map(|one| Some((one.number?, one.parts[0].file))).collect();
    let Some(numbers) = numbers.filter(|_| !settled) else { return };
    let base = u64::from(numbers.iter().all(|(number, _)| *number > 0));
    if numbers.iter().any(|(number, file)| *number != *file as u64 + base) && files.len() <= usize::from(MAX_CHANNELS) {
        let named = files.iter().enumerate().map(|(place, file)| (Channel::from_index(place), file.path.clone()));
        warnings.push(Warning::NumbersIgnored { files: named.collect() });
    }
}

fn refusal(files: &[File], folder: &Path, ways: &[Reading; 2]) -> Error {
    let path = if folder.as_os_str().is_empty() {
        files.first().map(|file| file.path.clone()).unwrap_or_default()
    } else {
        folder.to_owned()
    };
    let [first, second] = ways.each_ref().map(|way| listing(files, &way.microphones, &|one| one.number));
    Error::TwoReadings { path, first, second }
}

/// A reading in few words: `ch01 = a.wav + b.wav; ch02 = c.wav; …`.
fn listing(files: &[File], microphones: &[Microphone], number: &dyn Fn(&Microphone) -> Option<u64>) -> String {
    const MOST: usize = 4;
    let name = |file: usize| files[file].path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let lines = microphones.iter().enumerate().map(|(place, microphone)| {
        let names: Vec<String> = microphone.parts.iter().take(MOST).map(|part| name(part.file)).collect();
        let more = if microphone.parts.len() > MOST { " + …" } else { "" };
        let channel = number(microphone).unwrap_or(place as u64 + 1);
        format!("ch{channel:02} = {}{more}", names.join(" + "))
    });
    let more = if microphones.len() > MOST { "; …" } else { "" };
    lines.take(MOST).collect::<Vec<_>>().join("; ") + more
}

/// A file's name and head.
fn open(path: &Path, seats: &[Seat<'_>]) -> Result<File, Error> {
    let reader = decode::open(path)?;
    let bytes = fs::metadata(path).map_err(|source| Error::io(path, source))?.len();
    let format = reader.format();
    let times = Times { started: reader.started(), samples: reader.time_reference() };
    let head = Head {
        clock: format.clock(),
        channels: format.channels,
        length: reader.length(),
        bytes,
        times,
        began: None,
        within: 0,
    };
    Ok(File { head: Some(head), ..unopened(path, seats) })
}

fn unopened(path: &Path, seats: &[Seat<'_>]) -> File {
    File { path: path.to_owned(), name: Name::of(path), head: None, seat: seat_of(path, seats) }
}

/// The channel that the seat map gives to a file: by its name as written, or in another case or
/// Unicode form.
pub(super) fn seat_of(path: &Path, seats: &[Seat<'_>]) -> Option<Channel> {
    let name = path.file_name()?.to_str()?;
    let found = |same: &dyn Fn(&str) -> bool| seats.iter().find(|seat| seat.file.is_some_and(same));
    let seat = found(&|file| file == name).or_else(|| found(&|file| name::folded(file) == name::folded(name)));
    seat.map(|seat| seat.channel)
}

/// What a head says of the time at which its file begins.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    /// To the second.
    started: Option<DateTime>,
    /// Samples since midnight.
    samples: Option<u64>,
}

/// Days since 1970; what follows midnight must come later.
fn days(date: Date) -> i64 {
    i64::from((date - Date::constant(1970, 1, 1)).get_days())
}

/// Takes the best kind of time that every file has: samples since midnight, then whole seconds in
/// the head, then the name's.
fn set_times(files: &mut [File]) {
    type Began = (i64, u64);
    let second = |head: &Head| u64::from(head.clock.rate());
    let civil = |at: DateTime, rate: u64| {
        let time = at.time();
        let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        (days(at.date()) * 86_400 + seconds).saturating_mul(rate as i64)
    };
    let exact = |_: &File, head: &Head| -> Option<Began> {
        let (started, samples) = (head.times.started?, head.times.samples?);
        let midnight = days(started.date()).saturating_mul(86_400).saturating_mul(second(head) as i64);
        Some((midnight.saturating_add_unsigned(samples), 0))
    };
    let in_head =
        |_: &File, head: &Head| Some((civil(head.times.started?, second(head)), second(head))) as Option<Began>;
    let in_name = |file: &File, head: &Head| -> Option<Began> {
        let moment = file.name.moment?;
        Some((civil(moment.at, second(head)), second(head) * if moment.minutes { 60 } else { 1 }))
    };
    let all = |of: &dyn Fn(&File, &Head) -> Option<Began>| -> Option<Vec<Began>> {
        let read = files.iter().filter_map(|file| Some((file, file.head.as_ref()?)));
        read.map(|(file, head)| of(file, head)).collect()
    };
    let differ = |times: &Vec<Began>| times.iter().any(|time| Some(time) != times.first());
    let kinds = [all(&exact), all(&in_head), all(&in_name)];
    // A recorder may write the beginning of the take into the head of each part; a kind that tells
    // files apart goes before.
    let kind = kinds.iter().flatten().find(|times| differ(times)).or_else(|| kinds.iter().flatten().next()).cloned();
    let Some(mut times) = kind else { return };
    let day = files.iter().find_map(|file| file.head).map_or(0, |head| second(&head) as i64 * 86_400);
    let latest = times.iter().map(|(began, _)| *began).max().unwrap_or_default();
    let one_day = times.iter().all(|(began, _)| began.div_euclid(day.max(1)) == latest.div_euclid(day.max(1)));
    for (began, _) in &mut times {
        // The date is that of the take, but the clock passed midnight.
        if one_day && latest - *began > day / 2 {
            *began += day;
        }
    }
    let heads = files.iter_mut().filter_map(|file| file.head.as_mut());
    for (head, (began, within)) in heads.zip(times) {
        (head.began, head.within) = (Some(began), within);
    }
}
