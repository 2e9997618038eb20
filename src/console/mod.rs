//! The clerk's page: an HTTP API under `/api/v1`, and the pages that are made of it.
//!
//! A [`Server`] listens on this computer only. It is one more client of the recorder's control
//! port, the store and the ledger: when it ends, recordings go on. Everything that the pages can do
//! goes through the API, whose description is at `/api/openapi.json`.

mod api;
mod app;
mod assets;
mod claims;
mod guard;
mod install;
mod instance;
mod meetings;
mod member_links;
mod pages;
#[cfg(feature = "print")]
mod print_jobs;
mod record;
mod records;
mod refused;
mod server;
mod sound;
mod wav;
mod words;

pub use install::{InstallError, install, uninstall};
pub use instance::{Found, Instance, InstanceError, Left};
pub use server::{Error, Options, Server};
