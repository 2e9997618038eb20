//! Compressed sound in CAF: packets whose lengths stand in a table.

use std::fs::File;
use std::path::Path;

use super::{Bytes, Group, Next, Packets};
use crate::audio::Error;
use crate::audio::codec::Coding;
use crate::audio::opus;
use crate::audio::wav::{self, PacketTable};

/// The packets of a CAF file.
pub(in crate::audio) struct Caf {
    bytes: Bytes,
    coding: Coding,
    rate: u32,
    table: PacketTable,
    /// Where in the table's sizes the next one stands.
    place: usize,
    /// The time of the next packet.
    now: i64,
    /// Where the sound ends, where the file says so.
    end: Option<u64>,
    cut_off: bool,
}

impl Caf {
    /// Opens the file; `None` where its header is not whole. A recording that broke off has no
    /// table.
    pub(in crate::audio) fn open(mut bytes: Bytes) -> Result<Option<Self>, Error> {
        let path: &Path = bytes.path();
        let io = |source| Error::io(path, source);
        let mut file = File::open(path).map_err(io)?;
        let Some((found, table)) = wav::caf(&mut file).map_err(io)? else { return Ok(None) };
        let Some((start, size)) = found.data() else { return Ok(None) };
        bytes.seek(start)?;
        if table.bytes == 0 && table.sizes.is_empty() {
            return Err(Error::NoIndex { path: bytes.path().to_owned() });
        }
        let now = -i64::from(table.lead);
        let end = size.and_then(|size| start.checked_add(size));
        Ok(Some(Self {
            bytes,
            coding: found.coding().clone(),
            rate: found.rate().max(1),
            table,
            place: 0,
            now,
            end,
            cut_off: false,
        }))
    }

    /// The next number of the table.
    fn entry(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        loop {
            let byte = *self.table.sizes.get(self.place)?;
            self.place += 1;
            value = value.checked_mul(128)? | u64::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
    }

    /// Bytes of the next packet, and its frames where the table says them.
    fn packet(&mut self) -> Option<(u64, Option<u64>)> {
        if self.table.bytes > 0 {
            return Some((self.table.bytes.into(), Some(self.table.frames.into())));
        }
        let bytes = self.entry()?;
        let frames = if self.table.frames > 0 { u64::from(self.table.frames) } else { self.entry()? };
        Some((bytes, Some(frames).filter(|frames| *frames > 0)))
    }
}

impl Packets for Caf {
    fn coding(&self) -> &Coding {
        &self.coding
    }

    fn ticks(&self) -> u32 {
        self.rate
    }

    fn claimed(&self) -> Option<u64> {
        self.table.valid.filter(|frames| *frames > 0)
    }

    fn next(&mut self) -> Result<Next, Error> {
        let end = self.end.unwrap_or(self.bytes.length());
        if self.bytes.position() >= end {
            return Ok(Next::End);
        }
        let Some((bytes, frames)) = self.packet() else {
            // The table stands behind the sound: a copy that broke off has none.
            self.cut_off = true;
            return Ok(Next::End);
        };
        let Some(data) = self.bytes.take(bytes)? else {
            self.cut_off = true;
            return Ok(Next::End);
        };
        let frames = frames.unwrap_or_else(|| match &self.coding {
            Coding::Opus(_) => opus::frames(&data),
            _ => 0,
        });
        let at = self.now;
        self.now = self.now.saturating_add(frames as i64);
        let end = self.table.valid.and_then(|valid| i64::try_from(valid).ok());
        let last = end.is_some_and(|end| end > 0 && self.now >= end);
        Ok(Next::Sound(Group {
            packets: vec![data],
            at: Some(at),
            end: end.filter(|_| last),
            last,
            ..Group::default()
        }))
    }

    fn cut_off(&self) -> bool {
        self.cut_off
    }
}
