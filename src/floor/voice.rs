//! Whether a channel's sound is a voice at all: the neural detector of the crate `earshot`, 16 ms
//! frames at 16 kHz.
//!
//! It is asked only where a channel may have the floor, and then hears what came just before as
//! well: its cost grows with the people who speak, not with the microphones.

const FRAME: usize = 256;

/// Frames that it hears before the one that it is asked for (0.26 s).
const MEMORY: usize = 16;

/// Score from which a frame counts as voice, by the detector's own documentation.
const VOICE: f32 = 0.5;

/// The same where the channel carries steady tones, which it easily takes for a voice.
const SURELY_VOICE: f32 = 0.97;

pub(super) struct Voice {
    detector: Box<earshot::Detector>,
    /// Sound that the detector has not heard, the last frames of it.
    unheard: Vec<f32>,
    score: f32,
}

impl Voice {
    pub fn new() -> Self {
        Self {
            detector: earshot::Detector::default_boxed(),
            unheard: Vec::with_capacity((MEMORY + 2) * FRAME),
            score: 0.0,
        }
    }

    /// Takes the sound of a hop; hears it only when `asked`.
    pub fn hop(&mut self, samples: &[f32], asked: bool) {
        self.unheard.extend(samples.iter().map(|x| x.clamp(-1.0, 1.0)));
        if asked {
            let whole = self.unheard.len() - self.unheard.len() % FRAME;
            for frame in self.unheard[..whole].chunks_exact(FRAME) {
                self.score = self.detector.predict_f32(frame);
            }
            self.unheard.drain(..whole);
        } else {
            self.score = 0.0;
            let kept = MEMORY * FRAME;
            if self.unheard.len() > kept + FRAME {
                self.unheard.drain(..self.unheard.len() - kept);
            }
        }
    }

    /// Whether the last frame was a voice; `steady` where its sound keeps its pitch as no voice
    /// does.
    pub fn is_voice(&self, steady: bool) -> bool {
        self.score >= if steady { SURELY_VOICE } else { VOICE }
    }
}
