//! Shows the levels of microphones while they are listened to.

use e_risalah::doctor::microphones;
use e_risalah::record::capture::{self, Microphones};
use indicatif::ProgressBar;

use super::interrupt::STOP;

/// How loud a channel is, a sign for each 7.5 dB below full scale.
const SIGNS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The sound of some seconds, its levels shown while it comes; less of it when the user does not
/// want to wait.
pub fn listen(microphones: &Microphones, hidden: bool) -> Result<Vec<u8>, capture::Error> {
    let levels = if hidden { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    let mut show = |peaks: Vec<f32>| levels.set_message(peaks.into_iter().map(sign).collect::<String>());
    let heard = microphones::listen(microphones, &STOP, &mut show);
    levels.finish_and_clear();
    heard
}

fn sign(peak: f32) -> char {
    let steps = (peak.log10() * 20.0 + 60.0) / 7.5 + 1.0;
    SIGNS[(steps as usize).min(SIGNS.len() - 1)]
}
