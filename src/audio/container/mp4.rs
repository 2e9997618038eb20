//! MP4, M4A, MOV and 3GP (ISO 14496-12, `QuickTime`), whole or in fragments.

use std::collections::VecDeque;

use super::{Bytes, Group, Next, Numbers, Packets, TrackInfo};
use crate::audio::Error;
use crate::audio::codec::Coding;

mod boxes;
mod coding;
mod index;

use boxes::{boxes, child, next_box};
use index::{Index, Track};

/// Ticks before the first edit that a decoder may need to begin well.
const LEAD: i64 = 4_096;
/// Bytes of uncompressed sound that are given at a time.
const PCM_BYTES: u64 = 1 << 16;

/// The sound tracks of a file; `None` where it has no index.
pub(in crate::audio) fn tracks(bytes: &mut Bytes) -> Result<Option<Vec<TrackInfo>>, Error> {
    let index = Index::read(bytes)?;
    let info = |track: Track| TrackInfo { coding: track.coding, name: track.name };
    Ok(index.map(|index| index.tracks.into_iter().map(info).collect()))
}

/// The time that counts as the beginning: 0, but for a piece of a broadcast, whose time began long
/// before it.
fn beginning(first: i64, ticks: u32) -> i64 {
    const HOUR: i64 = 3_600;
    if first > HOUR * i64::from(ticks) { first } else { 0 }
}

/// A sample, or several of uncompressed sound.
struct Piece {
    offset: u64,
    bytes: u64,
    time: i64,
    duration: i64,
}

/// The packets of one track.
pub(in crate::audio) struct Mp4 {
    bytes: Bytes,
    track: Track,
    cursor: Cursor,
    fragmented: bool,
    /// Where the next fragment is looked for.
    after: u64,
    pieces: VecDeque<Piece>,
    /// The time of the next fragment's first sample where it does not say.
    due: i64,
    /// The time that counts as the beginning.
    zero: Option<i64>,
    hidden: u64,
    cut_off: bool,
    failed: bool,
}

/// The next sample of the table.
#[derive(Default)]
struct Cursor {
    sample: u32,
    /// Entry of the times, and samples of it that were given.
    time: (usize, u32),
    now: i64,
    /// The chunk, its entry, and samples and bytes of it that were given.
    chunk: usize,
    entry: usize,
    inside: u32,
    bytes: u64,
}

impl Mp4 {
    /// Opens the sound track with that index; `None` where there is none.
    pub(in crate::audio) fn open(mut bytes: Bytes, index: usize) -> Result<Option<Self>, Error> {
        let Some(mut found) = Index::read(&mut bytes)? else { return Ok(None) };
        if index >= found.tracks.len() {
            return Ok(None);
        }
        let track = found.tracks.swap_remove(index);
        Ok(Some(Self {
            bytes,
            track,
            cursor: Cursor::default(),
            fragmented: found.fragmented,
            after: found.after,
            pieces: VecDeque::new(),
            due: 0,
            zero: None,
            hidden: 0,
            cut_off: false,
            failed: false,
        }))
    }

    /// Bytes of one frame, where the sound is not compressed and a frame is a sample of the table.
    fn frame_bytes(&self) -> Option<u64> {
        match &self.track.coding {
            Coding::Pcm { sample, channels, .. } => Some(sample.bytes() as u64 * u64::from(*channels)),
            _ => None,
        }
    }

    /// The next sample of the table, or a run of frames within a chunk.
    fn sample(&mut self) -> Option<Piece> {
        let frame = self.frame_bytes();
        let (samples, cursor) = (&self.track.samples, &mut self.cursor);
        if cursor.sample >= samples.count {
            return None;
        }
        let mut per_chunk = samples.chunks.get(cursor.entry)?.1;
        if cursor.inside >= per_chunk {
            cursor.chunk += 1;
            (cursor.inside, cursor.bytes) = (0, 0);
            if samples.chunks.get(cursor.entry + 1).is_some_and(|(first, _)| *first as usize <= cursor.chunk + 1) {
                cursor.entry += 1;
            }
            per_chunk = samples.chunks.get(cursor.entry)?.1.max(1);
        }
        let offset = samples.offsets.get(cursor.chunk)?.checked_add(cursor.bytes)?;
        let (_, ticks) = *samples.times.get(cursor.time.0)?;
        let mut count = 1;
        let bytes = match frame {
            // The size in the table may be that of one channel, or 1.
            Some(frame) => {
                let most = (PCM_BYTES / frame.max(1)).max(1) as u32;
                count = (per_chunk - cursor.inside).min(most).min(samples.count - cursor.sample).max(1);
                u64::from(count) * frame
            }
            None if samples.size > 0 => samples.size.into(),
            None => u64::from(*samples.sizes.get(cursor.sample as usize)?),
        };
        let duration = i64::from(count) * i64::from(ticks);
        let piece = Piece { offset, bytes, time: cursor.now, duration };
        cursor.sample += count;
        cursor.inside += count;
        cursor.bytes += bytes;
        cursor.now = cursor.now.saturating_add(duration);
        cursor.time.1 += count;
        while samples.times.get(cursor.time.0).is_some_and(|(held, _)| cursor.time.1 >= *held)
            && cursor.time.0 + 1 < samples.times.len()
        {
            cursor.time.1 -= samples.times[cursor.time.0].0;
            cursor.time.0 += 1;
        }
        Some(piece)
    }

    /// Reads the next fragment that holds samples of the track; whether there is one.
    fn fragment(&mut self) -> Result<bool, Error> {
        while self.pieces.is_empty() {
            self.bytes.seek(self.after)?;
            let Some((kind, start, end)) = next_box(&mut self.bytes)? else {
                self.cut_off |= self.after < self.bytes.length() && self.bytes.length() - self.after < 8;
                return Ok(false);
            };
            let head = self.after;
            self.after = end;
            if end > self.bytes.length() {
                self.cut_off = true;
            }
            if &kind != b"moof" {
                continue;
            }
            self.bytes.seek(start)?;
            let Some(moof) = self.bytes.take(end - start)? else { return Ok(false) };
            for (_, traf) in boxes(&moof).filter(|(kind, _)| kind == b"traf") {
                self.run(traf, head);
            }
        }
        Ok(true)
    }

    /// Takes in the runs of samples of a track's fragment; `None` where it is of another track, or
    /// damaged.
    fn run(&mut self, traf: &[u8], moof: u64) -> Option<()> {
        let tfhd = child(traf, b"tfhd")?;
        let flags = tfhd.be32(0)?;
        let time = child(traf, b"tfdt")
            .and_then(|tfdt| if tfdt.first() == Some(&1) { tfdt.be64(4) } else { tfdt.be32(4).map(u64::from) });
        if tfhd.be32(4)? != self.track.id {
            return None;
        }
        let mut place = 8;
        let mut field = |flag: u32, bytes: usize| {
            let present = flags & flag != 0;
            let at = place;
            place += if present { bytes } else { 0 };
            present.then_some(at)
        };
        let base = field(1, 8).and_then(|at| tfhd.be64(at)).unwrap_or(moof);
        field(2, 4);
        let duration = field(8, 4).and_then(|at| tfhd.be32(at)).unwrap_or(self.track.defaults.duration);
        let size = field(0x10, 4).and_then(|at| tfhd.be32(at)).unwrap_or(self.track.defaults.size);
        if let Some(time) = time.and_then(|time| i64::try_from(time).ok()) {
            self.due = time;
        }
        let mut offset = base;
        for (_, trun) in boxes(traf).filter(|(kind, _)| kind == b"trun") {
            let (flags, count) = (trun.be32(0)?, trun.be32(4)?);
            let mut place = 8;
            if flags & 1 != 0 {
                offset = base.checked_add_signed(i64::from(trun.be32(place)? as i32))?;
                place += 4;
            }
            place += if flags & 4 != 0 { 4 } else { 0 };
            for _ in 0..count {
                let mut own = |flag: u32, usual: u32| {
                    if flags & flag == 0 {
                        return Some(usual);
                    }
                    place += 4;
                    trun.be32(place - 4)
                };
                let (duration, size) = (own(0x100, duration)?, own(0x200, size)?);
                own(0x400, 0)?;
                own(0x800, 0)?;
                // A table that repeats one default could claim more than the file holds.
                if flags & 0xF00 == 0 && offset > self.bytes.length() {
                    self.cut_off = true;
                    return None;
                }
                let piece = Piece { offset, bytes: size.into(), time: self.due, duration: duration.into() };
                self.due = self.due.saturating_add(piece.duration);
                offset = offset.checked_add(piece.bytes)?;
                self.pieces.push_back(piece);
            }
        }
        Some(())
    }
}

impl Packets for Mp4 {
    fn coding(&self) -> &Coding {
        &self.track.coding
    }

    fn ticks(&self) -> u32 {
        self.track.ticks
    }

    fn claimed(&self) -> Option<u64> {
        let duration = self.track.duration?;
        let Some(last) = self.track.edits.last() else { return Some(duration) };
        let rest = u64::try_from(i64::try_from(duration).ok()?.saturating_sub(last.from)).unwrap_or_default();
        let length = last.length.map_or(rest, |length| rest.min(length as u64));
        Some((last.shown as u64).saturating_add(length))
    }

    fn next(&mut self) -> Result<Next, Error> {
        loop {
            let mut piece = self.pieces.pop_front().or_else(|| self.sample());
            if piece.is_none() && self.fragmented && self.fragment()? {
                piece = self.pieces.pop_front();
            }
            let Some(piece) = piece else {
                self.failed |= self.cursor.sample < self.track.samples.count;
                return Ok(Next::End);
            };
            let zero = *self.zero.get_or_insert(beginning(piece.time, self.track.ticks));
            let time = piece.time - zero;
            let end = time.saturating_add(piece.duration);
            let early = self.track.edits.first().is_some_and(|first| end <= first.from.saturating_sub(LEAD));
            let Some(at) = self.track.shown(time, piece.duration).filter(|_| !early) else {
                self.hidden += piece.duration as u64;
                continue;
            };
            self.bytes.seek(piece.offset)?;
            let Some(data) = self.bytes.take(piece.bytes)? else {
                // Samples may lie in any order; those that are there are read.
                self.cut_off = true;
                continue;
            };
            return Ok(Next::Sound(Group { packets: vec![data], at: Some(at), ..Group::default() }));
        }
    }

    fn cut_off(&self) -> bool {
        self.cut_off || self.failed
    }

    fn hidden(&self) -> u64 {
        self.hidden
    }
}
