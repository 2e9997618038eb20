//! The same without the feature `capture`: this program knows no device.

use super::{DeviceRequest, Error, Found, Intake};
use crate::recording::{Absence, Format};

/// There are none.
#[derive(Debug)]
pub enum Microphones {}

/// It never runs.
pub enum Stream {}

/// None is known.
///
/// # Errors
/// Always [`Error::LeftOut`].
pub fn devices() -> Result<Vec<Found>, Error> {
    Err(Error::LeftOut)
}

impl Microphones {
    /// None can be chosen.
    ///
    /// # Errors
    /// Always [`Error::LeftOut`].
    pub fn choose(_: &DeviceRequest) -> Result<Self, Error> {
        Err(Error::LeftOut)
    }

    /// The form in which it would be recorded.
    #[must_use]
    pub fn format(&self) -> Format {
        match *self {}
    }

    /// What people would call it.
    #[must_use]
    pub fn name(&self) -> &str {
        match *self {}
    }

    /// Nothing runs.
    ///
    /// # Errors
    /// None: there is no device.
    pub fn start(&self, _: Intake) -> Result<Stream, Error> {
        match *self {}
    }
}

impl Stream {
    /// What is wrong with it.
    #[must_use]
    pub fn fault(&self) -> Option<(Absence, String)> {
        match *self {}
    }
}
