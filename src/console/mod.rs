//! The clerk's page: an HTTP API under `/api/v1`, and the pages that are made of it.
//!
//! A [`Server`] listens on this computer, or on the network under TLS to people with an account. It
//! is one more client of the recorder's control port, the store and the ledger: when it ends,
//! recordings go on. Everything that the pages can do goes through the API, whose description is at
//! `/api/openapi.json`.

mod actor;
mod api;
mod app;
mod assets;
mod claims;
mod cookies;
mod entering;
mod guard;
mod install;
mod instance;
mod meetings;
mod member_links;
mod needs;
mod opened;
mod pages;
#[cfg(feature = "print")]
mod print_jobs;
mod record;
mod records;
mod refused;
mod requested;
mod server;
mod sign_on;
mod sound;
mod tls;
mod visitor;
mod wav;
mod words;

pub use install::{InstallError, install, uninstall};
pub use instance::{Found, Instance, InstanceError, Previous};
pub use server::{Error, Options, Server};
pub use tls::{Certificate, Error as TlsError};
