//! What is known of the recording of a meeting.

use std::path::Path;

use super::Error;
use crate::lifecycle;
use crate::meeting::Recorded;
use crate::recording::{Growth, folder_of};
use crate::transcript::store::{self, Store};

/// When the recording of a folder began, how long it is and how often the clock was set; `None`
/// where there is none yet.
///
/// # Errors
/// When the ledger or the transcript cannot be read.
pub fn recorded(folder: &Path) -> Result<Option<Recorded>, Error> {
    let growth = Growth::open(&folder_of(folder))?;
    let transcript = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) => None,
        store => match store?.load() {
            Err(store::Error::Missing { .. }) => None,
            transcript => Some(transcript?),
        },
    };
    let known = transcript.as_ref().map(lifecycle::recorded);
    Ok(match growth {
        Some(growth) => {
            let clock = growth.clock();
            Some(Recorded {
                started: Some(growth.started()),
                length: growth.length().map(|length| clock.millis(length)),
                clock_set: growth.ledger().clock_set(clock),
            })
        }
        None => known,
    })
}
