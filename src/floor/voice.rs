//! Whether a channel's sound is a voice at all: the neural detector of the crate `earshot`, 16 ms frames at 16 kHz.

const FRAME: usize = 256;

/// Score from which a frame counts as voice, by the detector's own documentation.
const VOICE: f32 = 0.5;

pub(super) struct Voice {
    detector: Box<earshot::Detector>,
    frame: Vec<f32>,
    score: f32,
}

impl Voice {
    pub fn new() -> Self {
        Self { detector: earshot::Detector::default_boxed(), frame: Vec::with_capacity(FRAME), score: 0.0 }
    }

    pub fn hop(&mut self, samples: &[f32]) {
        for &x in samples {
            self.frame.push(x.clamp(-1.0, 1.0));
            if self.frame.len() == FRAME {
                self.score = self.detector.predict_f32(&self.frame);
                self.frame.clear();
            }
        }
    }

    pub fn is_voice(&self) -> bool {
        self.score >= VOICE
    }
}
