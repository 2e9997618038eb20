//! Records on their way to others: a package of an official record, or of an extract, with a
//! covering letter and a disposition sheet, to each recipient in one way; and what became of it.
//!
//! Everything stands in a file of the meeting's folder that only grows ([`Log`]). A parcel is made
//! once for the same record, letter and recipient, and sent once: what was not sent is tried again,
//! and of what may have been sent when the power failed, a person decides. Records of closed
//! meetings go into a folder only, and only to who is named as entitled.

mod deliver;
mod error;
mod log;
mod mail;
mod make;
mod metadata;
mod order;
mod parcel;
mod settings;
mod webhook;

pub use deliver::{Report, send};
pub use error::Error;
pub use log::{FILE_NAME as LOG, Log, mark};
pub use make::{Made, make};
pub use order::{Disposition, Order, Scope, recipients};
pub use parcel::{Document, Event, Mark, Parcel, Standing, What};
pub use settings::{FILE_NAME as SETTINGS, Settings};

/// Where parcels lie, in the meeting's folder.
pub const FOLDER: &str = "edaran";
