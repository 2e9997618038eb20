//! Turns that another has decided: a person, or another program. They come as RTTM, the form in
//! which `risalah floor` gives its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{CLOCK, LONGEST_TURN, PRE_ROLL, RATE, Turn};
use crate::common::clock::{Channel, Span};
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};
use crate::common::pause::quietest;

/// The most bytes that are read: a line has less than a hundred, and no meeting a hundred thousand
/// turns.
const LIMIT: u64 = 8 << 20;

/// A turn that is too long is cut within this many samples before its longest (8 s).
const CUT_WITHIN: u64 = 8 * RATE.get() as u64;

/// Times beyond this many seconds (a week) are none of a meeting.
const LATEST: f64 = 7.0 * 24.0 * 3600.0;

/// Why turns cannot be taken from a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// More than the turns of any meeting take.
    #[error("{}: more than {limit} bytes", path.display())]
    TooLarge {
        path: PathBuf,
        /// The most that is read.
        limit: u64,
    },
    /// No turn stands in it.
    #[error("{}: no turns", path.display())]
    Empty { path: PathBuf },
    /// A line is not what it should be.
    #[error("{}, line {line}: {fault}", path.display())]
    Line {
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a line of RTTM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Fault {
    /// Not `SPEAKER` with its nine fields.
    #[error("not a SPEAKER line")]
    NotATurn,
    /// A start or a length that is no time in seconds, or a turn without length.
    #[error("`{0}` is not a time")]
    NotATime(String),
    /// A speaker that is not named like a channel.
    #[error("`{0}` is not a channel")]
    NotAChannel(String),
    /// A channel that the recording does not have.
    #[error("there is no {channel} among {channels} channels")]
    NoSuchChannel { channel: Channel, channels: u16 },
    /// Two turns of one channel at once.
    #[error("overlaps line {0} on its channel")]
    Overlap(usize),
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Unreadable { path, source } => {
                Message::new("given.unreadable").with("path", path.display()).with("detail", source)
            }
            Self::TooLarge { path, limit } => {
                Message::new("given.too_large").with("path", path.display()).with("limit", limit)
            }
            Self::Empty { path } => Message::new("given.empty").with("path", path.display()),
            Self::Line { path, line, fault } => fault.explain().with("path", path.display()).with("line", line),
        }
    }

    fn is_usage(&self) -> bool {
        true
    }
}

impl Fault {
    fn explain(&self) -> Message {
        match self {
            Self::NotATurn => Message::new("given.not_a_turn"),
            Self::NotATime(value) => Message::new("given.not_a_time").with("value", value),
            Self::NotAChannel(value) => Message::new("given.not_a_channel").with("value", value),
            Self::NoSuchChannel { channel, channels } => {
                Message::new("given.no_such_channel").with("channel", channel).with("channels", channels)
            }
            Self::Overlap(other) => Message::new("given.overlap").with("other", other),
        }
    }
}

/// Turns that wait for their sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// By the sample at which all of a turn has been heard, or as much of it as one turn may have.
    waiting: BTreeMap<(u64, Channel), Turn>,
    identity: String,
}

impl Given {
    /// Reads the turns of a recording with so many channels. In a line `SPEAKER SESSION 1 START
    /// LENGTH <NA> <NA> ch07 <NA> <NA>` the session and the third field are not looked at: the
    /// name of the speaker is that of the channel. Comments (`;;`) and empty lines are passed
    /// over.
    ///
    /// # Errors
    /// Any [`Error`]; of a broken line, its number.
    pub fn read(path: &Path, channels: u16) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        File::open(path).map_err(unreadable)?.take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > LIMIT {
            return Err(Error::TooLarge { path: path.to_owned(), limit: LIMIT });
        }
        let mut turns = Vec::new();
        for (index, text) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() || text.starts_with(";;") {
                continue;
            }
            let turn = turn(text, channels);
            let turn = turn.map_err(|fault| Error::Line { path: path.to_owned(), line: index + 1, fault })?;
            turns.push((turn, index + 1));
        }
        if turns.is_empty() {
            return Err(Error::Empty { path: path.to_owned() });
        }
        turns.sort_unstable_by_key(|(turn, line)| (turn.channel, turn.span.start, *line));
        for pair in turns.windows(2) {
            let [(first, one), (second, other)] = pair else { continue };
            if first.channel == second.channel && second.span.start < first.span.end {
                let (earlier, later) = (*one.min(other), *one.max(other));
                return Err(Error::Line { path: path.to_owned(), line: later, fault: Fault::Overlap(earlier) });
            }
        }
        let mut given = Self { waiting: BTreeMap::new(), identity: sha256(&bytes) };
        for (turn, _) in turns {
            given.wait(turn);
        }
        Ok(given)
    }

    /// Differs for other turns: the SHA-256 of the file.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Appends the turns of which all is heard when the recording has been read up to `position`.
    /// One that is longer than [`LONGEST_TURN`] is cut where it is quietest, as
    /// [`super::Floor`] does; `sound` gives the samples of a span.
    pub fn due(&mut self, position: u64, sound: impl Fn(Channel, Span) -> Vec<f32>, done: &mut Vec<Turn>) {
        while let Some(first) = self.waiting.first_entry()
            && first.key().0 <= position
        {
            let turn = first.remove();
            if turn.span.len() <= LONGEST_TURN {
                done.push(turn);
                continue;
            }
            let latest = turn.span.start + LONGEST_TURN;
            let within = Span::new(latest - CUT_WITHIN, latest);
            let at = within.start + quietest(&sound(turn.channel, within)) as u64;
            done.push(Turn { span: Span::new(turn.span.start, at), continues: true, ..turn });
            self.wait(Turn { span: Span::new(at, turn.span.end), ..turn });
        }
    }

    /// Whether a turn of a channel is going on when the recording has been read up to `position`.
    #[must_use]
    pub fn is_open(&self, channel: Channel, position: u64) -> bool {
        let latest = position + LONGEST_TURN + PRE_ROLL;
        let mut soon = self.waiting.range(..=(latest, channel)).map(|(_, turn)| turn);
        soon.any(|turn| turn.channel == channel && turn.span.start < position)
    }

    /// Ends the recording at `length`: the turns that reach beyond it end there. Gives how many
    /// begin after it.
    pub fn finish(mut self, length: u64, sound: impl Fn(Channel, Span) -> Vec<f32>, done: &mut Vec<Turn>) -> usize {
        let (here, beyond): (Vec<Turn>, Vec<Turn>) =
            std::mem::take(&mut self.waiting).into_values().partition(|turn| turn.span.start < length);
        for turn in here {
            self.wait(Turn { span: Span::new(turn.span.start, turn.span.end.min(length)), ..turn });
        }
        self.due(u64::MAX, sound, done);
        beyond.len()
    }

    fn wait(&mut self, turn: Turn) {
        let heard = if turn.span.len() > LONGEST_TURN { turn.span.start + LONGEST_TURN } else { turn.audible().end };
        self.waiting.insert((heard, turn.channel), turn);
    }
}

fn turn(text: &str, channels: u16) -> Result<Turn, Fault> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let ["SPEAKER", _, _, start, length, _, _, name, ..] = fields[..] else { return Err(Fault::NotATurn) };
    let (start, length) = (time(start)?, (time(length)?, length));
    let number = name.strip_prefix("ch").and_then(|digits| digits.parse().ok());
    let channel = number.and_then(Channel::new).ok_or_else(|| Fault::NotAChannel(name.to_owned()))?;
    if channel.number() > channels {
        return Err(Fault::NoSuchChannel { channel, channels });
    }
    if length.0 == 0 {
        return Err(Fault::NotATime(length.1.to_owned()));
    }
    Ok(Turn {
        channel,
        span: Span::new(start, start + length.0),
        continues: false,
        off_microphone: false,
        tones: false,
    })
}

/// Seconds as samples, to the nearest.
fn time(text: &str) -> Result<u64, Fault> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=LATEST).contains(seconds));
    let seconds = seconds.ok_or_else(|| Fault::NotATime(text.to_owned()))?;
    Ok((seconds * f64::from(CLOCK.rate())).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Given, Error> {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("giliran.rttm");
        std::fs::write(&path, text).expect("written");
        Given::read(&path, 4)
    }

    fn fault(text: &str) -> (usize, Fault) {
        match read(text) {
            Err(Error::Line { line, fault, .. }) => (line, fault),
            other => panic!("{other:?}"),
        }
    }

    fn line(start: &str, length: &str, name: &str) -> String {
        format!("SPEAKER rapat 1 {start} {length} <NA> <NA> {name} <NA> <NA>\n")
    }

    #[test]
    fn turns_come_when_all_of_them_is_heard() {
        let text = ";; dari orang\n\n".to_owned() + &line("3", "1.5", "ch02") + &line("1", "2.25", "ch01");
        let mut given = read(&text).expect("turns");
        let (mut done, silent) = (Vec::new(), |_, span: Span| vec![0.0; span.len() as usize]);
        given.due(3 * 16_000, silent, &mut done);
        assert_eq!(done, []);
        given.due(4 * 16_000, silent, &mut done);
        assert_eq!(done.iter().map(|turn| turn.channel.number()).collect::<Vec<_>>(), [1]);
        assert_eq!(done[0].span, Span::new(16_000, 52_000));
        // The sound ends within the other.
        assert_eq!(given.finish(4 * 16_000, silent, &mut done), 0);
        assert_eq!(done[1].span, Span::new(48_000, 64_000));
    }

    #[test]
    fn what_begins_after_the_sound_is_counted() {
        let given = read(&(line("1", "1", "ch01") + &line("9", "1", "ch01"))).expect("turns");
        let mut done = Vec::new();
        assert_eq!(given.finish(5 * 16_000, |_, _| Vec::new(), &mut done), 1);
        assert_eq!(done.len(), 1);
    }

    #[test]
    fn a_long_turn_is_cut_where_it_is_quiet() {
        let mut given = read(&line("0", "50", "ch01")).expect("turns");
        let quiet = [Span::new(15 * 16_000, 15 * 16_000 + 3200), Span::new(30 * 16_000, 30 * 16_000 + 3200)];
        let sound = |_, span: Span| {
            (span.start..span.end)
                .map(|at| if quiet.iter().any(|q| (q.start..q.end).contains(&at)) { 0.0 } else { 0.1 })
                .collect()
        };
        let mut done = Vec::new();
        given.due(60 * 16_000, sound, &mut done);
        assert_eq!(done.iter().map(|turn| turn.continues).collect::<Vec<_>>(), [true, true, false]);
        for (turn, quiet) in done.iter().zip(quiet) {
            assert!((quiet.start..quiet.end).contains(&turn.span.end), "{turn:?}");
        }
        assert!(done.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
        assert_eq!(done[2].span.end, 50 * 16_000);
    }

    #[test]
    fn a_broken_line_is_named() {
        let good = line("1", "2", "ch01");
        assert_eq!(fault(&(good.clone() + "ch01,1,2\n")), (2, Fault::NotATurn));
        assert_eq!(fault(&line("satu", "2", "ch01")), (1, Fault::NotATime("satu".into())));
        for wrong in ["-1", "nan", "inf", "1e300", "0"] {
            assert_eq!(fault(&line("1", wrong, "ch01")), (1, Fault::NotATime(wrong.into())), "{wrong}");
        }
        for wrong in ["A", "ch", "ch0", "ch65", "kursi-1"] {
            assert_eq!(fault(&line("1", "2", wrong)), (1, Fault::NotAChannel(wrong.into())), "{wrong}");
        }
        let fifth = Channel::new(5).expect("a channel");
        assert_eq!(fault(&line("1", "2", "ch05")), (1, Fault::NoSuchChannel { channel: fifth, channels: 4 }));
        assert_eq!(fault(&(line("2.9", "1", "ch01") + &good)), (2, Fault::Overlap(1)));
        assert!(read(&(line("2.9", "1", "ch02") + &good)).is_ok());
        assert!(matches!(read("\n;; kosong\n"), Err(Error::Empty { .. })));
    }
}
