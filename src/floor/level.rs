//! Speech-band power of one channel against its own noise floor.

/// Second-order filter section in transposed direct form II.
#[derive(Clone, Copy)]
struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
    state: [f32; 2],
}

impl Biquad {
    fn run(&mut self, x: f32) -> f32 {
        let y = self.b[0] * x + self.state[0];
        self.state[0] = self.b[1] * x - self.a[0] * y + self.state[1];
        self.state[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// Butterworth high-pass at 200 Hz and low-pass at 4 kHz for 16 kHz sound: the voice's band, without the room's rumble
/// and the microphone's hiss. Coefficients by the bilinear transform (R. Bristow-Johnson, Audio EQ Cookbook, Q = 1/√2).
fn speech_band() -> [Biquad; 2] {
    let section = |frequency: f64, high: bool| {
        let w = std::f64::consts::TAU * frequency / f64::from(super::RATE.get());
        let alpha = w.sin() / std::f64::consts::SQRT_2;
        let edge = if high { f64::midpoint(1.0, w.cos()) } else { f64::midpoint(1.0, -w.cos()) };
        let (b0, b1) = if high { (edge, -2.0 * edge) } else { (edge, 2.0 * edge) };
        let a0 = 1.0 + alpha;
        Biquad {
            b: [(b0 / a0) as f32, (b1 / a0) as f32, (b0 / a0) as f32],
            a: [(-2.0 * w.cos() / a0) as f32, ((1.0 - alpha) / a0) as f32],
            state: [0.0; 2],
        }
    };
    [section(200.0, true), section(4000.0, false)]
}

/// Below this power (-100 dB of full scale) a channel is muted or digitally silent: it can never have the floor.
const SILENCE: f32 = 1e-10;

/// Hops whose mean is one power reading (30 ms).
const FRAME: usize = 3;

/// What one channel shows in one hop.
#[derive(Clone, Copy, Default)]
pub(super) struct Level {
    /// Mean square in the speech band over the last 30 ms, full scale 1.
    pub power: f32,
    /// The channel's noise floor, likewise.
    pub noise: f32,
}

impl Level {
    pub fn power_db(self) -> f32 {
        10.0 * self.power.max(SILENCE).log10()
    }

    pub fn noise_db(self) -> f32 {
        10.0 * self.noise.max(SILENCE).log10()
    }
}

/// The meter of one channel.
pub(super) struct Channel {
    band: [Biquad; 2],
    recent: [f32; FRAME],
    next: usize,
    floor: NoiseFloor,
}

impl Channel {
    pub fn new() -> Self {
        Self { band: speech_band(), recent: [0.0; FRAME], next: 0, floor: NoiseFloor::new() }
    }

    pub fn hop(&mut self, samples: &[f32]) -> Level {
        let mut sum = 0.0;
        for &x in samples {
            let y = self.band[0].run(x);
            let y = self.band[1].run(y);
            sum += y * y;
        }
        self.recent[self.next] = sum / samples.len() as f32;
        self.next = (self.next + 1) % FRAME;
        let power = self.recent.iter().sum::<f32>() / FRAME as f32;
        Level { power, noise: self.floor.track(power) }
    }
}

/// The 10th percentile of the power over the last 20 s, from a sliding histogram of half-decibel bins.
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
        let wanted = self.count / 10;
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
        assert!((inside + 23.0).abs() < 0.5, "a 1 kHz tone of amplitude 0.1 has -23 dB, not {inside}");
        assert!(settled(50.0) < inside - 20.0);
        assert!(settled(7500.0) < inside - 10.0);
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
