//! One sound in several files: two formats of one take, a copy, a link.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::super::warning::Double;
use super::super::wav::read_full;
use super::super::{Error, Warning};
use super::name::{stem, without_copy_mark};
use super::reading::File;

/// Endings of files that keep every sample.
const LOSSLESS: [&str; 13] =
    ["wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "caf", "flac", "ape", "wv", "au"];

/// Leaves only one file of each sound, and tells which.
pub(super) fn leave_out(files: &mut Vec<File>, warnings: &mut Vec<Warning>) -> Result<(), Error> {
    let mut left = vec![false; files.len()];
    let mut leave = |left: &mut Vec<bool>, taken: usize, other: usize, why: Double| {
        left[other] = true;
        let path = |file: usize| files[file].path.clone();
        if files[other].head.is_some() {
            warnings.push(Warning::Doubled { taken: path(taken), left: path(other), why });
        }
    };
    for (first, second) in pairs(files.len()) {
        if !left[first] && !left[second] && is_same(&files[first].path, &files[second].path) {
            leave(&mut left, first, second, Double::Link);
        }
    }
    for group in of_one_name(files, stem).into_values() {
        let group: Vec<usize> = group.into_iter().filter(|file| !left[*file]).collect();
        let Some(best) = best(files, &group)? else { continue };
        for other in group.into_iter().filter(|other| *other != best && files[*other].seat.is_none()) {
            leave(&mut left, best, other, Double::Format);
        }
    }
    for group in of_one_name(files, |path| without_copy_mark(&stem(path)).to_owned()).into_values() {
        let group: Vec<usize> = group.into_iter().filter(|file| !left[*file] && files[*file].head.is_some()).collect();
        for (place, first) in group.iter().enumerate() {
            for second in &group[place + 1..] {
                if !left[*first] && !left[*second] && is_equal(&files[*first], &files[*second]) {
                    // The name without the mark is the shorter one.
                    let length = |file: usize| files[file].path.as_os_str().len();
                    let (taken, other) =
                        if length(*second) < length(*first) { (*second, *first) } else { (*first, *second) };
                    leave(&mut left, taken, other, Double::Copy);
                }
            }
        }
    }
    let mut left = left.into_iter();
    files.retain(|_| !left.next().unwrap_or(false));
    Ok(())
}

/// Refuses a file that was named twice: one microphone cannot be two channels.
pub(super) fn refuse_twice(files: &[File]) -> Result<(), Error> {
    match pairs(files.len()).find(|(first, second)| is_same(&files[*first].path, &files[*second].path)) {
        Some((first, second)) => {
            Err(Error::NamedTwice { first: files[first].path.clone(), second: files[second].path.clone() })
        }
        None => Ok(()),
    }
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |first| (first + 1..count).map(move |second| (first, second)))
}

/// The files of each folder that have one name.
fn of_one_name(files: &[File], name: impl Fn(&Path) -> String) -> BTreeMap<(PathBuf, String), Vec<usize>> {
    let mut groups: BTreeMap<(PathBuf, String), Vec<usize>> = BTreeMap::new();
    for (place, file) in files.iter().enumerate() {
        let folder = file.path.parent().map(Path::to_owned).unwrap_or_default();
        groups.entry((folder, name(&file.path))).or_default().push(place);
    }
    groups.retain(|_, group| group.len() > 1);
    groups
}

/// Of several files with one name the one to take: a microphone's, the longest, then one that keeps
/// every sample. Two of one format are two recordings, unless they are equal byte for byte.
fn best(files: &[File], group: &[usize]) -> Result<Option<usize>, Error> {
    let several = files
        .iter()
        .map(|file| stem(&file.path))
        .any(|name| Some(name) != group.first().map(|file| stem(&files[*file].path)));
    let rank = |file: &usize| {
        let file = &files[*file];
        let (width, halves) = file.head.map_or((0, 0), |head| {
            let halves = head.length.unwrap_or(0).saturating_mul(2).div_ceil(u64::from(head.clock.rate()));
            (u32::from(head.channels), halves)
        });
        let fits = if several { u32::from(width == 1) } else { width };
        let ending = ending(&file.path);
        let picture = super::folder::is_video(&file.path);
        (file.seat.is_some(), file.head.is_some(), !picture, fits, halves / 2, LOSSLESS.contains(&ending.as_str()))
    };
    for (place, first) in group.iter().enumerate() {
        for second in &group[place + 1..] {
            let (one, other) = (&files[*first], &files[*second]);
            let both_read = one.head.is_some() && other.head.is_some();
            let both_seated = one.seat.is_some() && other.seat.is_some();
            if both_read && !both_seated && ending(&one.path) == ending(&other.path) && !is_equal(one, other) {
                return Err(Error::OneName { first: one.path.clone(), second: other.path.clone() });
            }
        }
    }
    Ok(group.iter().copied().rev().max_by_key(rank))
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Whether two paths lead to one file.
fn is_same(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
        place(a).is_some() && place(a) == place(b)
    }
    #[cfg(not(unix))]
    {
        let place = |path| fs::canonicalize(path).ok();
        place(a).is_some() && place(a) == place(b)
    }
}

/// Whether two files hold the same bytes.
fn is_equal(one: &File, other: &File) -> bool {
    let bytes = |file: &File| file.head.map(|head| head.bytes);
    bytes(one).is_some() && bytes(one) == bytes(other) && compare(&one.path, &other.path).unwrap_or(false)
}

fn compare(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (fs::File::open(one)?, fs::File::open(other)?);
    let (mut left, mut right) = (vec![0; 1 << 18], vec![0; 1 << 18]);
    loop {
        let (a, b) = (read_full(&mut one, &mut left)?, read_full(&mut other, &mut right)?);
        if a != b || left[..a] != right[..b] {
            return Ok(false);
        }
        if a < left.len() {
            return Ok(other.read(&mut right)? == 0);
        }
    }
}
