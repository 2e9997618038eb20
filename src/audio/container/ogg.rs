//! Ogg: pages of one or more streams, one after the other or side by side (RFC 3533).

use super::{Bytes, Group, Next, Numbers, Packets, TrackInfo};
use crate::audio::Error;
use crate::audio::codec::Coding;
use crate::audio::opus::{Opus, frames};

/// Bytes at the end of the file in which the last page begins.
const TAIL: u64 = 1 << 17;

const CONTINUED: u8 = 1;
const BEGINS: u8 = 2;
const ENDS: u8 = 4;

struct Page {
    flags: u8,
    /// Where the last packet ends that ends on this page.
    granule: Option<i64>,
    serial: u32,
    number: u32,
    /// Lengths of the packets' pieces; the last one goes on where `open`.
    pieces: Vec<usize>,
    open: bool,
    content: Vec<u8>,
}

impl Page {
    /// The page that stands here; `None` where none does, or one that is damaged.
    fn read(bytes: &mut Bytes) -> Result<Option<Self>, Error> {
        let Some(head) = bytes.array::<27>()? else { return Ok(None) };
        if !head.starts_with(b"OggS\0") {
            return Ok(None);
        }
        let Some(lacing) = bytes.take(u64::from(head[26]))? else { return Ok(None) };
        let Some(content) = bytes.take(lacing.iter().map(|length| u64::from(*length)).sum())? else { return Ok(None) };
        let told = head.le32(22);
        let mut clean = head;
        clean[22..26].fill(0);
        let crc = [&clean[..], &lacing, &content]
            .into_iter()
            .flatten()
            .fold(0, |crc: u32, byte| crc << 8 ^ CRC[usize::from((crc >> 24) as u8 ^ byte)]);
        if told != Some(crc) {
            return Ok(None);
        }
        let mut pieces = vec![0];
        for length in &lacing {
            if let Some(piece) = pieces.last_mut() {
                *piece += usize::from(*length);
            }
            if *length < 255 {
                pieces.push(0);
            }
        }
        let open = lacing.last() == Some(&255);
        if !open {
            pieces.pop();
        }
        let granule = u64::from(head.le32(10).unwrap_or_default()) << 32 | u64::from(head.le32(6).unwrap_or_default());
        Ok(Some(Self {
            flags: head[5],
            granule: i64::try_from(granule).ok(),
            serial: head.le32(14).unwrap_or_default(),
            number: head.le32(18).unwrap_or_default(),
            pieces,
            open,
            content,
        }))
    }

    /// The next page from here on, and whether something else stood before it; `None` at the end.
    fn next(bytes: &mut Bytes) -> Result<Option<(Self, bool)>, Error> {
        let start = bytes.position();
        if let Some(page) = Self::read(bytes)? {
            return Ok(Some((page, false)));
        }
        let mut place = start + 1;
        loop {
            bytes.seek(place)?;
            let window = bytes.peek(1 << 16)?;
            if window.len() < 27 {
                bytes.seek(bytes.length())?;
                return Ok(None);
            }
            if let Some(offset) = window.windows(4).position(|four| four == b"OggS") {
                place += offset as u64;
                bytes.seek(place)?;
                if let Some(page) = Self::read(bytes)? {
                    return Ok(Some((page, true)));
                }
                place += 1;
            } else {
                place += window.len() as u64 - 3;
            }
        }
    }
}

const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { crc << 1 ^ 0x04C1_1DB7 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

/// The sound tracks that begin together at the beginning of a file.
pub(in crate::audio) fn tracks(bytes: &mut Bytes) -> Result<Vec<TrackInfo>, Error> {
    bytes.seek(0)?;
    let mut tracks = Vec::new();
    while let Some((page, _)) = Page::next(bytes)? {
        if page.flags & BEGINS == 0 {
            break;
        }
        if let Some(coding) = identify(&page.content) {
            tracks.push(TrackInfo { coding, name: None });
        }
    }
    Ok(tracks)
}

/// How a stream is coded, by its first packet; `None` where it is no sound.
fn identify(first: &[u8]) -> Option<Coding> {
    let named = |name: &str| Some(Coding::Other(name.to_owned()));
    if first.starts_with(b"\x01vorbis") {
        return Some(Coding::Vorbis { headers: first.to_vec() });
    }
    if first.starts_with(b"OpusHead") {
        return Some(Opus::parse(first).map_or_else(|| Coding::Other("Opus".to_owned()), Coding::Opus));
    }
    if first.starts_with(b"\x7FFLAC") {
        return Some(Coding::Flac { info: first.get(17..51)?.to_vec() });
    }
    if first.starts_with(b"Speex   ") {
        return named("Speex");
    }
    if first.starts_with(b"PCM     ") {
        return named("PCM in Ogg");
    }
    if first.starts_with(b"CELT    ") {
        return named("CELT");
    }
    None
}

/// The packets of one track of an Ogg file.
pub(in crate::audio) struct Ogg {
    bytes: Bytes,
    /// Which of the sound streams that begin together.
    index: usize,
    serial: u32,
    coding: Coding,
    rate: u32,
    claimed: Option<u64>,
    /// Header packets that are still to come.
    headers: usize,
    /// The beginning of a packet that goes on on the next page.
    begun: Vec<u8>,
    /// The number that the next page ought to have.
    due: Option<u32>,
    lost: bool,
    /// Whether sound was given since the stream began.
    sounded: bool,
    ended: bool,
    /// A page that was read ahead.
    ahead: Option<Page>,
}

impl Ogg {
    /// Opens the track with that index; `None` where its headers are not whole.
    pub(in crate::audio) fn open(mut bytes: Bytes, index: usize) -> Result<Option<Self>, Error> {
        bytes.seek(0)?;
        let mut ogg = Self {
            bytes,
            index,
            serial: 0,
            coding: Coding::Other("Ogg".to_owned()),
            rate: 1,
            claimed: None,
            headers: 0,
            begun: Vec::new(),
            due: None,
            lost: false,
            sounded: false,
            ended: true,
            ahead: None,
        };
        if !ogg.begin()? {
            return Ok(None);
        }
        let position = ogg.bytes.position();
        ogg.claimed = ogg.last_granule()?;
        ogg.bytes.seek(position)?;
        Ok(Some(ogg))
    }

    /// Where the stream ends by its last page, where the file ends with this stream.
    fn last_granule(&mut self) -> Result<Option<u64>, Error> {
        self.bytes.seek(self.bytes.length().saturating_sub(TAIL))?;
        let mut last = None;
        while let Some((page, _)) = Page::next(&mut self.bytes)? {
            if page.serial == self.serial {
                last = page.granule.or(last);
            }
        }
        Ok(last.and_then(|last| u64::try_from(last - self.lead()).ok()))
    }

    fn lead(&self) -> i64 {
        if let Coding::Opus(opus) = &self.coding { i64::from(opus.lead) } else { 0 }
    }

    /// Reads the first pages of the streams that begin here, and the headers of the one that is
    /// wanted. Whether it has one.
    fn begin(&mut self) -> Result<bool, Error> {
        let mut sounds = 0;
        let mut found = None;
        loop {
            let page = match self.ahead.take() {
                Some(page) => page,
                None => match Page::next(&mut self.bytes)? {
                    Some((page, _)) => page,
                    None => return Ok(false),
                },
            };
            if page.flags & BEGINS == 0 {
                self.ahead = Some(page);
                break;
            }
            if let Some(coding) = identify(&page.content) {
                if sounds == self.index {
                    found = Some((page.serial, page.number, coding, page.content.clone()));
                }
                sounds += 1;
            }
        }
        let Some((serial, number, coding, first)) = found else { return Ok(false) };
        self.serial = serial;
        self.due = Some(number.wrapping_add(1));
        self.begun.clear();
        self.sounded = false;
        self.ended = false;
        // Vorbis has two more, Opus one, FLAC says how many.
        self.headers = match &coding {
            Coding::Vorbis { .. } => 2,
            Coding::Flac { .. } => usize::from(first.be16(7).unwrap_or(1)),
            _ => 1,
        };
        self.rate = coding.rate().filter(|rate| *rate > 0).unwrap_or(1);
        self.coding = coding;
        let mut setup = Vec::new();
        while self.headers > 0 {
            let Some(page) = self.page()? else { return Ok(false) };
            let (packets, _) = self.unpack(&page);
            for packet in packets.into_iter().take(self.headers) {
                setup = packet;
                self.headers -= 1;
            }
        }
        if let Coding::Vorbis { headers } = &mut self.coding {
            headers.truncate(30);
            headers.extend(setup);
        }
        Ok(true)
    }

    /// The next page of this stream; `None` at the end, or where other streams begin.
    fn page(&mut self) -> Result<Option<Page>, Error> {
        loop {
            let page = match self.ahead.take() {
                Some(page) => page,
                None => match Page::next(&mut self.bytes)? {
                    Some((page, _)) => page,
                    None => return Ok(None),
                },
            };
            if page.flags & BEGINS != 0 {
                self.ahead = Some(page);
                return Ok(None);
            }
            if page.serial != self.serial {
                continue;
            }
            if self.due.is_some_and(|due| due != page.number) {
                self.lost = true;
                self.begun.clear();
            }
            self.due = Some(page.number.wrapping_add(1));
            return Ok(Some(page));
        }
    }

    /// The packets that end on a page, and whether the first of its pieces belongs to none.
    fn unpack(&mut self, page: &Page) -> (Vec<Vec<u8>>, bool) {
        let mut packets = Vec::with_capacity(page.pieces.len());
        let mut rest = page.content.as_slice();
        let mut orphan = page.flags & CONTINUED != 0 && self.begun.is_empty();
        if page.flags & CONTINUED == 0 {
            self.begun.clear();
        }
        let dropped = orphan;
        let last = page.pieces.len().saturating_sub(1);
        for (index, length) in page.pieces.iter().enumerate() {
            let (piece, tail) = rest.split_at(*length.min(&rest.len()));
            rest = tail;
            if std::mem::take(&mut orphan) {
                continue;
            }
            self.begun.extend_from_slice(piece);
            if index < last || !page.open {
                packets.push(std::mem::take(&mut self.begun));
            }
        }
        (packets, dropped)
    }
}

impl Packets for Ogg {
    fn coding(&self) -> &Coding {
        &self.coding
    }

    fn ticks(&self) -> u32 {
        self.rate
    }

    fn claimed(&self) -> Option<u64> {
        self.claimed
    }

    fn next(&mut self) -> Result<Next, Error> {
        loop {
            let Some(page) = self.page()? else {
                // Another chain link, which may hold fewer streams.
                while self.ahead.is_some() {
                    if self.begin()? {
                        return Ok(Next::Stream(self.coding.clone()));
                    }
                }
                return Ok(Next::End);
            };
            let (granule, ends) = (page.granule, page.flags & ENDS != 0);
            let (packets, dropped) = self.unpack(&page);
            self.lost |= dropped && self.sounded;
            self.ended |= ends;
            if packets.is_empty() {
                continue;
            }
            let lead = self.lead();
            let end = granule.map(|granule| granule - lead);
            let at = match &self.coding {
                Coding::Opus(_) => {
                    let frames: u64 = packets.iter().map(|packet| frames(packet)).sum();
                    // The last page's end lies before that of its packets.
                    end.filter(|_| !ends || self.lost)
                        .map(|end| end - frames as i64)
                        .or((!self.sounded).then_some(-lead))
                }
                _ => None,
            };
            let first = !self.sounded;
            self.sounded = true;
            let lost = std::mem::take(&mut self.lost);
            return Ok(Next::Sound(Group { packets, at, end, last: ends, first, lost }));
        }
    }

    fn cut_off(&self) -> bool {
        !self.ended
    }
}
