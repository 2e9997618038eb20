//! What devices offer, and what is wanted of one.

use std::ops::RangeInclusive;

use serde::Serialize;

use crate::recording::Sample;

/// A device that records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What the system calls it.
    pub id: String,
    /// What people call it; several devices may have the same name.
    pub name: String,
    /// Whether it is taken when none is named.
    pub is_default: bool,
    /// What it offers of that which a recording can hold; nothing when it is in use or may not be
    /// used.
    pub configs: Vec<Config>,
}

/// A form of sound that a device offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// How many channels.
    pub channels: u16,
    /// Samples a second.
    pub rates: RangeInclusive<u32>,
    /// One sample.
    pub sample: Sample,
}

/// What is wanted of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceRequest {
    /// Its id or name, or a part of either; the system's default without one.
    pub device: Option<String>,
    /// How many channels are needed at least.
    pub channels: Option<u16>,
    /// The rate that is taken where it is offered.
    pub rate: Option<u32>,
}
