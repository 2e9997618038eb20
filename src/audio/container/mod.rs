//! What containers give: the packets of one sound track, with their places in time.
//!
//! A file is read as far as its bytes go. Counts and lengths in a header are hints: what follows
//! them is read too, and where they promise more than there is, that is told.

mod bytes;
pub(super) mod caf;
pub(super) mod elementary;
pub(super) mod flac;
pub(super) mod matroska;
pub(super) mod mp4;
pub(super) mod ogg;
pub(super) mod wrapped;

pub(super) use bytes::{Bytes, Numbers};

use super::Error;
use super::codec::Coding;

/// Packets that follow one another without a gap.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) packets: Vec<Vec<u8>>,
    /// When the first sample is due, in ticks of the stream's time. What lies before 0 is not
    /// heard.
    pub(super) at: Option<i64>,
    /// When the last sample ends.
    pub(super) end: Option<i64>,
    /// Whether samples beyond `end` are not heard.
    pub(super) last: bool,
    /// Whether the stream's time may begin later than 0, as that of a broadcast does which was cut
    /// out.
    pub(super) first: bool,
    /// Whether something before it in the file cannot be read.
    pub(super) lost: bool,
}

/// What comes next in a file.
pub(super) enum Next {
    Sound(Group),
    /// Another stream of the same track begins; its time begins at 0 again.
    Stream(Coding),
    End,
}

/// The packets of one sound track of a file.
pub(super) trait Packets: Send {
    /// How its first stream is coded.
    fn coding(&self) -> &Coding;

    /// Ticks in a second.
    fn ticks(&self) -> u32;

    /// How long the sound is, in ticks, as far as headers have said it by now.
    fn claimed(&self) -> Option<u64>;

    /// Whether that is the length of this track, not of the longest one.
    fn claims_track(&self) -> bool {
        true
    }

    fn next(&mut self) -> Result<Next, Error>;

    /// Whether the file broke off: known when `next` has come to the end.
    fn cut_off(&self) -> bool;

    /// Ticks that an edit list hides.
    fn hidden(&self) -> u64 {
        0
    }
}

/// A sound track of a container.
pub(super) struct TrackInfo {
    pub(super) coding: Coding,
    pub(super) name: Option<String>,
}
