//! Who may use the page, and for what: accounts, roles, rights, sign-in and sessions.
//!
//! [`RIGHTS`] is the one table of rights. The API asks it before every answer, the pages show what
//! it lets do, and the tables of the documentation are compared with it.

mod account;
mod attempts;
mod error;
mod file;
mod password;
mod right;
mod role;
mod sessions;
#[cfg(feature = "console")]
mod sign_on;

pub use account::{Account, NewAccount, same_name};
pub use attempts::Attempts;
pub use error::Error;
pub use file::{Accounts, Cached, FILE_NAME};
pub use password::{SHORTEST, Verdict, verify};
pub use right::{RIGHTS, Right, table};
pub use role::{Role, Roles};
pub use sessions::{Session, Sessions};
#[cfg(feature = "console")]
pub use sign_on::{Error as SignOnError, FILE_NAME as SIGN_ON_FILE, RETURN, SignOn};
