//! The members and seats of an institution from a spreadsheet, for a first `lembaga.toml`.

use std::collections::HashMap;
use std::path::Path;

use super::table::{Table, Wanted};
use super::words::{Column, plain};
use super::{Remark, Remarks};
use crate::common::clock::Channel;
use crate::common::message::{Explain, Message};

/// A row of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Name with titles and degrees.
    pub name: String,
    /// The party group as the list writes it.
    pub group: Option<String>,
    /// Office.
    pub office: Option<String>,
    /// What they are called in the record in place of group or office.
    pub title: Option<String>,
    /// The microphone.
    pub channel: Option<Channel>,
}

impl Listed {
    /// Whether the row is a lectern, which no one person owns.
    #[must_use]
    pub fn is_lectern(&self) -> bool {
        is_lectern(&self.name)
    }

    /// Whether the row is a microphone that several share.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        is_shared(&self.name)
    }
}

/// Whether this word in place of a name means the lectern.
#[must_use]
pub fn is_lectern(word: &str) -> bool {
    matches!(plain(word).as_str(), "mimbar" | "podium" | "lectern")
}

/// Whether this word in place of a name means that several share the microphone.
#[must_use]
pub fn is_shared(word: &str) -> bool {
    matches!(plain(word).as_str(), "bersama" | "mikrofon bersama" | "shared")
}

/// Why a roster is not taken: it is told, and nothing of it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// It is no list of names.
    NoList(Remark),
    /// Nobody stands in it.
    Empty {
        /// Name of the file.
        file: String,
    },
    /// What stands in the column of microphones is no channel.
    NoChannel {
        /// Name of the file.
        file: String,
        /// Its line or row, from 1.
        line: usize,
        /// What stands there.
        value: String,
    },
    /// Two rows have one microphone.
    ChannelTwice {
        /// Name of the file.
        file: String,
        /// Line of the second.
        line: usize,
        /// Line of the first.
        first: usize,
        /// The channel.
        channel: Channel,
    },
}

impl Explain for Unlisted {
    fn message(&self) -> Message {
        match self {
            Self::NoList(remark) => remark.message(),
            Self::Empty { file } => Message::new("new.list.empty").with("file", file),
            Self::NoChannel { file, line, value } => {
                Message::new("new.list.no_channel").with("file", file).with("line", line).with("value", value)
            }
            Self::ChannelTwice { file, line, first, channel } => Message::new("new.list.channel_twice")
                .with("file", file)
                .with("line", line)
                .with("first", first)
                .with("channel", channel.number()),
        }
    }
}

/// Reads a list with the columns *nama*, and *fraksi*, *jabatan*, *sebutan* and *kanal* (the
/// microphone) where it has them.
///
/// # Errors
/// [`Unlisted`], with the first row that is not understood.
pub fn roster(path: &Path) -> Result<Vec<Listed>, Unlisted> {
    let mut remarks = Remarks::of(path);
    let table = Table::read(path, &Wanted { date: None, sheet: None, status: false }, &mut remarks);
    let file = remarks.file.clone();
    let Some(table) = table else {
        return Err(remarks.all.pop().map_or(Unlisted::Empty { file }, Unlisted::NoList));
    };
    let mut listed = Vec::new();
    let mut taken: HashMap<Channel, usize> = HashMap::new();
    for row in &table.rows {
        let text = |column| table.cell(row, column).map(str::to_owned);
        let Some(name) = text(Column::Name) else { continue };
        let channel = match text(Column::Channel) {
            None => None,
            Some(value) => {
                let channel = channel(&value);
                Some(channel.ok_or(Unlisted::NoChannel { file: file.clone(), line: row.line, value })?)
            }
        };
        if let Some(channel) = channel
            && let Some(first) = taken.insert(channel, row.line)
        {
            return Err(Unlisted::ChannelTwice { file, line: row.line, first, channel });
        }
        listed.push(Listed {
            name,
            group: text(Column::Group),
            office: text(Column::Office),
            title: text(Column::Title),
            channel,
        });
    }
    if listed.is_empty() { Err(Unlisted::Empty { file }) } else { Ok(listed) }
}

/// `3`, `CH 03` or `Mikrofon 3`; a spreadsheet may hold the number as `3.0`.
fn channel(value: &str) -> Option<Channel> {
    let value = value.trim().strip_suffix(".0").unwrap_or(value.trim());
    let digits = value.trim_start_matches(|letter: char| letter.is_alphabetic() || " -_.".contains(letter));
    Channel::new(digits.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::language::Language;

    fn read(text: &str) -> Result<Vec<Listed>, Unlisted> {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("anggota.csv");
        std::fs::write(&path, text).expect("written");
        roster(&path)
    }

    #[test]
    fn members_and_seats_are_read() {
        let listed = read("DAFTAR ANGGOTA\n\nNo;Nama Anggota;Fraksi;Jabatan;No. Mikrofon\n1;\"Rusdi, S.Sos.\";F-MLT;Ketua DPRD;CH 01\n2;Siti;F-CDN;;2.0\n3;Budi;;;\n4;Mimbar;;;9\n;;;;\n").expect("a list");
        let channels: Vec<Option<u16>> = listed.iter().map(|row| row.channel.map(Channel::number)).collect();
        assert_eq!(channels, [Some(1), Some(2), None, Some(9)]);
        assert_eq!((listed[0].name.as_str(), listed[0].office.as_deref()), ("Rusdi, S.Sos.", Some("Ketua DPRD")));
        assert_eq!(listed[1].group.as_deref(), Some("F-CDN"));
        assert!(listed[3].is_lectern() && !listed[2].is_lectern());
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        for (text, line) in [
            ("Nama;Kanal\nAni;65\n", Some("baris 2")),
            ("Nama;Kanal\nAni;depan\n", Some("baris 2")),
            ("Nama;Kanal\nAni;1\nBudi;1\n", Some("baris 3")),
            ("Nama;Kanal\n", None),
            ("", None),
            ("Barang;Harga\nMeja;3\n", None),
        ] {
            let message = read(text).expect_err(text).message();
            let what = message.what(Language::Indonesian);
            assert!(line.is_none_or(|line| what.contains(line)) && !what.contains("%{"), "{what}");
            assert!(message.hint(Language::Indonesian).is_some(), "{what}");
        }
    }
}
