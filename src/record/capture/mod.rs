//! Sound from the room: devices, and recordings played as if they came from one.
//!
//! A source gives its bytes to an [`Intake`], the real-time end of a ring; the recorder takes them
//! out at the [`Outlet`]. The intake copies and counts and does nothing else: it neither waits,
//! allocates nor logs. What the ring cannot take is counted as lost at exactly the place where it
//! is missing.

#[cfg_attr(not(feature = "capture"), path = "left_out.rs")]
mod device;
mod error;
mod intake;
mod probe;
mod rehearsal;
mod request;

#[cfg(feature = "capture")]
pub(crate) use device::silence_alsa;
pub use device::{Microphones, Stream, devices};
pub use error::Error;
pub use intake::{Intake, Mark, Next, Outlet, ring};
pub use probe::{Report, Trouble, probe, real_channels};
pub use rehearsal::{Playing, Rehearsal};
pub use request::{Config, DeviceRequest, Found};
