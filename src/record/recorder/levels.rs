//! How loud a channel is.

use super::status::Meter;

/// The level of one channel over the window that runs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Levels {
    peak: f32,
    squares: f64,
    pub count: u32,
    at_limit: u32,
}

impl Levels {
    /// Three samples in a row at the limit are a wave cut off.
    const CUT_OFF: u32 = 3;

    pub fn add(&mut self, sample: f32) {
        let magnitude = sample.abs();
        self.peak = self.peak.max(magnitude);
        self.squares += f64::from(magnitude) * f64::from(magnitude);
        self.count = self.count.saturating_add(1);
        if magnitude >= 0.999 {
            self.at_limit = self.at_limit.saturating_add(1);
        } else if self.at_limit < Self::CUT_OFF {
            self.at_limit = 0;
        }
    }

    /// What it was; begins anew.
    pub fn take(&mut self) -> Meter {
        let rms = (self.squares / f64::from(self.count.max(1))).sqrt() as f32;
        let meter = Meter { peak: self.peak, rms, clipped: self.at_limit >= Self::CUT_OFF };
        *self = Self::default();
        meter
    }
}
