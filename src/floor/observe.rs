//! What the detector saw and decided, for those who look over its shoulder: a picture for a support
//! call, a sound check.

/// One channel in one hop (10 ms).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HopState {
    /// Mean power in the speech bands over the last 40 ms, in dB of full scale.
    pub level_db: f32,
    /// The channel's noise floor, likewise.
    pub noise_db: f32,
    /// Whether it is far enough above its noise to be a voice, or the echo of one.
    pub candidate: bool,
    /// Whether it is louder than what the other channels explain.
    pub accepted: bool,
    /// Whether it sounds like a voice.
    pub voiced: bool,
}

/// Is told of every hop, with one [`HopState`] a channel.
pub type HopObserver<'a> = dyn FnMut(&[HopState]) + 'a;
