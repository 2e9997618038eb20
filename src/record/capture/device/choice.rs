//! Which of the forms of sound that a device offers is recorded.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use super::{Config, DeviceRequest};
use crate::recording::{Format, Sample};

/// A device that offers more counts of channels than this converts: it has no count of its own.
const COUNTS: usize = 16;

/// Rates from the most to the least welcome.
const RATES: [u32; 2] = [48_000, 44_100];

/// Samples from the most to the least welcome.
const SAMPLES: [Sample; 5] = [Sample::I24, Sample::I16, Sample::I32, Sample::F32, Sample::U8];

/// The form that suits a wish best; `usual` is what the system itself would take.
pub(super) fn choose(configs: &[Config], usual: Option<(u16, Option<Sample>)>, wish: &DeviceRequest) -> Option<Format> {
    let channels = channels(configs, usual.map(|(channels, _)| channels), wish.channels)?;
    let of_channels = || configs.iter().filter(|config| config.channels == channels);
    let rate = rate(of_channels, wish.rate)?;
    let offers = |sample: &Sample| of_channels().any(|c| c.sample == *sample && c.rates.contains(&rate));
    let usual = usual.and_then(|(_, sample)| sample);
    let sample = usual.into_iter().chain(SAMPLES).find(offers)?;
    Some(Format { rate: NonZeroU32::new(rate)?, channels, sample })
}

fn channels(configs: &[Config], usual: Option<u16>, wanted: Option<u16>) -> Option<u16> {
    let counts: BTreeSet<u16> = configs.iter().map(|config| config.channels).collect();
    match wanted {
        Some(wanted) => counts.range(wanted..).next().copied(),
        // Where all is possible the largest count would be mere copies.
        None if counts.len() > COUNTS => usual.filter(|usual| counts.contains(usual)).or(counts.first().copied()),
        None => counts.last().copied(),
    }
}

fn rate<'a, I: Iterator<Item = &'a Config>>(configs: impl Fn() -> I, wished: Option<u32>) -> Option<u32> {
    let offered = |rate: &u32| configs().any(|config| config.rates.contains(rate));
    let nearest = || {
        let ends = configs().flat_map(|config| [*config.rates.start(), *config.rates.end()]);
        ends.min_by_key(|rate| rate.abs_diff(RATES[0]))
    };
    wished.into_iter().chain(RATES).find(offered).or_else(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(channels: u16, lowest: u32, highest: u32, sample: Sample) -> Config {
        Config { channels, rates: lowest..=highest, sample }
    }

    fn chosen(
        configs: &[Config],
        usual: Option<(u16, Option<Sample>)>,
        wish: &DeviceRequest,
    ) -> Option<(u16, u32, Sample)> {
        choose(configs, usual, wish).map(|format| (format.channels, format.rate.get(), format.sample))
    }

    fn wish(channels: Option<u16>, rate: Option<u32>) -> DeviceRequest {
        DeviceRequest { device: None, channels, rate }
    }

    #[test]
    fn the_smallest_count_that_suffices_is_taken() {
        let configs = [2, 8, 18].map(|channels| config(channels, 44_100, 96_000, Sample::I32));
        assert_eq!(chosen(&configs, None, &wish(Some(5), None)), Some((8, 48_000, Sample::I32)));
        assert_eq!(chosen(&configs, None, &wish(Some(19), None)), None);
        assert_eq!(chosen(&configs, Some((2, None)), &wish(None, None)), Some((18, 48_000, Sample::I32)));
    }

    #[test]
    fn a_device_that_converts_gives_its_usual_count() {
        let configs: Vec<Config> = (1..=64).map(|channels| config(channels, 8_000, 192_000, Sample::F32)).collect();
        assert_eq!(chosen(&configs, Some((2, None)), &wish(None, None)), Some((2, 48_000, Sample::F32)));
        assert_eq!(chosen(&configs, Some((2, None)), &wish(Some(8), None)), Some((8, 48_000, Sample::F32)));
    }

    #[test]
    fn the_wished_rate_comes_first_then_48_kilohertz_then_the_nearest() {
        let wide = [config(1, 8_000, 96_000, Sample::I16)];
        assert_eq!(chosen(&wide, None, &wish(None, Some(32_000))), Some((1, 32_000, Sample::I16)));
        assert_eq!(chosen(&wide, None, &wish(None, Some(192_000))), Some((1, 48_000, Sample::I16)));
        let low = [config(1, 16_000, 16_000, Sample::I16), config(1, 32_000, 32_000, Sample::I16)];
        assert_eq!(chosen(&low, None, &wish(None, None)), Some((1, 32_000, Sample::I16)));
        let disc = [config(1, 44_100, 44_100, Sample::I16), config(1, 96_000, 96_000, Sample::I16)];
        assert_eq!(chosen(&disc, None, &wish(None, None)), Some((1, 44_100, Sample::I16)));
    }

    #[test]
    fn the_usual_sample_comes_first_where_it_is_offered() {
        let samples = [Sample::F32, Sample::I32, Sample::I16, Sample::I24];
        let configs = samples.map(|sample| config(2, 48_000, 48_000, sample));
        let with = |usual| chosen(&configs, Some((2, usual)), &wish(None, None)).map(|(_, _, sample)| sample);
        assert_eq!(with(Some(Sample::F32)), Some(Sample::F32));
        assert_eq!(with(Some(Sample::U8)), Some(Sample::I24));
        assert_eq!(with(None), Some(Sample::I24));
    }
}
