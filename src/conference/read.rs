//! A whole file of events.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Error, Fault};
use super::event::Timing;
use super::{Events, Lines, Said, Source, Table};
use crate::common::clock::Channel;

/// The most bytes that are read of a file: days of a hall with 64 microphones.
pub const LIMIT: u64 = 32 << 20;

/// The names under which a meeting's folder keeps its events.
pub const FILES: [&str; 2] = ["konferensi.csv", "konferensi.jsonl"];

/// Half a day in milliseconds: a clock without a day that goes back by more has passed midnight.
const HALF_A_DAY: i64 = 12 * 60 * 60 * 1000;

/// Reads a file of events, CSV or JSON lines by its name.
///
/// # Errors
/// When it cannot be read, or a line of it is not as `docs/guide/conference.md` says.
pub fn read(path: &Path) -> Result<Events, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::TooLarge { path: path.to_owned(), bytes: size, limit: LIMIT });
    }
    match extension.as_str() {
        "csv" => table(&name, &bytes),
        "jsonl" | "ndjson" => lines(&name, &bytes),
        _ => Err(Error::UnknownForm { path: path.to_owned() }),
    }
}

fn table(name: &str, bytes: &[u8]) -> Result<Events, Error> {
    let mut table = Table::new(name, bytes);
    let mut list = Vec::new();
    while let Some(event) = table.next()? {
        list.extend(event.at.map(|at| (at, event.channel, event.said)));
    }
    Ok(ordered(table.timing(), list))
}

fn lines(name: &str, bytes: &[u8]) -> Result<Events, Error> {
    let mut lines = Lines::new(name, bytes);
    let mut list = Vec::new();
    while let Some(event) = lines.next()? {
        let Some(at) = event.at else { return Err(lines.wrong(Fault::Missing("waktu"))) };
        list.push((at, event.channel, event.said));
    }
    Ok(ordered(lines.timing(), list))
}

/// By time. A clock without days that goes back far begins another day.
fn ordered(timing: Option<Timing>, mut list: Vec<(i64, Channel, Said)>) -> Events {
    let timing = timing.unwrap_or(Timing::Elapsed);
    if timing == Timing::Elapsed {
        let (mut days, mut before) = (0, i64::MIN);
        for (at, ..) in &mut list {
            if before.saturating_sub(*at) > HALF_A_DAY {
                days += 1;
            }
            before = *at;
            *at += days * 2 * HALF_A_DAY;
        }
    }
    list.sort_by_key(|(at, ..)| *at);
    Events { timing, list }
}
