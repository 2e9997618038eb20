//! The devices of this computer, and the choice of one of them.

mod choice;
mod stream;

use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{BufferSize, DeviceId, ErrorKind, SampleFormat, StreamConfig, SupportedBufferSize};
use cpal::{SupportedStreamConfigRange, available_hosts, host_from_id};

use super::{Config, DeviceRequest, Error, Found, Intake};
use crate::audio::RATES;
use crate::common::clock::MAX_CHANNELS;
use crate::recording::{Format, Sample};

pub use stream::Stream;

/// Names under which ALSA offers silence, another device once more with its sound converted, or
/// systems that few have and that complain on stderr when they are asked. They are found when they
/// are named; a list is clearer without them.
const NOT_LISTED: [&str; 9] =
    ["null", "lavrate", "samplerate", "speexrate", "speex", "upmix", "vdownmix", "jack", "oss"];

/// How many times a second the device hands over what it has. Twice as much is kept for a computer
/// that is late, so seldom is safe; often would only matter to someone who plays along.
const HANDS_OVER: u32 = 10;

/// How often a device that gives nothing is looked at.
const LOOKED_AT: Duration = Duration::from_millis(500);

/// A device that was chosen, and the form in which it will be recorded.
#[derive(Debug)]
pub struct Microphones {
    device: cpal::Device,
    name: String,
    config: StreamConfig,
    /// The samples as the device gives them.
    raw: SampleFormat,
    format: Format,
}

/// The devices of this computer that record, the default first.
pub fn devices() -> Result<Vec<Found>, Error> {
    silence_alsa();
    let host = host()?;
    let default = host.default_input_device();
    let mut found = Vec::new();
    for device in default.iter().cloned().chain(others(&host, default.as_ref())?) {
        let configs = match device.supported_input_configs() {
            Ok(ranges) => ranges.filter_map(config).collect(),
            Err(error) if matches!(error.kind(), ErrorKind::DeviceBusy | ErrorKind::PermissionDenied) => Vec::new(),
            // Systems list devices that are not there.
            Err(_) => continue,
        };
        let is_default = default.as_ref() == Some(&device);
        found.push(Found { id: id(&device), name: device.to_string(), is_default, configs });
    }
    Ok(found)
}

impl Microphones {
    /// Finds the device and the form of its sound that suit a wish best.
    pub fn choose(wish: &DeviceRequest) -> Result<Self, Error> {
        silence_alsa();
        let host = host()?;
        let device = match &wish.device {
            Some(name) => named(&host, name)?,
            None => host.default_input_device().ok_or(Error::NoDevice)?,
        };
        let name = device.to_string();
        let explained = |error: cpal::Error| match error.kind() {
            // Some systems always have a default, even where there is nothing behind it.
            ErrorKind::DeviceNotAvailable if wish.device.is_none() => Error::NoDevice,
            _ => explained(&name, &error),
        };
        let ranges: Vec<_> = device.supported_input_configs().map_err(&explained)?.collect();
        let configs: Vec<Config> = ranges.iter().copied().filter_map(config).collect();
        let most = configs.iter().map(|config| config.channels).max();
        match (most, wish.channels) {
            (None, _) => return Err(Error::NoConfig { name }),
            (Some(channels), Some(wanted)) if channels < wanted => {
                return Err(Error::TooFewChannels { name, channels, wanted });
            }
            _ => {}
        }
        let usual = device.default_input_config().ok();
        let usual = usual.map(|usual| (usual.channels(), sample(usual.sample_format())));
        let Some(format) = choice::choose(&configs, usual, wish) else { return Err(Error::NoConfig { name }) };

        let rate = format.rate.get();
        let fits = |range: &&SupportedStreamConfigRange| {
            range.channels() == format.channels
                && sample(range.sample_format()) == Some(format.sample)
                && range.contains_rate(rate)
        };
        let Some(range) = ranges.iter().find(fits) else { return Err(Error::NoConfig { name }) };
        let raw = range.sample_format();
        let config = |buffer_size| StreamConfig { channels: format.channels, sample_rate: rate, buffer_size };
        let config = match range.buffer_size() {
            SupportedBufferSize::Range { min, max } if min <= max => {
                config(BufferSize::Fixed((rate / HANDS_OVER).clamp(*min, *max)))
            }
            _ => config(BufferSize::Default),
        };
        // What a device offers in parts it may still refuse as a whole, so it is opened once to see.
        let opens = |config| device.build_input_stream_raw(config, raw, |_, _| {}, |_| {}, None).map(drop);
        let config = match opens(config) {
            Err(error) if error.kind() == ErrorKind::UnsupportedConfig => {
                let config = StreamConfig { buffer_size: BufferSize::Default, ..config };
                opens(config).map(|()| config)
            }
            opened => opened.map(|()| config),
        };
        let config = config.map_err(&explained)?;
        Ok(Self { device, name, config, raw, format })
    }

    /// The form in which it will be recorded.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// What people call the device.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lets the sound run into the ring until the stream is dropped.
    pub fn start(&self, intake: Intake) -> Result<Stream, Error> {
        Stream::start(&self.device, self.config, self.raw, self.format, intake)
            .map_err(|error| explained(&self.name, &error))
    }
}

/// ALSA writes everything that it does not find to stderr, and looks for much. What it says to this
/// thread goes to a buffer from now on, a new one each time.
#[cfg(target_os = "linux")]
pub(crate) fn silence_alsa() {
    let _ = alsa::Output::local_error_handler();
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn silence_alsa() {}

fn host() -> Result<cpal::Host, Error> {
    available_hosts().into_iter().find_map(|id| host_from_id(id).ok()).ok_or(Error::NoDevice)
}

fn id(device: &cpal::Device) -> String {
    device.id().map_or_else(|_| device.to_string(), |id| id.id().to_owned())
}

/// The input devices apart from the default.
fn others(host: &cpal::Host, default: Option<&cpal::Device>) -> Result<impl Iterator<Item = cpal::Device>, Error> {
    let listed = host.input_devices().map_err(|_| Error::NoDevice)?;
    Ok(listed.filter(move |device| Some(device) != default && !NOT_LISTED.contains(&id(device).as_str())))
}

/// The device with exactly this id or name, or the only one in whose id or name this is a part.
fn named(host: &cpal::Host, wanted: &str) -> Result<cpal::Device, Error> {
    if let Some(device) = host.device_by_id(&DeviceId::new(host.id(), wanted)) {
        return Ok(device);
    }
    let mut devices: Vec<_> = others(host, None)?.collect();
    if devices.is_empty() {
        return Err(Error::NoDevice);
    }
    let lower = wanted.to_lowercase();
    let part = |text: &str| text.to_lowercase().contains(&lower);
    let exact = devices.iter().filter(|device| device.to_string() == wanted).count();
    let alike = |device: &cpal::Device| match exact {
        0 => part(&id(device)) || part(&device.to_string()),
        _ => device.to_string() == wanted,
    };
    let mut matching: Vec<_> = devices.iter().filter(|device| alike(device)).cloned().collect();
    if matching.len() > 1 {
        devices.clone_from(&matching);
    }
    match (matching.pop(), matching.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(Error::Unknown { name: wanted.to_owned(), others: devices.iter().map(id).collect() }),
    }
}

/// A form of sound as far as a recording can hold it.
fn config(range: SupportedStreamConfigRange) -> Option<Config> {
    let lowest = range.min_sample_rate().max(*RATES.start());
    let highest = range.max_sample_rate().min(*RATES.end());
    let channels = range.channels();
    let holds = lowest <= highest && (1..=MAX_CHANNELS).contains(&channels);
    let sample = sample(range.sample_format())?;
    holds.then_some(Config { channels, rates: lowest..=highest, sample })
}

fn sample(format: SampleFormat) -> Option<Sample> {
    match format {
        SampleFormat::U8 => Some(Sample::U8),
        SampleFormat::I16 => Some(Sample::I16),
        SampleFormat::I24 => Some(Sample::I24),
        SampleFormat::I32 => Some(Sample::I32),
        SampleFormat::F32 => Some(Sample::F32),
        _ => None,
    }
}

fn explained(name: &str, error: &cpal::Error) -> Error {
    let name = name.to_owned();
    match error.kind() {
        ErrorKind::DeviceBusy => Error::InUse { name },
        ErrorKind::PermissionDenied => Error::Denied { name },
        ErrorKind::UnsupportedConfig | ErrorKind::UnsupportedOperation | ErrorKind::InvalidInput => {
            Error::NoConfig { name }
        }
        ErrorKind::HostUnavailable => Error::NoDevice,
        _ => Error::Device { name, reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::language::Language;
    use crate::common::message::Explain;

    #[test]
    fn what_the_system_refuses_is_told_with_a_remedy() {
        for (kind, key) in [
            (ErrorKind::DeviceBusy, "capture.in_use"),
            (ErrorKind::PermissionDenied, "capture.denied"),
            (ErrorKind::UnsupportedConfig, "capture.no_config"),
            (ErrorKind::HostUnavailable, "capture.no_device"),
            (ErrorKind::BackendError, "capture.device"),
        ] {
            let message = explained("Mixer 32", &cpal::Error::new(kind)).message();
            assert_eq!(message.key, key);
            for language in [Language::Indonesian, Language::English] {
                assert!(message.hint(language).is_some_and(|hint| !hint.is_empty()), "{key}");
            }
        }
    }
}
