//! What the conference system of a room says: microphones that go on and off, requests to speak,
//! members who take a seat. A second source beside the sound, which may contradict it and then says
//! so.
//!
//! A [`Source`] gives [`Event`]s: [`Table`] reads CSV and [`Lines`] JSON lines, from a file or from
//! a connection; an adapter for a maker's own protocol is one more implementation. [`read()`] takes
//! a whole file, [`align`] finds out from the edges of speech by how much the system's clock and
//! the recording's differ, and [`crate::transcript::consult`] puts to the transcript and the
//! meeting what follows. No word is ever dropped because of an event. The format is in
//! `docs/guide/conference.md`.

mod align;
mod error;
mod event;
mod lines;
mod numbered;
mod read;
mod table;

pub use align::{Alignment, align};
pub use error::{Error, Fault};
pub use event::{Change, Event, Events, Said, Timing};
pub use lines::Lines;
pub use read::{FILES, LIMIT, read};
pub use table::Table;

/// A conference system as a source of events: a file that it wrote, or what it says while the
/// meeting runs.
///
/// What a system says beyond these events is passed over. An error is one of a single line: the
/// next call goes on behind it, so that a live source outlives a line that it did not understand.
pub trait Source {
    /// The next event; `None` when no more will come.
    fn next(&mut self) -> Result<Option<Event>, Error>;
}
