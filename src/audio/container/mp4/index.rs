//! The index of a file: its sound tracks, their edits and the tables of their samples.

use super::super::{Bytes, Numbers};
use super::boxes::{boxes, child, next_box, within};
use super::coding::coding;
use crate::audio::Error;
use crate::audio::codec::Coding;

/// The time of an edit that shows nothing.
const EMPTY: i64 = -1;

/// A stretch of a track that is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    /// Where it is shown, and from where in the track it comes, in ticks of the track.
    pub(super) shown: i64,
    pub(super) from: i64,
    /// How long it is; `None` to the end.
    pub(super) length: Option<i64>,
}

/// The table of a track's samples; each entry stands for several.
#[derive(Debug, Default)]
pub(super) struct Samples {
    /// Count and duration.
    pub(super) times: Vec<(u32, u32)>,
    /// First chunk, from 1, and samples in a chunk.
    pub(super) chunks: Vec<(u32, u32)>,
    pub(super) offsets: Vec<u64>,
    /// One size for all, or 0.
    pub(super) size: u32,
    pub(super) sizes: Vec<u32>,
    pub(super) count: u32,
}

impl Samples {
    fn parse(stbl: &[u8]) -> Self {
        let table = |kind: &[u8], width: usize, head: usize| {
            let content = child(stbl, kind).unwrap_or_default();
            let count = content.be32(head - 4).unwrap_or_default() as usize;
            content.get(head..).unwrap_or_default().chunks_exact(width).take(count).collect::<Vec<_>>()
        };
        let pair = |entry: &&[u8]| Some((entry.be32(0)?, entry.be32(4)?));
        let offsets = match child(stbl, b"co64") {
            Some(_) => table(b"co64", 8, 8).iter().filter_map(|entry| entry.be64(0)).collect(),
            None => table(b"stco", 4, 8).iter().filter_map(|entry| entry.be32(0).map(u64::from)).collect(),
        };
        let stsz = child(stbl, b"stsz").unwrap_or_default();
        Self {
            times: table(b"stts", 8, 8).iter().filter_map(pair).collect(),
            chunks: table(b"stsc", 12, 8).iter().filter_map(pair).collect(),
            offsets,
            size: stsz.be32(4).unwrap_or_default(),
            sizes: table(b"stsz", 4, 12).iter().filter_map(|entry| entry.be32(0)).collect(),
            count: stsz.be32(8).unwrap_or_default(),
        }
    }

    fn duration(&self) -> u64 {
        self.times.iter().map(|(count, ticks)| u64::from(*count) * u64::from(*ticks)).sum()
    }
}

/// What fragments leave out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Defaults {
    pub(super) duration: u32,
    pub(super) size: u32,
}

/// A sound track, as the index describes it.
pub(super) struct Track {
    pub(super) id: u32,
    pub(super) ticks: u32,
    pub(super) coding: Coding,
    pub(super) name: Option<String>,
    pub(super) edits: Vec<Edit>,
    pub(super) samples: Samples,
    pub(super) defaults: Defaults,
    /// Ticks in all, as far as the index tells.
    pub(super) duration: Option<u64>,
}

/// The index of a file.
pub(super) struct Index {
    pub(super) tracks: Vec<Track>,
    pub(super) fragmented: bool,
    /// Where the fragments begin to be looked for.
    pub(super) after: u64,
}

impl Index {
    /// Finds and reads the index; `None` where there is none, as in a recording that broke off.
    pub(super) fn read(bytes: &mut Bytes) -> Result<Option<Self>, Error> {
        bytes.seek(0)?;
        while let Some((kind, start, end)) = next_box(bytes)? {
            if &kind == b"moov" && end <= bytes.length() {
                bytes.seek(start)?;
                let Some(content) = bytes.take(end - start)? else { return Ok(None) };
                return Ok(Some(Self::parse(&content, end)));
            }
            if end >= bytes.length() {
                break;
            }
            bytes.seek(end)?;
        }
        Ok(None)
    }

    fn parse(moov: &[u8], after: u64) -> Self {
        let movie_ticks = child(moov, b"mvhd").and_then(timescale).unwrap_or(1);
        let mvex = child(moov, b"mvex");
        let tracks = boxes(moov)
            .filter(|(kind, _)| kind == b"trak")
            .filter_map(|(_, trak)| Track::parse(trak, movie_ticks, mvex))
            .collect();
        Self { tracks, fragmented: mvex.is_some(), after }
    }
}

/// The ticks of a second, of `mvhd` or `mdhd`.
fn timescale(content: &[u8]) -> Option<u32> {
    content.be32(if content.first() == Some(&1) { 20 } else { 12 }).filter(|ticks| *ticks > 0)
}

impl Track {
    /// `None` where it is no sound, or no track at all.
    fn parse(trak: &[u8], movie_ticks: u32, mvex: Option<&[u8]>) -> Option<Self> {
        let mdia = child(trak, b"mdia")?;
        if child(mdia, b"hdlr")?.get(8..12)? != b"soun" {
            return None;
        }
        let tkhd = child(trak, b"tkhd")?;
        let id = tkhd.be32(if tkhd.first() == Some(&1) { 20 } else { 12 })?;
        let ticks = timescale(child(mdia, b"mdhd")?)?;
        let stbl = within(mdia, &[b"minf", b"stbl"])?;
        let samples = Samples::parse(stbl);
        let trex = mvex.into_iter().flat_map(boxes).find(|(kind, trex)| kind == b"trex" && trex.be32(4) == Some(id));
        let default = |place| trex.and_then(|(_, trex)| trex.be32(place)).unwrap_or_default();
        let edits = within(trak, &[b"edts", b"elst"]).map(|elst| edits(elst, movie_ticks, ticks)).unwrap_or_default();
        let name = within(trak, &[b"udta", b"name"]).map(|name| String::from_utf8_lossy(name).into_owned());
        let name = name.map(|name| name.trim_matches(['\0', ' ']).to_owned()).filter(|name| !name.is_empty());
        let fragments = mvex.and_then(|mvex| child(mvex, b"mehd")).and_then(|mehd| {
            let duration = if mehd.first() == Some(&1) { mehd.be64(4)? } else { mehd.be32(4)?.into() };
            Some(duration.checked_mul(ticks.into())? / u64::from(movie_ticks))
        });
        let duration = Some(samples.duration()).filter(|duration| *duration > 0).or(fragments);
        Some(Self {
            id,
            ticks,
            coding: coding(child(stbl, b"stsd")?),
            name,
            edits,
            samples,
            defaults: Defaults { duration: default(12), size: default(16) },
            duration,
        })
    }

    /// Where a sample is shown whose time in the track is known; `None` where an edit hides it.
    pub(super) fn shown(&self, time: i64, duration: i64) -> Option<i64> {
        if self.edits.is_empty() {
            return Some(time);
        }
        let holds = |edit: &&Edit| {
            let length = edit.length.unwrap_or(i64::MAX);
            time.saturating_add(duration) > edit.from && time < edit.from.saturating_add(length)
        };
        let edit = self.edits.iter().find(holds);
        // The decoder needs what comes before the first one; it is not heard.
        let edit = edit.or_else(|| self.edits.first().filter(|first| time < first.from));
        edit.map(|edit| edit.shown.saturating_add(time).saturating_sub(edit.from))
    }
}

/// The stretches of an edit list, where each one comes from a later place than the one before;
/// otherwise the first one alone, to the end of the track.
fn edits(elst: &[u8], movie_ticks: u32, ticks: u32) -> Vec<Edit> {
    let wide = elst.first() == Some(&1);
    let width = if wide { 20 } else { 12 };
    let count = elst.be32(4).unwrap_or_default() as usize;
    let mut shown = 0_i64;
    let mut edits: Vec<Edit> = Vec::new();
    for entry in elst.get(8..).unwrap_or_default().chunks_exact(width).take(count) {
        let fields = if wide {
            entry.be64(0).zip(entry.be64(8).map(|time| time as i64))
        } else {
            entry.be32(0).map(u64::from).zip(entry.be32(4).map(|time| i64::from(time as i32)))
        };
        let Some((length, from)) = fields else { break };
        let length =
            i64::try_from(u128::from(length) * u128::from(ticks) / u128::from(movie_ticks)).unwrap_or(i64::MAX);
        if from > EMPTY {
            // Fragmented files leave the length open.
            edits.push(Edit { shown, from, length: (length > 0).then_some(length) });
        }
        shown = shown.saturating_add(length);
    }
    let forward = edits.windows(2).all(|pair| match pair {
        [first, second] => first.length.is_some_and(|length| first.from.saturating_add(length) <= second.from),
        _ => true,
    });
    if !forward {
        edits.truncate(1);
        for edit in &mut edits {
            edit.length = None;
        }
    }
    edits
}
