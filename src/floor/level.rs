//! Power of one channel in the bands of speech, each against its own noise floor.

/// Bands in which levels are compared: voices that sound together seldom share all of them.
pub(super) const BANDS: usize = 8;

/// A value for each band.
pub(super) type Bands = [f32; BANDS];

/// Where the bands end, in Hz: the voice's range without the room's rumble and the microphone's
/// hiss.
const EDGES: [f64; BANDS + 1] = [200.0, 320.0, 500.0, 720.0, 1000.0, 1420.0, 2000.0, 2830.0, 4000.0];

/// Second-order filter sections in transposed direct form II, one for each band, side by side so
/// that a processor computes them together.
#[derive(Clone, Copy)]
struct Biquads {
    b: [Bands; 3],
    a: [Bands; 2],
    state: [Bands; 2],
}

impl Biquads {
    /// Butterworth sections for 16 kHz sound by the bilinear transform (R. Bristow-Johnson, Audio
    /// EQ Cookbook, Q = 1/√2).
    fn new(frequencies: &[f64], high: bool) -> Self {
        let mut sections = Self { b: [[0.0; BANDS]; 3], a: [[0.0; BANDS]; 2], state: [[0.0; BANDS]; 2] };
        for (band, frequency) in frequencies.iter().enumerate() {
            let w = std::f64::consts::TAU * frequency / f64::from(super::RATE.get());
            let alpha = w.sin() / std::f64::consts::SQRT_2;
            let edge = if high { f64::midpoint(1.0, w.cos()) } else { f64::midpoint(1.0, -w.cos()) };
            let (b0, b1) = if high { (edge, -2.0 * edge) } else { (edge, 2.0 * edge) };
            let a0 = 1.0 + alpha;
            for (target, value) in sections.b.iter_mut().zip([b0, b1, b0]) {
                target[band] = (value / a0) as f32;
            }
            sections.a[0][band] = (-2.0 * w.cos() / a0) as f32;
            sections.a[1][band] = ((1.0 - alpha) / a0) as f32;
        }
        sections
    }

    #[inline]
    fn run(&mut self, x: Bands) -> Bands {
        let mut out = [0.0; BANDS];
        for band in 0..BANDS {
            let y = self.b[0][band] * x[band] + self.state[0][band];
            self.state[0][band] = self.b[1][band] * x[band] - self.a[0][band] * y + self.state[1][band];
            self.state[1][band] = self.b[2][band] * x[band] - self.a[1][band] * y;
            out[band] = y;
        }
        out
    }
}

/// Below this power (-100 dB of full scale) a channel is muted or digitally silent: it can never
/// have the floor.
pub(super) const SILENCE: f32 = 1e-10;

/// A band is clear when it is this many times above its noise.
const CLEAR: f32 = 10.0;

/// Hops whose mean is one power reading (40 ms).
const FRAME: usize = 4;

/// What one channel shows in one hop.
#[derive(Clone, Copy, Default)]
pub(super) struct Level {
    /// Mean square of each band over the last 40 ms, full scale 1.
    pub power: Bands,
    /// The channel's noise floor, likewise.
    pub noise: Bands,
}

impl Level {
    /// Whether a band is so far above its noise that its level tells of the voice alone.
    pub fn is_clear(&self, band: usize) -> bool {
        self.power[band] > self.noise[band] * CLEAR
    }

    /// Power of all bands, in dB.
    pub fn power_db(&self) -> f32 {
        to_db(self.power.iter().sum())
    }

    /// Noise of all bands, in dB.
    pub fn noise_db(&self) -> f32 {
        to_db(self.noise.iter().sum())
    }
}

/// A power in dB, not below [`SILENCE`].
pub(super) fn to_db(power: f32) -> f32 {
    10.0 * power.max(SILENCE).log10()
}

/// A power from dB.
pub(super) fn from_db(db: f32) -> f32 {
    (db * (std::f32::consts::LOG2_10 / 10.0)).exp2()
}

/// The meter of one channel.
pub(super) struct Channel {
    high: Biquads,
    low: Biquads,
    recent: [Bands; FRAME],
    next: usize,
    floors: [NoiseFloor; BANDS],
}

impl Channel {
    pub fn new() -> Self {
        Self {
            high: Biquads::new(&EDGES[..BANDS], true),
            low: Biquads::new(&EDGES[1..], false),
            recent: [[0.0; BANDS]; FRAME],
            next: 0,
            floors: std::array::from_fn(|_| NoiseFloor::new()),
        }
    }

    pub fn hop(&mut self, samples: &[f32]) -> Level {
        let mut sum = [0.0; BANDS];
        for &x in samples {
            let y = self.low.run(self.high.run([x; BANDS]));
            for band in 0..BANDS {
                sum[band] += y[band] * y[band];
            }
        }
        self.recent[self.next] = sum.map(|energy| energy / samples.len() as f32);
        self.next = (self.next + 1) % FRAME;
        let mut level = Level::default();
        for band in 0..BANDS {
            level.power[band] = self.recent.iter().map(|powers| powers[band]).sum::<f32>() / FRAME as f32;
            level.noise[band] = self.floors[band].track(level.power[band]);
        }
        level
    }
}

/// The 5th percentile of the power over the last 20 s, from a sliding histogram of half-decibel
/// bins.
struct NoiseFloor {
    bins: Box<[u16; Self::BINS]>,
    history: Box<[u8; Self::HISTORY]>,
    count: usize,
    next: usize,
    percentile: f32,
}

impl NoiseFloor {
    const BINS: usize = 256;
    const HISTORY: usize = 2000;
    /// The percentile is read again after this many hops: it moves slowly.
    const REFRESH: usize = 10;

    fn new() -> Self {
        Self {
            bins: Box::new([0; Self::BINS]),
            history: Box::new([0; Self::HISTORY]),
            count: 0,
            next: 0,
            percentile: SILENCE,
        }
    }

    fn track(&mut self, power: f32) -> f32 {
        if power > SILENCE {
            let bin = ((10.0 * power.log10() + 100.0) * 2.0).clamp(0.0, Self::BINS as f32 - 1.0) as u8;
            if self.count == Self::HISTORY {
                self.bins[usize::from(self.history[self.next])] -= 1;
            } else {
                self.count += 1;
            }
            self.history[self.next] = bin;
            self.bins[usize::from(bin)] += 1;
            self.next = (self.next + 1) % Self::HISTORY;
        }
        if self.next % Self::REFRESH == 1 || self.count <= Self::REFRESH {
            self.percentile = self.read();
        }
        self.percentile
    }

    fn read(&self) -> f32 {
        let wanted = self.count / 20;
        let mut below = 0;
        for (bin, &count) in self.bins.iter().enumerate() {
            below += usize::from(count);
            if below > wanted {
                return 10f32.powf((bin as f32 / 2.0 - 100.0) / 10.0);
            }
        }
        SILENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frequency: f32, amplitude: f32) -> impl Iterator<Item = f32> {
        (0..).map(move |n| amplitude * (std::f32::consts::TAU * frequency * n as f32 / 16_000.0).sin())
    }

    fn settled(frequency: f32) -> f32 {
        let sound: Vec<f32> = tone(frequency, 0.1).take(16_000).collect();
        let mut channel = Channel::new();
        sound.chunks(super::super::HOP).map(|hop| channel.hop(hop).power_db()).last().expect("a hop")
    }

    #[test]
    fn the_band_passes_speech_and_stops_hum() {
        let inside = settled(1000.0);
        assert!((inside + 23.0).abs() < 1.5, "a 1 kHz tone of amplitude 0.1 has -23 dB, not {inside}");
        assert!(settled(50.0) < inside - 20.0);
        assert!(settled(7500.0) < inside - 10.0);
    }

    #[test]
    fn a_tone_is_loudest_in_its_own_band() {
        for (band, frequency) in [255.0, 400.0, 600.0, 850.0, 1190.0, 1690.0, 2380.0, 3360.0].into_iter().enumerate() {
            let sound: Vec<f32> = tone(frequency, 0.1).take(16_000).collect();
            let mut channel = Channel::new();
            let level = sound.chunks(super::super::HOP).map(|hop| channel.hop(hop)).last().expect("a hop");
            for other in (0..BANDS).filter(|&other| other != band) {
                assert!(level.power[band] > 1.2 * level.power[other], "{frequency} Hz: {:?}", level.power);
            }
        }
    }

    #[test]
    fn the_noise_floor_ignores_speech_and_follows_noise() {
        let mut floor = NoiseFloor::new();
        let mut last = 0.0;
        for hop in 0..2000 {
            last = floor.track(if hop % 4 == 0 { 1e-6 } else { 1e-2 });
        }
        assert!((10.0 * last.log10() + 60.0).abs() < 1.0);
        for _ in 0..2000 {
            last = floor.track(1e-4);
        }
        assert!((10.0 * last.log10() + 40.0).abs() < 1.0);
    }

    #[test]
    fn a_muted_channel_does_not_pull_its_floor_down() {
        let mut floor = NoiseFloor::new();
        for _ in 0..500 {
            floor.track(1e-5);
        }
        let mut last = 0.0;
        for _ in 0..500 {
            last = floor.track(0.0);
        }
        assert!((10.0 * last.log10() + 50.0).abs() < 1.0);
    }
}
