//! All meetings of a folder together: what was said, decided and by whom, found in a moment.
//!
//! An [`Archive`] has an index in one file of that folder ([`FILE_NAME`]). The index is never the
//! truth: before each search it is brought up to what the folders hold, and one that is damaged or of
//! another form is made anew. Of closed meetings it has nothing. Nothing is written into a meeting.

mod contents;
mod error;
mod found;
mod index;
mod packed;
mod pokir;
mod query;
mod search;
mod sound;
mod stemming;
mod update;
mod words;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::common::message::Message;
use crate::meeting_folder::is_meeting;

pub use error::Error;
pub use found::{Also, Found, Hit, Of, Part, Place, Request, Text, What};
pub use index::FILE_NAME;
pub(crate) use stemming::stems;
pub(crate) use words::tokens;

pub use pokir::{AllRaised, Raised, pokir, pokir_csv};
pub use update::Report;

use index::Index;
use query::Query;

/// All meetings of a folder.
pub struct Archive {
    root: PathBuf,
    index: Index,
    notes: Vec<Message>,
}

impl Archive {
    /// Opens the index of a folder of meetings, or makes an empty one.
    ///
    /// # Errors
    /// When it is no folder of meetings, or the index cannot be used.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let root = root.canonicalize().map_err(|source| Error::Folder { path: root.to_owned(), source })?;
        if is_meeting(&root) {
            return Err(Error::OneMeeting { path: root });
        }
        let (index, note) = Index::open(&root)?;
        Ok(Self { root, index, notes: note.into_iter().collect() })
    }

    /// The same with an empty index in place of the one that is there.
    ///
    /// # Errors
    /// As those of [`Archive::open`].
    pub fn rebuild(root: &Path) -> Result<Self, Error> {
        let mut archive = Self::open(root)?;
        archive.index.clear()?;
        Ok(archive)
    }

    /// What a person should know of the index, each thing once.
    pub fn notes(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.notes)
    }

    /// Whether the index is gone when it is closed, because nothing can be written into the folder.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.index.is_in_memory
    }

    /// How many meetings the index has, and how many closed ones were left out.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn count(&self) -> Result<(usize, usize), Error> {
        Ok((self.index.meetings()?, self.index.left_out()?.0))
    }

    /// Brings the index up to what the folders hold, until a time if one is given. How many meetings
    /// are left to be read.
    ///
    /// # Errors
    /// When the folder cannot be read, the index cannot be written, or `stop` is set. What was read
    /// is kept.
    pub fn update(
        &mut self,
        stop: &AtomicBool,
        until: Option<Instant>,
        report: &mut Report<'_>,
    ) -> Result<usize, Error> {
        match update::update(&mut self.index, &self.root, stop, until, report) {
            Err(error) if error.is_damage() => {
                self.make_anew()?;
                update::update(&mut self.index, &self.root, stop, until, report)
            }
            done => done,
        }
    }

    /// Looks for something, after an [`Archive::update`].
    ///
    /// # Errors
    /// When the request makes no sense, or as those of [`Archive::update`].
    pub fn search(
        &mut self,
        request: &Request,
        stop: &AtomicBool,
        until: Option<Instant>,
        report: &mut Report<'_>,
    ) -> Result<Found, Error> {
        let query = Query::parse(&request.words)?;
        if query.is_none() && matches!(request.what, What::Words | What::Amounts) {
            return Err(Error::NoWords);
        }
        let mut left = self.update(stop, until, report)?;
        let found = match search::search(&self.index, &self.root, request, query.as_ref(), stop) {
            Err(error) if error.is_damage() => {
                self.make_anew()?;
                left = self.update(stop, until, report)?;
                search::search(&self.index, &self.root, request, query.as_ref(), stop)
            }
            found => found,
        }?;
        Ok(Found { left, ..found })
    }

    fn make_anew(&mut self) -> Result<(), Error> {
        Index::discard(&self.root);
        let (index, note) = Index::open(&self.root)?;
        self.index = index;
        self.notes.extend(note);
        self.notes.push(Message::new("search.damaged").with("path", self.root.join(FILE_NAME).display()));
        Ok(())
    }
}
