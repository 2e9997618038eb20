//! Redaction of the published copy: what is taken out, why, by whom; how it is proposed, found and
//! carried out. The record and its manifest stay as they are.

mod change;
mod digits;
mod error;
mod hide;
mod line;
mod propose;
mod repeated;
mod rules;

pub use change::{Added, Wish, add, list, withdraw};
pub use error::Error;
pub use hide::{Hiding, MARGIN_MS, Redacted, Silencing, hide};
pub use propose::{Proposal, propose};
pub use repeated::repeated;

pub use crate::transcript::redaction::{Hidden, LONGEST_REASON, Reason, Redaction, Withdrawn};
