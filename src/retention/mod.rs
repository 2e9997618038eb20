//! How long the files of meetings are kept: what is due by the rules of `lembaga.toml`, and what
//! persons have decided.
//!
//! Nothing is ever deleted by itself. [`due`] lists, [`decide`] keeps what a person says in the
//! meeting's folder ([`FILE_NAME`], a chain of hashes that only grows), and [`Plan::destroy`]
//! removes
//! files after their names, lengths and hashes were written there. The ledger, the official record
//! and its words always stay.

mod decide;
mod decision;
mod due;
mod error;
mod files;

pub use decide::{Destroyed, Plan, Wish, decide};
pub use decision::{Decided, Decision, FILE_NAME, Log, Tombstone};
pub use due::{Due, Item, due, institution};
pub use error::Error;
pub use files::files;
