//! What a recogniser that follows a recording finds to be wrong with microphones, told to the
//! recorder: it alone writes the ledger.

use std::path::PathBuf;

use e_risalah::audio::Input;
use e_risalah::common::alarm::Alarm;
use e_risalah::floor;
use e_risalah::record::recorder::{Client, Error};
use e_risalah::recording::Entered;

/// Alarms on their way to the recorder.
pub struct Alarms {
    recording: PathBuf,
    waiting: Vec<(Alarm, u64)>,
}

impl Alarms {
    /// For the recorder of this recording; `None` of sound that was not recorded here.
    pub fn of(input: &Input) -> Option<Self> {
        let Input::Recording(recording) = input else { return None };
        Some(Self { recording: recording.clone(), waiting: Vec::new() })
    }

    /// Takes an alarm that was noticed when so many samples of 16 kHz were heard.
    pub fn take(&mut self, alarm: Alarm, heard: u64) {
        self.waiting.push((alarm, heard));
    }

    /// Tells what waits, as of when it was noticed. A recorder that is busy is told the next time;
    /// of a recording that has ended, the transcript's warnings tell.
    pub fn settle(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        match Client::reach(&self.recording) {
            Ok(mut client) => self.waiting.retain(|(alarm, heard)| tell(&mut client, *alarm, *heard).is_err()),
            Err(Error::NotRunning { .. }) => self.waiting.clear(),
            Err(_) => {}
        }
    }
}

fn tell(client: &mut Client, alarm: Alarm, heard: u64) -> Result<u64, Error> {
    let status = client.status()?;
    let ago = status.format.clock().millis(status.received).saturating_sub(floor::CLOCK.millis(heard));
    client.enter(Entered::Alarm(alarm), ago)
}
