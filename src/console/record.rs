//! A recording that is watched: one line to its recorder for all who look.

use std::path::Path;
use std::time::{Duration, Instant};

use super::app::App;
use super::refused::Refused;
use crate::record::recorder::{Client, Error, Status};
use crate::recording::folder_of;

/// What was asked so short a time ago is not asked again.
const FRESH: Duration = Duration::from_millis(40);

/// What is known of a recorder.
pub struct Watched {
    client: Option<Client>,
    asked: Instant,
    status: Option<Status>,
}

/// How the recorder of a meeting is; `None` where none is at work.
pub fn status(app: &App, id: &str, folder: &Path) -> Option<Status> {
    let mut watched = app.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = watched.get(id).filter(|known| known.asked.elapsed() < FRESH) {
        return known.status.clone();
    }
    let mut client = watched.remove(id).and_then(|known| known.client);
    // Those who look at another meeting need not wait for this one.
    drop(watched);
    if client.is_none() {
        client = Client::reach(&folder_of(folder)).ok();
    }
    let status = client.as_mut().and_then(|client| client.status().ok());
    let known = Watched { client: client.filter(|_| status.is_some()), asked: Instant::now(), status: status.clone() };
    app.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id.to_owned(), known);
    status
}

/// Speaks to the recorder of a meeting.
pub fn tell<T>(folder: &Path, order: impl FnOnce(&mut Client) -> Result<T, Error>) -> Result<T, Refused> {
    let mut client = Client::reach(&folder_of(folder))?;
    Ok(order(&mut client)?)
}
