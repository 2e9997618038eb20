//! MP4, M4A, MOV and 3GP (ISO 14496-12, `QuickTime`), whole or in fragments.

use std::collections::VecDeque;

use super::{Bytes, Group, Next, Numbers, Packets, TrackInfo};
use crate::audio::Error;
use crate::audio::codec::{Coding, aac};
use crate::audio::opus::Opus;
use crate::audio::wav::Sample;

/// The time of an edit that shows nothing.
const EMPTY: i64 = -1;
/// Ticks before the first edit that a decoder may need to begin well.
const LEAD: i64 = 4_096;
/// Bytes of uncompressed sound that are given at a time.
const PCM_BYTES: u64 = 1 << 16;

/// Boxes that follow one another: their kinds and contents. One that is cut off ends them.
fn boxes(mut content: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let size = content.be32(0)?;
        let kind = content.at(4)?;
        let (head, size) = match size {
            0 => (8, content.len()),
            1 => (16, usize::try_from(content.be64(8)?).ok()?),
            size => (8, size as usize),
        };
        let own = content.get(head..size)?;
        content = &content[size..];
        Some((kind, own))
    })
}

fn child<'a>(content: &'a [u8], kind: &[u8]) -> Option<&'a [u8]> {
    boxes(content).find(|(found, _)| found == kind).map(|(_, content)| content)
}

fn within<'a>(content: &'a [u8], path: &[&[u8]]) -> Option<&'a [u8]> {
    path.iter().try_fold(content, |content, kind| child(content, kind))
}

/// A stretch of a track that is shown.
#[derive(Clone, Copy, Debug)]
struct Edit {
    /// Where it is shown, and from where in the track it comes, in ticks of the track.
    shown: i64,
    from: i64,
    /// How long it is; `None` to the end.
    length: Option<i64>,
}

/// The table of a track's samples; each entry stands for several.
#[derive(Debug, Default)]
struct Samples {
    /// Count and duration.
    times: Vec<(u32, u32)>,
    /// First chunk, from 1, and samples in a chunk.
    chunks: Vec<(u32, u32)>,
    offsets: Vec<u64>,
    /// One size for all, or 0.
    size: u32,
    sizes: Vec<u32>,
    count: u32,
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
struct Defaults {
    duration: u32,
    size: u32,
}

/// A sound track, as the index describes it.
struct Track {
    id: u32,
    ticks: u32,
    coding: Coding,
    name: Option<String>,
    edits: Vec<Edit>,
    samples: Samples,
    defaults: Defaults,
    /// Ticks in all, as far as the index tells.
    duration: Option<u64>,
}

/// The index of a file.
struct Index {
    tracks: Vec<Track>,
    fragmented: bool,
    /// Where the fragments begin to be looked for.
    after: u64,
}

impl Index {
    /// Finds and reads the index; `None` where there is none, as in a recording that broke off.
    fn read(bytes: &mut Bytes) -> Result<Option<Self>, Error> {
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

/// The kind of the box that begins here, and where its content begins and ends. The reader stands
/// at its content.
fn next_box(bytes: &mut Bytes) -> Result<Option<([u8; 4], u64, u64)>, Error> {
    let position = bytes.position();
    let Some(head) = bytes.array::<8>()? else { return Ok(None) };
    let [a, b, c, d, kind @ ..] = head;
    let (head, size) = match u32::from_be_bytes([a, b, c, d]) {
        0 => (8, bytes.length() - position),
        1 => match bytes.array::<8>()? {
            Some(size) => (16, u64::from_be_bytes(size)),
            None => return Ok(None),
        },
        size => (8, u64::from(size)),
    };
    if size < head {
        return Ok(None);
    }
    Ok(Some((kind, position + head, position.saturating_add(size))))
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
    fn shown(&self, time: i64, duration: i64) -> Option<i64> {
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

/// How a track is coded, by its first sample description.
fn coding(stsd: &[u8]) -> Coding {
    let Some((kind, entry)) = stsd.get(8..).and_then(|entries| boxes(entries).next()) else {
        return Coding::Other("MP4".to_owned());
    };
    let other = |name: &str| Coding::Other(name.to_owned());
    let version = entry.be16(8).unwrap_or_default();
    let (mut channels, mut bits) = (entry.be16(16).unwrap_or_default(), entry.be16(18).unwrap_or_default());
    let mut rate = entry.be32(24).unwrap_or_default() >> 16;
    // QuickTime's later versions have more fields before the boxes.
    let mut extra = match version {
        1 => 44,
        2 => 64,
        _ => 28,
    };
    let mut flags = None;
    if version == 2 {
        rate = entry.be64(32).map_or(rate, |bits| f64::from_bits(bits) as u32);
        channels = entry.be32(40).map_or(channels, |count| count as u16);
        bits = entry.be32(48).map_or(bits, |count| count as u16);
        flags = entry.be32(52);
    }
    // Some ISO files bear a version that only QuickTime has.
    if version == 1 && boxes(entry.get(44..).unwrap_or_default()).next().is_none() {
        extra = 28;
    }
    let inner = entry.get(extra..).unwrap_or_default();
    let find = |kind: &[u8]| child(inner, kind).or_else(|| child(child(inner, b"wave")?, kind));
    let pcm = |sample: Option<Sample>, big: bool| match sample {
        Some(sample) if big => Coding::Pcm { sample: sample.big_endian(), rate, channels },
        Some(sample) => Coding::Pcm { sample, rate, channels },
        None => other("PCM"),
    };
    let integer = Sample::integer(bits.div_ceil(8)).map(Sample::signed);
    let big = find(b"enda").and_then(|enda| enda.be16(0)) != Some(1);
    match &kind {
        b"mp4a" => match find(b"esds") {
            Some(esds) => described(esds),
            None => other("MPEG-4 audio"),
        },
        b".mp3" | b"ms\0U" => Coding::Mpeg { layer: 3 },
        b".mp2" | b"ms\0P" => Coding::Mpeg { layer: 2 },
        b"alac" => match find(b"alac") {
            Some(content) => Coding::Alac { cookie: content.get(4..).unwrap_or_default().to_vec() },
            None => other("Apple Lossless (ALAC)"),
        },
        b"fLaC" => match find(b"dfLa").and_then(|content| content.get(8..42)) {
            Some(info) => Coding::Flac { info: info.to_vec() },
            None => other("FLAC"),
        },
        b"Opus" => {
            let opus = find(b"dOps").and_then(Opus::parse_box);
            opus.map_or_else(|| other("Opus"), Coding::Opus)
        }
        b"sowt" => pcm(integer, false),
        b"twos" | b"NONE" => pcm(integer, true),
        b"raw " => pcm(Sample::integer(bits.div_ceil(8)), true),
        b"in24" => pcm(Some(Sample::I24), big),
        b"in32" => pcm(Some(Sample::I32), big),
        b"fl32" => pcm(Some(Sample::F32), big),
        b"fl64" => pcm(Some(Sample::F64), big),
        b"alaw" => pcm(Some(Sample::ALaw), false),
        b"ulaw" => pcm(Some(Sample::MuLaw), false),
        b"ipcm" | b"fpcm" => {
            let [order, size] = find(b"pcmC").and_then(|content| content.at::<2>(4)).unwrap_or([0, bits as u8]);
            let bytes = u16::from(size).div_ceil(8);
            let whole = &kind == b"ipcm";
            pcm(if whole { Sample::integer(bytes).map(Sample::signed) } else { Sample::float(bytes) }, order & 1 == 0)
        }
        b"lpcm" => {
            let flags = flags.unwrap_or_default();
            pcm(if flags & 1 == 1 { Sample::float(bits / 8) } else { integer }, flags & 2 == 2)
        }
        b"samr" => other("AMR"),
        b"sawb" => other("AMR-WB"),
        b"ac-3" => other("AC-3 (Dolby Digital)"),
        b"ec-3" => other("E-AC-3 (Dolby Digital Plus)"),
        b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" => other("DTS"),
        b"sqcp" | b"Qclp" => other("QCELP"),
        b"agsm" => other("GSM 06.10"),
        b"ima4" => other("IMA ADPCM (QuickTime)"),
        b"enca" => other("MP4, DRM"),
        kind => Coding::Other(String::from_utf8_lossy(kind).trim().to_owned()),
    }
}

/// What an elementary stream descriptor says (ISO 14496-1, 7.2.6).
fn described(esds: &[u8]) -> Coding {
    read_described(esds).unwrap_or_else(|| Coding::Other("MPEG-4 audio".to_owned()))
}

fn read_described(esds: &[u8]) -> Option<Coding> {
    let (tag, content, _) = descriptor(esds.get(4..)?)?;
    let mut rest = content;
    if tag == 3 {
        let flags = *content.get(2)?;
        let url = if flags & 0x40 == 0 { 0 } else { 1 + usize::from(*content.get(3)?) };
        rest = content.get(3 + 2 * usize::from(flags >> 7) + url + 2 * usize::from(flags >> 5 & 1)..)?;
    }
    let (_, config, _) = descriptor(rest)?;
    let other = |name: &str| Some(Coding::Other(name.to_owned()));
    match config.first()? {
        0x40 | 0x66..=0x68 => {
            let (_, specific, _) = descriptor(config.get(13..)?)?;
            Some(aac(specific))
        }
        // Layer 1, 2 and 3 share these.
        0x69 | 0x6B => Some(Coding::Mpeg { layer: 3 }),
        0xA5 => other("AC-3 (Dolby Digital)"),
        0xA6 => other("E-AC-3 (Dolby Digital Plus)"),
        0xA9..=0xAC => other("DTS"),
        0xDD => other("Vorbis in MP4"),
        0xE1 => other("QCELP"),
        kind => Some(Coding::Other(format!("MPEG-4 0x{kind:02X}"))),
    }
}

/// The tag of a descriptor, its content, and what follows.
fn descriptor(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, mut rest) = bytes.split_first()?;
    let mut size = 0_usize;
    for _ in 0..4 {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        size = size << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    let (content, tail) = rest.split_at(size.min(rest.len()));
    Some((*tag, content, tail))
}

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
